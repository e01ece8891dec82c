/* What this machine can measure, and what stands in the way: facts beside the gate's verdicts, and one
 * line of advice for each obstacle.
 *
 *     struct capability c;
 *     capability_read(&c, "cupel-selftest.jsonl", "equal-sides", e);   // a record of two equal sides
 *     capability_measure(&c, &runner, &arena);
 *     for (int i = 0; i < capability_advice_count; i++)
 *         if (capability_advice[i].is_so(&c)) puts(capability_advice[i].text);
 */
#ifndef CUPEL_GATE_CAPABILITY_H
#define CUPEL_GATE_CAPABILITY_H

#include "harness/base/json.h"
#include "harness/probe/probe.h"
#include "harness/run/pair.h"

enum { CAPABILITY_WORD = 40, CAPABILITY_REASON = 200 };

/* NAN: not known. */
struct capability {
    int pairs;                                     /* that the next two are of */
    double detectable_percent[PROBE_METRIC_COUNT]; /* the smallest slowdown that they would show */
    double slice_ns[PROBE_METRIC_COUNT];           /* the harness's own share of a slice */
    double start_ns;         /* of a worker process, median: fork to first answer */
    double clock_ns[2];      /* the smallest step seen: wall clock, CPU clock */
    double load, cpus, aslr; /* load average; CPUs allowed; 0: off */
    char governor[CAPABILITY_WORD], boost[CAPABILITY_WORD];
    bool can_pin;
    char counters[CAPABILITY_REASON]; /* why there are no hardware counters; "" */
    char valgrind[CAPABILITY_REASON]; /* why instructions cannot be counted; "" */
};

/* What the results file tells of machine and benchmark. Error: it lacks them. */
bool capability_read(struct capability *c, const char *results, const char *benchmark,
                     struct err *e) MUST_CHECK;

/* What has to be tried out: starting, clocks, pinning, counters, valgrind; two seconds. What fails is a
 * fact, not an error. */
void capability_measure(struct capability *c, struct pair_runner *r);

struct capability_advice {
    bool (*is_so)(const struct capability *c);
    const char *name, *text; /* what is in the way, and what to do */
};

extern const struct capability_advice capability_advice[];
extern const int capability_advice_count;

/* Everything as an object, the names of the advice that holds among it. Owner: the caller. */
struct json *capability_to_json(const struct capability *c);

#endif
