/* Accounting by events against account.h and metrics.h, bar by bar, over generated prices and
 * positions. */
#include "kernels/backtest/numerics/events.h"

#include "harness/base/rng.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/metrics.h"
#include "kernels/backtest/numerics/words.h"

#include "tests/backtest/bars.h"
#include "tests/backtest/numerics.h"
#include "tests/test.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

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
    const struct bars *p;
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
        k = tile ? tile : 1 + (long)rng_below(&r, WORDS_TILE);
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
    struct arena_mark mark = arena_mark(&numerics_arena);
    struct price_tables tables, of_plain;
    struct account_result a, b;
    price_tables_make(&c->rules, c->fill, c->p->close, c->p->n, numerics_cpu(), &numerics_arena,
                      &tables);
    price_tables_make(&c->rules, c->fill, c->p->close, c->p->n, 0, &numerics_arena, &of_plain);
    same_tables(&tables, &of_plain);
    struct events plain = account_words(c, &tables, 0, WORDS_TILE, seed);
    struct events here = account_words(c, &tables, numerics_cpu(), WORDS_TILE, seed);
    struct events any = account_words(c, &tables, numerics_cpu(), 0, seed);
    assert_true(same_events(&plain, &here));
    *expected = expected_of(c);
    bool finished = finish(c, &tables, plain, &a);
    assert_int_equal(finished, finish(c, &tables, here, &b));
    if (finished)
        agree(c, &a, *expected);
    if (finish(c, &tables, any, &b))
        agree(c, &b, *expected);
    arena_release(&numerics_arena, mark);
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
static struct test_case case_of(struct rng *r, const struct bars *p, const int8_t *signal)
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
    static struct bars p;
    static int8_t signal[BARS_MAX];
    struct rng r = rng_seeded(seed);
    long refused[BARS_SHAPES] = {0}, made[BARS_SHAPES] = {0}, ordinary = 0;
    for (int i = 0; i < BARS_SHAPES * SIGNALS * 40; i++) {
        int shape = i % BARS_SHAPES, turn = i / BARS_SHAPES;
        struct account_result expected;
        p.shape = bars_shapes[shape].name;
        p.n = turn < 200 ? turn + 1 : lengths[rng_below(&r, 6)];
        bars_shapes[shape].make(&r, &p);
        signals[rng_below(&r, SIGNALS)](&r, signal, p.n);
        struct test_case c = case_of(&r, &p, signal);
        bool finished = check(&c, (uint64_t)i, &expected);
        made[shape]++;
        refused[shape] += !finished;
        if (is_ordinary(&c, bars_shapes[shape].ordinary, &expected)) {
            ordinary++;
            assert_true(finished);
        }
    }
    print_message("# seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < BARS_SHAPES; i++) {
        print_message("# %s: %ld of %ld left to the plain accounting\n", bars_shapes[i].name,
                      refused[i], made[i]);
        assert_true(refused[i] * (bars_shapes[i].ordinary ? 10 : 2) <= made[i]);
    }
    assert_true(ordinary >= 500);
}

/* Every position that up to seven bars can have, at prices that double, stand and fall. */
static void every_position_of_few_bars_agrees(void **state)
{
    (void)state;
    const int64_t opens[] = {3000000, 1000000, 7000000, 7000000, 20000000, 9000000, 10000000};
    const int64_t closes[] = {2000000, 3000000, 7000000, 14000000, 10000000, 9999999, 4000000};
    static struct bars p = {.shape = "few bars"};
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
    static struct bars p = {.shape = "sweep", .n = 6000};
    static int8_t signal[BARS_MAX];
    struct rng r = rng_seeded(20260721);
    for (int i = 0; i < 60; i++) {
        struct account_result expected;
        (i % 2 ? bars_stock : bars_currency)(&r, &p);
        with_odds(&r, signal, p.n, 20 + rng_below(&r, 80));
        struct test_case c = case_of(&r, &p, signal);
        c.rules.fee = i % 3 ? 0.001 : 0;
        c.years_per_span = 252 / (double)p.n;
        assert_true(check(&c, (uint64_t)i, &expected));
    }
}

/* ---- what is undefined, and what cannot be told -------------------------------------------------- */

static struct bars doubling = {.shape = "doubling"};

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
    struct arena_mark mark = arena_mark(&numerics_arena);
    price_tables_make(&c->rules, c->fill, c->p->close, c->p->n, numerics_cpu(), &numerics_arena,
                      &tables);
    assert_true(finish(c, &tables, account_words(c, &tables, numerics_cpu(), WORDS_TILE, 0), &out));
    arena_release(&numerics_arena, mark);
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
    static struct bars p = {.shape = "leaps", .n = 200};
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
    struct arena_mark mark = arena_mark(&numerics_arena);
    price_tables_make(&c.rules, c.fill, p.close, p.n, numerics_cpu(), &numerics_arena, &tables);
    assert_false(finish(&c, &tables, account_words(&c, &tables, 0, 16, 0), &out));
    arena_release(&numerics_arena, mark);
}

/* A thousand trades within minutes: what a year of it would be is far off when the return is a little. */
static void growth_of_many_trades_in_little_time_is_left_to_the_plain_accounting(void **state)
{
    (void)state;
    static struct bars p = {.shape = "minutes", .n = 2000};
    static int8_t signal[2000];
    struct account_result expected;
    struct rng r = rng_seeded(20260724);
    bars_stock(&r, &p);
    every_bar(&r, signal, p.n);
    struct test_case c = {
        &p, signal, {1e6, 0.0001, 1e6, 0},
          p.close, 252, 1
    };
    assert_true(check(&c, 0, &expected) && expected.trades >= 999);
    c.years_per_span = 1000;
    assert_false(check(&c, 0, &expected));
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
    };
    return cmocka_run_group_tests_name("events", tests, NULL, numerics_free);
}
