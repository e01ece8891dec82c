/* A summary of our own for scripts: one array of benchmarks, without the pairs. results/summary-schema.json is
 * the reference. A member that is null is not known. */
#include "harness/export/export.h"
#include "harness/export/export_words.h"

#include <math.h>

enum { SUMMARY_SCHEMA = 1 };

static void put_runs(struct json *o, const struct export_model *m)
{
    struct json *list = json_put_array(o, "runs");
    for (int i = 0; i < m->count; i++) {
        const struct export_run *run = &m->runs[i];
        struct json *r = json_object();
        json_put_text(r, "file", run->path);
        json_put_text(r, "scenario", run->name);
        json_put_text(r, "tool", run->tool);
        json_put_text(r, "timestamp", run->timestamp);
        json_put_text(r, "commit", run->commit);
        json_put_bool(r, "complete", run->complete);
        json_push(list, r);
    }
}

static void put_counts(struct json *o, const struct export_model *m)
{
    struct json *counts = json_put_object(o, "counts");
    for (enum export_state s = 0; s < EXPORT_STATE_COUNT; s++)
        json_put_number(counts, export_state_word(s), export_model_count(m, s));
}

static struct json *side_json(const struct export_side *s)
{
    struct json *o = json_object();
    json_put_text(o, "label", s->label);
    json_put_text(o, "command", s->command);
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        const struct export_series *v = &s->metrics[m];
        if (!v->n)
            continue;
        struct json *metric = json_put_object(o, probe_metrics[m].name);
        json_put_number(metric, "n", v->n);
        json_put_number(metric, "median", v->median);
        json_put_number(metric, "lower", v->lower);
        json_put_number(metric, "upper", v->upper);
    }
    json_put_number(o, "peak_bytes", s->peak_bytes);
    json_put_number(o, "allocated_bytes", s->allocated_bytes);
    json_put_number(o, "allocations", s->allocations);
    return o;
}

static struct json *judged_json(const struct export_judged *j)
{
    struct json *o = json_object();
    json_put_text(o, "metric", j->metric);
    json_put_text(o, "kind", j->kind);
    json_put_text(o, "verdict", j->verdict);
    json_put_bool(o, "fails", j->fails);
    json_put_number(o, "margin_percent", j->margin_percent);
    json_put_number(o, "ratio", j->ratio);
    json_put_number(o, "lower", j->lower);
    json_put_number(o, "upper", j->upper);
    json_put_number(o, "mde_percent", j->detectable_percent);
    json_put_number(o, "base", j->base);
    json_put_number(o, "new", j->new);
    json_put_text(o, "unit", j->unit);
    json_put_text(o, "reason", j->reason);
    return o;
}

static struct json *benchmark_json(const struct export_benchmark *b, int run)
{
    static const char *const names[SIDES] = {"base", "new"};
    const struct export_judged *j = export_decisive(b);
    struct json *o = json_object();
    json_put_number(o, "run", run);
    json_put_text(o, "id", b->id);
    json_put_text(o, "state", export_state_word(b->state));
    json_put_text(o, "verdict", b->verdict);
    json_put_bool(o, "fails", b->fails);
    json_put_bool(o, "confirmed", b->confirmed);
    json_put_text(o, "reason", b->reason);
    json_put_text(o, "metric", j ? j->metric : NULL);
    json_put_number(o, "ratio", j ? j->ratio : (double)NAN);
    json_put_number(o, "lower", j ? j->lower : (double)NAN);
    json_put_number(o, "upper", j ? j->upper : (double)NAN);
    json_put_number(o, "mde_percent", j ? j->detectable_percent : (double)NAN);
    json_put_number(o, "pairs", b->pairs);
    json_put_number(o, "seconds", b->seconds);
    for (int s = 0; s < SIDES; s++)
        json_put(o, names[s], b->sides[s].present ? side_json(&b->sides[s]) : json_of_text(NULL));
    struct json *judged = json_put_array(o, "judged");
    for (int i = 0; i < b->judged_count; i++)
        json_push(judged, judged_json(&b->judged[i]));
    return o;
}

static void write_json(const struct export_model *m, const struct export_options *options,
                       struct text *out)
{
    (void)options;
    struct json *o = json_object();
    json_put_number(o, "schema", SUMMARY_SCHEMA);
    json_put_bool(o, "complete", export_model_complete(m));
    json_put_number(o, "failing", export_model_failing(m));
    put_counts(o, m);
    put_runs(o, m);
    struct json *list = json_put_array(o, "benchmarks");
    for (int i = 0; i < m->count; i++)
        for (int k = 0; k < m->runs[i].count; k++)
            json_push(list, benchmark_json(&m->runs[i].benchmarks[k], i));
    json_print_pretty(o, out);
    text_puts(out, "\n");
    json_free(o);
}

const struct exporter export_json = {
    .name = "json",
    .summary = "a summary of our own: one array of benchmarks (results/summary-schema.json)",
    .files = EXPORT_SEVERAL,
    .tells_failures = true,
    .write = write_json,
};
