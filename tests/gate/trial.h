/* A trial: one whole gate decision on fresh pairs, about a slowdown that is known because it was planted.
 * The gate's campaign makes hundreds of them, and counts how often the gate was right.
 *
 *     struct trial t;
 *     trial_run(&t, cell, percent, &options, e);
 *     ... t.verdict, t.status, t.pairs ...
 */
#ifndef CUPEL_TESTS_GATE_TRIAL_H
#define CUPEL_TESTS_GATE_TRIAL_H

#include "harness/gate/gate.h"
#include "harness/run/pair.h"

/* What is judged under which load. */
struct trial_cell {
    const char *name;   /* "spin/quiet" */
    const char *kernel; /* has a setting extra_percent */
    bool is_bursty;     /* a competing load comes and goes on the CPU of the pairs */
    int metric;         /* the one that the series of the cell is recorded of */
};

enum { TRIAL_CELLS = 6, TRIAL_PERCENTS = 6 };
extern const struct trial_cell trial_cells[TRIAL_CELLS];
extern const double trial_percents[TRIAL_PERCENTS]; /* planted; the first is 0: an A/A trial */

struct trial_options {
    const char *cupel; /* the program whose worker runs both sides */
    const char *state; /* folder for the sides' files */
    uint64_t seed;
    struct pair_watch watch;
};

struct trial {
    int cell, percent; /* indices of the tables above */
    enum gate_verdict verdict;
    int status, metric, pairs; /* exit status; the metric that decided */
    double seconds, load; /* what it took; the system's load average before it, NAN: not told */
    struct stats_interval ratio;                     /* of that metric, nominal 95 % */
    double log_ratio[PROBE_METRIC_COUNT][STATS_MAX]; /* of the pairs, by metric */
    bool judged[PROBE_METRIC_COUNT];
};

/* Error: a side failed; interrupted. */
bool trial_run(struct trial *t, int cell, int percent, const struct trial_options *o,
               struct err *e) MUST_CHECK;

/* The pairs of two such sides, without a verdict: as long as wants_more says so. */
struct trial_pairs {
    struct plan_cell cell;
    struct cell_result result;
};
typedef bool trial_wants_more(void *context, const struct cell_result *so_far);

/* Owner: the caller, trial_pairs_done, also after an error. */
bool trial_measure(struct trial_pairs *p, int cell, int percent, const struct trial_options *o,
                   trial_wants_more *wants_more, void *context, struct err *e) MUST_CHECK;
void trial_pairs_done(struct trial_pairs *p);

#endif
