/* The measured sides of a model, one after the other: what most formats have a row, a line or an object
 * for.
 *
 *     struct export_rows r;
 *     export_rows_make(&r, model, options);
 *     for (int i = 0; i < r.count; i++) ... r.v[i].name, r.v[i].side->metrics[PROBE_CPU] ...
 *     export_rows_done(&r);
 */
#ifndef CUPEL_EXPORT_EXPORT_ROWS_H
#define CUPEL_EXPORT_EXPORT_ROWS_H

#include "harness/export/export.h"

struct export_row {
    const char *name; /* the benchmark's id; with both sides asked for and there: ID/base, ID/new */
    const char *side_name; /* "base", "new" */
    int which;             /* SIDE_BASE, SIDE_NEW */
    const struct export_run *run;
    const struct export_benchmark *benchmark;
    const struct export_side *side;
};

struct export_rows {
    struct export_row *v;
    int count;
    struct arena arena;
};

/* Sides with values of CPU and of wall time, of benchmarks that were measured to the end. In the order
 * of the files; base before new. */
void export_rows_make(struct export_rows *r, const struct export_model *m,
                      const struct export_options *options);
void export_rows_done(struct export_rows *r);

/* Error: a name that stands twice. */
bool export_rows_distinct(const struct export_rows *r, struct err *e) MUST_CHECK;

#endif
