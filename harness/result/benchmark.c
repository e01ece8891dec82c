#include "harness/result/benchmark.h"

#include "harness/base/json.h"
#include "harness/base/mem.h"
#include "harness/result/record.h"
#include "harness/result/record_side.h"
#include "harness/stats/describe.h"
#include "harness/stats/sign_test.h"

#include <math.h>

const struct benchmark_usage_row benchmark_usages[BENCHMARK_USAGES] = {
    [BENCHMARK_USER] = {"user_ns",              "user",                 "ns"   },
    [BENCHMARK_SYSTEM] = {"system_ns",            "system",               "ns"   },
    [BENCHMARK_RSS] = {"max_rss_bytes",        "peak memory",          "bytes"},
    [BENCHMARK_MINOR_FAULTS] = {"minor_faults",         "minor faults",         "count"},
    [BENCHMARK_MAJOR_FAULTS] = {"major_faults",         "major faults",         "count"},
    [BENCHMARK_VOLUNTARY] = {"voluntary_switches",   "voluntary switches",   "count"},
    [BENCHMARK_INVOLUNTARY] = {"involuntary_switches", "involuntary switches", "count"},
};

/* ---- runs ------------------------------------------------------------------------------------ */

void benchmark_init(struct benchmark *b, const struct plan_cell *cell)
{
    *b = (struct benchmark){0};
    cell_init(&b->result, cell);
}

void benchmark_done(struct benchmark *b)
{
    mem_free(MEM_BASE, b->runs);
    b->runs = NULL;
    cell_done(&b->result);
}

void benchmark_add(struct benchmark *b, const struct benchmark_run *run)
{
    int n = b->result.count;
    if (n == b->capacity) {
        b->capacity = b->capacity ? 2 * b->capacity : 16;
        b->runs = mem_resize(MEM_BASE, b->runs, (size_t)b->capacity * sizeof *b->runs);
    }
    b->runs[n] = *run;
    struct cell_pair pair = {.first = SIDE_BASE, .slices = 1, .iterations = 1};
    pair.work[SIDE_BASE] = run->slice;
    cell_add(&b->result, &pair);
}

void benchmark_set_overhead(struct benchmark *b, const struct probe_slice *overhead)
{
    struct json *o = json_object();
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (cell_has_metric(&b->result, m))
            json_put_number(o, probe_metrics[m].name, probe_metrics[m].value(overhead));
    b->result.sides[SIDE_BASE].overhead = o;
}

int benchmark_count(const struct benchmark *b)
{
    return b->result.count;
}

/* ---- statistics ------------------------------------------------------------------------------ */

struct stats_interval benchmark_median(const struct benchmark *b, int metric, double level)
{
    double v[STATS_MAX];
    cell_values(&b->result, SIDE_BASE, metric, v);
    return stats_median_interval(v, b->result.count, level);
}

struct benchmark_spread benchmark_spread(const struct benchmark *b, enum benchmark_usage usage)
{
    static const struct benchmark_spread none = {(double)NAN, (double)NAN, (double)NAN,
                                                 (double)NAN};
    double v[STATS_MAX];
    int n = b->result.count;
    for (int i = 0; i < n; i++) {
        v[i] = b->runs[i].usage[usage];
        if (!isfinite(v[i]))
            return none;
    }
    if (n == 0)
        return none;
    struct stats_summary s = stats_describe(v, n, RECORD_LEVEL);
    return (struct benchmark_spread){s.median, s.mean.estimate, s.min, s.max};
}

double benchmark_first_run(const struct benchmark *b, bool *is_off)
{
    double v[STATS_MAX];
    int index[STATS_MAX], n = b->result.count;
    *is_off = false;
    if (n < 4)
        return (double)NAN;
    cell_values(&b->result, SIDE_BASE, PROBE_WALL, v);
    struct stats_summary others = stats_describe(v + 1, n - 1, RECORD_LEVEL);
    bool is_outlier = stats_outliers(v, n, index) > 0 && index[0] == 0;
    *is_off = is_outlier && (v[0] > others.max || v[0] < others.min);
    return v[0] / others.median;
}

int benchmark_outliers(const struct benchmark *b)
{
    double v[STATS_MAX];
    cell_values(&b->result, SIDE_BASE, PROBE_WALL, v);
    return b->result.count ? stats_outliers(v, b->result.count, NULL) : 0;
}

int benchmark_failures(const struct benchmark *b)
{
    int n = 0;
    for (int i = 0; i < b->result.count; i++)
        n += b->runs[i].exit != 0;
    return n;
}

int benchmark_left(const struct benchmark *b)
{
    int n = 0;
    for (int i = 0; i < b->result.count; i++)
        n += b->runs[i].left > 0;
    return n;
}

/* ---- the record ------------------------------------------------------------------------------ */

static struct json *run_json(const struct benchmark_run *r)
{
    struct json *o = json_object();
    json_put_number(o, "cpu_ns", (double)r->slice.cpu_ns);
    json_put_number(o, "wall_ns", (double)r->slice.wall_ns);
    for (int u = 0; u < BENCHMARK_USAGES; u++)
        json_put_number(o, benchmark_usages[u].name, r->usage[u]);
    json_put_number(o, "exit", r->signal ? (double)NAN : r->exit);
    json_put_number(o, "signal", r->signal ? r->signal : (double)NAN);
    json_put_number(o, "left", r->left);
    json_put_number(o, "position", r->position + 1);
    return o;
}

static void put_medians(struct json *record, const struct benchmark *b)
{
    struct json *all = json_put_object(record, "median");
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        if (!cell_has_metric(&b->result, m))
            continue;
        record_put_interval(all, probe_metrics[m].name, benchmark_median(b, m, RECORD_LEVEL));
    }
}

static void put_usages(struct json *record, const struct benchmark *b)
{
    struct json *all = json_put_object(record, "usage");
    for (int u = 0; u < BENCHMARK_USAGES; u++) {
        struct benchmark_spread s = benchmark_spread(b, (enum benchmark_usage)u);
        struct json *o = json_put_object(all, benchmark_usages[u].name);
        json_put_number(o, "median", s.median);
        json_put_number(o, "mean", s.mean);
        json_put_number(o, "min", s.min);
        json_put_number(o, "max", s.max);
    }
}

struct json *benchmark_record(const struct benchmark *b, struct json *parameters, bool complete)
{
    const struct plan_cell *cell = b->result.cell;
    bool is_off;
    struct json *o = json_object();
    json_put_text(o, "record", "benchmark");
    json_put_text(o, "id", cell->id);
    json_put_text(o, "name", cell->name);
    json_put_text(o, "scale", cell->scale);
    json_put(o, "parameters", parameters);
    json_put(o, "side", record_side(&b->result, SIDE_BASE));
    put_medians(o, b);
    put_usages(o, b);
    json_put_number(o, "first_run_ratio", benchmark_first_run(b, &is_off));
    json_put_bool(o, "first_run_off", is_off);
    json_put_number(o, "failures", benchmark_failures(b));
    struct json *runs = json_put_array(o, "runs");
    for (int i = 0; i < b->result.count; i++)
        json_push(runs, run_json(&b->runs[i]));
    json_put_bool(o, "complete", complete);
    return o;
}

/* ---- two of them ------------------------------------------------------------------------------ */

static struct cell_pair pair_of(const struct benchmark_run *base, const struct benchmark_run *new)
{
    struct cell_pair pair = {.first = base->position < new->position ? SIDE_BASE : SIDE_NEW,
                             .slices = 1,
                             .iterations = 1};
    pair.work[SIDE_BASE] = base->slice;
    pair.work[SIDE_NEW] = new->slice;
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        pair.log_ratio[m] = log(fmax(probe_metrics[m].value(&new->slice), 1)) -
                            log(fmax(probe_metrics[m].value(&base->slice), 1));
    return pair;
}

void benchmark_pairs(const struct benchmark *base, const struct benchmark *new,
                     const struct plan_cell *cell, struct cell_result *out)
{
    cell_init(out, cell);
    int n = base->result.count < new->result.count ? base->result.count : new->result.count;
    for (int i = 0; i < n; i++) {
        struct cell_pair pair = pair_of(&base->runs[i], &new->runs[i]);
        cell_add(out, &pair);
    }
    const struct benchmark *both[SIDES] = {base, new};
    for (int s = 0; s < SIDES; s++) {
        const struct json *overhead = both[s]->result.sides[SIDE_BASE].overhead;
        out->sides[s].overhead = overhead ? json_copy(overhead) : NULL;
    }
}
