#include "kernels/backtest/kept.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- keeping ---------------------------------------------------------------------------------- */

static void *copy_of(struct arena *a, const void *from, size_t bytes)
{
    void *to = arena_alloc_raw(a, bytes);
    if (bytes)
        memcpy(to, from, bytes);
    return to;
}

static const struct bt_trades *copy_of_trades(struct arena *a, const struct bt_trades *from, int n)
{
    struct bt_trades *to = copy_of(a, from, (size_t)n * sizeof *from);
    for (int s = 0; s < n; s++)
        to[s].v = copy_of(a, from[s].v, (size_t)from[s].n * sizeof *from[s].v);
    return to;
}

static const char *const *copy_of_symbols(struct arena *a, const struct bt_plan *plan)
{
    const char **symbols = ARENA_NEW_RAW(a, const char *, plan->symbol_count);
    for (int s = 0; s < plan->symbol_count; s++)
        symbols[s] = arena_text(a, plan->symbols[s]);
    return symbols;
}

static struct bt_kept_one *add_one(struct bt_kept *k, const struct bt_item *item,
                                   const struct bt_row *rows)
{
    if (!k->symbols)
        k->symbols = copy_of_symbols(&k->arena, k->plan);
    if (k->n == k->room) {
        struct bt_kept_one *wider =
            ARENA_NEW_RAW(&k->arena, struct bt_kept_one, k->room = 2 * k->room + 64);
        if (k->n)
            memcpy(wider, k->v, (size_t)k->n * sizeof *wider);
        k->v = wider;
    }
    struct bt_kept_one *one = &k->v[k->n++];
    int n = k->plan->symbol_count;
    *one =
        (struct bt_kept_one){.backtest = item->backtest, .symbols = k->symbols, .symbol_count = n};
    one->rows = copy_of(&k->arena, rows, (size_t)n * sizeof *rows);
    struct bt_item with_id = *item;
    bt_plan_id(k->plan, &with_id);
    memcpy(one->id, with_id.id, sizeof one->id);
    return one;
}

void bt_kept_add(struct bt_kept *k, const struct bt_result *r)
{
    struct bt_kept_one *one = add_one(k, &r->item, r->rows);
    one->range = arena_text(&k->arena, k->plan->ranges[r->range].name);
    memcpy(one->content, r->content, sizeof one->content);
    if (r->trades)
        one->trades = copy_of_trades(&k->arena, r->trades, one->symbol_count);
    one->equity = copy_of(&k->arena, r->equity, (size_t)r->equity_n * sizeof *r->equity);
    one->equity_n = r->equity_n;
}

static bool keep_result(void *context, const struct bt_result *result, struct err *e)
{
    (void)e;
    bt_kept_add(context, result);
    return true;
}

static bool keep_combined(void *context, const struct bt_combined *combined, struct err *e)
{
    (void)e;
    add_one(context, combined->item, combined->rows);
    return true;
}

struct bt_consumer bt_kept_consumer(struct bt_kept *kept)
{
    return (struct bt_consumer){kept, keep_result, keep_combined};
}

void bt_kept_done(struct bt_kept *kept)
{
    arena_done(&kept->arena);
    *kept = (struct bt_kept){0};
}

/* ---- comparing -------------------------------------------------------------------------------- */

static bool same_number(double a, double b, double rel_err)
{
    return bt_is_near(a, b, rel_err) && (rel_err > 0 || isnan(a) || signbit(a) == signbit(b));
}

/* "backtest 7, id 0f9e8d7c6b5a4938, range 2000-01-03_2024-12-31" */
static void name_one(const struct bt_kept_one *one, struct text *why)
{
    text_printf(why, "backtest %ld, id %s, %s%s", one->backtest, one->id,
                one->range ? "range " : "all ranges together", one->range ? one->range : "");
}

static bool differ(const struct bt_kept_one *one, struct text *why, const char *what,
                   const char *found, const char *expected)
{
    name_one(one, why);
    text_printf(why, ", %s: found %s, expected %s", what, found, expected);
    return false;
}

/* 17 digits tell any two doubles apart. */
static bool numbers_differ(const struct bt_kept_one *one, struct text *why, const char *symbol,
                           const char *metric, double a, double b)
{
    char what[160], found[40], expected[40];
    snprintf(what, sizeof what, "%s%s%s", symbol, *symbol ? ", " : "", metric);
    snprintf(found, sizeof found, "%.17g", a);
    snprintf(expected, sizeof expected, "%.17g", b);
    return differ(one, why, what, found, expected);
}

static bool same_row(const struct bt_kept_one *a, const struct bt_kept_one *b, int s,
                     double rel_err, struct text *why)
{
    for (const struct bt_metric *m = bt_metrics; m->name; m++) {
        double x = bt_metric_of(m, &a->rows[s]), y = bt_metric_of(m, &b->rows[s]);
        if (!same_number(x, y, m->digest == BT_IN_EXACT_DIGEST ? 0 : rel_err))
            return numbers_differ(a, why, a->symbols[s], m->name, x, y);
    }
    if (a->rows[s].trade_hash == b->rows[s].trade_hash)
        return true;
    char what[120], found[24], expected[24];
    snprintf(what, sizeof what, "%.80s, hash of the trades", a->symbols[s]);
    snprintf(found, sizeof found, "%016" PRIx64, a->rows[s].trade_hash);
    snprintf(expected, sizeof expected, "%016" PRIx64, b->rows[s].trade_hash);
    return differ(a, why, what, found, expected);
}

static void print_span(char out[80], const struct bt_trades *t, long i)
{
    if (i >= t->n)
        snprintf(out, 80, "none");
    else if (t->v[i].exit < 0)
        snprintf(out, 80, "entry at bar %" PRId64 ", open", t->v[i].entry);
    else
        snprintf(out, 80, "entry at bar %" PRId64 ", exit at bar %" PRId64, t->v[i].entry,
                 t->v[i].exit);
}

static bool same_trades(const struct bt_kept_one *a, const struct bt_kept_one *b, int s,
                        struct text *why)
{
    const struct bt_trades *x = &a->trades[s], *y = &b->trades[s];
    long i = 0;
    while (i < x->n && i < y->n && x->v[i].entry == y->v[i].entry && x->v[i].exit == y->v[i].exit)
        i++;
    if (i == x->n && i == y->n)
        return true;
    char what[120], found[80], expected[80];
    snprintf(what, sizeof what, "%.80s, trade %ld", a->symbols[s], i + 1);
    print_span(found, x, i);
    print_span(expected, y, i);
    return differ(a, why, what, found, expected);
}

static bool same_equity(const struct bt_kept_one *a, const struct bt_kept_one *b, double rel_err,
                        struct text *why)
{
    if (a->equity_n != b->equity_n)
        return numbers_differ(a, why, "", "snapshots", (double)a->equity_n, (double)b->equity_n);
    for (long i = 0; i < a->equity_n; i++)
        if (!same_number(a->equity[i], b->equity[i], rel_err)) {
            char what[40];
            snprintf(what, sizeof what, "equity of snapshot %ld", i + 1);
            return numbers_differ(a, why, "", what, a->equity[i], b->equity[i]);
        }
    return true;
}

static bool is_same_backtest(const struct bt_kept_one *a, const struct bt_kept_one *b)
{
    const char *x = a->range ? a->range : "", *y = b->range ? b->range : "";
    return strcmp(x, y) == 0 && strcmp(a->id, b->id) == 0 && a->backtest == b->backtest &&
           a->symbol_count == b->symbol_count;
}

/* Trades before the numbers that follow from them. */
static bool same_one(const struct bt_kept_one *a, const struct bt_kept_one *b, double rel_err,
                     struct text *why)
{
    if (strcmp(a->content, b->content) != 0)
        return differ(a, why, "content of the bundle", a->content, b->content);
    if (!a->trades != !b->trades)
        return differ(a, why, "list of trades", a->trades ? "one" : "none",
                      b->trades ? "one" : "none");
    for (int s = 0; s < a->symbol_count; s++)
        if ((a->trades && !same_trades(a, b, s, why)) || !same_row(a, b, s, rel_err, why))
            return false;
    return same_equity(a, b, rel_err, why);
}

bool bt_kept_same(const struct bt_kept *a, const struct bt_kept *b, double rel_err,
                  struct text *why)
{
    for (long i = 0; i < a->n && i < b->n; i++) {
        if (is_same_backtest(&a->v[i], &b->v[i])) {
            if (!same_one(&a->v[i], &b->v[i], rel_err, why))
                return false;
            continue;
        }
        text_printf(why, "result %ld of %ld: found ", i + 1, b->n);
        name_one(&a->v[i], why);
        text_puts(why, "; expected ");
        name_one(&b->v[i], why);
        return false;
    }
    if (a->n == b->n)
        return true;
    text_printf(why, "found %ld results, expected %ld; the first that is %s: ", a->n, b->n,
                a->n < b->n ? "missing" : "too many");
    name_one(a->n < b->n ? &b->v[a->n] : &a->v[b->n], why);
    return false;
}
