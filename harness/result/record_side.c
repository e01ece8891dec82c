#include "harness/result/record_side.h"

#include "harness/base/mem.h"
#include "harness/result/agree.h"
#include "harness/result/rate.h"
#include "harness/result/record_contrast.h"
#include "harness/result/throughput.h"
#include "harness/stats/describe.h"

/* ---- values --------------------------------------------------------------------------------- */

static struct json *outliers_json(const double *v, int n)
{
    struct json *list = json_array();
    int *index = mem_alloc(MEM_BASE, (size_t)n * sizeof *index);
    int found = stats_outliers(v, n, index);
    for (int i = 0; i < found; i++) {
        struct json *o = json_object();
        json_put_number(o, "pair", index[i] + 1);
        json_put_number(o, "value", v[index[i]]);
        json_push(list, o);
    }
    mem_free(MEM_BASE, index);
    return list;
}

static struct json *values_json(const double *v, int n)
{
    struct json *list = json_array();
    for (int i = 0; i < n; i++)
        json_push(list, json_of_number(v[i]));
    return list;
}

static struct json *summary_json(const double *v, int n)
{
    struct stats_summary s = stats_describe(v, n, RECORD_LEVEL);
    const struct {
        const char *key;
        double value;
    } fields[] = {
        {"n",       s.n            },
        {"mean",    s.mean.estimate},
        {"sd",      s.sd           },
        {"t_lower", s.mean.low     },
        {"t_upper", s.mean.high    },
        {"level",   RECORD_LEVEL   },
        {"median",  s.median       },
        {"mad",     s.mad          },
        {"min",     s.min          },
        {"max",     s.max          },
    };
    struct json *o = json_object();
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        json_put_number(o, fields[i].key, fields[i].value);
    json_put(o, "outliers", outliers_json(v, n));
    json_put(o, "values", values_json(v, n));
    return o;
}

static void put_metrics(struct json *side, const struct cell_result *r, int which)
{
    struct json *metrics = json_put_object(side, "metrics");
    double *v = record_numbers(r->count);
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        if (!cell_has_metric(r, m))
            continue;
        cell_values(r, which, m, v);
        json_put(metrics, probe_metrics[m].name, summary_json(v, r->count));
    }
    mem_free(MEM_BASE, v);
}

static void put_prepare(struct json *side, const struct cell_result *r, int which)
{
    if (!r->cell->base.kernel) {
        json_put_text(side, "prepare", NULL);
        return;
    }
    double *cpu = record_numbers(r->count), *wall = record_numbers(r->count);
    for (int i = 0; i < r->count; i++) {
        cpu[i] = (double)r->pairs[i].prepare[which].cpu_ns;
        wall[i] = (double)r->pairs[i].prepare[which].wall_ns;
    }
    struct json *o = json_put_object(side, "prepare");
    json_put_number(o, "cpu_ns", stats_median(cpu, r->count));
    json_put_number(o, "wall_ns", stats_median(wall, r->count));
    mem_free(MEM_BASE, cpu);
    mem_free(MEM_BASE, wall);
}

/* ---- the side ------------------------------------------------------------------------------- */

static void put_copy(struct json *object, const char *key, const struct json *value)
{
    json_put(object, key, value ? json_copy(value) : json_of_text(NULL));
}

static void put_command(struct json *side, const struct plan_side *from)
{
    if (!from->argv) {
        json_put_text(side, "command", NULL);
        return;
    }
    struct json *words = json_put_array(side, "command");
    for (const char *const *w = from->argv; *w; w++)
        json_push(words, json_of_text(*w));
}

/* What its processes said. */
static void put_said(struct json *side, const struct cell_side *said)
{
    agree_put(side, &said->digest);
    put_copy(side, "build", said->build);
    put_copy(side, "counts", said->counts);
    json_put_bool(side, "counts_exact", !said->counts_vary);
    put_copy(side, "totals", said->totals);
    put_copy(side, "overhead", said->overhead);
}

static void put_speed(struct json *side, const struct cell_result *r, int which)
{
    struct throughput speed;
    struct rate rate;
    if (throughput_of(r, which, &speed))
        json_put(side, "throughput", throughput_json(&speed, &r->sides[which]));
    if (rate_of(r, which, &rate))
        json_put(side, "rate", rate_json(&rate));
}

struct json *record_side(const struct cell_result *r, int which)
{
    const struct plan_side *from = which == SIDE_BASE ? &r->cell->base : &r->cell->new;
    struct json *o = json_object();
    json_put_text(o, "label", from->label);
    json_put_text(o, "layers", from->layer_set);
    put_copy(o, "settings", from->settings);
    if (from->no_store)
        json_put_bool(o, "no_store", true);
    put_command(o, from);
    json_put_text(o, "binary", from->binary);
    if (from->library)
        json_put_text(o, "library", from->library);
    if (from->folder)
        json_put_text(o, "folder", from->folder);
    put_said(o, &r->sides[which]);
    put_speed(o, r, which);
    put_prepare(o, r, which);
    put_metrics(o, r, which);
    return o;
}
