#include "harness/verify/subject.h"

#include "harness/base/json.h"
#include "harness/verify/passage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Windows that caches treat alike and not (20 and 50 are kept), combinations that are not valid. The
 * wide ones make jobs of several backtests for 2 and 3 workers. */
/* clang-format off */
const struct subject_strategy subject_strategies[] = {
    {"sma-cross",     {"fast=2:4", "slow=3,6,20,60", NULL},
                      {"fast=2:11", "slow=12:26", NULL}},
    {"rsi-bollinger", {"rsi=4,14", "std=0.5,1", "band=8,20", "oversold=40", NULL},
                      {"rsi=3:12", "std=0.5,1,1.5", "band=8:24:4", "oversold=40", NULL}},
    {"ema-cross",     {"fast=3,5,20", "slow=4,12,20,50", NULL},
                      {"fast=2:11", "slow=12:26", NULL}},
    {"momentum",      {"window=1,2,5,20,50,80,200", NULL},
                      {"window=1:150", NULL}},
    {"buy-hold",      {NULL}, {NULL}},
    {NULL,            {NULL}, {NULL}},
};
/* clang-format on */

/* ---- searches --------------------------------------------------------------------------------- */

static void set_grid(const struct material *m, struct bt_settings *s, struct arena *a)
{
    (void)m;
    (void)a;
    s->search = "grid";
}

/* Many, in few batches, in an order that the seed chooses. */
static void set_random(const struct material *m, struct bt_settings *s, struct arena *a)
{
    (void)m;
    (void)a;
    s->search = "random";
    s->seed = 7;
    s->symbols = "longest:2";
    s->batch_size = 150;
}

/* Three windows. */
static void set_walk_forward(const struct material *m, struct bt_settings *s, struct arena *a)
{
    (void)a;
    s->search = "walk-forward";
    s->train_bars = m->times / 4;
    s->validation_bars = s->test_bars = m->times / 8;
    s->step_bars = m->times / 4;
}

static void set_ranges(const struct material *m, struct bt_settings *s, struct arena *a)
{
    const char **ranges = ARENA_NEW(a, const char *, 2);
    ranges[0] = m->first_half;
    ranges[1] = m->second_half;
    s->search = "grid";
    s->range = (struct opt_texts){ranges, 2};
}

const struct subject_search subject_searches[] = {
    {"grid",         "all combinations over all bars",        set_grid,         false, false},
    {"random",       "many in an order by lot, two symbols",  set_random,       true,  false},
    {"walk-forward", "windows of train, validation and test", set_walk_forward, false, false},
    {"ranges",       "two ranges, summed up",                 set_ranges,       false, false},
    {"filtered",     "two ranges, a filter after each",       set_ranges,       false, true },
    {NULL,           NULL,                                    NULL,             false, false},
};

/* ---- filters ---------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The least that a metric's mean over the symbols is in any of a combination's ranges (or, combined, of
 * all together); NaN: undefined in one, or it has none. */
static double least_of(const struct bt_kept *kept, const char *id, bool combined,
                       const struct bt_metric *m)
{
    double least = INFINITY;
    for (long i = 0; i < kept->n; i++) {
        const struct bt_kept_one *one = &kept->v[i];
        if (strcmp(one->id, id) != 0 || combined != !one->range)
            continue;
        double v = bt_metric_mean(m, one->rows, one->symbol_count);
        least = isnan(v) || v < least ? v : least;
    }
    return isinf(least) ? (double)NAN : least;
}

/* "METRIC >= X": X is that value of a combination which a share of them does not reach, so that one
 * stands exactly on the limit and some pass in every range. */
static const char *filter_at(const struct bt_kept *kept, bool combined, const char *metric,
                             double share, struct arena *a)
{
    const struct bt_metric *m = bt_metric_find(str_of(metric));
    double *v = ARENA_NEW_RAW(a, double, kept->n + 1);
    long n = 0;
    for (long i = 0; i < kept->n; i++) {
        v[n] = least_of(kept, kept->v[i].id, combined, m);
        n += !kept->v[i].range && !isnan(v[n]); /* each once: where all ranges stand together */
    }
    if (n == 0)
        return "trades >= 0";
    qsort(v, (size_t)n, sizeof *v, by_size);
    return arena_format(a, "%s >= %.17g", metric, v[(long)((double)n * share)]);
}

/* By a passage without this filter. */
static bool measure_filter(struct bt_settings *s, const char **filter, bool combined,
                           const char *metric, double share, struct arena *a, struct err *e)
{
    struct outcome o = {0};
    struct passage p = {.settings = s};
    bool ok = passage_run(&p, &o, e);
    if (ok)
        *filter = filter_at(&o.kept, combined, metric, share, a);
    outcome_done(&o);
    return ok;
}

/* The last filter is measured on what the first one leaves. */
static bool set_filters(struct bt_settings *s, struct arena *a, struct err *e)
{
    return measure_filter(s, &s->window_filter, false, "sharpe", 0.3, a, e) &&
           measure_filter(s, &s->final_filter, true, "total_return", 0.3, a, e);
}

/* ---- settings --------------------------------------------------------------------------------- */

static struct opt_texts list_of(const char *const *texts, struct arena *a)
{
    struct opt_texts list = {ARENA_NEW(a, const char *, BT_PARAMS_MAX), 0};
    for (; texts[list.n]; list.n++)
        list.v[list.n] = texts[list.n];
    return list;
}

/* Layers that account block by block leave jobs with lists and all metrics to others: so one fill has
 * these, and the others try the blocks. */
static void set_lists(struct bt_settings *s, bool lists)
{
    s->metrics = lists ? "all" : "core";
    s->snapshots = lists ? "weekly" : "none";
    s->trades = lists;
}

bool subject_settings(const struct material *m, const struct subject_strategy *strategy,
                      const struct subject_search *search, const char *fill, struct arena *a,
                      struct bt_settings *out, struct err *e)
{
    struct json *nothing = json_object();
    opt_defaults(bt_options, out, a);
    bool ok = opt_from_json(bt_options, out, nothing, a, e); /* variables */
    json_free(nothing);
    if (!ok)
        return false;
    out->bundle = m->bundle;
    out->strategy = strategy->name;
    out->param = list_of(search->wide ? strategy->wide : strategy->params, a);
    out->fill = fill;
    set_lists(out, strcmp(fill, "close") == 0);
    out->batch_size = SUBJECT_BATCH;
    out->checkpoint_batch_size = SUBJECT_CHECKPOINT_BATCH;
    out->history_cache_reuse = search->wide ? 0 : 1; /* small searches would not be worth it */
    search->set(m, out, a);
    return (!search->filters || set_filters(out, a, e)) || err_prefix(e, "%s", strategy->name);
}
