/* Google Benchmark's JSON, json_schema_version 1: tools/compare.py, and whatever else reads it. A row of
 * run_type "iteration" for each pair, then mean, median, stddev and cv. Times are of one run, in ns.
 *
 *   both sides (default): run names ID/base and ID/new.
 *                         compare.py filters F.json '/base$' '/new$'
 *   --side base, --side new: run name ID. compare.py benchmarks base.json new.json
 *
 * What was skipped or failed is not there: a row without times stops compare.py. */
#include "harness/export/export_rows.h"
#include "harness/export/export_words.h"

#include <math.h>
#include <string.h>

/* ---- context -------------------------------------------------------------------------------- */

static void put_if_text(struct json *o, const char *key, const struct json *value)
{
    if (json_kind(value) == JSON_TEXT)
        json_put_text(o, key, json_text(value));
}

static void put_caches(struct json *context, const struct json *sizes)
{
    static const struct {
        const char *key, *type;
        int level;
    } rows[] = {
        {"L1d", "Data",        1},
        {"L1i", "Instruction", 1},
        {"L2",  "Unified",     2},
        {"L3",  "Unified",     3},
    };
    struct json *caches = json_put_array(context, "caches");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double size = json_number(json_get(sizes, rows[i].key));
        if (!isfinite(size))
            continue;
        struct json *cache = json_object();
        json_put_text(cache, "type", rows[i].type);
        json_put_number(cache, "level", rows[i].level);
        json_put_number(cache, "size", size);
        json_push(caches, cache);
    }
}

static void put_load(struct json *context, const struct json *load)
{
    struct json *list = json_put_array(context, "load_avg");
    for (const struct json *l = json_first(load); l; l = json_next(l))
        if (isfinite(json_number(l)))
            json_push(list, json_copy(l));
}

/* Facts that are not known are left out. */
static void put_context(struct json *o, const struct export_run *run)
{
    const struct json *env = run->environment;
    const char *governor = json_text(json_get(env, "governor"));
    const char *flags = json_text(json_get(env, "flags"));
    json_put_text(o, "date", run->timestamp);
    json_put_text(o, "host_name", json_text(json_get(env, "hostname")));
    json_put_text(o, "executable", "cupel");
    export_put(o, "num_cpus", json_number(json_get(env, "cores_online")));
    if (*governor && strcmp(governor, "not exposed") != 0)
        json_put_bool(o, "cpu_scaling_enabled", strcmp(governor, "performance") != 0);
    if (json_kind(json_get(env, "aslr")) == JSON_NUMBER)
        json_put_bool(o, "aslr_enabled", json_number(json_get(env, "aslr")) != 0);
    put_caches(o, json_get(env, "cache_bytes"));
    put_load(o, json_get(env, "load_average"));
    put_if_text(o, "library_version", json_get(env, "version"));
    json_put_text(o, "library_build_type", strstr(flags, "NDEBUG") ? "release" : "debug");
    json_put_number(o, "json_schema_version", 1);
    json_put_text(o, "scenario", run->name);
    put_if_text(o, "cpu_model", json_get(env, "cpu_model"));
    put_if_text(o, "commit", json_get(env, "commit"));
    put_if_text(o, "compiler", json_get(env, "compiler"));
}

/* ---- rows ----------------------------------------------------------------------------------- */

static struct json *new_row(const struct export_row *r, int family, const char *suffix,
                            const char *type)
{
    struct text name = {0};
    struct json *o = json_object();
    text_printf(&name, "%s%s", r->name, suffix);
    json_put_text(o, "name", name.p);
    json_put_number(o, "family_index", family);
    json_put_number(o, "per_family_instance_index", 0);
    json_put_text(o, "run_name", r->name);
    json_put_text(o, "run_type", type);
    json_put_number(o, "repetitions", r->side->metrics[PROBE_CPU].n);
    text_done(&name);
    return o;
}

static void put_times(struct json *o, double wall, double cpu)
{
    json_put_number(o, "real_time", wall);
    json_put_number(o, "cpu_time", cpu);
    json_put_text(o, "time_unit", "ns");
}

static int repetitions(const struct export_side *s)
{
    int cpu = s->metrics[PROBE_CPU].n, wall = s->metrics[PROBE_WALL].n;
    return cpu < wall ? cpu : wall;
}

static void put_iterations(struct json *list, const struct export_row *r, int family)
{
    const struct export_series *metrics = r->side->metrics;
    for (int i = 0; i < repetitions(r->side); i++) {
        struct json *o = new_row(r, family, "", "iteration");
        json_put_number(o, "repetition_index", i);
        json_put_number(o, "threads", 1);
        json_put_number(o, "iterations", r->side->iterations[i]);
        put_times(o, metrics[PROBE_WALL].values[i], metrics[PROBE_CPU].values[i]);
        if (metrics[PROBE_NET].n > i)
            json_put_number(o, "net_ns", metrics[PROBE_NET].values[i]);
        json_push(list, o);
    }
}

static void put_aggregate(struct json *list, const struct export_row *r, int family,
                          const char *name, const char *unit, double wall, double cpu)
{
    struct text suffix = {0};
    if (!isfinite(wall) || !isfinite(cpu))
        return;
    text_printf(&suffix, "_%s", name);
    struct json *o = new_row(r, family, suffix.p, "aggregate");
    json_put_number(o, "threads", 1);
    json_put_text(o, "aggregate_name", name);
    json_put_text(o, "aggregate_unit", unit);
    json_put_number(o, "iterations", repetitions(r->side));
    put_times(o, wall, cpu);
    json_push(list, o);
    text_done(&suffix);
}

static void put_aggregates(struct json *list, const struct export_row *r, int family)
{
    const struct export_series *cpu = &r->side->metrics[PROBE_CPU];
    const struct export_series *wall = &r->side->metrics[PROBE_WALL];
    if (repetitions(r->side) < 2)
        return;
    put_aggregate(list, r, family, "mean", "time", wall->mean, cpu->mean);
    put_aggregate(list, r, family, "median", "time", wall->median, cpu->median);
    put_aggregate(list, r, family, "stddev", "time", wall->sd, cpu->sd);
    put_aggregate(list, r, family, "cv", "percentage", wall->sd / wall->mean, cpu->sd / cpu->mean);
}

static void write_google(const struct export_model *m, const struct export_options *options,
                         struct text *out)
{
    struct export_rows rows;
    struct json *o = json_object();
    put_context(json_put_object(o, "context"), &m->runs[0]);
    struct json *list = json_put_array(o, "benchmarks");
    export_rows_make(&rows, m, options);
    for (int i = 0; i < rows.count; i++) {
        put_iterations(list, &rows.v[i], i);
        put_aggregates(list, &rows.v[i], i);
    }
    export_rows_done(&rows);
    json_print_pretty(o, out);
    text_puts(out, "\n");
    json_free(o);
}

const struct exporter export_google_benchmark = {
    .name = "google-benchmark",
    .summary = "Google Benchmark JSON: compare.py and others",
    .files = EXPORT_ONE,
    .takes_sides = true,
    .sides = EXPORT_BOTH,
    .write = write_google,
};
