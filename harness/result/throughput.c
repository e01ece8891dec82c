#include "harness/result/throughput.h"

#include "harness/base/mem.h"
#include "harness/result/record.h"
#include "harness/stats/describe.h"
#include "harness/stats/hodges_lehmann.h"

#include <math.h>

static double count_of(const struct cell_side *side, const char *name)
{
    return json_number(json_get(side->counts, name));
}

/* ---- beside the pairs ----------------------------------------------------------------------- */

bool throughput_contended(const struct cell_result *r, const struct cell_pair *pair)
{
    return pair->has_ceiling && !(ceiling_is_quiet(pair->ceiling[0].ipc, r->best_ipc) &&
                                  ceiling_is_quiet(pair->ceiling[1].ipc, r->best_ipc));
}

static int count_contended(const struct cell_result *r)
{
    int n = 0;
    for (int i = 0; i < r->count; i++)
        n += throughput_contended(r, &r->pairs[i]);
    return n;
}

/* Time that a ceiling would take, of what was taken: each pair by the readings on both its ends. */
static double median_share(const struct cell_result *r, const double *ns,
                           double (*best_ns)(const struct ceiling *c, double of), double of)
{
    double *shares = mem_alloc(MEM_BASE, (size_t)r->count * sizeof *shares);
    int n = 0;
    for (int i = 0; i < r->count; i++) {
        const struct ceiling *c = r->pairs[i].ceiling;
        if (r->pairs[i].has_ceiling)
            shares[n++] = (best_ns(&c[0], of) + best_ns(&c[1], of)) / 2 / ns[i];
    }
    double median = n > 0 ? stats_median(shares, n) : (double)NAN;
    mem_free(MEM_BASE, shares);
    return median;
}

static double dense_ns(const struct ceiling *c, double unused)
{
    (void)unused;
    return c->dense_ns;
}

static double issue_ns(const struct ceiling *c, double instructions)
{
    return instructions / (c->ipc * c->clock_ghz);
}

/* ---- one side ------------------------------------------------------------------------------- */

static void values_of(const struct cell_result *r, int side, int metric, double bar_backtests,
                      double *out)
{
    cell_values(r, side, metric, out);
    for (int i = 0; i < r->count; i++)
        out[i] /= bar_backtests;
}

static double least(const double *v, int n)
{
    double min = v[0];
    for (int i = 1; i < n; i++)
        min = fmin(min, v[i]);
    return min;
}

bool throughput_of(const struct cell_result *r, int side, struct throughput *out)
{
    const struct cell_side *said = &r->sides[side];
    double bars = count_of(said, "bar_backtests"), backtests = count_of(said, "backtests");
    if (!(bars > 0 && backtests > 0))
        return false;
    double *ns = mem_alloc(MEM_BASE, (size_t)r->count * sizeof *ns);
    values_of(r, side, PROBE_WALL, bars, ns);
    *out = (struct throughput){.backtests = backtests, .bar_backtests = bars};
    out->wall_ns = stats_hodges_lehmann_interval(ns, r->count, RECORD_LEVEL);
    values_of(r, side, PROBE_CPU, bars, ns);
    out->cpu_ns = stats_hodges_lehmann_interval(ns, r->count, RECORD_LEVEL);
    out->min_ns = least(ns, r->count);
    out->backtests_per_s = backtests / (out->cpu_ns.estimate * bars) * 1e9;
    out->instructions = said->instructions > 0 ? said->instructions / bars : (double)NAN;
    out->contended = count_contended(r);
    out->dense_share = median_share(r, ns, dense_ns, 0);
    out->issue_share = median_share(r, ns, issue_ns, out->instructions);
    mem_free(MEM_BASE, ns);
    return true;
}

/* ---- as a record ---------------------------------------------------------------------------- */

struct json *throughput_json(const struct throughput *t, const struct cell_side *side)
{
    struct json *o = json_object();
    json_put_number(o, "backtests", t->backtests);
    json_put_number(o, "bar_backtests", t->bar_backtests);
    record_put_interval(o, "cpu_ns", t->cpu_ns);
    record_put_interval(o, "wall_ns", t->wall_ns);
    json_put_number(o, "min_ns", t->min_ns);
    json_put_number(o, "backtests_per_s", t->backtests_per_s);
    json_put_number(o, "dense_share", t->dense_share);
    json_put_number(o, "instructions", t->instructions);
    json_put_text(o, "instructions_reason",
                  side->instructions_reason[0] ? side->instructions_reason : NULL);
    json_put_number(o, "issue_share", t->issue_share);
    json_put_number(o, "contended_pairs", t->contended);
    return o;
}
