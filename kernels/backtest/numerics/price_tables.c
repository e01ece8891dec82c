#include "kernels/backtest/numerics/price_tables.h"

#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/price_tables_cpu.h"

#include <math.h>

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* ---- prices ----------------------------------------------------------------------------------- */

static void columns_plain(const struct account_rules *rules, const int64_t *fill,
                          const int64_t *close, long n, const struct price_columns *out)
{
    double paid = 1 + rules->fee, kept = 1 - rules->fee;
    for (long t = 0; t < n; t++) {
        double c = (double)close[t] / rules->ticks_per_unit;
        double at = (double)fill[t] / rules->ticks_per_unit;
        out->close[t] = (struct price_low){c, 1 / c, 1, 1};
        out->into[t] = 1 / (at * paid);
        out->out_of[t] = at * kept;
    }
}

/* ---- ends of trades --------------------------------------------------------------------------- */

static void widen(double *largest, double x)
{
    x = fabs(x);
    *largest = x > *largest ? x : *largest;
}

static void make_ends(const struct price_columns *prices, long n, struct price_end *entry,
                      struct price_end *leave, struct price_tables *out)
{
    long double sum = 0, squares = 0;
    for (long t = 0; t < n; t++) {
        double into = prices->into[t], out_of = prices->out_of[t], c = prices->close[t].close;
        double held = 0, left = 0, entered = 0;
        double sum_before = (double)sum, squares_before = (double)squares;
        if (t > 0) {
            held = c * prices->close[t - 1].inverse - 1;
            left = out_of * prices->close[t - 1].inverse - 1;
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
                              least(least(a.fall, b.fall), across), 1};
}

static void level_plain(const struct price_low *below, long n, long half, struct price_low *level)
{
    for (long t = 0; t + 2 * half <= n; t++)
        level[t] = joined(below[t], below[t + half]);
}

struct price_code price_code_for(unsigned cpu)
{
    return cpu & CPU_AVX2 ? (struct price_code){price_columns_avx2, price_level_avx2}
                          : (struct price_code){columns_plain, level_plain};
}

void price_tables_make(const struct account_rules *rules, const int64_t *fill, const int64_t *close,
                       long n, unsigned cpu, struct arena *a, struct price_tables *out)
{
    struct price_code code = price_code_for(cpu);
    struct price_end *entry = ARENA_NEW_RAW(a, struct price_end, n);
    struct price_end *leave = ARENA_NEW_RAW(a, struct price_end, n);
    struct price_columns prices = {ARENA_NEW_RAW(a, struct price_low, n),
                                   ARENA_NEW_RAW(a, double, n), ARENA_NEW_RAW(a, double, n)};
    *out = (struct price_tables){.n = n, .delay = rules->delay, .entry = entry, .exit = leave};
    code.columns(rules, fill, close, n, &prices);
    make_ends(&prices, n, entry, leave, out);
    out->low[0] = prices.close;
    for (int k = 1; k < PRICE_LEVELS && 1L << k <= n; k++) {
        struct price_low *level = ARENA_NEW_RAW(a, struct price_low, n);
        code.level(out->low[k - 1], n, 1L << (k - 1), level);
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
