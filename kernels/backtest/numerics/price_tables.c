#include "kernels/backtest/numerics/price_tables.h"

#include <math.h>

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double price(const struct account_rules *rules, int64_t tick)
{
    return (double)tick / rules->ticks_per_unit;
}

/* ---- ends of trades --------------------------------------------------------------------------- */

static void widen(double *largest, double x)
{
    if (fabs(x) > *largest)
        *largest = fabs(x);
}

static void make_ends(const struct account_rules *rules, const int64_t *fill,
                      const struct price_low *close, long n, struct price_end *entry,
                      struct price_end *leave, struct price_tables *out)
{
    long double sum = 0, squares = 0;
    for (long t = 0; t < n; t++) {
        double at = price(rules, fill[t]), c = close[t].close;
        double into = 1 / (at * (1 + rules->fee)), out_of = at * (1 - rules->fee);
        double held = 0, left = 0, entered = 0;
        double sum_before = (double)sum, squares_before = (double)squares;
        if (t > 0) {
            held = c / close[t - 1].close - 1;
            left = out_of / close[t - 1].close - 1;
            entered = c * into - 1;
        }
        sum += held;
        squares += (long double)held * held;
        entry[t] = (struct price_end){entered - (double)sum, entered * entered - (double)squares,
                                      trade_hash_of_entry(t), into};
        leave[t] = (struct price_end){left + sum_before, left * left + squares_before,
                                      trade_hash_of_exit(t), out_of};
        widen(&out->largest_sum, entry[t].sum);
        widen(&out->largest_sum, leave[t].sum);
        widen(&out->largest_squares, entry[t].squares);
        widen(&out->largest_squares, leave[t].squares);
    }
    out->sum = (double)sum;
    out->squares = (double)squares;
}

/* ---- lows ------------------------------------------------------------------------------------- */

/* Of a stretch and the one that follows it. */
static struct price_low joined(struct price_low a, struct price_low b)
{
    double across = b.close * a.inverse;
    return (struct price_low){least(a.close, b.close), least(a.inverse, b.inverse),
                              least(least(a.fall, b.fall), across)};
}

static void make_level(const struct price_low *below, long n, int k, struct price_low *level)
{
    long half = 1L << (k - 1);
    for (long t = 0; t + 2 * half <= n; t++)
        level[t] = joined(below[t], below[t + half]);
}

void price_tables_make(const struct account_rules *rules, const int64_t *fill, const int64_t *close,
                       long n, struct arena *a, struct price_tables *out)
{
    struct price_end *entry = ARENA_NEW_RAW(a, struct price_end, n);
    struct price_end *leave = ARENA_NEW_RAW(a, struct price_end, n);
    struct price_low *first = ARENA_NEW_RAW(a, struct price_low, n);
    for (long t = 0; t < n; t++)
        first[t] = (struct price_low){price(rules, close[t]), 1 / price(rules, close[t]), 1};
    *out = (struct price_tables){.n = n, .delay = rules->delay, .entry = entry, .exit = leave};
    make_ends(rules, fill, first, n, entry, leave, out);
    out->low[0] = first;
    for (int k = 1; k < PRICE_LEVELS && 1L << k <= n; k++) {
        struct price_low *level = ARENA_NEW_RAW(a, struct price_low, n);
        make_level(out->low[k - 1], n, k, level);
        out->low[k] = level;
    }
}

struct price_low price_low_over(const struct price_tables *p, long from, long to)
{
    struct price_low low = p->low[0][from++];
    for (int k; from < to; from += 1L << k) {
        k = 63 - __builtin_clzl((unsigned long)(to - from));
        k = k < PRICE_LEVELS ? k : PRICE_LEVELS - 1;
        low = joined(low, p->low[k][from]);
    }
    return low;
}
