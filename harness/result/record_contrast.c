#include "harness/result/record_contrast.h"

#include "harness/base/mem.h"
#include "harness/stats/describe.h"
#include "harness/stats/hodges_lehmann.h"

#include <math.h>

double *record_numbers(int n)
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
    double *base = record_numbers(r->count), *new = record_numbers(r->count),
           *paired = record_numbers(r->count);
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
    double *d = record_numbers(r->count);
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
    double *v = record_numbers(r->count);
    cell_values(r, side, metric, v);
    double median = stats_median(v, r->count);
    mem_free(MEM_BASE, v);
    return median;
}

double record_ratio_bound(double log_bound)
{
    return isfinite(log_bound) ? exp(log_bound) : (double)NAN;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

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

struct json *record_contrast_json(const struct cell_result *r, int metric)
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
