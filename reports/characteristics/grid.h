/* A table of the document as const rows: a row names the comparison, a column what of it is shown.
 *
 *     static const struct grid_row rows[] = {{"Cached access", "asset-cache", "cached", "cpu"}};
 *     static const struct grid table =
 *         GRID("asset-list", "Asset list caching", "Metric", grid_total, rows);
 *     grid_section(f, 3, "Asset Lists", &table, 1);
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_GRID_H
#define CUPEL_REPORTS_CHARACTERISTICS_GRID_H

#include "reports/characteristics/fill.h"

enum { GRID_COLUMNS = 8 };

/* The measures that tables share. Times are medians over the pairs. */
extern const struct measure grid_base_time, grid_new_time, grid_base_call, grid_new_call,
    grid_saving, grid_saving_bounds, grid_times, grid_times_bounds, grid_saved, grid_p;
/* Means with Student's bounds, and the difference of the means (saved) with Welch's. */
extern const struct measure grid_base_mean, grid_base_bounds, grid_new_mean, grid_new_bounds,
    grid_saved_mean, grid_saved_bounds;

/* Of a count or total: before, after, and how much less (three measures). */
#define GRID_LESS(shown_as, path)                                                                  \
    {                                                                                              \
        MEASURE("value", shown_as, "base." path), MEASURE("value", shown_as, "new." path),         \
            MEASURE("fewer", WORDS_SHARE, "new." path, "base." path)                               \
    }
enum { GRID_BEFORE, GRID_AFTER, GRID_FEWER };

struct grid_column {
    const char *heading;
    const struct measure
        *measure;     /* of a row that has none of its own there; NULL: the row's note */
    const char *name; /* of the comparison, where it is not the row's */
};

struct grid_row {
    const char *label, *name, *scale, *metric;
    const char *study; /* NULL: the table's */
    const char *note;
    const struct measure *own[GRID_COLUMNS]; /* by column; NULL: the column's */
};

#define GRID_COLUMN(heading_of_it, measure_of_it)                                                  \
    {                                                                                              \
        .heading = (heading_of_it), .measure = (measure_of_it)                                     \
    }
#define GRID_PLAIN(words_of_it, comparison, scale_name, of_metric)                                 \
    {                                                                                              \
        .label = (words_of_it), .name = (comparison), .scale = (scale_name), .metric = (of_metric) \
    }
/* Of another study than the table's. */
#define GRID_OF(study_id, words_of_it, comparison, scale_name, of_metric)                          \
    {                                                                                              \
        .label = (words_of_it), .name = (comparison), .scale = (scale_name),                       \
        .metric = (of_metric), .study = (study_id)                                                 \
    }
#define GRID_NOTE(words_of_it, comparison, scale_name, of_metric, note_of_it)                      \
    {                                                                                              \
        .label = (words_of_it), .name = (comparison), .scale = (scale_name),                       \
        .metric = (of_metric), .note = (note_of_it)                                                \
    }
/* A row with measures of its own in the first columns. */
#define GRID_ROW(words_of_it, comparison, scale_name, of_metric, ...)                              \
    {                                                                                              \
        .label = (words_of_it), .name = (comparison), .scale = (scale_name),                       \
        .metric = (of_metric), .own = {                                                            \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

struct grid {
    const char *study, *caption, *first; /* first: heading of the labels */
    const struct grid_column *columns;
    int column_count;
    const struct grid_row *rows;
    int row_count;
    const char *kind; /* of the records; NULL: "comparison" */
};

/* columns: an array; rows: so many, or an array too. */
#define GRID_MADE(study_id, caption_of_it, first_heading, its_columns, its_rows, how_many)         \
    {                                                                                              \
        .study = (study_id), .caption = (caption_of_it), .first = (first_heading),                 \
        .columns = (its_columns), .column_count = COUNT(its_columns), .rows = (its_rows),          \
        .row_count = (how_many)                                                                    \
    }
#define GRID(study_id, caption_of_it, first_heading, its_columns, its_rows)                        \
    GRID_MADE(study_id, caption_of_it, first_heading, its_columns, its_rows, COUNT(its_rows))

void grid_fill(struct fill *f, const struct grid *g);

/* A heading and what stands below it: tables of one study, or (then false) why it has nothing to show. */
bool grid_section(struct fill *f, int level, const char *heading, const struct grid *tables,
                  int count);

/* The columns of times before and after: both, improvement, its interval, p. */
#define GRID_BEFORE_AFTER(before, base, after, new)                                                \
    GRID_COLUMN(before, base), GRID_COLUMN(after, new), GRID_COLUMN("Improvement", &grid_saving),  \
        GRID_COLUMN("95 % interval", &grid_saving_bounds), GRID_COLUMN("p, two-sided", &grid_p)

/* The usual columns: baseline, optimized, improvement, its interval, p. */
enum { GRID_USUAL = 5 };
extern const struct grid_column grid_total[GRID_USUAL], /* time of a run */
    grid_call[GRID_USUAL];                              /* time of a call */

/* A figure and its interval: the saving, where a row has no measures of its own. */
enum { GRID_VALUE = 2 };
extern const struct grid_column grid_value[GRID_VALUE];

/* A sentence: "label: saving (interval), p". For what the seed writes below a table. */
void grid_interval_line(struct fill *f, const char *study, const char *label, const char *name,
                        const char *scale, const char *metric);

#endif
