/* Filling the document: every figure is found in a record, shown with its unit, and told to the trace;
 * what is not there is told by its reason.
 *
 *     struct finding x = fill_find(f, &(struct pick){"cumulative", .name = "all", .m = saving});
 *     fill_cell(f, table, &x);
 *     fill_say(f, BLOCK_TEXT, "All layers save {}.", &x, 1);
 *
 * There is no other way for a figure to come into the document, so that none is typed in.
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_FILL_H
#define CUPEL_REPORTS_CHARACTERISTICS_FILL_H

#include "reports/characteristics/measure.h"
#include "reports/characteristics/study.h"
#include "reports/document.h"

#include "harness/stats/interval.h"

struct fill {
    struct document *document;
    const struct studies *studies;
    struct json *trace;            /* an array: what stands in each cell, and where it is from */
    const char *chapter, *section; /* the headings that are being filled */
};

struct pick { /* which record of which study, and what of it */
    const char *study;
    const char *kind;         /* NULL: "comparison" */
    const char *name, *scale; /* NULL: any */
    const char *metric;       /* what ~ stands for; NULL: "cpu" */
    struct measure m;
};

/* Of a comparison; of the run record. */
#define FILL_PICK(study_id, comparison, scale_name, of_metric, ...)                                \
    {                                                                                              \
        (study_id), NULL, (comparison), (scale_name), (of_metric), __VA_ARGS__                     \
    }
#define FILL_RUN(study_id, ...)                                                                    \
    {                                                                                              \
        (study_id), "run", NULL, NULL, NULL, __VA_ARGS__                                           \
    }

struct finding {
    const char *kind; /* "figure", "interval", "text", "label", "missing" */
    const char *text;
    enum tone tone;
    double value, low, high;
    enum words_kind as; /* what the three are shown as */
    const struct study *study;
    const char *record; /* its id; of a figure from several records what they have in common */
    const char *rule;
    const char *fields[MEASURE_FIELDS];
    int pairs; /* 0: unknown */
};

struct finding fill_find(const struct fill *f, const struct pick *p);

/* A figure that is worked out of several records or of a part of one; low, high NAN: without bounds.
 * field: of which it is made. */
struct finding fill_figure(const struct fill *f, const struct study *s, const char *record,
                           const char *rule, const char *field, enum words_kind as,
                           struct stats_interval value);
/* The bounds of a figure as a finding of their own. */
struct finding fill_bounds(const struct fill *f, const struct finding *figure, enum words_kind as);

/* A text of a record: a name, a verdict. */
struct finding fill_text(const struct fill *f, const struct study *s, const char *record,
                         const char *field, const char *text);

/* "not measured at this effort: ..." or "not measurable here: REASON" (reason not NULL); of a study that was left
 * out "not measured: left out by --only". */
struct finding fill_missing(const struct fill *f, const struct study *s, const char *reason);
bool fill_is_missing(const struct finding *x);

void fill_heading(struct fill *f, int level, const char *text);
/* A heading and a list without figures below it. */
void fill_list(struct fill *f, int level, const char *heading, const char *const *items, int count);

/* The next cell of the table. fill_label: a text that is no measurement. */
void fill_cell(struct fill *f, struct table *t, const struct finding *x);
void fill_label(struct fill *f, struct table *t, const char *text);

/* As fill_cell; a reason stands in full once a row, in the first of its cells that has it. *told: NULL at a row's start. */
void fill_next(struct fill *f, struct table *t, struct finding x, const char **told);
/* A label and the cells behind it. */
void fill_row(struct fill *f, struct table *t, const char *label, const struct finding *cells,
              int count);

/* A block of text; each "{}" is the next of `count` parts. Where one of several is missing, only what the text is
 * about (its words up to a colon, or the first figure) and the reason are said. */
void fill_say(struct fill *f, enum block_kind kind, const char *text, const struct finding *parts,
              int count);
void fill_say_picks(struct fill *f, enum block_kind kind, const char *text,
                    const struct pick *parts, int count);

/* Has the study anything to show? If not, a sentence says so, with the command that measures it. */
bool fill_has(struct fill *f, const char *study);

#endif
