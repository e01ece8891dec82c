#include "harness/gate/baseline_benchmark.h"

#include "harness/result/agree.h"
#include "harness/result/record.h"

static void put_exact(struct json *o, const struct judging *j, const struct metric_range *exact)
{
    struct json *values = json_put_object(o, "exact"), *left = json_put_object(o, "left_out");
    for (int i = 0; i < METRIC_COUNT; i++) {
        if (metric_rows[i].kind != METRIC_EXACT || !j->wanted[i])
            continue;
        struct judged row = exact_judge(i, &exact[i], &exact[i], 0);
        if (!exact[i].available)
            json_put_text(left, metric_rows[i].name, exact[i].reason);
        else if (row.verdict == GATE_PASS)
            json_put_number(values, metric_rows[i].name, exact[i].low);
        else
            json_put_text(left, metric_rows[i].name, row.reason);
    }
}

void baseline_put_time(struct json *times, int metric, struct stats_interval time, int runs)
{
    struct json *t = record_put_interval(times, metric_rows[metric].name, time);
    json_put_number(t, "runs", runs);
    json_put_text(t, "unit", metric_rows[metric].unit);
}

static void put_times(struct json *o, const struct baseline_measured *m)
{
    struct json *times = json_put_object(o, "times");
    for (int i = 0; i < PROBE_METRIC_COUNT; i++)
        if (i != PROBE_NET || m->has_delay)
            baseline_put_time(times, i, m->times[i], m->runs);
}

struct json *baseline_benchmark(const char *id, const struct plan_cell *cell, const char *layers,
                                const struct json *settings, const struct judging *j,
                                const struct baseline_measured *m)
{
    struct json *o = json_object();
    json_put_text(o, "id", id);
    json_put_text(o, "scale", cell->scale);
    json_put_text(o, "layers", layers);
    json_put(o, "settings", json_copy(settings));
    agree_put(o, &m->digest);
    put_exact(o, j, m->exact);
    put_times(o, m);
    return o;
}
