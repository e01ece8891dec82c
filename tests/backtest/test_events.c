/* Accounting by events against account.h and metrics.h, bar by bar, over generated prices and
 * positions; price tables against their definitions. */
#include "kernels/backtest/numerics/events.h"

#include "harness/base/rng.h"
#include "kernels/backtest/numerics/cpu.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/metrics.h"
#include "kernels/backtest/numerics/words.h"

#include "tests/test.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { BARS_MAX = 12000 };

static struct arena arena;

static int free_arena(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static unsigned cpu_here(void)
{
    unsigned sets = 0;
    struct err e = {0};
    assert_ok(cpu_sets("", &sets, &e), &e);
    return sets;
}

/* ---- generated prices --------------------------------------------------------------------------- */

struct prices {
    const char *shape;
    int64_t open[BARS_MAX], close[BARS_MAX];
    long n;
};

static int64_t tick_of(double x)
{
    return x < 1 ? 1 : x > 9e15 ? 9000000000000000 : (int64_t)x;
}

static void random_walk(struct rng *r, struct prices *p, double first, double deviation)
{
    double x = first;
    for (long t = 0; t < p->n; t++) {
        p->open[t] = tick_of(x * (1 + 0.3 * deviation * rng_normal(r)));
        p->close[t] = tick_of(x *= 1 + 0.0003 + deviation * rng_normal(r));
    }
}

static void a_stock(struct rng *r, struct prices *p)
{
    random_walk(r, p, 1e6 * (5 + 300 * rng_unit(r)), 0.005 + 0.03 * rng_unit(r));
}

static void a_currency(struct rng *r, struct prices *p)
{
    random_walk(r, p, 1e6 * (0.5 + rng_unit(r)), 0.0005 + 0.002 * rng_unit(r));
}

static void constant(struct rng *r, struct prices *p)
{
    int64_t x = 1 + (int64_t)rng_below(r, 1000000000);
    for (long t = 0; t < p->n; t++)
        p->open[t] = p->close[t] = x;
}

static void one_to_three_ticks(struct rng *r, struct prices *p)
{
    for (long t = 0; t < p->n; t++) {
        p->open[t] = 1 + (int64_t)rng_below(r, 3);
        p->close[t] = 1 + (int64_t)rng_below(r, 3);
    }
}

static void largest(struct rng *r, struct prices *p)
{
    for (long t = 0; t < p->n; t++) {
        p->open[t] = 9000000000000000 - (int64_t)rng_below(r, 1000);
        p->close[t] = 9000000000000000 - (int64_t)rng_below(r, 1000);
    }
}

static int64_t from_end_to_end(struct rng *r)
{
    return rng_below(r, 20) ? 1 + (int64_t)rng_below(r, 1000) : 9000000000000000;
}

static void billionfold_jumps(struct rng *r, struct prices *p)
{
    for (long t = 0; t < p->n; t++) {
        p->open[t] = from_end_to_end(r);
        p->close[t] = from_end_to_end(r);
    }
}

static void crashes_and_doublings(struct rng *r, struct prices *p)
{
    double x = 1e8;
    for (long t = 0; t < p->n; t++) {
        p->open[t] = tick_of(x);
        x *= rng_below(r, 10) ? 1 + 0.02 * rng_normal(r) : rng_below(r, 2) ? 0.3 : 3;
        x = x < 1000 ? 1000 : x > 1e15 ? 1e15 : x;
        p->close[t] = tick_of(x);
    }
}

static void rising_then_falling(struct rng *r, struct prices *p)
{
    double x = 1e8;
    long top = (long)rng_below(r, (uint64_t)p->n + 1);
    for (long t = 0; t < p->n; t++) {
        p->open[t] = tick_of(x);
        p->close[t] = tick_of(x *= t < top ? 1.001 : 0.998);
    }
}

static void single_ticks_of_a_large_price(struct rng *r, struct prices *p)
{
    int64_t x = 100000000 + (int64_t)rng_below(r, 900000000);
    for (long t = 0; t < p->n; t++) {
        p->open[t] = x;
        p->close[t] = x += (int64_t)rng_below(r, 3) - 1;
    }
}

static const struct shape {
    const char *name;
    void (*make)(struct rng *r, struct prices *p);
    bool ordinary; /* as markets are */
} shapes[] = {
    {"stock",                 a_stock,                       true },
    {"currency",              a_currency,                    true },
    {"crashes and doublings", crashes_and_doublings,         true },
    {"rising then falling",   rising_then_falling,           false},
    {"constant",              constant,                      false},
    {"1 to 3 ticks",          one_to_three_ticks,            false},
    {"largest",               largest,                       false},
    {"billionfold jumps",     billionfold_jumps,             false},
    {"single ticks",          single_ticks_of_a_large_price, false},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* ---- generated signals -------------------------------------------------------------------------- */

static void never(struct rng *r, int8_t *s, long n)
{
    (void)r;
    memset(s, BT_STAY, (size_t)n);
}

static void from_the_first_bar_on(struct rng *r, int8_t *s, long n)
{
    (void)r;
    memset(s, BT_ENTER, (size_t)n);
}

static void every_bar(struct rng *r, int8_t *s, long n)
{
    int first = (int)rng_below(r, 2);
    for (long t = 0; t < n; t++)
        s[t] = (t + first) % 2 ? BT_EXIT : BT_ENTER;
}

static void with_odds(struct rng *r, int8_t *s, long n, uint64_t bars)
{
    for (long t = 0; t < n; t++)
        s[t] = rng_below(r, bars) ? BT_STAY : rng_below(r, 2) ? BT_ENTER : BT_EXIT;
}

static void often(struct rng *r, int8_t *s, long n)
{
    with_odds(r, s, n, 1 + rng_below(r, 5));
}

static void now_and_then(struct rng *r, int8_t *s, long n)
{
    with_odds(r, s, n, 10 + rng_below(r, 60));
}

static void rarely(struct rng *r, int8_t *s, long n)
{
    with_odds(r, s, n, 200 + rng_below(r, 600));
}

/* Held for about as long as a level of lows, or for a word or a tile. */
static void once(struct rng *r, int8_t *s, long n)
{
    const long held[] = {1,   2,   3,   63,  64,  65,   127,  128,  255,
                         256, 257, 511, 512, 513, 1023, 1024, 1025, 3000};
    long from = rng_below(r, 3) ? (long)rng_below(r, (uint64_t)n) : 0;
    long to = from + held[rng_below(r, sizeof held / sizeof *held)];
    memset(s, BT_STAY, (size_t)n);
    s[from] = BT_ENTER;
    if (to < n)
        s[to] = BT_EXIT;
}

static void bursts(struct rng *r, int8_t *s, long n)
{
    bool busy = false;
    for (long t = 0; t < n; t++) {
        busy = rng_below(r, 100) ? busy : !busy;
        s[t] = busy || rng_below(r, 300) == 0 ? rng_below(r, 2) ? BT_ENTER : BT_EXIT : BT_STAY;
    }
}

static void at_the_end(struct rng *r, int8_t *s, long n)
{
    memset(s, BT_STAY, (size_t)n);
    for (long t = n < 4 ? 0 : n - 4; t < n; t++)
        s[t] = rng_below(r, 2) ? BT_ENTER : BT_EXIT;
}

static void (*const signals[])(struct rng *, int8_t *, long) = {
    never, from_the_first_bar_on, every_bar, often, now_and_then, rarely, once, bursts, at_the_end};
enum { SIGNALS = sizeof signals / sizeof *signals };

/* ---- the reference and what is tested ------------------------------------------------------------ */

struct test_case {
    const struct prices *p;
    const int8_t *signal;
    struct account_rules rules;
    const int64_t *fill;
    double periods_per_year, years_per_span;
};

static struct account_result expected_of(const struct test_case *c)
{
    static double equity[BARS_MAX], returns[BARS_MAX];
    struct account_tally tally;
    long n = c->p->n;
    account_long_flat(&c->rules, c->signal, c->fill, c->p->close, n, equity, NULL, &tally);
    metric_returns(equity, n, returns);
    return (struct account_result){metric_growth(equity, n, c->rules.cash),
                                   metric_total_return(equity, n, c->rules.cash),
                                   metric_sharpe(returns, n, c->periods_per_year),
                                   metric_max_drawdown(equity, n),
                                   tally.orders,
                                   tally.trades,
                                   tally.bars_long,
                                   tally.trade_hash};
}

/* Tiles of `words` words, 0: of any. */
static struct events account_words(const struct test_case *c, const struct price_tables *tables,
                                   unsigned cpu, int tile, uint64_t seed)
{
    static uint64_t words[BARS_MAX / WORDS_BARS + 1];
    struct rng r = rng_seeded(seed);
    struct events e = events_begin();
    long n = c->p->n, count = words_of(n);
    words_of_signals(c->signal, n, words);
    words_end_after(words, count, n - c->rules.delay, false);
    for (long word = 0, k; word < count; word += k) {
        k = tile ? tile : 1 + (long)rng_below(&r, EVENTS_TILE_WORDS);
        k = k < count - word ? k : count - word;
        events_account_for(cpu)(tables, &e, words + word, word, (int)k);
    }
    return e;
}

static bool same_events(const struct events *a, const struct events *b)
{
    return memcmp(&a->ratio, &b->ratio, sizeof a->ratio) == 0 &&
           memcmp(&a->worst, &b->worst, sizeof a->worst) == 0 &&
           memcmp(&a->growth, &b->growth, sizeof a->growth) == 0 &&
           memcmp(&a->sum, &b->sum, sizeof a->sum) == 0 &&
           memcmp(&a->squares, &b->squares, sizeof a->squares) == 0 && a->hash == b->hash &&
           a->bars_long == b->bars_long && a->orders == b->orders && a->entry == b->entry;
}

static double off_by(double a, double b)
{
    if (a == b || (isnan(a) && isnan(b)))
        return 0;
    if (!isfinite(a) || !isfinite(b))
        return (double)INFINITY;
    return fabs(a - b) / fmax(1, fmax(fabs(a), fabs(b)));
}

static void is_near(const struct test_case *c, const char *what, double ours, double expected)
{
    if (!(off_by(ours, expected) <= 1e-10))
        fail_msg("%s, %ld bars, fee %g, delay %ld: %s is %.17g, not %.17g", c->p->shape, c->p->n,
                 c->rules.fee, c->rules.delay, what, ours, expected);
}

static void agree(const struct test_case *c, const struct account_result *ours,
                  struct account_result expected)
{
    assert_int_equal(ours->orders, expected.orders);
    assert_int_equal(ours->trades, expected.trades);
    assert_int_equal(ours->bars_long, expected.bars_long);
    assert_true(ours->hash == expected.hash);
    is_near(c, "total return", ours->total_return, expected.total_return);
    is_near(c, "Sharpe", ours->sharpe, expected.sharpe);
    is_near(c, "drawdown", ours->max_drawdown, expected.max_drawdown);
    is_near(c, "growth a year", pow(1 + ours->total_return, c->years_per_span) - 1,
            pow(1 + expected.total_return, c->years_per_span) - 1);
}

static void same_tables(const struct price_tables *a, const struct price_tables *b)
{
    assert_true(a->n == b->n && a->delay == b->delay);
    assert_memory_equal(a->entry, b->entry, (size_t)a->n * sizeof *a->entry);
    assert_memory_equal(a->exit, b->exit, (size_t)a->n * sizeof *a->exit);
    for (int k = 0; k < PRICE_LEVELS && 1L << k <= a->n; k++)
        assert_memory_equal(a->low[k], b->low[k],
                            (size_t)(a->n - (1L << k) + 1) * sizeof *a->low[k]);
    assert_memory_equal(&a->sum, &b->sum, sizeof a->sum);
    assert_memory_equal(&a->squares, &b->squares, sizeof a->squares);
    assert_memory_equal(&a->largest_sum, &b->largest_sum, sizeof a->largest_sum);
    assert_memory_equal(&a->largest_squares, &b->largest_squares, sizeof a->largest_squares);
}

static bool finish(const struct test_case *c, const struct price_tables *tables, struct events e,
                   struct account_result *out)
{
    *out = (struct account_result){0};
    return events_finish(tables, e, c->periods_per_year, c->years_per_span, out);
}

/* Plain and other code to the bit, tiles of any size, and the reference. Returns whether events could
 * tell. */
static bool check(const struct test_case *c, uint64_t seed, struct account_result *expected)
{
    struct arena_mark mark = arena_mark(&arena);
    struct price_tables tables, of_plain;
    struct account_result a, b;
    price_tables_make(&c->rules, c->fill, c->p->close, c->p->n, cpu_here(), &arena, &tables);
    price_tables_make(&c->rules, c->fill, c->p->close, c->p->n, 0, &arena, &of_plain);
    same_tables(&tables, &of_plain);
    struct events plain = account_words(c, &tables, 0, EVENTS_TILE_WORDS, seed);
    struct events here = account_words(c, &tables, cpu_here(), EVENTS_TILE_WORDS, seed);
    struct events any = account_words(c, &tables, cpu_here(), 0, seed);
    assert_true(same_events(&plain, &here));
    *expected = expected_of(c);
    bool finished = finish(c, &tables, plain, &a);
    assert_int_equal(finished, finish(c, &tables, here, &b));
    if (finished)
        agree(c, &a, *expected);
    if (finish(c, &tables, any, &b))
        agree(c, &b, *expected);
    arena_release(&arena, mark);
    return finished;
}

/* What a sweep of a market holds: never may it be left to the plain accounting. Not so those that are
 * hardly ever long (squares of few returns are lost beside those of all bars) or trade at most bars. */
static bool is_ordinary(const struct test_case *c, bool market, const struct account_result *r)
{
    return market && c->rules.fee < 0.1 && c->years_per_span <= 252 && r->orders * 11 <= c->p->n &&
           (r->orders == 0 || (r->bars_long >= 10 && r->bars_long * 50 >= c->p->n));
}

/* The three fills: this close, next open, next close. */
static struct test_case case_of(struct rng *r, const struct prices *p, const int8_t *signal)
{
    const double fees[] = {0.001, 0, 0.5, 0.0001};
    int fill = (int)rng_below(r, 3);
    return (struct test_case){
        .p = p,
        .signal = signal,
        .rules = {100 + 1e6 * rng_unit(r), fees[rng_below(r, 4)], 1e6, fill > 0},
        .fill = fill == 1 ? p->open : p->close,
        .periods_per_year = 252,
        .years_per_span = p->n > 1 ? 252 / (double)(p->n - 1) : 0
    };
}

static void generated_series_agree_with_the_plain_accounting(void **state)
{
    (void)state;
    const uint64_t seed = 20260719;
    const long lengths[] = {1023, 1024, 1025, 2048, 3000, 5000};
    static struct prices p;
    static int8_t signal[BARS_MAX];
    struct rng r = rng_seeded(seed);
    long refused[SHAPES] = {0}, made[SHAPES] = {0}, ordinary = 0;
    for (int i = 0; i < SHAPES * SIGNALS * 40; i++) {
        int shape = i % SHAPES, turn = i / SHAPES;
        struct account_result expected;
        p.shape = shapes[shape].name;
        p.n = turn < 200 ? turn + 1 : lengths[rng_below(&r, 6)];
        shapes[shape].make(&r, &p);
        signals[rng_below(&r, SIGNALS)](&r, signal, p.n);
        struct test_case c = case_of(&r, &p, signal);
        bool finished = check(&c, (uint64_t)i, &expected);
        made[shape]++;
        refused[shape] += !finished;
        if (is_ordinary(&c, shapes[shape].ordinary, &expected)) {
            ordinary++;
            assert_true(finished);
        }
    }
    print_message("# seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < SHAPES; i++) {
        print_message("# %s: %ld of %ld left to the plain accounting\n", shapes[i].name, refused[i],
                      made[i]);
        assert_true(refused[i] * (shapes[i].ordinary ? 10 : 2) <= made[i]);
    }
    assert_true(ordinary >= 500);
}

/* Every position that up to seven bars can have, at prices that double, stand and fall. */
static void every_position_of_few_bars_agrees(void **state)
{
    (void)state;
    const int64_t opens[] = {3000000, 1000000, 7000000, 7000000, 20000000, 9000000, 10000000};
    const int64_t closes[] = {2000000, 3000000, 7000000, 14000000, 10000000, 9999999, 4000000};
    static struct prices p = {.shape = "few bars"};
    struct rng r = rng_seeded(20260720);
    long finished = 0, made = 0;
    memcpy(p.open, opens, sizeof opens);
    memcpy(p.close, closes, sizeof closes);
    for (p.n = 1; p.n <= 7; p.n++)
        for (uint64_t positions = 0; positions < 1u << p.n; positions++)
            for (int turn = 0; turn < 12; turn++) {
                p.close[0] = turn % 3 ? closes[0] : 2; /* a leap of a millionfold */
                int8_t signal[8];
                struct account_result expected;
                for (long t = 0; t < p.n; t++)
                    signal[t] = positions >> t & 1 ? BT_ENTER : BT_EXIT;
                struct test_case c = case_of(&r, &p, signal);
                finished += check(&c, positions, &expected);
                made++;
            }
    print_message("# %ld of %ld left to the plain accounting\n", made - finished, made);
    assert_true(finished * 2 > made);
}

/* Prices of markets, a thousand combinations a series as a sweep has them: none is refused. */
static void no_combination_of_a_sweep_is_refused(void **state)
{
    (void)state;
    static struct prices p = {.shape = "sweep", .n = 6000};
    static int8_t signal[BARS_MAX];
    struct rng r = rng_seeded(20260721);
    for (int i = 0; i < 60; i++) {
        struct account_result expected;
        (i % 2 ? a_stock : a_currency)(&r, &p);
        with_odds(&r, signal, p.n, 20 + rng_below(&r, 80));
        struct test_case c = case_of(&r, &p, signal);
        c.rules.fee = i % 3 ? 0.001 : 0;
        c.years_per_span = 252 / (double)p.n;
        assert_true(check(&c, (uint64_t)i, &expected));
    }
}

/* ---- what is undefined, and what cannot be told -------------------------------------------------- */

static struct prices doubling = {.shape = "doubling"};

static struct test_case doubling_case(const int8_t *signal, long n)
{
    doubling.n = n;
    for (long t = 0; t < n; t++)
        doubling.open[t] = doubling.close[t] = (int64_t)1000000 << t;
    return (struct test_case){
        .p = &doubling,
        .signal = signal,
        .rules = {100, 0, 1e6, 0},
        .fill = doubling.close,
        .periods_per_year = 252,
        .years_per_span = 1
    };
}

static struct account_result result_of(const struct test_case *c)
{
    struct price_tables tables;
    struct account_result out;
    struct arena_mark mark = arena_mark(&arena);
    price_tables_make(&c->rules, c->fill, c->p->close, c->p->n, cpu_here(), &arena, &tables);
    assert_true(
        finish(c, &tables, account_words(c, &tables, cpu_here(), EVENTS_TILE_WORDS, 0), &out));
    arena_release(&arena, mark);
    return out;
}

static void without_trades_nothing_is_earned_and_sharpe_is_undefined(void **state)
{
    (void)state;
    const int8_t signal[8] = {BT_EXIT, BT_EXIT};
    for (long n = 1; n <= 8; n++) {
        struct test_case c = doubling_case(signal, n);
        struct account_result r = result_of(&c);
        assert_true(r.total_return == 0 && isnan(r.sharpe) && r.max_drawdown == 0);
        assert_true(r.orders == 0 && r.trades == 0 && r.bars_long == 0 && r.hash == 0);
    }
}

static void one_bar_has_a_return_and_no_sharpe(void **state)
{
    (void)state;
    const int8_t signal[] = {BT_ENTER};
    struct test_case c = doubling_case(signal, 1);
    c.rules.fee = 0.25;
    struct account_result r = result_of(&c);
    assert_true(fabs(r.total_return - -0.2) < 1e-15 && isnan(r.sharpe) && r.max_drawdown == 0);
    assert_true(r.orders == 1 && r.trades == 1 && r.bars_long == 1);
    assert_true(r.hash == trade_hash_of(0, -1));
}

static void a_signal_of_the_last_bar_has_no_next_bar(void **state)
{
    (void)state;
    const int8_t signal[] = {BT_ENTER, BT_STAY, BT_EXIT, BT_ENTER};
    struct test_case c = doubling_case(signal, 4);
    c.rules.delay = 1;
    struct account_result r = result_of(&c);
    assert_true(r.orders == 2 && r.trades == 1 && r.bars_long == 2);
    assert_true(r.hash == trade_hash_of(1, 3) && fabs(r.total_return - 3) < 1e-14);
}

/* At a fee of 1 nothing comes back, at billionfold leaps up more than doubles hold passes by. */
static void leaps_beyond_doubles_are_left_to_the_plain_accounting(void **state)
{
    (void)state;
    static struct prices p = {.shape = "leaps", .n = 200};
    static int8_t signal[200];
    struct price_tables tables;
    struct account_result out;
    for (long t = 0; t < 200; t++) {
        bool up = t % 2;
        bool trading = t < 40   ? !up
                       : t < 60 ? up
                                : false; /* x 1e15 each, then back by 1e-15 each */
        p.open[t] = p.close[t] = up ? 1000000000000000 : 1;
        signal[t] = trading ? BT_ENTER : BT_EXIT;
    }
    struct test_case c = {
        &p, signal, {1e6, 0, 1e6, 0},
          p.close, 252, 1
    };
    struct arena_mark mark = arena_mark(&arena);
    price_tables_make(&c.rules, c.fill, p.close, p.n, cpu_here(), &arena, &tables);
    assert_false(finish(&c, &tables, account_words(&c, &tables, 0, 16, 0), &out));
    arena_release(&arena, mark);
}

/* A thousand trades within minutes: what a year of it would be is far off when the return is a little. */
static void growth_of_many_trades_in_little_time_is_left_to_the_plain_accounting(void **state)
{
    (void)state;
    static struct prices p = {.shape = "minutes", .n = 2000};
    static int8_t signal[2000];
    struct account_result expected;
    struct rng r = rng_seeded(20260724);
    a_stock(&r, &p);
    every_bar(&r, signal, p.n);
    struct test_case c = {
        &p, signal, {1e6, 0.0001, 1e6, 0},
          p.close, 252, 1
    };
    assert_true(check(&c, 0, &expected) && expected.trades >= 999);
    c.years_per_span = 1000;
    assert_false(check(&c, 0, &expected));
}

/* ---- price tables -------------------------------------------------------------------------------- */

static void is_low(struct price_low low, const double *c, long from, long to)
{
    double least = c[from], inverse = 1 / c[from], fall = 1, high = c[from];
    for (long t = from; t < to; t++) {
        least = fmin(least, c[t]);
        inverse = fmin(inverse, 1 / c[t]);
        high = fmax(high, c[t]);
        fall = fmin(fall, c[t] / high);
    }
    assert_true(low.close == least && low.inverse == inverse);
    assert_true(fabs(low.fall - fall) <= 4 * 2.3e-16 * fall);
}

static void lows_over_any_stretch_are_those_of_a_scan(void **state)
{
    (void)state;
    static struct prices p = {.shape = "lows"};
    static double c[BARS_MAX];
    const long lengths[] = {1, 2, 255, 256, 257, 2100};
    const struct account_rules rules = {100, 0.001, 1e6, 0};
    struct rng r = rng_seeded(20260722);
    for (int i = 0; i < 6 * SHAPES; i++) {
        struct arena_mark mark = arena_mark(&arena);
        struct price_tables tables;
        p.n = lengths[i % 6];
        shapes[i / 6].make(&r, &p);
        price_tables_make(&rules, p.close, p.close, p.n, cpu_here(), &arena, &tables);
        for (long t = 0; t < p.n; t++)
            c[t] = (double)p.close[t] / 1e6;
        for (int turn = 0; turn < 400; turn++) {
            long from = (long)rng_below(&r, (uint64_t)p.n);
            long most = turn % 4 ? p.n - from : p.n - from < 9 ? p.n - from : 9;
            long to = from + 1 + (long)rng_below(&r, (uint64_t)most);
            is_low(price_low_over(&tables, from, to), c, from, to);
        }
        is_low(price_low_over(&tables, 0, p.n), c, 0, p.n);
        for (int k = 0; k < PRICE_LEVELS && 1L << k <= p.n; k++)
            for (long t = 0; t + (1L << k) <= p.n; t += 1 + t % 7)
                is_low(tables.low[k][t], c, t, t + (1L << k));
        arena_release(&arena, mark);
    }
}

static void is_about(double ours, long double expected, long double scale)
{
    assert_true(fabsl(ours - expected) <= 1e-15L * (scale + fabsl(expected)));
}

/* In long double, from the formulas of price_tables.h; each return that a sum is made of is a double. */
static void ends_of_trades_are_as_defined(void **state)
{
    (void)state;
    static struct prices p = {.shape = "ends", .n = 3000};
    const struct account_rules rules = {100, 0.002, 1e6, 1};
    struct rng r = rng_seeded(20260723);
    struct price_tables t;
    a_stock(&r, &p);
    price_tables_make(&rules, p.open, p.close, p.n, cpu_here(), &arena, &t);
    long double sum = 0, squares = 0, largest = 0;
    assert_true(t.n == p.n && t.delay == 1);
    for (long i = 0; i < p.n; i++) {
        long double c = p.close[i] / 1e6L, f = p.open[i] / 1e6L;
        long double before = i ? p.close[i - 1] / 1e6L : c;
        long double scale = 1 + i / 8.0L;
        long double in = i ? c / (f * 1.002L) - 1 : 0, out = f * 0.998L / before - 1;
        if (i) {
            is_about(t.exit[i].sum, out + sum, scale);
            is_about(t.exit[i].squares, out * out + squares, scale);
        }
        sum += c / before - 1;
        squares += (c / before - 1) * (c / before - 1);
        largest = fmaxl(largest, fabsl(in - sum));
        is_about(t.entry[i].sum, in - sum, scale);
        is_about(t.entry[i].squares, in * in - squares, scale);
        is_about(t.entry[i].growth, 1 / (f * 1.002L), 0);
        is_about(t.exit[i].growth, f * 0.998L, 0);
        assert_true(t.entry[i].hash == trade_hash_of_entry(i));
        assert_true(t.exit[i].hash == trade_hash_of_exit(i));
    }
    is_about(t.sum, sum, p.n / 8.0L);
    is_about(t.squares, squares, p.n / 8.0L);
    assert_true(t.largest_sum >= (double)largest * 0.999 &&
                t.largest_squares >= (double)squares * 0.999);
}

/* Of returns as doubles: what is added up has no rounding of its own, but for one at the end. */
static void sums_of_many_returns_are_rounded_once(void **state)
{
    (void)state;
    static struct prices p = {.shape = "sums", .n = BARS_MAX};
    const struct account_rules rules = {100, 0, 1e6, 0};
    struct rng r = rng_seeded(20260726);
    struct price_tables t;
    a_stock(&r, &p);
    price_tables_make(&rules, p.close, p.close, p.n, cpu_here(), &arena, &t);
    long double sum = 0, squares = 0;
    for (long i = 1; i < p.n; i++) {
        double before = 1 / ((double)p.close[i - 1] / 1e6);
        double held = (double)p.close[i] / 1e6 * before - 1;
        sum += held;
        squares += (long double)held * held;
    }
    assert_true(fabsl(t.sum - sum) <= 2.3e-16L * fabsl(sum));
    assert_true(fabsl(t.squares - squares) <= 2.3e-16L * squares);
}

static void the_largest_of_all_ends_is_noted(void **state)
{
    (void)state;
    static struct prices p = {.shape = "largest", .n = 500};
    const struct account_rules rules = {100, 0.001, 1e6, 1};
    struct rng r = rng_seeded(20260725);
    for (int i = 0; i < SHAPES * 10; i++) {
        struct arena_mark mark = arena_mark(&arena);
        struct price_tables t;
        double sum = 0, squares = 0;
        shapes[i % SHAPES].make(&r, &p);
        price_tables_make(&rules, p.open, p.close, p.n, cpu_here(), &arena, &t);
        for (long k = 0; k < p.n; k++) {
            sum = fmax(sum, fmax(fabs(t.entry[k].sum), fabs(t.exit[k].sum)));
            squares = fmax(squares, fmax(fabs(t.entry[k].squares), fabs(t.exit[k].squares)));
        }
        assert_true(t.largest_sum >= sum && t.largest_squares >= squares);
        arena_release(&arena, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(generated_series_agree_with_the_plain_accounting),
        TEST(every_position_of_few_bars_agrees),
        TEST(no_combination_of_a_sweep_is_refused),
        TEST(without_trades_nothing_is_earned_and_sharpe_is_undefined),
        TEST(one_bar_has_a_return_and_no_sharpe),
        TEST(a_signal_of_the_last_bar_has_no_next_bar),
        TEST(leaps_beyond_doubles_are_left_to_the_plain_accounting),
        TEST(growth_of_many_trades_in_little_time_is_left_to_the_plain_accounting),
        TEST(lows_over_any_stretch_are_those_of_a_scan),
        TEST(ends_of_trades_are_as_defined),
        TEST(sums_of_many_returns_are_rounded_once),
        TEST(the_largest_of_all_ends_is_noted),
    };
    return cmocka_run_group_tests_name("events", tests, NULL, free_arena);
}
