#include "harness/result/record.h"

#include "harness/base/mem.h"
#include "harness/result/agree.h"
#include "harness/result/rate.h"
#include "harness/result/throughput.h"
#include "harness/stats/describe.h"
#include "harness/stats/hodges_lehmann.h"

#include <math.h>
#include <string.h>

static const char *const side_names[SIDES] = {"base", "new"};

/* Room for `n` doubles; freed by mem_free(MEM_BASE, ...). */
static double *numbers(int n)
{
    return mem_alloc(MEM_BASE, (size_t)(n ? n : 1) * sizeof(double));
}

/* ---- statistics ----------------------------------------------------------------------------- */

/* The pair's own number is the Hodges-Lehmann estimate over its slices, which is better than the
 * ratio of their sums: the paired statistics use it, the unpaired ones the readings. */
struct stats_comparison record_contrast(const struct cell_result *r, int metric)
{
    /* Where a pair holds many turns, each with a coin of its own, no one side was first. */
    bool has_order = !r->cell->base.kernel && r->pairs[0].slices == 1;
    double *base = numbers(r->count), *new = numbers(r->count), *paired = numbers(r->count);
    int8_t *base_first = mem_alloc(MEM_BASE, (size_t)r->count);
    cell_values(r, SIDE_BASE, metric, base);
    cell_values(r, SIDE_NEW, metric, new);
    cell_log_ratios(r, metric, paired);
    for (int i = 0; i < r->count; i++) {
        base_first[i] = r->pairs[i].first == SIDE_BASE;
        base[i] = fmax(base[i], 1e-9); /* a clock that did not tick */
        new[i] = fmax(new[i], 1e-9);
        paired[i] = base[i] * exp(paired[i]);
    }
    struct stats_comparison c =
        stats_compare(base, paired, has_order ? base_first : NULL, r->count, RECORD_LEVEL);
    struct stats_comparison readings = stats_compare(base, new, NULL, r->count, RECORD_LEVEL);
    c.welch = readings.welch;
    c.mean_ratio = readings.mean_ratio;
    c.median_ratio = readings.median_ratio;
    c.min_ratio = readings.min_ratio;
    c.lag1_new = readings.lag1_new;
    mem_free(MEM_BASE, base);
    mem_free(MEM_BASE, new);
    mem_free(MEM_BASE, paired);
    mem_free(MEM_BASE, base_first);
    return c;
}

static struct stats_interval ratio_of(const struct cell_result *r, int metric)
{
    double *d = numbers(r->count);
    cell_log_ratios(r, metric, d);
    struct stats_interval ratio =
        stats_interval_exp(stats_hodges_lehmann_interval(d, r->count, RECORD_LEVEL));
    mem_free(MEM_BASE, d);
    return ratio;
}

void record_estimate(const struct cell_result *r, int metric, double *ratio, double *half_width)
{
    struct stats_interval i = ratio_of(r, metric);
    *ratio = i.estimate;
    *half_width = isfinite(i.high - i.low) ? (i.high - i.low) / 2 / i.estimate : (double)NAN;
}

const char *record_verdict(const struct cell_result *r)
{
    struct stats_interval i = ratio_of(r, PROBE_CPU);
    if (i.high < 1)
        return "faster";
    return i.low > 1 ? "slower" : "no difference proven";
}

double record_median(const struct cell_result *r, int side, int metric)
{
    double *v = numbers(r->count);
    cell_values(r, side, metric, v);
    double median = stats_median(v, r->count);
    mem_free(MEM_BASE, v);
    return median;
}

/* ---- one side ------------------------------------------------------------------------------- */

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
    double *v = numbers(r->count);
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
    double *cpu = numbers(r->count), *wall = numbers(r->count);
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

struct json *record_side(const struct cell_result *r, int which)
{
    const struct plan_side *from = which == SIDE_BASE ? &r->cell->base : &r->cell->new;
    const struct cell_side *said = &r->sides[which];
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
    agree_put(o, &said->digest);
    put_copy(o, "build", said->build);
    put_copy(o, "counts", said->counts);
    json_put_bool(o, "counts_exact", !said->counts_vary);
    put_copy(o, "totals", said->totals);
    put_copy(o, "overhead", said->overhead);
    struct throughput speed;
    if (throughput_of(r, which, &speed))
        json_put(o, "throughput", throughput_json(&speed, said));
    struct rate rate;
    if (rate_of(r, which, &rate))
        json_put(o, "rate", rate_json(&rate));
    put_prepare(o, r, which);
    put_metrics(o, r, which);
    return o;
}

/* ---- the sides against each other ------------------------------------------------------------ */

static void put_bounds(struct json *o, struct stats_interval i)
{
    json_put_number(o, "lower", i.low);
    json_put_number(o, "upper", i.high);
}

struct json *record_put_interval(struct json *o, const char *key, struct stats_interval i)
{
    struct json *v = json_put_object(o, key);
    json_put_number(v, "estimate", i.estimate);
    put_bounds(v, i);
    json_put_number(v, "level", i.coverage);
    return v;
}

double record_ratio_bound(double log_bound)
{
    return isfinite(log_bound) ? exp(log_bound) : (double)NAN;
}

/* A bound that so few pairs cannot give is null, not 0. */
static void put_ratio_bounds(struct json *o, struct stats_interval ratio)
{
    json_put_number(o, "lower", record_ratio_bound(log(ratio.low)));
    json_put_number(o, "upper", record_ratio_bound(log(ratio.high)));
}

static struct json *welch_json(const struct stats_t_test *w)
{
    static const char *const words[STATS_DIRECTION_COUNT] = {
        [STATS_UNDECIDED] = "equal", [STATS_LOWER] = "faster", [STATS_HIGHER] = "slower"};
    struct json *o = json_object();
    json_put_number(o, "t", w->t);
    json_put_number(o, "df", w->df);
    json_put_number(o, "p", w->p_two_sided);
    json_put_number(o, "difference", w->difference.estimate);
    put_bounds(o, w->difference);
    json_put_text(o, "direction", words[w->direction]);
    return o;
}

static void put_tests(struct json *o, const struct stats_comparison *c)
{
    json_put_number(o, "signed_rank_p", c->signed_rank.p_two_sided);
    struct json *sign = json_put_object(o, "sign");
    json_put_number(sign, "p", c->sign.p_two_sided);
    put_ratio_bounds(sign, c->sign_ratio);
    json_put_number(sign, "level", c->sign_ratio.coverage);
    struct json *t = json_put_object(o, "paired_t");
    json_put_number(t, "p", c->paired_t.p_two_sided);
    put_ratio_bounds(t, c->t_ratio);
    json_put(o, "welch", welch_json(&c->welch));
}

static struct json *contrast_json(const struct cell_result *r, int metric)
{
    struct stats_comparison c = record_contrast(r, metric);
    struct json *o = json_object();
    json_put_number(o, "pairs", c.n);
    json_put_number(o, "ratio", c.ratio.estimate);
    put_ratio_bounds(o, c.ratio);
    json_put_number(o, "level", c.ratio.coverage);
    json_put_number(o, "percent", c.percent);
    json_put_number(o, "times", c.times);
    put_tests(o, &c);
    json_put_number(o, "mean_ratio", c.mean_ratio);
    json_put_number(o, "median_ratio", c.median_ratio);
    json_put_number(o, "min_ratio", c.min_ratio);
    json_put_number(o, "se_log", c.log_ratio_se);
    json_put_number(o, "mde_percent", c.detectable_percent);
    json_put_number(o, "position_effect", c.position.estimate);
    struct json *lag = json_put_object(o, "autocorrelation");
    json_put_number(lag, "base", c.lag1_base);
    json_put_number(lag, "new", c.lag1_new);
    json_put_number(lag, "paired", c.lag1_pairs);
    return o;
}

static struct json *slice_json(const struct probe_slice *s)
{
    struct json *o = json_object();
    json_put_number(o, "cpu_ns", (double)s->cpu_ns);
    json_put_number(o, "wall_ns", (double)s->wall_ns);
    json_put_number(o, "delay_ns", (double)s->delay_ns);
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
        json_put(o, side_names[s], slice_json(&pair->work[s]));
    if (r->cell->base.kernel) {
        struct json *prepare = json_put_object(o, "prepare");
        for (int s = 0; s < SIDES; s++)
            json_put(prepare, side_names[s], slice_json(&pair->prepare[s]));
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
            json_put(compare, probe_metrics[m].name, contrast_json(r, m));
    json_put_text(o, "verdict", record_verdict(r));
    json_put(o, "gate", gate ? gate : json_of_text(NULL));
    json_put_bool(o, "complete", complete);
    return o;
}
