#include "kernels/backtest/plan.h"

#include "kernels/store/dates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct bt_fill fills[] = {
    {"close",     BT_CLOSE, 0},
    {"next-open", BT_OPEN,  1},
};

static struct bt_fill fill_named(const char *name)
{
    return fills[strcmp(name, "close") != 0]; /* "open" is short for next-open */
}

/* ---- symbols ---------------------------------------------------------------------------------- */

static int compare_symbol(const void *name, const void *asset)
{
    const struct str *wanted = name;
    const char *symbol = ((const struct bundle_asset *)asset)->symbol;
    int side = strncmp(wanted->p, symbol, wanted->n);
    return side ? side : -(symbol[wanted->n] != '\0');
}

/* Assets are in byte order of their symbols: bundle_assets checks that. */
static const struct bundle_asset *find_symbol(const struct bundle_asset *assets, int n,
                                              struct str name)
{
    return n ? bsearch(&name, assets, (size_t)n, sizeof *assets, compare_symbol) : NULL;
}

static bool unknown_symbol(const char *dir, struct str name, const struct bundle_asset *assets,
                           int n, struct err *e)
{
    struct text some = {0};
    for (int i = 0; i < n && i < 12; i++)
        text_printf(&some, "%s%s", i ? ", " : "", assets[i].symbol);
    err_input(e, "symbols: %s has no \"%.*s\"; it has %s%s", dir, (int)(name.n < 64 ? name.n : 64),
              name.p, some.p ? some.p : "none", n > 12 ? ", ..." : "");
    text_done(&some);
    return false;
}

/* More bars first; of equals the earlier one. */
static int compare_lengths(const void *a, const void *b)
{
    const struct bundle_asset *x = *(const struct bundle_asset *const *)a;
    const struct bundle_asset *y = *(const struct bundle_asset *const *)b;
    return x->rows != y->rows ? (x->rows < y->rows) - (x->rows > y->rows) : (x > y) - (x < y);
}

static void take_longest(const struct bundle_asset *assets, int n, long most, bool *taken,
                         struct arena *a)
{
    const struct bundle_asset **order = ARENA_NEW_RAW(a, const struct bundle_asset *, n + 1);
    for (int i = 0; i < n; i++)
        order[i] = &assets[i];
    qsort(order, (size_t)n, sizeof *order, compare_lengths);
    for (int i = 0; i < n && i < most; i++)
        taken[order[i] - assets] = true;
}

/* "all" and "longest:N", in the order of the bundle; false: names are listed instead. */
static bool choose_by_rule(const char *wanted, const struct bundle_asset *assets, int n,
                           struct arena *a, const char **chosen, int *count)
{
    static const char longest[] = "longest:";
    long most = n;
    struct str rest = str_of(wanted);
    if (strncmp(wanted, longest, sizeof longest - 1) == 0) {
        str_cut(&rest, ':');
        if (!str_to_long(rest, &most) || most < 1)
            return false;
    } else if (strcmp(wanted, "all") != 0) {
        return false;
    }
    struct arena_mark mark = arena_mark(a);
    bool *taken = ARENA_NEW(a, bool, n + 1);
    take_longest(assets, n, most, taken, a);
    for (int i = 0; i < n; i++)
        if (taken[i])
            chosen[(*count)++] = assets[i].symbol;
    arena_release(a, mark);
    return true;
}

/* "AAPL,MSFT", in this order. */
static bool choose_by_name(const char *wanted, const struct bundle_asset *assets, int n,
                           struct arena *a, const char **chosen, struct bt_plan *out, struct err *e)
{
    struct arena_mark mark = arena_mark(a);
    bool ok = true, *taken = ARENA_NEW(a, bool, n + 1);
    for (struct str rest = str_of(wanted); ok && rest.p;) {
        struct str name = str_cut(&rest, ',');
        const struct bundle_asset *asset = find_symbol(assets, n, name);
        if (!asset)
            ok = unknown_symbol(out->bundle_dir, name, assets, n, e);
        else if (taken[asset - assets])
            ok = err_input(e, "symbols: %s is listed twice", asset->symbol);
        else
            chosen[out->symbol_count++] = asset->symbol;
        if (ok)
            taken[asset - assets] = true;
    }
    arena_release(a, mark);
    return ok;
}

static bool choose_symbols(const char *wanted, const struct bundle_asset *assets, int n,
                           struct arena *a, struct bt_plan *out, struct err *e)
{
    const char **chosen = ARENA_NEW(a, const char *, n + 1);
    out->symbols = chosen;
    return choose_by_rule(wanted, assets, n, a, chosen, &out->symbol_count) ||
           choose_by_name(wanted, assets, n, a, chosen, out, e);
}

/* ---- range ------------------------------------------------------------------------------------ */

/* Midnight of a date. */
static bool date_of(const char *name, const char *text, int64_t *out, struct err *e)
{
    if (strlen(text) == strlen("2024-12-31") && date_parse(str_of(text), out))
        return true;
    return err_input(e, "%s: expected a date as 2024-12-31, found \"%.60s\"", name, text);
}

static int64_t midnight(int64_t time)
{
    return time / DATE_DAY_SECONDS * DATE_DAY_SECONDS -
           (time % DATE_DAY_SECONDS < 0 ? DATE_DAY_SECONDS : 0);
}

/* Midnight before the first of the last n bar times up to `to`'s day. */
static int64_t before_last(struct bundle *b, long n, int64_t to)
{
    long rows;
    const struct bar_row *row = bundle_rows(b, &rows);
    int64_t time = to + DATE_DAY_SECONDS;
    for (long i = rows - 1; i >= 0 && n > 0; i--) {
        if (row[i].time >= time)
            continue;
        time = row[i].time;
        n--;
    }
    return midnight(time);
}

static bool make_range(const struct bt_settings *s, struct bundle *b, struct arena *a,
                       struct bt_plan *out, struct err *e)
{
    const struct bundle_info *info = bundle_info(b);
    int64_t from = midnight(info->first_time), to = midnight(info->last_time);
    char first[DATE_TEXT], last[DATE_TEXT];
    date_format(first, from);
    date_format(last, to);
    if ((s->from && !date_of("from", s->from, &from, e)) ||
        (s->to && !date_of("to", s->to, &to, e)))
        return false;
    if (s->last && s->from)
        return err_input(e, "last: expected it without from");
    if (s->last && to >= from)
        from = before_last(b, s->last, to);
    if (from > to)
        return err_input(e, "from: expected a date not after %s, found %s", s->to ? s->to : last,
                         s->from ? s->from : first);
    struct bt_range *range = ARENA_NEW(a, struct bt_range, 1);
    *range = (struct bt_range){.from = from, .to = to + DATE_DAY_SECONDS - 1};
    if (range->to < info->first_time || range->from > info->last_time)
        return err_input(e, "from, to: %s has bars from %s to %s only", s->bundle, first, last);
    snprintf(range->name, sizeof range->name, "%.10s_%.10s", date_format(first, from),
             date_format(last, to));
    out->ranges = range;
    out->range_count = 1;
    return true;
}

/* ---- ids -------------------------------------------------------------------------------------- */

/* Canonical: fields in this order, numbers with 17 digits, no blanks. Changing a byte here makes
 * every stored result a stranger. */
static void canonical(const struct bt_plan *p, const double *values, struct text *out)
{
    text_clear(out);
    text_printf(out, "{\"fee\":%.17g,\"fill\":\"%s\",\"params\":{", p->fee, p->fill.name);
    for (int i = 0; i < p->grid.params; i++)
        text_printf(out, "%s\"%s\":%.17g", i ? "," : "", p->strategy->params[i].name, values[i]);
    text_printf(out, "},\"periods_per_year\":%.17g,\"strategy\":\"%s\"}", p->periods_per_year,
                p->strategy->name);
}

struct id_place {
    const char *id;
    long combination;
};

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const struct id_place *)a)->id, ((const struct id_place *)b)->id);
}

/* Sixteen digits of a hash: two of a million combinations share one with chance 3e-8, and then they
 * would share a result, so it is checked. */
static bool sort_ids(struct arena *a, struct bt_plan *p, struct err *e)
{
    long n = p->grid.count;
    long *by_id = ARENA_NEW_RAW(a, long, n);
    struct arena_mark mark = arena_mark(a);
    struct id_place *order = ARENA_NEW_RAW(a, struct id_place, n);
    for (long i = 0; i < n; i++)
        order[i] = (struct id_place){p->ids[i], i};
    qsort(order, (size_t)n, sizeof *order, compare_ids);
    bool unique = true;
    for (long i = 0; i < n; i++) {
        by_id[i] = order[i].combination;
        unique = unique && (i == 0 || strcmp(order[i - 1].id, order[i].id) != 0);
    }
    arena_release(a, mark);
    p->by_id = by_id;
    return unique || err_input(e, "param: two combinations of the grid have the same id");
}

static bool make_ids(struct arena *a, struct bt_plan *p, struct err *e)
{
    char(*ids)[BT_ID_TEXT] = arena_alloc_raw(a, (size_t)p->grid.count * sizeof *ids);
    struct text text = {0};
    for (long i = 0; i < p->grid.count; i++) {
        char hex[SHA256_HEX];
        canonical(p, p->grid.values + i * p->grid.params, &text);
        sha256_of(text.p, text.n, hex);
        memcpy(ids[i], hex, BT_ID_TEXT - 1);
        ids[i][BT_ID_TEXT - 1] = '\0';
    }
    text_done(&text);
    p->ids = (const char(*)[BT_ID_TEXT])ids;
    return sort_ids(a, p, e);
}

/* ---- workers ---------------------------------------------------------------------------------- */

static bool count_workers(long asked, long *out, struct err *e)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    *out = asked > 0 ? asked : cores > 0 ? cores : 1;
    return asked != 0 || err_input(e, "workers: expected 1 or more, or -1 for all cores, found 0");
}

/* ---- plan ------------------------------------------------------------------------------------- */

static bool plan_over(struct bundle *b, const struct bt_settings *s, struct arena *a,
                      struct bt_plan *out, struct err *e)
{
    const struct bundle_info *info = bundle_info(b);
    struct bundle_asset *assets;
    int n;
    out->content = arena_text(a, info->content);
    out->synthetic = info->synthetic;
    return bundle_assets(b, a, &assets, &n, e) &&
           choose_symbols(s->symbols, assets, n, a, out, e) && make_range(s, b, a, out, e);
}

bool bt_plan_make(const struct bt_settings *s, struct arena *a, struct bt_plan *out, struct err *e)
{
    *out = (struct bt_plan){
        .bundle_dir = s->bundle ? arena_text(a, s->bundle) : NULL,
        .fill = fill_named(s->fill),
        .fee = s->fee,
        .periods_per_year = s->periods_per_year,
        .batch_size = s->checkpoint_batch_size,
        .bundles_max = s->max_bundle_pool_size,
        .asset_lists_max = s->lru_maxsize,
        .group_bytes = (size_t)(s->cache_size_gb * (1 << 30)),
        .history_after = (int)s->history_cache_after,
        .history_bytes = (size_t)(s->history_cache_mb * (1 << 20)),
        .check_caches = s->check_caches,
    };
    if (!s->bundle)
        return err_input(e, "bundle: expected a folder of market data, found none");
    if (!count_workers(s->workers, &out->workers, e))
        return false;
    out->strategy = bt_strategy_find(s->strategy, e);
    if (!out->strategy || !bt_grid_make(out->strategy, s->param, a, &out->grid, e) ||
        !make_ids(a, out, e) || !bundle_version(s->bundle, &out->version, e) ||
        !bundle_verify(s->bundle, e))
        return false;
    struct bundle *b = bundle_open(s->bundle, e);
    bool ok = b && plan_over(b, s, a, out, e);
    bundle_close(b);
    return ok;
}

static long find_id(const struct bt_plan *p, const char *id)
{
    long lo = 0, hi = p->grid.count;
    while (lo < hi) {
        long mid = lo + (hi - lo) / 2;
        int side = strcmp(p->ids[p->by_id[mid]], id);
        if (side == 0)
            return p->by_id[mid];
        if (side < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

long bt_plan_find(const struct bt_plan *p, const char *range, const char *id)
{
    long combination = find_id(p, id);
    for (int r = 0; combination >= 0 && r < p->range_count; r++)
        if (strcmp(p->ranges[r].name, range) == 0)
            return r * p->grid.count + combination;
    return -1;
}

void bt_plan_key(const struct bt_plan *p, long backtest, char out[BT_KEY_TEXT])
{
    const double *values = bt_plan_values(p, backtest);
    int n = 0;
    out[0] = '\0';
    for (int i = 0; i < p->grid.params && n < BT_KEY_TEXT; i++)
        n += snprintf(out + n, (size_t)(BT_KEY_TEXT - n), "%s%.15g", i ? "-" : "", values[i]);
}
