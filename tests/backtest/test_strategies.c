/* The strategies as rows: their signals against plain statements of their rules, over generated
 * prices; what they refuse; and the hash of their code. */
#include "kernels/backtest/base.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/run.h"
#include "kernels/backtest/strategies.h"
#include "tests/backtest/market.h"
#include "tests/backtest/prices.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <dlfcn.h>
#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

enum { BARS_MAX = 150, CASES = 1000 };

static struct bt_run run; /* of it, indicators use the scratch arena only */

static int empty_scratch(void **state)
{
    (void)state;
    arena_done(&run.scratch);
    return 0;
}

/* ---- plain statements ------------------------------------------------------------------------- */

/* What the rule says at bar t; a statement of several bars starts anew at the first. */
typedef int rule_fn(const double *values, const int64_t *x, long t);

static int rule_buy_hold(const double *values, const int64_t *x, long t)
{
    (void)values;
    (void)x;
    return t == 0 ? BT_ENTER : BT_STAY;
}

static int rule_momentum(const double *values, const int64_t *x, long t)
{
    long window = (long)values[0];
    if (t < window || x[t] == x[t - window])
        return BT_STAY;
    return x[t] > x[t - window] ? BT_ENTER : BT_EXIT;
}

/* 100 * gains / (gains + losses) over the window, NaN without any change. */
static long double plain_rsi(const int64_t *x, long t, long window, bool wilder)
{
    long double gain = 0, loss = 0, weight = 1;
    for (long j = t; j > (wilder ? 0 : t - window); j--) {
        int64_t change = x[j] - x[j - 1];
        gain += change > 0 ? weight * (long double)change : 0;
        loss -= change < 0 ? weight * (long double)change : 0;
        if (wilder && j > window)
            weight *= (long double)(window - 1) / (long double)window;
    }
    return 100 * gain / (gain + loss);
}

/* Distance of x[t] from the mean of the window, in deviations; 0 when all are equal. */
static long double plain_distance(const int64_t *x, long t, long window)
{
    wide sum = 0, squares = 0;
    for (long j = t - window + 1; j <= t; j++)
        sum += x[j];
    for (long i = t - window + 1; i <= t; i++)
        for (long j = i + 1; j <= t; j++)
            squares += ((wide)x[i] - x[j]) * ((wide)x[i] - x[j]);
    wide off = (wide)x[t] * window - sum;
    return squares ? (long double)off / sqrtl((long double)squares) : 0;
}

enum { UNCERTAIN = 9 }; /* nearer to a level than arithmetic can tell */

static int side_of(long double value, long double low, long double high)
{
    if (fabsl(value - low) < 1e-12L || fabsl(value - high) < 1e-12L)
        return UNCERTAIN;
    return (value > high) - (value < low);
}

static int rule_rsi_bollinger(const double *values, const int64_t *x, long t)
{
    long rsi = (long)values[0], band = (long)values[2];
    if (t < rsi || t < band - 1)
        return BT_STAY;
    long double index = plain_rsi(x, t, rsi, values[5] != 0);
    int strength = side_of(index, (long double)values[3], (long double)values[4]);
    int price =
        side_of(plain_distance(x, t, band), -(long double)values[1], (long double)values[1]);
    if (strength == UNCERTAIN || price == UNCERTAIN)
        return UNCERTAIN;
    return strength < 0 && price < 0 ? BT_ENTER : strength > 0 || price > 0 ? BT_EXIT : BT_STAY;
}

/* ---- signals ---------------------------------------------------------------------------------- */

static void signals(const struct bt_strategy *s, const double *values,
                    const struct bt_series *closes, int8_t *signal)
{
    struct bt_ask asks[BT_ASKS_MAX];
    struct bt_indicator indicators[BT_ASKS_MAX];
    struct err e = {0};
    int n = s->asks(values, asks);
    for (int i = 0; i < n; i++)
        assert_ok(bt_indicator_base(NULL, &run, &asks[i], closes, &indicators[i], &e), &e);
    s->signal(values, closes, indicators, signal);
    arena_reset(&run.scratch);
}

static double some_value(struct rng *r, const struct bt_param *p)
{
    if (strcmp(p->unit, "bars") == 0)
        return 1 + (double)rng_below(r, 25);
    if (strcmp(p->unit, "deviations") == 0)
        return (double)rng_below(r, 13) / 4;
    return p->min + (double)rng_below(r, (uint64_t)(p->max - p->min) + 1);
}

static void some_values(struct rng *r, const struct bt_strategy *s, double *values)
{
    do
        for (int i = 0; i < s->param_count; i++)
            values[i] = some_value(r, &s->params[i]);
    while (s->valid && !s->valid(values));
}

static struct bt_series some_closes(struct rng *r, int i, int64_t *x)
{
    struct bt_series closes = {
        .v = x, .n = (long)rng_below(r, BARS_MAX + 1), .largest = price_most};
    int64_t p = 10000000;
    for (long t = 0; t < closes.n; t++)
        x[t] = p = price_after(r, i % PRICE_SHAPES, p);
    return closes;
}

/* Returns the number of bars that could be judged. */
static long follows(const struct bt_strategy *s, rule_fn *rule, uint64_t seed)
{
    struct rng r = rng_seeded(seed);
    long judged = 0, uncertain = 0;
    print_message("# seed %llu, %d cases\n", (unsigned long long)seed, CASES);
    for (int i = 0; i < CASES; i++) {
        int64_t x[BARS_MAX];
        int8_t signal[BARS_MAX];
        double values[BT_PARAMS_MAX];
        struct bt_series closes = some_closes(&r, i, x);
        some_values(&r, s, values);
        signals(s, values, &closes, signal);
        for (long t = 0; t < closes.n; t++) {
            int expected = rule(values, x, t);
            uncertain += expected == UNCERTAIN;
            judged += expected != UNCERTAIN;
            if (expected != UNCERTAIN && signal[t] != expected)
                fail_msg("case %d, bar %ld: expected %d, found %d", i, t, expected, signal[t]);
        }
    }
    print_message("# %ld bars judged, %ld on a level\n", judged, uncertain);
    return judged;
}

static void buy_hold_enters_at_the_first_bar(void **state)
{
    (void)state;
    follows(&bt_strategy_buy_hold, rule_buy_hold, 41);
}

static void momentum_compares_with_the_close_of_window_bars_before(void **state)
{
    (void)state;
    follows(&bt_strategy_momentum, rule_momentum, 42);
}

static void rsi_bollinger_follows_its_rule(void **state)
{
    (void)state;
    assert_true(follows(&bt_strategy_rsi_bollinger, rule_rsi_bollinger, 43) > 50000);
}

/* Levels that are met exactly, which doubles could not tell: RSI 30 and 70 of whole changes, and
 * bands of whole deviations. */
static void rsi_bollinger_does_nothing_on_a_level(void **state)
{
    (void)state;
    /* The last ten changes: +30 and -70 in sum; the close far below its mean. */
    const int64_t x[] = {1000, 1000, 1000, 1000, 1010, 1020, 1030,
                         1015, 1000, 985,  970,  965,  960,  960};
    const double values[] = {10, 1, 10, 30, 70, 0};
    int8_t signal[14];
    struct bt_series closes = {.v = x, .n = 14, .largest = 1030};
    signals(&bt_strategy_rsi_bollinger, values, &closes, signal);
    assert_int_equal(signal[13], BT_STAY);
    const double at_31[] = {10, 1, 10, 31, 70, 0};
    signals(&bt_strategy_rsi_bollinger, at_31, &closes, signal);
    assert_int_equal(signal[13], BT_ENTER);
}

/* The rule of sma-cross, restated: the position that signals so far ask for. */
static void ema_cross_enters_at_crossings_from_below(void **state)
{
    (void)state;
    struct rng r = rng_seeded(44);
    long entries = 0;
    for (int i = 0; i < CASES; i++) {
        int64_t x[BARS_MAX];
        int8_t signal[BARS_MAX];
        double values[BT_PARAMS_MAX];
        struct bt_series closes = some_closes(&r, i, x);
        some_values(&r, &bt_strategy_ema_cross, values);
        signals(&bt_strategy_ema_cross, values, &closes, signal);
        double fast = 0, slow = 0, a = 2 / (values[0] + 1), b = 2 / (values[1] + 1);
        bool below = false;
        for (long t = 0; t < closes.n; t++) {
            fast = t ? fast + a * ((double)x[t] - fast) : (double)x[t];
            slow = t ? slow + b * ((double)x[t] - slow) : (double)x[t];
            bool warm = (double)t >= values[1] - 1;
            below = below || (warm && fast < slow);
            int expected = !warm || fast == slow ? BT_STAY
                           : fast < slow         ? BT_EXIT
                           : below               ? BT_ENTER
                                                 : BT_STAY;
            assert_int_equal(signal[t], expected);
            entries += expected == BT_ENTER;
        }
    }
    assert_true(entries > 1000);
}

/* ---- bits ------------------------------------------------------------------------------------- */

static void add_numbers(struct sha256 *h, const struct bt_series *closes, const int8_t *signal)
{
    int64_t time[BARS_MAX];
    for (long t = 0; t < closes->n; t++)
        time[t] = t * 86400 * 5;
    struct bt_run of = {
        .plan = {.fee = 0.001, .periods_per_year = 252, .metrics_all = true}
    };
    struct bt_bars bars = {.n = closes->n, .largest = price_most, .field = {{time, 1}}};
    struct bt_position position = {signal, closes, closes, &bars};
    struct bt_row row;
    struct bt_outcome out = {.row = &row};
    struct err e = {0};
    assert_ok(bt_account_base(NULL, &of, &position, &out, &e), &e);
    arena_done(&of.scratch);
    sha256_add(h, &row.trade_hash, sizeof row.trade_hash);
    for (const struct bt_metric *m = bt_metrics; m->name; m++) {
        double value = bt_metric_of(m, &row);
        if (m->digest && !isnan(value))
            sha256_add(h, &value, sizeof value);
    }
}

/* Over all strategies and all metrics that a digest holds; changes with a rule or a formula only. */
static void every_number_has_the_same_bits_in_every_build(void **state)
{
    (void)state;
    struct rng r = rng_seeded(45);
    struct sha256 *h = sha256_new();
    char hex[SHA256_HEX];
    for (const struct bt_strategy *const *s = bt_strategies; *s; s++)
        for (int i = 0; i < 300; i++) {
            int64_t x[BARS_MAX];
            int8_t signal[BARS_MAX];
            double values[BT_PARAMS_MAX];
            struct bt_series closes = some_closes(&r, i, x);
            some_values(&r, *s, values);
            signals(*s, values, &closes, signal);
            sha256_add(h, signal, (size_t)closes.n);
            add_numbers(h, &closes, signal);
        }
    sha256_end(h, hex);
    assert_string_equal(hex, "07ca701dd9db514a39d8c357881b0251181150000ba648046a643e5247167ece");
}

/* ---- what is refused -------------------------------------------------------------------------- */

static void sums_that_cannot_be_exact_are_refused_by_name(void **state)
{
    (void)state;
    const enum bt_indicator_kind kinds[] = {BT_SMA, BT_BANDS, BT_CHANGES, BT_RSI_WILDER};
    const int64_t x[] = {price_most, 1, price_most};
    struct bt_series closes = {.v = x, .n = 3, .largest = price_most};
    for (int i = 0; i < 4; i++) {
        struct bt_indicator out;
        struct err e = {0};
        assert_ok(
            bt_indicator_base(NULL, &run, &(struct bt_ask){kinds[i], 1022}, &closes, &out, &e), &e);
        assert_false(
            bt_indicator_base(NULL, &run, &(struct bt_ask){kinds[i], 1023}, &closes, &out, &e));
        assert_says(&e, "window 1023: sums of that many prices as large as 9007199254.740992");
    }
    arena_reset(&run.scratch);
}

static void every_row_is_complete(void **state)
{
    (void)state;
    int rows = 0;
    for (const struct bt_strategy *const *s = bt_strategies; *s; s++, rows++) {
        struct err e = {0};
        assert_ptr_equal(bt_strategy_find((*s)->name, &e), *s);
        assert_true((*s)->summary && (*s)->asks && (*s)->signal);
        assert_true((*s)->param_count <= BT_PARAMS_MAX && !(*s)->valid == !(*s)->rule);
        for (int i = 0; i < (*s)->param_count; i++) {
            const struct bt_param *p = &(*s)->params[i];
            assert_true(p->name && p->unit && p->help && p->min <= p->max);
            if (p->optional)
                assert_true(p->fallback >= p->min && p->fallback <= p->max &&
                            (!p->whole || p->fallback == floor(p->fallback)));
        }
    }
    assert_int_equal(rows, 5);
}

static void a_strategy_without_parameters_is_one_backtest(void **state)
{
    (void)state;
    char dir[1024];
    struct err e = {0};
    snprintf(dir, sizeof dir, "%s/b", test_folder("strategies"));
    market_make(dir, 1, 40, 5);
    struct bt_settings s = market_settings(dir, "2", "3");
    struct arena arena = {0};
    struct bt_plan plan;
    s.strategy = "buy-hold";
    assert_false(bt_plan_make(&s, &arena, &plan, &e));
    assert_says(&e, "param");
    s.param = (struct opt_texts){NULL, 0};
    assert_ok(bt_plan_make(&s, &arena, &plan, &e), &e);
    assert_int_equal(bt_plan_backtests(&plan), 1);
    arena_done(&arena);
}

/* ---- the hash of the code --------------------------------------------------------------------- */

static const char *library(void)
{
    static char path[1024];
    const char *build = getenv("CUPEL_BUILD");
    snprintf(path, sizeof path, "%s%s/libcupel-kernels.so", build && build[0] == '/' ? "" : "./",
             build ? build : "build/release");
    return path;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void the_code_hash_is_that_of_the_files(void **state)
{
    (void)state;
    glob_t found = {0};
    assert_int_equal(glob("kernels/backtest/strategy_*.c", 0, NULL, &found), 0);
    assert_int_equal(glob("kernels/backtest/numerics/*.[ch]", GLOB_APPEND, NULL, &found), 0);
    assert_int_equal(glob("kernels/backtest/base_numbers.c", GLOB_APPEND, NULL, &found), 0);
    assert_int_equal(glob("kernels/numerics/cpu.[ch]", GLOB_APPEND, NULL, &found), 0);
    qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, compare_paths);
    struct text all = {0};
    char hex[SHA256_HEX];
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct text one = {0};
        struct err e = {0};
        assert_ok(io_read_file(found.gl_pathv[i], &one, &e), &e);
        text_add(&all, one.p, one.n);
        text_done(&one);
    }
    sha256_of(all.p, all.n, hex);
    assert_int_equal(strlen(bt_code_hash()), 16);
    assert_memory_equal(bt_code_hash(), hex, 16);
    text_done(&all);
    globfree(&found);
}

static void the_shared_object_has_the_same_hash(void **state)
{
    (void)state;
    void *shared = dlopen(library(), RTLD_NOW | RTLD_LOCAL);
    assert_non_null(shared);
    const char *(*hash)(void);
    *(void **)&hash = dlsym(shared, "bt_code_hash");
    assert_non_null(hash);
    assert_string_equal(hash(), bt_code_hash());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(buy_hold_enters_at_the_first_bar),
        TEST(momentum_compares_with_the_close_of_window_bars_before),
        TEST(rsi_bollinger_follows_its_rule),
        TEST(rsi_bollinger_does_nothing_on_a_level),
        TEST(ema_cross_enters_at_crossings_from_below),
        TEST(every_number_has_the_same_bits_in_every_build),
        TEST(sums_that_cannot_be_exact_are_refused_by_name),
        TEST(every_row_is_complete),
        TEST(a_strategy_without_parameters_is_one_backtest),
        TEST(the_code_hash_is_that_of_the_files),
        TEST(the_shared_object_has_the_same_hash),
    };
    return cmocka_run_group_tests_name("strategies", tests, NULL, empty_scratch);
}
