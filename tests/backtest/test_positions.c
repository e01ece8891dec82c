/* Positions as words: what each strategy gives by its fast way is what its signals lead to, bit for bit,
 * over generated prices of all shapes, lengths and parameters, by every set of instructions. */
#include "kernels/backtest/base.h"
#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/words.h"
#include "kernels/backtest/run.h"
#include "kernels/backtest/strategies.h"
#include "tests/backtest/prices.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

enum { CASES = 1200, SHORT_MOST = 200, LONG_MOST = 4000, SETS_MOST = 24, SEED = 20260107 };

static struct bt_run run; /* of it, indicators use the scratch arena only */

static int empty_scratch(void **state)
{
    (void)state;
    arena_done(&run.scratch);
    return 0;
}

/* ---- prices ----------------------------------------------------------------------------------- */

static int64_t within(int64_t tick)
{
    return tick < 1 ? 1 : tick > price_most ? price_most : tick;
}

/* A stock: cents, some hundred units. */
static int64_t stock(struct rng *r, int64_t p)
{
    p = p < 1000000 || p > 2000000000 ? 200000000 : p;
    return within(p + (int64_t)(rng_normal(r) * 0.02 * (double)p) / 10000 * 10000);
}

/* Stands still most of the time. */
static int64_t halting(struct rng *r, int64_t p)
{
    return rng_below(r, 12) ? p : stock(r, p);
}

static int64_t jumping(struct rng *r, int64_t p)
{
    return rng_below(r, 30) ? stock(r, p) : within((int64_t)(rng_unit(r) * 1e12));
}

/* Up and down by one tick: ties with bands and levels. */
static int64_t ticking(struct rng *r, int64_t p)
{
    return within(p + (int64_t)rng_below(r, 3) - 1);
}

/* Sums of changes pass 2^63 soon. */
static int64_t swinging(struct rng *r, int64_t p)
{
    (void)p;
    return rng_below(r, 2) ? 1 + (int64_t)rng_below(r, 1000) : price_most;
}

static int64_t (*const more_shapes[])(struct rng *, int64_t) = {stock, halting, jumping, ticking,
                                                                swinging};
enum { MORE_SHAPES = sizeof more_shapes / sizeof *more_shapes };

static struct bt_series make_series(struct rng *r, int64_t *x, int test)
{
    int shape = (int)rng_below(r, PRICE_SHAPES + MORE_SHAPES);
    long n = 1 + (long)rng_below(r, test % 8 ? SHORT_MOST : LONG_MOST);
    int64_t price = 100000000, largest = 1;
    for (long i = 0; i < n; i++) {
        price = shape < PRICE_SHAPES ? price_after(r, shape, price)
                                     : more_shapes[shape - PRICE_SHAPES](r, price);
        x[i] = price;
        largest = price > largest ? price : largest;
    }
    return (struct bt_series){.v = x, .n = n, .largest = largest};
}

/* ---- parameters ------------------------------------------------------------------------------- */

static double pick(struct rng *r, const double *from, uint64_t count)
{
    return from[rng_below(r, count)];
}

/* Windows (maximum 10,000), levels of 100, yes or no, deviations. */
static double make_value(struct rng *r, const struct bt_param *p, long n)
{
    static const double windows[] = {1,  2,  3,  5,  10, 14, 20,  20,
                                     25, 30, 50, 63, 64, 65, 200, 10000};
    static const double levels[] = {0, 20, 30, 30, 50, 70, 70, 80, 100};
    static const double deviations[] = {0, 1, 1.5, 2, 2, 2.5, 3, 4, 10, 100};
    if (p->max == 1)
        return (double)rng_below(r, 2);
    if (!p->whole)
        return rng_below(r, 3) ? pick(r, deviations, 10) : rng_unit(r) * 4;
    if (p->max == 100)
        return rng_below(r, 3) ? pick(r, levels, 9) : (double)rng_below(r, 101);
    const double edges[] = {(double)n - 1 > 1 ? (double)n - 1 : 1, (double)n, (double)n + 1};
    return rng_below(r, 10) == 0 ? pick(r, edges, 3)
           : rng_below(r, 3)     ? pick(r, windows, 16)
                                 : 1 + (double)rng_below(r, 120);
}

static void make_values(struct rng *r, const struct bt_strategy *s, long n, double *values)
{
    do
        for (int i = 0; i < s->param_count; i++)
            values[i] = make_value(r, &s->params[i], n);
    while (s->valid && !s->valid(values));
}

/* ---- both ways -------------------------------------------------------------------------------- */

struct sets {
    double values[SETS_MOST][BT_PARAMS_MAX];
    const double *of[SETS_MOST];
    int n;
};

static struct sets *make_sets(struct rng *r, const struct bt_strategy *s, long n, struct arena *a)
{
    struct sets *sets = ARENA_NEW(a, struct sets, 1);
    sets->n = 1 + (int)rng_below(r, SETS_MOST);
    for (int k = 0; k < sets->n; k++) {
        make_values(r, s, n, sets->values[k]);
        /* Much of a set before it, as in a grid. */
        if (k && rng_below(r, 2)) {
            int other = (int)rng_below(r, (uint64_t)s->param_count + 1);
            double kept = other < s->param_count ? sets->values[k][other] : 0;
            memcpy(sets->values[k], sets->values[k - 1], sizeof sets->values[k]);
            if (other < s->param_count)
                sets->values[k][other] = kept;
            if (s->valid && !s->valid(sets->values[k]))
                make_values(r, s, n, sets->values[k]);
        }
        sets->of[k] = sets->values[k];
    }
    return sets;
}

/* false: an indicator is refused. */
static bool by_signals(const struct bt_strategy *s, const double *values,
                       const struct bt_series *closes, uint64_t *words)
{
    struct bt_ask asks[BT_ASKS_MAX];
    struct bt_indicator indicators[BT_ASKS_MAX];
    struct err e = {0};
    int n = s->asks(values, asks);
    for (int i = 0; i < n; i++)
        if (!bt_indicator_base(NULL, &run, &asks[i], closes, &indicators[i], &e))
            return false;
    int8_t *signal = ARENA_NEW_RAW(&run.scratch, int8_t, closes->n);
    s->signal(values, closes, indicators, signal);
    words_of_signals(signal, closes->n, words);
    return true;
}

static void compare(const struct bt_strategy *s, const double *values, const struct bt_series *x,
                    const uint64_t *expected, const uint64_t *found, int test)
{
    for (long t = 0; t < x->n; t++)
        if ((expected[t / 64] >> t % 64 & 1) != (found[t / 64] >> t % 64 & 1))
            fail_msg("%s (%g %g %g %g %g %g) bar %ld of %ld, case %d, seed %d: expected %d",
                     s->name, values[0], values[1], values[2], values[3], values[4], values[5], t,
                     x->n, test, SEED, (int)(expected[t / 64] >> t % 64 & 1));
}

/* In groups of any size; [sets][words]. */
static uint64_t *by_positions(const struct bt_strategy *s, const struct sets *sets, void *maker,
                              const struct bt_series *x, struct rng *r)
{
    long all = words_of(x->n);
    uint64_t *found = ARENA_NEW_RAW(&run.scratch, uint64_t, all * sets->n);
    uint64_t tile[SETS_MOST * WORDS_TILE];
    for (long word = 0; word < all; word += WORDS_TILE) {
        int words = (int)(all - word < WORDS_TILE ? all - word : WORDS_TILE);
        s->positions->tile(maker, word, words);
        for (int lo = 0, n; lo < sets->n; lo += n) {
            n = 1 + (int)rng_below(r, (uint64_t)(sets->n - lo));
            s->positions->fill(maker, lo, n, tile);
            for (int k = 0; k < n; k++)
                memcpy(found + (lo + k) * all + word, tile + k * WORDS_TILE,
                       (size_t)words * sizeof *tile);
        }
    }
    return found;
}

struct tally {
    long made, left, refused, long_bars; /* combinations */
};

static void one_case(const struct bt_strategy *s, struct rng *r, unsigned cpu, int test,
                     struct tally *tally)
{
    static int64_t prices[LONG_MOST];
    struct bt_series x = make_series(r, prices, test);
    const struct sets *sets = make_sets(r, s, x.n, &run.scratch);
    void *maker = s->positions->begin(sets->of, sets->n, &x, cpu, &run.scratch);
    uint64_t *found = maker ? by_positions(s, sets, maker, &x, r) : NULL;
    uint64_t *expected = ARENA_NEW_RAW(&run.scratch, uint64_t, words_of(x.n));
    long all = words_of(x.n);
    for (int k = 0; k < sets->n; k++) {
        bool defined = by_signals(s, sets->of[k], &x, expected);
        if (maker && !defined)
            fail_msg("%s: an indicator is refused, positions are not", s->name);
        tally->refused += !defined;
        tally->left += defined && !maker;
        tally->made += maker != NULL;
        if (!maker)
            continue;
        compare(s, sets->of[k], &x, expected, found + k * all, test);
        for (long t = 0; t < x.n; t++)
            tally->long_bars += (long)(expected[t / 64] >> t % 64 & 1);
    }
    arena_reset(&run.scratch);
}

static void equal_signals(unsigned cpu)
{
    for (const struct bt_strategy *const *s = bt_strategies; *s; s++) {
        if (!(*s)->positions)
            continue;
        struct rng r = rng_seeded(SEED);
        struct tally tally = {0};
        for (int test = 0; test < CASES; test++)
            one_case(*s, &r, cpu, test, &tally);
        print_message(
            "# %s, seed %d: %ld sets made, %ld left to signals, %ld refused, %ld bars long\n",
            (*s)->name, SEED, tally.made, tally.left, tally.refused, tally.long_bars);
        assert_true(tally.made > 2 * tally.left && tally.long_bars > 50000);
    }
}

static void positions_equal_signals_with_all_instructions(void **state)
{
    (void)state;
    struct err e = {0};
    unsigned cpu;
    assert_ok(cpu_sets("", &cpu, &e), &e);
    equal_signals(cpu);
}

static void positions_equal_signals_in_plain_code(void **state)
{
    (void)state;
    equal_signals(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(positions_equal_signals_with_all_instructions),
        TEST(positions_equal_signals_in_plain_code),
    };
    return cmocka_run_group_tests_name("positions", tests, NULL, empty_scratch);
}
