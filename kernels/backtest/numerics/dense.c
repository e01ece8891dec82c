#include "kernels/backtest/numerics/dense_body.h"

#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/dense_cpu.h"

#include <float.h>
#include <math.h>

/* ---- tables ----------------------------------------------------------------------------------- */

static const struct dense_bar no_change = {
    {1, 1, 1, 1}
};

static void make_bars(const struct account_rules *rules, const int64_t *fill, const int64_t *close,
                      long n, struct dense_bar *bar, struct dense_tables *out)
{
    const double units = rules->ticks_per_unit, buy = 1 + rules->fee, sell = 1 - rules->fee;
    for (long t = rules->delay > 1 ? rules->delay : 1; t < n; t++) {
        double c = (double)close[t] / units, before = (double)close[t - 1] / units;
        double at = (double)fill[t] / units;
        bar[t - rules->delay] = (struct dense_bar){
            {
             [DENSE_FLAT] = 1,
             [DENSE_LEFT] = at * sell / before,
             [DENSE_ENTERED] = c / (at * buy),
             [DENSE_HELD] = c / before,
             }
        };
    }
    if (rules->delay > 0)
        return;
    bar[0] = no_change;
    out->first = (double)close[0] / units / ((double)fill[0] / units * buy);
}

/* All paths through four bars, made longer a bar at a time: bit k of a path is the position before bar
 * k, bit k + 1 that at it. */
static void make_paths(const uint64_t *entry, const uint64_t *leave, uint64_t *hash)
{
    hash[0] = hash[1] = 0;
    for (int k = 0, paths = 2; k < DENSE_CHUNK; k++, paths *= 2)
        for (int i = 0; i < paths; i++) {
            bool was_long = i >> k & 1;
            hash[i + paths] = hash[i] + (was_long ? 0 : entry[k]);
            hash[i] += was_long ? leave[k] : 0;
        }
}

static void make_hashes(long n, long delay, long rows, struct dense_hashes *hashes)
{
    for (long row = 0; row < rows; row += DENSE_CHUNK) {
        uint64_t entry[DENSE_CHUNK], leave[DENSE_CHUNK];
        for (int k = 0; k < DENSE_CHUNK; k++) {
            long t = row + k + delay;
            entry[k] = t < n ? trade_hash_of_entry(t) : 0;
            leave[k] = t < n ? trade_hash_of_exit(t) : 0;
        }
        make_paths(entry, leave, hashes[row / DENSE_CHUNK].hash);
    }
}

void dense_tables_make(const struct account_rules *rules, const int64_t *fill, const int64_t *close,
                       long n, struct arena *a, struct dense_tables *out)
{
    long rows = n - rules->delay, all = rows > 0 ? words_of(rows) * WORDS_BARS : 0;
    struct dense_bar *bar = ARENA_NEW_RAW(a, struct dense_bar, all);
    struct dense_hashes *hashes = ARENA_NEW_RAW(a, struct dense_hashes, all / DENSE_CHUNK);
    *out = (struct dense_tables){.n = n, .rows = rows, .bar = bar, .hashes = hashes, .first = 1};
    if (all == 0)
        return;
    make_bars(rules, fill, close, n, bar, out);
    for (long i = rows; i < all; i++)
        bar[i] = no_change;
    make_hashes(n, rules->delay, all, hashes);
}

/* ---- plain code ------------------------------------------------------------------------------- */

struct dense dense_begin(void)
{
    struct dense d = {0};
    for (int i = 0; i < DENSE_LANES; i++)
        d.ratio[i] = d.worst[i] = d.growth[i] = 1;
    return d;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* 64 bars of one lane; bits 0 and 1 of `path` are the positions before and at the next. */
static void account_word(const struct dense_bar *bar, struct dense *d, int lane, uint64_t word)
{
    double ratio = d->ratio[lane], worst = d->worst[lane], growth = d->growth[lane];
    double sum = 0, squares = 0;
    uint64_t path = word << 1 | d->last[lane];
    for (int i = 0; i < WORDS_BARS; i += 2, path = word >> (i - 1)) {
        double x = bar[i].factor[path & 3], y = bar[i + 1].factor[path >> 1 & 3];
        double both = x * y, r = x - 1, s = y - 1, after = least(ratio * both, least(y, 1));
        worst = least(worst, least(ratio * x, after));
        ratio = after;
        growth *= both;
        sum += r + s;
        squares += r * r + s * s;
    }
    d->ratio[lane] = ratio;
    d->worst[lane] = worst;
    d->growth[lane] = growth;
    d->sum[lane] += sum;
    d->squares[lane] += squares;
    d->largest[lane] = fmax(d->largest[lane], fabs(d->sum[lane]));
}

static void hash_word(const struct dense_hashes *hashes, struct dense *d, int lane, uint64_t word)
{
    uint64_t path = word << 1 | d->last[lane];
    for (int i = 0; i < WORDS_BARS; i += 8, path = word >> (i - 1))
        d->hash[lane] += dense_hash(hashes + i / DENSE_CHUNK, path);
}

static void account_plain(const struct dense_tables *p, struct dense *d, const uint64_t *position,
                          long stride, long word, int words)
{
    if (word == 0)
        dense_first(p, d, position, stride);
    for (int i = 0; i < words; i++)
        for (int lane = 0; lane < DENSE_LANES; lane++) {
            uint64_t bits = position[lane * stride + i];
            long bar = (word + i) * WORDS_BARS;
            account_word(p->bar + bar, d, lane, bits);
            hash_word(p->hashes + bar / DENSE_CHUNK, d, lane, bits);
            dense_count(d, lane, bits);
        }
}

dense_account_fn *dense_account_for(unsigned cpu)
{
    return cpu & CPU_AVX2 ? dense_account_avx2 : account_plain;
}

/* ---- the end ---------------------------------------------------------------------------------- */

static const double unit = DBL_EPSILON / 2;

/* Roundings that k of them may add up to. */
static double roundings(double k)
{
    return fmin(k, 8 * sqrt(k));
}

/* n >= 2 returns. */
static bool sharpe_of(double n, double orders, double sum, double squares, double largest,
                      double periods_per_year, double *sharpe)
{
    double mean = sum / n, about = squares - sum * mean, scale_of_x = 1 + sqrt(squares / n);
    if (!(about > 0))
        return false;
    double partial = largest + 8 * sqrt(squares);
    double of_mean =
        unit / n *
        ((2 * roundings(n) + 7 * roundings(orders)) * scale_of_x + 2 * roundings(n) * partial);
    double of_about =
        2 * 9 * unit * scale_of_x * sqrt(n / about) + 2 * unit * roundings(n) * (squares / about);
    double scale = sqrt(periods_per_year / (about / (n - 1)));
    *sharpe = mean * scale;
    double error = of_mean * scale + fabs(*sharpe) * of_about / 2;
    return error <= DENSE_BOUND * fmax(1, fabs(*sharpe));
}

bool dense_finish(const struct dense_tables *p, const struct dense *d, int lane,
                  double periods_per_year, double years_per_span, struct account_result *out)
{
    const double tiny = 1e-280, huge = 1e280, n = (double)p->n;
    double growth = d->growth[lane], worst = d->worst[lane], peak = growth / d->ratio[lane];
    double orders = (double)d->orders[lane];
    long past = p->rows > 0 ? words_of(p->rows) * WORDS_BARS - p->rows : 0;
    *out = (struct account_result){
        .growth = growth,
        .total_return = growth - 1,
        .sharpe = (double)NAN,
        .max_drawdown = worst - 1,
        .orders = d->orders[lane],
        .trades = (d->orders[lane] + 1) / 2,
        .bars_long = d->bars_long[lane] - (d->last[lane] ? past : 0),
        .hash = d->hash[lane],
    };
    double of_product = unit * (2 * roundings(n) + 8 * roundings(orders) + 4);
    if (!(worst > tiny && growth > tiny && peak < huge) ||
        2 * of_product * fmax(1, years_per_span) > DENSE_BOUND)
        return false;
    return p->n < 2 || d->orders[lane] == 0 ||
           sharpe_of(n, orders, d->sum[lane], d->squares[lane], d->largest[lane], periods_per_year,
                     &out->sharpe);
}
