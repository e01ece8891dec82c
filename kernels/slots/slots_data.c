/* The slots of one process: bundle, assets, group, history, indicator, and a whole backtest. */
#include "kernels/slots/slots_parts.h"

#include "kernels/backtest/run_compute.h"
#include "kernels/backtest/run_layers.h"

#include <string.h>

/* ---- what calls need --------------------------------------------------------------------------- */

bool slots_hold(struct slots *s, struct err *e)
{
    struct slots_held *h = &s->held[s->held_count];
    if (!BT_CALL(s->run->ops.bundle, s->run, &h->bundle, &h->lease, e))
        return false;
    s->held_count++;
    return true;
}

static struct bundle *last_held(const struct slots *s)
{
    return s->held[s->held_count - 1].bundle;
}

bool slots_find_ids(struct slots *s, struct err *e)
{
    struct bundle *bundle = last_held(s);
    if (!s->ids)
        s->ids = ARENA_NEW_RAW(&s->arena, uint32_t, s->run->plan.symbol_count);
    return BT_CALL(s->run->ops.assets, s->run, bundle, &s->assets, &s->assets_lease, e) &&
           bt_find_ids(s->run, bundle, s->assets, s->ids, e);
}

static struct bt_slice slice_of(const struct slots *s, int symbol)
{
    const struct bt_plan *plan = &s->run->plan;
    return (struct bt_slice){.bundle = last_held(s),
                             .asset = s->ids[symbol],
                             .wanted = s->ids,
                             .wanted_count = plan->symbol_count,
                             .from = plan->ranges[0].from,
                             .to = plan->ranges[0].to};
}

bool slots_need_bars(struct slots *s, struct err *e)
{
    int n = s->run->plan.symbol_count;
    if (!s->symbols)
        s->symbols = ARENA_NEW(&s->arena, struct slots_symbol, n);
    for (s->symbol_count = 0; s->symbol_count < n; s->symbol_count++) {
        struct slots_symbol *y = &s->symbols[s->symbol_count];
        y->slice = slice_of(s, s->symbol_count);
        if (!BT_CALL(s->run->ops.group, s->run, &y->slice, &y->bars, &y->lease, e))
            return false;
        y->bars.of = &y->slice;
    }
    return true;
}

/* The other way round. Layers' caches must not be left with what nobody holds any more. */
void slots_let_go(struct slots *s)
{
    while (s->symbol_count > 0)
        bt_lease_end(&s->symbols[--s->symbol_count].lease);
    bt_lease_end(&s->assets_lease);
    bt_job_ends(s->run);
    while (s->held_count > 0)
        bt_lease_end(&s->held[--s->held_count].lease);
    arena_reset(&s->run->scratch);
}

/* A bundle in hand, the ids of its symbols. */
static bool open_ids(struct slots *s, struct err *e)
{
    s->held = ARENA_NEW(&s->arena, struct slots_held, 1);
    return slots_hold(s, e) && slots_find_ids(s, e);
}

static bool open_bars(struct slots *s, struct err *e)
{
    return open_ids(s, e) && slots_need_bars(s, e);
}

/* As a job ends, but what was prepared stays. */
static void end_call(struct slots *s)
{
    bt_job_ends(s->run);
    arena_release(&s->run->scratch, s->prepared);
}

/* ---- all bytes ---------------------------------------------------------------------------------- */

static void hash_whole(struct sha256 *h, int64_t value)
{
    sha256_add(h, &value, sizeof value);
}

static void hash_column(struct sha256 *h, struct bt_col col, long n)
{
    int64_t some[512];
    const long most = (long)(sizeof some / sizeof *some);
    for (long i = 0, k; i < n; i += k) {
        for (k = 0; k < most && i + k < n; k++)
            some[k] = bt_at(col, i + k);
        sha256_add(h, some, (size_t)k * sizeof *some);
    }
}

void slots_hash_bars(struct sha256 *h, const struct bt_bars *bars)
{
    hash_whole(h, bars->n);
    hash_whole(h, bars->largest);
    for (int f = 0; f < BT_FIELDS; f++)
        hash_column(h, bars->field[f], bars->n);
}

static void hash_series(struct sha256 *h, const struct bt_series *x)
{
    hash_whole(h, x->n);
    hash_whole(h, x->largest);
    hash_column(h, (struct bt_col){x->v, 1}, x->n);
}

void slots_hash_assets(struct sha256 *h, struct bt_assets assets)
{
    for (int i = 0; i < assets.n; i++) {
        const struct bundle_asset *a = &assets.v[i];
        const int64_t numbers[] = {a->id, a->first_time, a->last_time, a->rows};
        sha256_add(h, a->symbol, strlen(a->symbol) + 1);
        sha256_add(h, numbers, sizeof numbers);
    }
}

/* ---- bundle ------------------------------------------------------------------------------------ */

static bool with_bundle(struct slots *s, struct sha256 *h, struct err *e)
{
    struct bundle *bundle;
    struct bt_lease lease;
    long rows;
    if (!BT_CALL(s->run->ops.bundle, s->run, &bundle, &lease, e))
        return false;
    const struct bar_row *all = bundle_rows(bundle, &rows);
    slots_see(s, (uint64_t)(rows ? all[rows - 1].close : 0));
    if (h) {
        sha256_add(h, bundle_info(bundle)->content, SHA256_HEX);
        hash_whole(h, rows);
    }
    bt_lease_end(&lease);
    end_call(s);
    return true;
}

static bool call_bundle(struct slots *s, long call, long which, struct err *e)
{
    (void)call;
    (void)which;
    return with_bundle(s, NULL, e);
}

static bool hash_bundle(struct slots *s, long which, struct sha256 *h, struct err *e)
{
    (void)which;
    return with_bundle(s, h, e);
}

const struct slots_row slots_bundle = {.name = "bundle", .call = call_bundle, .hash = hash_bundle};

/* ---- assets ------------------------------------------------------------------------------------ */

/* A bundle for each call, as each backtest of the base opens its own, and one for those that are not
 * measured. Each takes two files. */
enum { ASSET_CALLS_MAX = 400 };

static bool open_assets(struct slots *s, struct err *e)
{
    long calls = s->settings->calls;
    if (calls > ASSET_CALLS_MAX)
        return err_input(e, "calls: expected at most %d with slot assets, found %ld",
                         ASSET_CALLS_MAX, calls);
    s->held = ARENA_NEW(&s->arena, struct slots_held, calls + 1);
    for (long i = 0; i <= calls; i++)
        if (!slots_hold(s, e))
            return false;
    return true;
}

static bool with_assets(struct slots *s, struct bundle *bundle, struct sha256 *h, struct err *e)
{
    struct bt_assets assets;
    struct bt_lease lease;
    if (!BT_CALL(s->run->ops.assets, s->run, bundle, &assets, &lease, e))
        return false;
    slots_see(s, (uint64_t)assets.n);
    slots_see(s, assets.n ? (uint64_t)assets.v[assets.n - 1].rows : 0);
    if (h)
        slots_hash_assets(h, assets);
    bt_lease_end(&lease);
    end_call(s);
    return true;
}

static bool call_assets(struct slots *s, long call, long which, struct err *e)
{
    (void)which;
    return with_assets(s, call < 0 ? last_held(s) : s->held[call].bundle, NULL, e);
}

static bool hash_assets(struct slots *s, long which, struct sha256 *h, struct err *e)
{
    (void)which;
    return with_assets(s, last_held(s), h, e);
}

const struct slots_row slots_assets = {
    .name = "assets",
    .open = open_assets,
    .call = call_assets,
    .hash = hash_assets,
    .close = slots_let_go,
};

/* ---- group and history --------------------------------------------------------------------------- */

static void see_bars(struct slots *s, const struct bt_bars *bars)
{
    slots_see(s, (uint64_t)bars->n);
    slots_see(s, bars->n ? (uint64_t)bt_at(bars->field[BT_CLOSE], bars->n - 1) : 0);
}

/* The series that an evaluation asks for: closes, and prices of fills. */
static bool convert(struct slots *s, const struct bt_bars *bars, struct sha256 *h, struct err *e)
{
    const enum bt_field fields[] = {BT_CLOSE, s->run->plan.fill.field};
    for (int i = 0; i < 2; i++) {
        struct bt_series x;
        if (!BT_CALL(s->run->ops.history, s->run, bars, fields[i], &x, e))
            return false;
        slots_see(s, x.n ? (uint64_t)x.v[x.n - 1] : 0);
        if (h)
            hash_series(h, &x);
    }
    return true;
}

/* Memory is given back after each symbol, as in a backtest. */
static bool group(struct slots *s, bool converts, struct sha256 *h, struct err *e)
{
    bool ok = true;
    for (int i = 0; ok && i < s->run->plan.symbol_count; i++) {
        struct bt_slice slice = slice_of(s, i);
        struct bt_bars bars;
        struct bt_lease lease;
        struct arena_mark mark = arena_mark(&s->run->scratch);
        if (!BT_CALL(s->run->ops.group, s->run, &slice, &bars, &lease, e))
            return false;
        bars.of = &slice;
        see_bars(s, &bars);
        if (h)
            slots_hash_bars(h, &bars);
        ok = !converts || convert(s, &bars, h, e);
        bt_lease_end(&lease);
        arena_release(&s->run->scratch, mark);
    }
    end_call(s);
    return ok;
}

static bool call_filter(struct slots *s, long call, long which, struct err *e)
{
    (void)call;
    (void)which;
    return group(s, false, NULL, e);
}

static bool hash_filter(struct slots *s, long which, struct sha256 *h, struct err *e)
{
    (void)which;
    return group(s, false, h, e);
}

static bool call_columns(struct slots *s, long call, long which, struct err *e)
{
    (void)call;
    (void)which;
    return group(s, true, NULL, e);
}

static bool hash_columns(struct slots *s, long which, struct sha256 *h, struct err *e)
{
    (void)which;
    return group(s, true, h, e);
}

static bool convert_all(struct slots *s, struct sha256 *h, struct err *e)
{
    for (int i = 0; i < s->symbol_count; i++) {
        struct arena_mark mark = arena_mark(&s->run->scratch);
        if (!convert(s, &s->symbols[i].bars, h, e))
            return false;
        arena_release(&s->run->scratch, mark);
    }
    end_call(s);
    return true;
}

static bool call_convert(struct slots *s, long call, long which, struct err *e)
{
    (void)call;
    (void)which;
    return convert_all(s, NULL, e);
}

static bool hash_convert(struct slots *s, long which, struct sha256 *h, struct err *e)
{
    (void)which;
    return convert_all(s, h, e);
}

const struct slots_row slots_filter = {
    .name = "filter",
    .open = open_ids,
    .call = call_filter,
    .hash = hash_filter,
    .close = slots_let_go,
};

const struct slots_row slots_columns = {
    .name = "columns",
    .open = open_ids,
    .call = call_columns,
    .hash = hash_columns,
    .close = slots_let_go,
};

const struct slots_row slots_convert = {
    .name = "convert",
    .open = open_bars,
    .call = call_convert,
    .hash = hash_convert,
    .close = slots_let_go,
};

/* ---- indicator ---------------------------------------------------------------------------------- */

const char *const slots_indicator_names[BT_INDICATOR_KINDS + 1] = {[BT_SMA] = "sma",
                                                                   [BT_EMA] = "ema",
                                                                   [BT_BANDS] = "bands",
                                                                   [BT_CHANGES] = "changes",
                                                                   [BT_RSI_WILDER] = "rsi-wilder"};

/* The windows are parsed as the values of a strategy's parameter are. */
static const struct bt_param windows_param = {.name = "windows",
                                              .unit = "bars",
                                              .help = "of the indicator",
                                              .whole = true,
                                              .min = 1,
                                              .max = 10000};
static const struct bt_strategy windows_alone = {
    .name = "indicator", .params = &windows_param, .param_count = 1};

static bool parse_windows(struct slots *s, struct err *e)
{
    struct bt_space space;
    const char *text = arena_format(&s->arena, "windows=%s", s->settings->windows);
    if (!bt_space_parse(&windows_alone, (struct opt_texts){&text, 1}, &s->arena, &space, e))
        return false;
    s->window_count = space.axis[0].n;
    s->windows = ARENA_NEW_RAW(&s->arena, long, s->window_count);
    for (long i = 0; i < s->window_count; i++)
        s->windows[i] = (long)bt_axis_value(&space.axis[0], i);
    return true;
}

static bool open_indicator(struct slots *s, struct err *e)
{
    if (!parse_windows(s, e) || !open_bars(s, e))
        return false;
    while (strcmp(slots_indicator_names[s->indicator], s->settings->indicator) != 0)
        s->indicator++; /* one of them: the option row says so */
    for (int i = 0; i < s->symbol_count; i++) {
        struct slots_symbol *y = &s->symbols[i];
        if (!BT_CALL(s->run->ops.history, s->run, &y->bars, BT_CLOSE, &y->closes, e))
            return false;
    }
    s->different = s->symbol_count * s->window_count;
    return true;
}

static void see_indicator(struct slots *s, const struct bt_indicator *x)
{
    slots_see(s, (uint64_t)x->first);
    for (int c = 0; c < x->columns; c++)
        slots_see(s, x->n > x->first ? (uint64_t)x->column[c].whole[x->n - 1] : 0);
}

/* Only what is defined. */
static void hash_indicator_columns(struct sha256 *h, const struct bt_indicator *x)
{
    const int64_t head[] = {x->window, x->first, x->n, x->columns};
    sha256_add(h, head, sizeof head);
    for (int c = 0; x->n > x->first && c < x->columns; c++)
        sha256_add(h, x->column[c].whole + x->first, (size_t)(x->n - x->first) * sizeof(int64_t));
}

static bool with_indicator(struct slots *s, long which, struct sha256 *h, struct err *e)
{
    struct bt_ask ask = {s->indicator, s->windows[which / s->symbol_count]};
    struct bt_indicator x;
    const struct bt_series *closes = &s->symbols[which % s->symbol_count].closes;
    if (!BT_CALL(s->run->ops.indicator, s->run, &ask, closes, &x, e))
        return false;
    see_indicator(s, &x);
    if (h)
        hash_indicator_columns(h, &x);
    end_call(s);
    return true;
}

static bool call_indicator(struct slots *s, long call, long which, struct err *e)
{
    (void)call;
    return with_indicator(s, which, NULL, e);
}

const struct slots_row slots_indicator = {
    .name = "indicator",
    .open = open_indicator,
    .call = call_indicator,
    .hash = with_indicator,
    .close = slots_let_go,
};

/* ---- a whole backtest ----------------------------------------------------------------------------- */

static bool open_backtest(struct slots *s, struct err *e)
{
    (void)e;
    const struct bt_plan *plan = &s->run->plan;
    s->different = bt_plan_backtests(plan);
    s->items = ARENA_NEW_RAW(&s->arena, struct bt_item, s->different);
    for (long i = 0; i < s->different; i++)
        bt_plan_item(plan, i, &s->items[i]);
    return true;
}

/* By the run's digest, which adds results up: those of the calls that are measured. */
static bool call_backtest(struct slots *s, long call, long which, struct err *e)
{
    struct bt_run *run = s->run;
    struct bt_result *result;
    struct bt_job job = {
        .range = bt_plan_range_of(&run->plan, which), .items = &s->items[which], .n = 1};
    if (!bt_compute(run, &job, &result, e))
        return false;
    if (call >= 0)
        bt_digest_add(&run->digest, result);
    bt_result_free(result);
    return true;
}

static void results_backtest(struct slots *s, struct kernel_digest *out)
{
    bt_digest_end(&s->run->digest, out);
}

const struct slots_row slots_backtest = {
    .name = "backtest",
    .open = open_backtest,
    .call = call_backtest,
    .results = results_backtest,
};
