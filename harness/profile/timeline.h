/* Memory over time of one side: a run of its own, whole, in a fresh process, timed by nobody.
 *
 *     struct timeline t;
 *     if (timeline_of_side(&t, &cell->new, 0, &runner, e)) {
 *         timeline_put(&t, record);                 // fields of a "timeline" record
 *         timeline_dat(&t, "micro/all", &text);     // a file for gnuplot
 *     }
 *     timeline_done(&t);
 *
 * A kernel's worker writes down its own components, heap and RSS (with its children's) from preparing to
 * finish; a command's tree is looked at from outside, and only its RSS is seen.
 */
#ifndef CUPEL_PROFILE_TIMELINE_H
#define CUPEL_PROFILE_TIMELINE_H

#include "harness/run/pair.h"

struct timeline {
    struct json *series; /* result/series.h */
    struct json *build;  /* what the worker says of itself; NULL for a command */
};

/* interval_ms: between two rows at first; 0: as fine as it makes sense (probe/recorder.h). Commands run
 * with the options of r->external. Error: the side fails, in its own words; a worker that keeps no
 * timeline; INTERRUPTED. Owner: the caller, timeline_done, after an error too. */
bool timeline_of_side(struct timeline *t, const struct plan_side *side, double interval_ms,
                      struct pair_runner *r, struct err *e) MUST_CHECK;
void timeline_done(struct timeline *t);

/* interval_ms, processes, columns, rows, peak and peak_sampled of the record. */
void timeline_put(const struct timeline *t, struct json *record);

/* Columns with a head of lines with '#': what it is, the peaks and which of them are true, names and
 * units. What is not known is NaN. */
void timeline_dat(const struct timeline *t, const char *title, struct text *out);

#endif
