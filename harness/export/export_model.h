/* Results files as exporters see them: read once into plain structs, so that an exporter is a short
 * function from these to text. It takes the records of run, gate (with --baseline: without sides) and
 * bench; a side, a metric or a bound
 * may be missing (NAN, NULL, 0), what is there must be of its kind.
 *
 *     struct export_model m;
 *     export_model_read(&m, paths, n, &arena, e);
 *     for (int i = 0; i < m.runs[0].count; i++) ... m.runs[0].benchmarks[i].state ...
 *     export_model_done(&m);
 *
 * A FAIL that was measured again is one benchmark: that of the confirming run, under the first one's id; when
 * that run never came, it is cut short. A comparison that was cut short and the record of its failure are
 * one, too.
 */
#ifndef CUPEL_EXPORT_EXPORT_MODEL_H
#define CUPEL_EXPORT_EXPORT_MODEL_H

#include "harness/base/arena.h"
#include "harness/probe/probe.h"
#include "harness/result/cell.h"
#include "harness/result/file.h"

/* state, its word */
#define EXPORT_STATES(X)                                                                           \
    X(MEASURED, "MEASURED") /* not by a gate: nothing was asked of it */                           \
    X(PASS, "PASS")                                                                                \
    X(FAIL, "FAIL")                                                                                \
    X(BORDERLINE, "BORDERLINE")                                                                    \
    X(INCONCLUSIVE, "INCONCLUSIVE")                                                                \
    X(ADVISORY, "ADVISORY") /* told, not judged */                                                 \
    X(SKIPPED, "SKIPPED")                                                                          \
    X(MISMATCH, "MISMATCH") /* the sides have different results */                                 \
    X(ERROR, "ERROR")       /* it failed, or was cut short */

enum export_state {
#define EXPORT_ENUM(name, word) EXPORT_##name,
    EXPORT_STATES(EXPORT_ENUM)
#undef EXPORT_ENUM
        EXPORT_STATE_COUNT
};

/* One side's values of one metric over the pairs, in nanoseconds of one run. */
struct export_series {
    int n; /* 0: it is not there */
    const double *values;
    double mean, sd, median, min, max;
    double lower,
        upper; /* of the median: exact, by order statistics, at least 95 %; NAN: too few */
};

struct export_side {
    bool present;
    const char *label;   /* "" */
    const char *command; /* as a shell line; NULL: a kernel */
    struct export_series metrics[PROBE_METRIC_COUNT];
    const double *iterations;  /* a number for each of the metrics' values; at least 1 */
    double user_ns, system_ns; /* the parts of CPU time, means; NAN: a kernel, or not told apart */
    const double
        *exits; /* of each run of a command; NAN: a signal ended it. NULL: not known, or a kernel */
    double peak_bytes; /* resident, of the largest process; NAN */
    double
        allocated_bytes; /* of one run, by the main thread; of old records with its set-up; NAN */
    double allocations;  /* calls of one run; NAN */
};

/* New against base, by one metric of the record: ratio with its 95 % interval. */
struct export_contrast {
    int pairs; /* 0: it is not there */
    double ratio, lower, upper, detectable_percent;
};

/* One thing that was looked at to decide: always one at least where both sides were measured. */
struct export_judged {
    const char *metric, *kind, *verdict; /* "cpu"; timing, exact, advisory; the word */
    const char *unit;                    /* of base and new: "ns", "bytes" */
    bool fails;
    double margin_percent;                          /* NAN: nothing was asked */
    double ratio, lower, upper, detectable_percent; /* exact: all three the ratio */
    double base, new;
    const char *reason; /* why it could not be told; NULL */
};

struct export_benchmark {
    const char *id, *verdict; /* the gate's word, else "faster", "slower", ...; else the state's */
    const char *reason;       /* why it was skipped or failed; NULL */
    const char
        *changed; /* the functions that a profile found to cost more or less, and its page; NULL */
    enum export_state state;
    bool fails;     /* it makes the gate fail */
    bool confirmed; /* a second run decided */
    bool repeats;   /* of `cupel bench`: both sides are benchmarks of their own, too */
    struct export_side sides[SIDES];
    struct export_contrast contrasts[PROBE_METRIC_COUNT];
    const struct json *parameters; /* of `cupel bench`, an object of texts; NULL */
    const struct export_judged *judged;
    const char *metric; /* of the gate: which of them decided; "" */
    int judged_count, pairs;
    double seconds; /* of wall time, of all that was run for it */
};

struct export_run {                                                       /* one results file */
    const char *path, *name, *title, *tool, *timestamp, *commit, *branch; /* "" */
    const struct json *environment;
    struct export_benchmark *benchmarks; /* in the order of the file */
    int count, counts[EXPORT_STATE_COUNT];
    bool complete; /* false: torn, killed, or ended by an error */
    struct result_file file;
};

struct export_model {
    struct export_run *runs;
    int count;
};

/* Everything lives in the arena and the files. Error: names file, benchmark and field. Owner: the
 * caller, export_model_done. */
bool export_model_read(struct export_model *m, const char *const *paths, int count, struct arena *a,
                       struct err *e) MUST_CHECK;
void export_model_done(struct export_model *m);

const char *export_state_word(enum export_state state);

/* Does it hold numbers: was it measured to the end? */
bool export_was_measured(const struct export_benchmark *b);

/* How many benchmarks of all runs fail the gate, are of this state, have none wrong. */
int export_model_count(const struct export_model *m, enum export_state state);
int export_model_failing(const struct export_model *m);
bool export_model_complete(const struct export_model *m);

#endif
