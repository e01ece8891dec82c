#include "harness/gate/baseline_from.h"

#include "harness/base/mem.h"
#include "harness/gate/baseline.h"
#include "harness/gate/baseline_benchmark.h"
#include "harness/result/record.h"
#include "harness/stats/hodges_lehmann.h"

#include <string.h>

static void put_exact(struct json *o, const struct json *record)
{
    struct json *exact = json_put_object(o, "exact");
    const struct json *side = json_get(record, "new"), *counts = json_get(side, "counts");
    for (int i = 0; i < METRIC_COUNT && json_bool(json_get(side, "counts_exact")); i++) {
        const struct metric *m = &metric_rows[i];
        const struct json *value = m->source == METRIC_OF_COUNTS ? json_get(counts, m->key) : NULL;
        if (value)
            json_put_number(exact, m->name, json_number(value));
    }
    const struct json *rows = json_get(json_get(record, "gate"), "judged");
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const char *name = json_text(json_get(row, "metric"));
        bool is_exact = strcmp(json_text(json_get(row, "kind")), "exact") == 0;
        if (!is_exact || json_get(row, "reason"))
            continue;
        json_remove(exact, name);
        json_put_number(exact, name, json_number(json_get(row, "new")));
    }
    json_put_object(o, "left_out");
}

static void put_time(struct json *times, const struct json *values, int metric)
{
    int n = 0;
    double *v = mem_alloc(MEM_BASE, (size_t)(json_count(values) + 1) * sizeof *v);
    for (const struct json *x = json_first(values); x; x = json_next(x))
        v[n++] = json_number(x);
    if (n)
        baseline_put_time(times, metric, stats_hodges_lehmann_interval(v, n, RECORD_LEVEL), n);
    mem_free(MEM_BASE, v);
}

static struct json *benchmark(const struct json *record, const char *id)
{
    const struct json *side = json_get(record, "new");
    struct json *o = json_object();
    json_put_text(o, "id", id);
    json_put(o, "scale", json_copy(json_get(record, "scale")));
    json_put(o, "layers", json_copy(json_get(side, "layers")));
    json_put(o, "settings", json_copy(json_get(side, "settings")));
    json_put(o, "digest", json_copy(json_get(side, "digest")));
    if (json_get(side, "result_metrics"))
        json_put(o, "result_metrics", json_copy(json_get(side, "result_metrics")));
    put_exact(o, record);
    struct json *times = json_put_object(o, "times");
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct json *metric = json_get(json_get(side, "metrics"), metric_rows[i].name);
        if (metric)
            put_time(times, json_get(metric, "values"), i);
    }
    return o;
}

static bool add(struct json *list, const struct json *record, struct arena *a, struct err *e)
{
    const struct json *side = json_get(record, "new");
    const char *scale = json_text(json_get(record, "scale"));
    const char *layers = json_text(json_get(side, "layers"));
    if (json_kind(json_get(record, "kernel")) != JSON_TEXT)
        return err_input(e, "%s: a command line is no benchmark of a baseline",
                         json_text(json_get(record, "id")));
    if (!json_bool(json_get(record, "complete")))
        return err_input(e, "%s: was cut short", json_text(json_get(record, "id")));
    const char *id = baseline_id(scale, layers, a);
    for (const struct json *v = json_first(list); v; v = json_next(v))
        if (strcmp(json_text(json_get(v, "id")), id) == 0)
            return err_input(e, "two comparisons have the new side \"%s\"", id);
    json_push(list, benchmark(record, id));
    return true;
}

struct json *baseline_from_results(const struct result_file *f, struct arena *a, struct err *e)
{
    struct json *list = json_array();
    bool ok = true;
    for (const struct json *r = json_first(f->records); r && ok; r = json_next(r))
        ok = !result_is(r, "comparison") || add(list, r, a, e);
    if (ok && json_count(list) == 0)
        ok = err_input(e, "expected comparisons, found none");
    if (ok)
        return list;
    json_free(list);
    err_prefix(e, "%s", f->path);
    return NULL;
}
