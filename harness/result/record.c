#include "harness/result/record.h"

#include "harness/result/record_side.h"
#include "harness/result/throughput.h"

#include <math.h>

static const char *const side_names[SIDES] = {"base", "new"};

static struct json *slice_json(const struct cell_result *r, const struct probe_slice *s)
{
    struct json *o = json_object();
    json_put_number(o, "cpu_ns", (double)s->cpu_ns);
    json_put_number(o, "wall_ns", (double)s->wall_ns);
    json_put_number(o, "delay_ns", r->has_delay ? (double)s->delay_ns : (double)NAN);
    return o;
}

static void put_ceilings(struct json *o, const struct cell_result *r, const struct cell_pair *pair)
{
    if (!pair->has_ceiling)
        return;
    struct json *list = json_put_array(o, "ceilings");
    for (int i = 0; i < 2; i++) {
        struct json *c = json_object();
        json_put_number(c, "clock_ghz", pair->ceiling[i].clock_ghz);
        json_put_number(c, "ipc", pair->ceiling[i].ipc);
        json_put_number(c, "dense_ns", pair->ceiling[i].dense_ns);
        json_push(list, c);
    }
    json_put_bool(o, "contended", throughput_contended(r, pair));
}

static struct json *pair_json(const struct cell_result *r, const struct cell_pair *pair)
{
    struct json *o = json_object();
    json_put_text(o, "first", side_names[pair->first]);
    json_put_number(o, "slices", pair->slices);
    json_put_number(o, "iterations", (double)pair->iterations);
    for (int s = 0; s < SIDES; s++)
        json_put(o, side_names[s], slice_json(r, &pair->work[s]));
    if (r->cell->base.kernel) {
        struct json *prepare = json_put_object(o, "prepare");
        for (int s = 0; s < SIDES; s++)
            json_put(prepare, side_names[s], slice_json(r, &pair->prepare[s]));
    }
    struct json *ratios = json_put_object(o, "log_ratio");
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (cell_has_metric(r, m))
            json_put_number(ratios, probe_metrics[m].name, pair->log_ratio[m]);
    put_ceilings(o, r, pair);
    return o;
}

struct json *record_groups(const struct plan_groups *groups)
{
    struct json *list = json_array();
    for (int i = 0; i < groups->n; i++)
        json_push(list, json_of_text(groups->names[i]));
    return list;
}

struct json *record_comparison(const struct cell_result *r, struct json *gate, bool complete)
{
    struct json *o = json_object();
    json_put_text(o, "record", "comparison");
    json_put_text(o, "id", r->cell->id);
    json_put_text(o, "name", r->cell->name);
    json_put_text(o, "scale", r->cell->scale);
    json_put_text(o, "kernel", r->cell->base.kernel ? r->cell->base.kernel->name : NULL);
    if (r->cell->coalition.n)
        json_put(o, "coalition", record_groups(&r->cell->coalition));
    for (int s = 0; s < SIDES; s++)
        json_put(o, side_names[s], record_side(r, s));
    struct json *pairs = json_put_array(o, "pairs");
    for (int i = 0; i < r->count; i++)
        json_push(pairs, pair_json(r, &r->pairs[i]));
    struct json *compare = json_put_object(o, "compare");
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (cell_has_metric(r, m))
            json_put(compare, probe_metrics[m].name, record_contrast_json(r, m));
    json_put_text(o, "verdict", record_verdict(r));
    json_put(o, "gate", gate ? gate : json_of_text(NULL));
    json_put_bool(o, "complete", complete);
    return o;
}
