/* Fast columns of indicators against the plain functions, bit for bit: every kind, several windows at
 * once, series of every shape and length, with and without instruction sets. */
#include "kernels/backtest/numerics/bands.h"
#include "kernels/backtest/numerics/columns.h"
#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/ema.h"
#include "kernels/backtest/numerics/rsi.h"
#include "kernels/backtest/numerics/sma.h"
#include "tests/backtest/prices.h"

#include "tests/backtest/numerics.h"
#include "tests/test.h"

#include <stdbool.h>
#include <string.h>

enum { BARS_MAX = 9000, SHORT_MAX = 200, WINDOWS_MAX = 19, CASES = 3000, LONG_EVERY = 47 };

/* More shapes than prices.h has: up only; one change and then none, so that a smoothed one gets ever
 * smaller, down to 0; walks that pass from cheap to dear, where bands change from 64 bits to 128 and
 * back. */
enum { RISING = PRICE_SHAPES, FALLS_ONCE, RISES_ONCE, WIDE_WALK, SHAPES };

static int64_t next_price(struct rng *r, int shape, long t, int64_t p)
{
    switch (shape) {
    case RISING: return p + 1 + (int64_t)rng_below(r, 3);
    case FALLS_ONCE: return t == 3 ? p - 5000 : p + (t < 6);
    case RISES_ONCE: return t == 3 ? p + 5000 : p - (t < 6);
    case WIDE_WALK: return 1 + (int64_t)rng_below(r, (uint64_t)1 << (t / 40 % 53));
    default: return price_after(r, shape, p);
    }
}

struct sample {
    int64_t x[BARS_MAX], largest;
    long n;
    struct column_ask asks[WINDOWS_MAX];
    int count;
};

/* Windows of 1 to beyond the series. */
static long a_window(struct rng *r, long n)
{
    long most = rng_below(r, 3) ? 40 : n + 3;
    return 1 + (long)rng_below(r, (uint64_t)most);
}

static void make_sample(struct rng *r, int i, struct sample *s)
{
    int64_t p = 10000000;
    int shape = i % SHAPES;
    s->n = i < SHORT_MAX * SHAPES ? i / SHAPES : 1 + (long)rng_below(r, SHORT_MAX);
    bool once = (shape == FALLS_ONCE || shape == RISES_ONCE) && i % 4 == 0;
    if (i % LONG_EVERY == LONG_EVERY - 1 || once)
        s->n = 2000 + (long)rng_below(r, BARS_MAX - 2000);
    s->largest = 0;
    for (long t = 0; t < s->n; t++) {
        s->x[t] = p = next_price(r, shape, t, p);
        s->largest = p > s->largest ? p : s->largest;
    }
    s->count = 1 + (int)rng_below(r, rng_below(r, 2) ? WINDOWS_MAX : 3);
    for (int k = 0; k < s->count; k++) {
        do
            s->asks[k].window = once ? 1 + (long)rng_below(r, 8) : a_window(r, s->n);
        while (!sma_fits(s->largest, s->asks[k].window));
    }
}

/* ---- the plain functions, by one name --------------------------------------------------------- */

static void plain_sma(const struct sample *s, struct column_ask *a)
{
    sma_sums(s->x, s->n, a->window, a->whole[0]);
}

static void plain_ema(const struct sample *s, struct column_ask *a)
{
    ema_averages(s->x, s->n, a->window, a->real);
}

static void plain_bands(const struct sample *s, struct column_ask *a)
{
    bands_roots(s->x, s->n, a->window, a->whole[0], a->real);
}

static void plain_changes(const struct sample *s, struct column_ask *a)
{
    rsi_sums(s->x, s->n, a->window, a->whole[0], a->whole[1]);
}

static void plain_wilder(const struct sample *s, struct column_ask *a)
{
    rsi_wilder(s->x, s->n, a->window, a->real);
}

static const struct {
    const char *name;
    columns_fn *fast;
    void (*plain)(const struct sample *, struct column_ask *);
    int whole, real, lag;
} kinds[] = {
    {"sma",     columns_sma,     plain_sma,     1, 0, 0},
    {"ema",     columns_ema,     plain_ema,     0, 1, 0},
    {"bands",   columns_bands,   plain_bands,   1, 1, 0},
    {"changes", columns_changes, plain_changes, 2, 0, 1},
    {"wilder",  columns_wilder,  plain_wilder,  0, 1, 1},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- the comparison --------------------------------------------------------------------------- */

static void *new_column(struct arena *a, long n)
{
    void *v = arena_alloc_raw(a, (size_t)n * 8); /* of its exact size, for the sanitizers */
    memset(v, 0x55, (size_t)n * 8);
    return v;
}

static void place(struct arena *a, int kind, long n, struct column_ask *ask)
{
    for (int i = 0; i < kinds[kind].whole; i++)
        ask->whole[i] = new_column(a, n);
    ask->real = kinds[kind].real ? new_column(a, n) : NULL;
}

static bool same(const void *a, const void *b, long first, long n)
{
    return first >= n || memcmp((const int64_t *)a + first, (const int64_t *)b + first,
                                (size_t)(n - first) * 8) == 0;
}

static void check_kind(const struct sample *s, int kind, unsigned cpu, uint64_t seed, int i)
{
    struct arena arena = {0};
    struct columns c = columns_of(s->x, s->n, s->largest, cpu, &arena);
    struct column_ask asks[WINDOWS_MAX];
    memcpy(asks, s->asks, sizeof asks);
    for (int k = 0; k < s->count; k++)
        place(&arena, kind, s->n, &asks[k]);
    int first_part = i % 3 ? s->count : s->count / 2; /* in one go, or in two */
    kinds[kind].fast(&c, asks, first_part);
    kinds[kind].fast(&c, asks + first_part, s->count - first_part);
    for (int k = 0; k < s->count; k++) {
        struct column_ask plain = {.window = asks[k].window};
        long first = plain.window - 1 + kinds[kind].lag;
        place(&arena, kind, s->n, &plain);
        kinds[kind].plain(s, &plain);
        bool ok = !plain.real || same(asks[k].real, plain.real, first, s->n);
        for (int w = 0; w < kinds[kind].whole; w++)
            ok &= same(asks[k].whole[w], plain.whole[w], first, s->n);
        if (!ok)
            fail_msg("%s differs: seed %llu, case %d, %ld bars, window %ld (%d of %d), cpu %u",
                     kinds[kind].name, (unsigned long long)seed, i, s->n, plain.window, k, s->count,
                     cpu);
    }
    arena_done(&arena);
}

static void fast_columns_are_the_plain_ones_bit_for_bit(void **state)
{
    (void)state;
    static struct sample s;
    uint64_t seed = rng_entropy() >> 16;
    struct rng r = rng_seeded(seed);
    print_message("# seed %llu, %d series\n", (unsigned long long)seed, CASES);
    for (int i = 0; i < CASES; i++) {
        make_sample(&r, i, &s);
        for (int kind = 0; kind < KINDS; kind++) {
            check_kind(&s, kind, 0, seed, i);
            check_kind(&s, kind, numerics_cpu(), seed, i);
        }
    }
}

/* Smoothed changes below the least normal number round where no product in two parts can follow. */
static void a_change_fades_to_nothing_as_in_the_plain_function(void **state)
{
    (void)state;
    enum { LONG = 40000 };
    static int64_t x[LONG];
    static double fast[LONG], plain[LONG];
    for (long t = 0, p = 10000000; t < LONG; t++)
        x[t] = p += t == 3 ? -4999 : t < 6;
    for (long window = 1; window <= 14; window++) {
        struct arena a = {0};
        struct columns c = columns_of(x, LONG, 10000010, numerics_cpu(), &a);
        struct column_ask ask = {.window = window, .real = fast};
        columns_wilder(&c, &ask, 1);
        rsi_wilder(x, LONG, window, plain);
        assert_true(same(fast, plain, window, LONG));
        arena_done(&a);
    }
}

/* What is never asked for is never made. */
static void only_what_is_needed_is_made(void **state)
{
    (void)state;
    static const int64_t x[] = {3, 1, 2};
    struct arena a = {0};
    struct columns c = columns_of(x, 3, 3, numerics_cpu(), &a);
    int64_t sums[3];
    struct column_ask ask = {.window = 2, .whole = {sums}};
    columns_sma(&c, &ask, 0);
    assert_null(c.sums);
    columns_sma(&c, &ask, 1);
    assert_non_null(c.sums);
    assert_true(!c.squares && !c.gains && !c.real && !c.gain && !c.low);
    assert_true(sums[1] == 4 && sums[2] == 3);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fast_columns_are_the_plain_ones_bit_for_bit),
        TEST(a_change_fades_to_nothing_as_in_the_plain_function),
        TEST(only_what_is_needed_is_made),
    };
    return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
