/* A table as both exporters see it: a caption, headed columns, cells of text. A cell may carry the
 * number that it shows, so that the page can sort by it, and a tip: where the number comes from
 * (record, pairs, interval), shown when a reader points at it. Tips are for the page: Markdown has none.
 *
 *     struct table *t = table_new(arena, "Counts", columns, COUNT(columns));
 *     table_about(t, tip_side(arena, cell, "base", "cpu"));
 *     table_text(t, "opens");
 *     table_number(t, 12, "12");
 */
#ifndef CUPEL_REPORTS_TABLE_H
#define CUPEL_REPORTS_TABLE_H

#include "harness/base/arena.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof *(rows)))

enum tone { TONE_PLAIN, TONE_GOOD, TONE_BAD, TONE_DIM };

struct column {
    const char *heading;
    bool numeric; /* right-aligned */
};

struct cell {
    const char *text;
    double key; /* NAN: sort by the text */
    enum tone tone;
    const char *tip; /* NULL: none */
};

struct table {
    struct arena *arena;
    const char *caption;
    const struct column *columns;
    int column_count;
    struct cell *cells; /* row by row */
    int count, capacity;
    const char *about; /* the tip of numbers that are added */
};

/* caption and columns must live as long as the arena. The first column heads its rows. */
struct table *table_new(struct arena *a, const char *caption, const struct column *columns,
                        int column_count);

/* Each adds the next cell of the row; texts must live as long as the arena. */
void table_text(struct table *t, const char *text);
void table_number(struct table *t, double key, const char *text);
void table_toned(struct table *t, enum tone tone, double key, const char *text);

/* The tip of the last cell added. Tips must live as long as the arena; NULL: none. */
void table_tip(struct table *t, const char *tip);

/* The tip of every number that is added from here on, up to the next call. */
void table_about(struct table *t, const char *tip);

int table_rows(const struct table *t);
const struct cell *table_row(const struct table *t, int row);
void table_tone_row(struct table *t, int row, enum tone tone);

/* Takes out the columns, all but the first, that are a dash in every row. How many columns are left. To be
 * called once all rows are there. */
int table_drop_empty(struct table *t);

#endif
