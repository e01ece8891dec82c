#include "kernels/backtest/scope.h"

#include "kernels/store/dates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool bt_scope_symbols(const struct bt_settings *s, struct bundle *b, struct arena *a,
                      struct bt_plan *out, struct err *e)
{
    struct bundle_asset *assets;
    int n;
    if (!bundle_assets(b, a, &assets, &n, e))
        return false;
    const char **chosen = ARENA_NEW(a, const char *, n + 1);
    out->symbols = chosen;
    return choose_by_rule(s->symbols, assets, n, a, chosen, &out->symbol_count) ||
           choose_by_name(s->symbols, assets, n, a, chosen, out, e);
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

/* from, to and last: one range, as short-hand for `range`. */
static bool make_one_range(const struct bt_settings *s, struct bundle *b, struct arena *a,
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

/* The distinct bar times of the bundle from..to; rows are in their order. */
static struct bt_times times_of(struct bundle *b, int64_t from, int64_t to, struct arena *a)
{
    long rows, n = 0;
    const struct bar_row *row = bundle_rows(b, &rows);
    int64_t *v = ARENA_NEW_RAW(a, int64_t, rows + 1);
    for (long i = 0; i < rows; i++)
        if (row[i].time >= from && row[i].time <= to && (n == 0 || v[n - 1] != row[i].time))
            v[n++] = row[i].time;
    return (struct bt_times){v, n};
}

static bool make_several_ranges(const struct bt_settings *s, struct bundle *b, struct arena *a,
                                struct bt_plan *out, struct err *e)
{
    if (s->from || s->to || s->last)
        return err_input(e, "range: expected it without from, to and last");
    if (!bt_ranges_parse(s->range, times_of(b, INT64_MIN, INT64_MAX, a), a, &out->ranges,
                         &out->range_count, e))
        return false;
    out->ranges_dropped = s->range.n - out->range_count;
    return true;
}

static void plain_roles(struct arena *a, struct bt_plan *out)
{
    struct bt_role *roles = ARENA_NEW(a, struct bt_role, out->range_count);
    for (int r = 0; r < out->range_count; r++)
        roles[r].window = -1;
    out->roles = roles;
}

/* Every window's parts become ranges, in the order in which they are run. */
static void lay_out_windows(const struct bt_window *windows, int n, struct arena *a,
                            struct bt_plan *out)
{
    struct bt_range *ranges = ARENA_NEW(a, struct bt_range, n * BT_PHASES);
    struct bt_role *roles = ARENA_NEW(a, struct bt_role, n * BT_PHASES);
    out->range_count = 0;
    for (int w = 0; w < n; w++)
        for (int phase = 0; phase < BT_PHASES; phase++)
            if (bt_window_has(&windows[w], (enum bt_phase)phase)) {
                ranges[out->range_count] = windows[w].phase[phase];
                roles[out->range_count++] =
                    (struct bt_role){.window = w, .phase = (enum bt_phase)phase};
            }
    out->ranges = ranges;
    out->roles = roles;
}

/* Walks over the one range that from, to and last give. */
static bool make_windows(const struct bt_settings *s, struct bundle *b, struct arena *a,
                         struct bt_plan *out, struct err *e)
{
    struct bt_window_rule rule = {.train = s->train_bars,
                                  .validation = s->validation_bars,
                                  .test = s->test_bars,
                                  .step = s->step_bars,
                                  .expanding = s->expanding};
    const struct bt_window *windows;
    int n;
    if (out->range_count != 1)
        return err_input(e, "range: a walk-forward search cuts its own; expected at most one");
    struct bt_times times = times_of(b, out->ranges[0].from, out->ranges[0].to, a);
    if (!bt_windows_make(times, rule, a, &windows, &n, e))
        return false;
    lay_out_windows(windows, n, a, out);
    return true;
}

bool bt_scope_ranges(const struct bt_settings *s, struct bundle *b, struct arena *a,
                     struct bt_plan *out, struct err *e)
{
    if (s->range.n ? !make_several_ranges(s, b, a, out, e) : !make_one_range(s, b, a, out, e))
        return false;
    if (strcmp(s->search, "walk-forward") == 0)
        return make_windows(s, b, a, out, e);
    if (s->train_bars || s->test_bars || s->validation_bars || s->step_bars || s->expanding)
        return err_input(e, "train_bars and its like: expected them with search walk-forward only");
    plain_roles(a, out);
    return true;
}
