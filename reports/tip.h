/* Where a number of the report comes from: record, pairs and interval, in one line for the page's tips.
 * The text is the arena's. What a record does not hold is left out.
 *
 *     table_about(t, tip_contrast(t->arena, cell, "cpu"));
 *     // micro/all in headline.jsonl, compare.cpu: 10 pairs, 95.1 % interval of new / base 0.125..0.138
 */
#ifndef CUPEL_REPORTS_TIP_H
#define CUPEL_REPORTS_TIP_H

#include "reports/scale.h"
#include "reports/words.h"

/* New against base by one metric ("cpu", "net", "wall"): the interval of the ratio. */
const char *tip_contrast(struct arena *a, const struct model_cell *cell, const char *metric);

/* One side ("base", "new") by one metric: the interval of its mean. */
const char *tip_side(struct arena *a, const struct model_cell *cell, const char *side,
                     const char *metric);

/* What the gate decided by: bounds "lower" and "upper" of `judged`, a part of the record. */
const char *tip_bounds(struct arena *a, const struct model_cell *cell, const char *field,
                       const struct json *judged);

/* Fields that have no interval, as counts and totals: where they stand. */
const char *tip_field(struct arena *a, const struct model_cell *cell, const char *field);

/* A figure from the pairs of several records. low, high: its 95 % interval, NAN: none. */
const char *tip_records(struct arena *a, const struct model_cell *first,
                        const struct model_cell *last, double pairs, enum words_kind kind,
                        double low, double high);

/* The same of all records of a series. */
const char *tip_series(struct arena *a, const struct scale_series *s, enum words_kind kind,
                       double low, double high);

/* Runs of one command: the interval of its median wall time. */
const char *tip_command(struct arena *a, const struct json *benchmark, const char *file);

#endif
