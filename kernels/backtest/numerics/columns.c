#include "kernels/backtest/numerics/columns.h"

#include "kernels/backtest/numerics/columns_cpu.h"
#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/rsi.h"

#include <math.h>

__extension__ typedef unsigned __int128 wide_int;

/* At most this window * range, the difference is below 2^63: the square of half of it is. */
static const int64_t spread_most = 6074000999;

struct columns columns_of(const int64_t *x, long n, int64_t largest, unsigned cpu, struct arena *a)
{
    return (struct columns){.x = x,
                            .n = n,
                            .largest = largest,
                            .code = cpu & CPU_AVX2 ? &columns_avx2 : &columns_plain,
                            .arena = a};
}

/* ---- what windows share ----------------------------------------------------------------------- */

static uint64_t gain_at(const int64_t *x, long i)
{
    return x[i] > x[i - 1] ? (uint64_t)(x[i] - x[i - 1]) : 0;
}

static void need_sums(struct columns *c)
{
    if (c->sums)
        return;
    uint64_t sum = 0;
    c->sums = ARENA_NEW_RAW(c->arena, uint64_t, c->n + 1);
    c->sums[0] = 0;
    for (long i = 0; i < c->n; i++)
        c->sums[i + 1] = sum += (uint64_t)c->x[i];
}

static void need_squares(struct columns *c)
{
    if (c->squares)
        return;
    uint64_t sum = 0;
    c->squares = ARENA_NEW_RAW(c->arena, uint64_t, c->n + 1);
    c->squares[0] = 0;
    for (long i = 0; i < c->n; i++)
        c->squares[i + 1] = sum += (uint64_t)c->x[i] * (uint64_t)c->x[i];
}

/* gains[i]: of the changes up to bar i - 1, so that it lines up with sums. */
static void need_gains(struct columns *c)
{
    if (c->gains)
        return;
    uint64_t sum = 0;
    c->gains = ARENA_NEW_RAW(c->arena, uint64_t, c->n + 1);
    c->gains[0] = c->gains[1] = 0;
    for (long i = 1; i < c->n; i++)
        c->gains[i + 1] = sum += gain_at(c->x, i);
}

static void need_reals(struct columns *c)
{
    if (c->real)
        return;
    c->real = ARENA_NEW_RAW(c->arena, double, c->n);
    c->code->reals(c);
}

static void need_changes(struct columns *c)
{
    if (c->gain)
        return;
    c->gain = ARENA_NEW_RAW(c->arena, double, c->n + 1);
    c->loss = ARENA_NEW_RAW(c->arena, double, c->n + 1);
    c->code->changes(c);
    c->gain[c->n] = c->loss[c->n] = 0;
}

static void need_ranges(struct columns *c)
{
    if (c->low)
        return;
    long chunks = (c->n + COLUMNS_CHUNK - 1) / COLUMNS_CHUNK;
    c->low = ARENA_NEW_RAW(c->arena, int64_t, chunks);
    c->high = ARENA_NEW_RAW(c->arena, int64_t, chunks);
    for (long k = 0; k < chunks; k++) {
        long i = k * COLUMNS_CHUNK, end = i + COLUMNS_CHUNK < c->n ? i + COLUMNS_CHUNK : c->n;
        int64_t low = c->x[i], high = low;
        for (; i < end; i++) {
            low = c->x[i] < low ? c->x[i] : low;
            high = c->x[i] > high ? c->x[i] : high;
        }
        c->low[k] = low;
        c->high[k] = high;
    }
}

/* ---- sums ------------------------------------------------------------------------------------- */

void columns_sma(struct columns *c, const struct column_ask *asks, int count)
{
    for (int k = 0; k < count; k++)
        if (asks[k].window <= c->n) {
            need_sums(c);
            c->code->sma(c, &asks[k]);
        }
}

void columns_changes(struct columns *c, const struct column_ask *asks, int count)
{
    for (int k = 0; k < count; k++)
        if (asks[k].window < c->n) {
            need_gains(c);
            c->code->gains_losses(c, &asks[k]);
        }
}

/* ---- bands ------------------------------------------------------------------------------------ */

/* Greatest price less the least one that windows of the chunk's bars see. */
static int64_t range_of(const struct columns *c, long chunk, long window)
{
    long first = chunk * COLUMNS_CHUNK - window + 1;
    int64_t low = c->low[chunk], high = c->high[chunk];
    for (long k = first > 0 ? first / COLUMNS_CHUNK : 0; k < chunk; k++) {
        low = c->low[k] < low ? c->low[k] : low;
        high = c->high[k] > high ? c->high[k] : high;
    }
    return high - low;
}

/* The sum of squares of the window that ends at bar i. */
static wide_int squares_of(const struct columns *c, long i, long window)
{
    wide_int sum = 0;
    for (long j = i - window + 1; j <= i; j++)
        sum += (wide_int)c->x[j] * (wide_int)c->x[j];
    return sum;
}

static void roots_wide(const struct columns *c, const struct column_ask *ask, long from, long to)
{
    wide_int window = (wide_int)ask->window, squares = squares_of(c, from, ask->window);
    for (long i = from;;) {
        wide_int sum = (wide_int)ask->whole[0][i], x = (wide_int)c->x[i - ask->window + 1];
        ask->real[i] = sqrt((double)(squares * window - sum * sum));
        if (++i == to)
            return;
        squares += (wide_int)c->x[i] * (wide_int)c->x[i] - x * x;
    }
}

static void roots(struct columns *c, const struct column_ask *ask)
{
    long window = ask->window, wide_from = -1;
    for (long from = window - 1, to; from < c->n; from = to) {
        long chunk = from / COLUMNS_CHUNK;
        to = (chunk + 1) * COLUMNS_CHUNK < c->n ? (chunk + 1) * COLUMNS_CHUNK : c->n;
        bool narrow = window <= INT32_MAX && range_of(c, chunk, window) <= spread_most / window;
        if (narrow) {
            if (wide_from >= 0)
                roots_wide(c, ask, wide_from, from);
            wide_from = -1;
            c->code->roots(c, ask, from, to);
        } else if (wide_from < 0) {
            wide_from = from;
        }
    }
    if (wide_from >= 0)
        roots_wide(c, ask, wide_from, c->n);
}

void columns_bands(struct columns *c, const struct column_ask *asks, int count)
{
    columns_sma(c, asks, count);
    for (int k = 0; k < count; k++)
        if (asks[k].window <= c->n) {
            need_squares(c);
            need_ranges(c);
            roots(c, &asks[k]);
        }
}

/* ---- recurrences ------------------------------------------------------------------------------ */

typedef void group_fn(const struct columns *c, const struct column_ask *asks, int count);

/* Those with a defined bar, COLUMNS_LANES at a time. */
static void in_groups(struct columns *c, const struct column_ask *asks, int count, long last,
                      group_fn *make)
{
    struct column_ask group[COLUMNS_LANES];
    int n = 0;
    for (int k = 0; k < count; k++) {
        if (asks[k].window <= last)
            group[n++] = asks[k];
        if (n == COLUMNS_LANES || (n > 0 && k == count - 1)) {
            make(c, group, n);
            n = 0;
        }
    }
}

void columns_ema(struct columns *c, const struct column_ask *asks, int count)
{
    need_reals(c);
    in_groups(c, asks, count, c->n, c->code->ema);
}

void columns_wilder(struct columns *c, const struct column_ask *asks, int count)
{
    if (c->n > 1)
        need_changes(c);
    in_groups(c, asks, count, c->n - 1, c->code->wilder);
}
