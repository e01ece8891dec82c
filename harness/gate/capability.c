#include "harness/gate/capability.h"

#include "harness/probe/machine.h"
#include "harness/probe/perf.h"
#include "harness/result/file.h"
#include "harness/run/counted.h"
#include "harness/run/side.h"
#include "harness/stats/describe.h"
#include "kernels/spin.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { STARTS = 7, CLOCK_READINGS = 2000 };

/* ---- what the record tells --------------------------------------------------------------------- */

static double number_of(const struct json *object, const char *key)
{
    return json_number(json_get(object, key)); /* NAN when it is not there */
}

static void read_metrics(struct capability *c, const struct json *record)
{
    const struct json *overhead = json_get(json_get(record, "base"), "overhead");
    const struct json *compare = json_get(record, "compare");
    c->pairs = json_count(json_get(record, "pairs"));
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        const char *name = probe_metrics[m].name;
        c->detectable_percent[m] = number_of(json_get(compare, name), "mde_percent");
        c->slice_ns[m] = number_of(overhead, name);
    }
}

static void read_environment(struct capability *c, const struct json *facts)
{
    c->load = json_number(json_first(json_get(facts, "load_average")));
    c->cpus = number_of(facts, "cores_allowed");
    c->aslr = number_of(facts, "aslr");
    double boost = number_of(facts, "boost");
    snprintf(c->governor, sizeof c->governor, "%.30s", json_text(json_get(facts, "governor")));
    snprintf(c->boost, sizeof c->boost, "%s",
             isnan(boost) ? "not exposed"
             : boost > 0  ? "on"
                          : "off");
}

bool capability_read(struct capability *c, const char *results, const char *benchmark,
                     struct err *e)
{
    *c = (struct capability){0};
    struct result_file file;
    if (!result_file_read(&file, results, e))
        return false;
    const struct json *record = result_find(&file, benchmark);
    if (record)
        read_metrics(c, record);
    read_environment(c, json_get(file.run, "environment"));
    result_file_done(&file);
    return record || err_input(e, "%s: no benchmark %s", results, benchmark);
}

/* ---- what is tried out ------------------------------------------------------------------------- */

/* fork, exec and the first answer of a worker of this program. */
static double start_ns(const struct plan_side *side, struct pair_runner *r)
{
    double took[STARTS];
    for (int i = 0; i < STARTS; i++) {
        struct side_process p = SIDE_PROCESS_NONE;
        struct err unused;
        int64_t begin = probe_now_ns();
        bool ok = side_start(&p, side, &r->rng, &unused);
        took[i] = (double)(probe_now_ns() - begin);
        side_stop(&p);
        if (!ok)
            return (double)NAN;
    }
    return stats_median(took, STARTS);
}

static int64_t clock_now(clockid_t clock)
{
    struct timespec t = {0};
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The smallest step that is seen: what the clock says of itself (clock_getres) is 1 ns everywhere. */
static double clock_step_ns(clockid_t clock)
{
    int64_t best = INT64_MAX, before = clock_now(clock);
    for (int i = 0; i < CLOCK_READINGS; i++) {
        int64_t now = clock_now(clock);
        if (now > before && now - before < best)
            best = now - before;
        before = now;
    }
    return best == INT64_MAX ? (double)NAN : (double)best;
}

static bool try_pinning(const struct pair_runner *r)
{
    struct err unused;
    return r->cpu_count > 0 && probe_pin(r->cpus[0], &unused) &&
           probe_allow(r->cpus, r->cpu_count, &unused);
}

static void try_counters(char *reason, size_t size)
{
    struct perf p;
    perf_open(&p, &perf_system);
    reason[0] = '\0';
    for (int i = 0; i < PERF_EVENTS && !reason[0]; i++)
        if (perf_events[i].group == PERF_HARDWARE && p.fd[i] < 0)
            perf_reason(-p.fd[i], reason, size);
    perf_close(&p);
}

/* A few thousand steps of the smallest kernel, under valgrind. */
static void try_valgrind(const struct plan_side *side, struct pair_runner *r, char *reason,
                         size_t size)
{
    struct counted c;
    struct err why = {0};
    bool ok = counted_run(&c, side, COUNTED_VALGRIND, r, &why);
    snprintf(reason, size, "%.199s", ok ? c.unable : why.text);
    counted_done(&c);
}

void capability_measure(struct capability *c, struct pair_runner *r)
{
    struct plan_side side = {.label = "selftest", .layer_set = "none", .kernel = &kernel_spin};
    side.settings = json_object();
    json_put_number(side.settings, "work", 100);
    c->start_ns = start_ns(&side, r);
    c->clock_ns[0] = clock_step_ns(CLOCK_MONOTONIC);
    c->clock_ns[1] = clock_step_ns(CLOCK_PROCESS_CPUTIME_ID);
    c->can_pin = try_pinning(r);
    try_counters(c->counters, sizeof c->counters);
    try_valgrind(&side, r, c->valgrind, sizeof c->valgrind);
    json_free(side.settings);
}

/* ---- advice ------------------------------------------------------------------------------------ */

static bool is_blunt(const struct capability *c)
{
    return !(c->detectable_percent[PROBE_CPU] <= 10);
}

static bool is_loaded(const struct capability *c)
{
    return c->load > c->cpus / 2;
}

static bool has_slow_governor(const struct capability *c)
{
    return strcmp(c->governor, "performance") != 0 && strcmp(c->governor, "not exposed") != 0;
}

static bool boosts(const struct capability *c)
{
    return strcmp(c->boost, "on") == 0;
}

static bool cannot_pin(const struct capability *c)
{
    return !c->can_pin;
}

static bool has_one_cpu(const struct capability *c)
{
    return c->cpus == 1;
}

static bool has_fixed_layout(const struct capability *c)
{
    return c->aslr == 0;
}

static bool lacks_delay(const struct capability *c)
{
    return isnan(c->detectable_percent[PROBE_NET]);
}

static bool lacks_counters(const struct capability *c)
{
    return c->counters[0] != '\0';
}

static bool lacks_valgrind(const struct capability *c)
{
    return c->valgrind[0] != '\0';
}

/* One line each; the most harmful first. */
const struct capability_advice capability_advice[] = {
    {is_blunt,          "blunt",
     "a slowdown of 10 % would not be seen with so few pairs: end other work, or give the gate "
     "more (--cap "
     "200 --budget 900)"                                                                       },
    {is_loaded,         "load",
     "other programs keep this machine busy: end them; the gate needs more pairs beside them, not "
     "another verdict"                                                                         },
    {cannot_pin,        "pinning",
     "this process may not be bound to a CPU: allow sched_setaffinity (a container's cpuset), or "
     "pairs "
     "wander"                                                                                  },
    {has_one_cpu,       "one-cpu",   "all share one CPU, harness and sides: allow a second one"},
    {has_slow_governor, "governor",
     "the CPU's clock follows the load: cpupower frequency-set -g performance"                 },
    {boosts,            "boost",
     "the CPU's clock depends on its heat: echo 0 >/sys/devices/system/cpu/cpufreq/boost for "
     "steadier "
     "times"                                                                                   },
    {has_fixed_layout,  "aslr",
     "ASLR is off, all processes have one layout: sysctl kernel.randomize_va_space=2, so that it "
     "is "
     "sampled"                                                                                 },
    {lacks_delay,       "schedstat",
     "the kernel does not tell queueing apart (no /proc/self/schedstat): files are gated by CPU "
     "time "
     "alone"                                                                                   },
    {lacks_counters,    "counters",
     "no hardware counters: count instructions under valgrind (--metric instructions)"         },
    {lacks_valgrind,    "valgrind",
     "instructions cannot be counted: apt-get install valgrind, and take a build without "
     "sanitisers"                                                                              },
};
const int capability_advice_count = sizeof capability_advice / sizeof *capability_advice;

/* ---- as a record ------------------------------------------------------------------------------- */

static void put_by_metric(struct json *o, const char *key, const double v[PROBE_METRIC_COUNT])
{
    struct json *list = json_put_object(o, key);
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        json_put_number(list, probe_metrics[m].name, v[m]);
}

struct json *capability_to_json(const struct capability *c)
{
    struct json *o = json_object();
    json_put_number(o, "pairs", c->pairs);
    put_by_metric(o, "detectable_percent", c->detectable_percent);
    put_by_metric(o, "slice_overhead_ns", c->slice_ns);
    json_put_number(o, "start_ns", c->start_ns);
    json_put_number(o, "wall_clock_step_ns", c->clock_ns[0]);
    json_put_number(o, "cpu_clock_step_ns", c->clock_ns[1]);
    json_put_number(o, "load_average", c->load);
    json_put_number(o, "cpus", c->cpus);
    json_put_bool(o, "aslr", c->aslr != 0);
    json_put_text(o, "governor", c->governor);
    json_put_text(o, "boost", c->boost);
    json_put_bool(o, "pinning", c->can_pin);
    json_put_text(o, "hardware_counters", c->counters[0] ? c->counters : "available");
    json_put_text(o, "valgrind", c->valgrind[0] ? c->valgrind : "available");
    struct json *advice = json_put_array(o, "warnings");
    for (int i = 0; i < capability_advice_count; i++)
        if (capability_advice[i].is_so(c))
            json_push(advice, json_of_text(capability_advice[i].name));
    return o;
}
