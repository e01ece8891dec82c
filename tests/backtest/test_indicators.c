/* Indicators against their definitions: direct sums in 128 bits, explicit weights in long double,
 * nothing shared with the rolling code but the headers. */
#include "kernels/backtest/numerics/bands.h"
#include "kernels/backtest/numerics/ema.h"
#include "kernels/backtest/numerics/rsi.h"
#include "kernels/backtest/numerics/sma.h"
#include "tests/backtest/prices.h"

#include "tests/test.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

__extension__ typedef __int128 wide;

enum { BARS_MAX = 120, CASES = 2000 };

/* One generated series and a window. */
struct sample {
    int64_t x[BARS_MAX];
    long n, window;
};

static void make_sample(struct rng *r, int i, struct sample *s)
{
    int64_t p = 10000000;
    s->n = i < 300 ? i / PRICE_SHAPES : 1 + (long)rng_below(r, BARS_MAX);
    s->window = 1 + (long)rng_below(r, 30);
    for (long t = 0; t < s->n; t++)
        s->x[t] = p = price_after(r, i % PRICE_SHAPES, p);
}

static void each_sample(uint64_t seed, void (*check)(const struct sample *))
{
    struct rng r = rng_seeded(seed);
    print_message("# seed %llu, %d cases\n", (unsigned long long)seed, CASES);
    for (int i = 0; i < CASES; i++) {
        struct sample s;
        make_sample(&r, i, &s);
        check(&s);
    }
}

/* ---- Cutler's RSI ----------------------------------------------------------------------------- */

/* RSI < 30 and > 70 as the quotient says, in whole numbers. */
static int plain_side(wide gain, wide loss)
{
    return (100 * gain > 70 * (gain + loss)) - (100 * gain < 30 * (gain + loss));
}

static void check_changes(const struct sample *s)
{
    int64_t gains[BARS_MAX], losses[BARS_MAX];
    rsi_sums(s->x, s->n, s->window, gains, losses);
    for (long t = s->window; t < s->n; t++) {
        wide gain = 0, loss = 0;
        for (long j = t - s->window + 1; j <= t; j++) {
            wide change = (wide)s->x[j] - s->x[j - 1];
            gain += change > 0 ? change : 0;
            loss -= change < 0 ? change : 0;
        }
        assert_true(gains[t] == gain && losses[t] == loss);
        assert_int_equal(rsi_side(gains[t], losses[t], 30, 70), plain_side(gain, loss));
    }
}

static void sums_of_gains_and_losses_are_exact(void **state)
{
    (void)state;
    each_sample(31, check_changes);
}

static void a_level_that_is_met_exactly_is_not_passed(void **state)
{
    (void)state;
    assert_int_equal(rsi_side(30, 70, 30, 70), 0);
    assert_int_equal(rsi_side(29, 70, 30, 70), -1);
    assert_int_equal(rsi_side(70, 30, 30, 70), 0);
    assert_int_equal(rsi_side(71, 30, 30, 70), 1);
    assert_int_equal(rsi_side(0, 0, 30, 70), 0); /* no change at all: undefined */
    assert_int_equal(rsi_side(5, 0, 30, 70), 1);
    assert_int_equal(rsi_side(5, 0, 30, 100), 0); /* 100 is not above 100 */
    assert_int_equal(rsi_side(INT64_MAX / 2, INT64_MAX / 2, 50, 50), 0);
    assert_int_equal(rsi_side(INT64_MAX / 2 + 1, INT64_MAX / 2, 50, 50), 1);
}

/* ---- Wilder's RSI ----------------------------------------------------------------------------- */

/* The smoothed average at bar t, its weights written out: the simple mean of the first window
 * changes, decayed, and each later change with what is left of its 1 / window. */
static long double smoothed(const struct sample *s, long t, int sign)
{
    long double w = (long double)s->window, weight = 1 / w, sum = 0;
    for (long j = t; j >= 1; j--) {
        int64_t change = sign * (s->x[j] - s->x[j - 1]);
        sum += change > 0 ? weight * (long double)change : 0;
        weight *= j > s->window ? (w - 1) / w : 1;
    }
    return sum;
}

static void check_wilder(const struct sample *s)
{
    double rsi[BARS_MAX];
    rsi_wilder(s->x, s->n, s->window, rsi);
    for (long t = s->window; t < s->n; t++) {
        long double gain = smoothed(s, t, 1), loss = smoothed(s, t, -1);
        if (gain + loss > 0)
            assert_true(fabsl((long double)rsi[t] - 100 * gain / (gain + loss)) < 1e-10L);
        else
            assert_true(isnan(rsi[t]));
    }
}

static void smoothed_averages_have_their_weights(void **state)
{
    (void)state;
    each_sample(32, check_wilder);
}

/* StockCharts, ChartSchool, "Relative Strength Index (RSI)": the spreadsheet of QQQQ, 14 days; its
 * values have two decimals. */
static void a_published_example_is_met(void **state)
{
    (void)state;
    static const int64_t close[] = {443389, 440902, 441497, 436124, 443278, 448264, 450955,
                                    454245, 458433, 460826, 458931, 460328, 456140, 462820,
                                    462820, 460028, 460328, 464116, 462222, 456439, 462122};
    static const double published[] = {70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93};
    enum { BARS = sizeof close / sizeof *close };
    double rsi[BARS];
    rsi_wilder(close, BARS, 14, rsi);
    for (int t = 14; t < BARS; t++)
        assert_true(fabs(rsi[t] - published[t - 14]) < 0.0051);
}

/* ---- bands ------------------------------------------------------------------------------------ */

/* window * sum of squares - sum^2 is the sum of (a - b)^2 over all pairs of the window. */
static wide spread(const struct sample *s, long t)
{
    wide sum = 0;
    for (long i = t - s->window + 1; i <= t; i++)
        for (long j = i + 1; j <= t; j++)
            sum += ((wide)s->x[i] - s->x[j]) * ((wide)s->x[i] - s->x[j]);
    return sum;
}

/* Is the price outside of mean -+ quarters / 4 deviations? Squared and in whole numbers. Exact, but
 * that what is nearer to a band than the rounding of its root may fall on either side. */
static void check_side(const struct sample *s, long t, int64_t sum, wide squared, int quarters)
{
    wide off = (wide)s->x[t] * s->window - sum, width = squared * quarters * quarters;
    double root = sqrt((double)squared);
    wide far = 16 * off * off, gap = far - width;
    int side = gap <= 0 ? 0 : off > 0 ? 1 : -1;
    bool certain = gap == 0 || (gap < 0 ? -gap : gap) > width >> 48;
    if (certain)
        assert_int_equal(bands_side(s->x[t], s->window, sum, root, quarters / 4.0), side);
}

static void check_bands(const struct sample *s)
{
    int64_t sums[BARS_MAX];
    double roots[BARS_MAX];
    bands_roots(s->x, s->n, s->window, sums, roots);
    for (long t = s->window - 1; t < s->n; t++) {
        wide sum = 0;
        for (long j = t - s->window + 1; j <= t; j++)
            sum += s->x[j];
        assert_true(sums[t] == sum);
        wide squared = spread(s, t);
        assert_true(roots[t] == sqrt((double)squared));
        for (int quarters = 0; quarters <= 12; quarters++)
            check_side(s, t, sums[t], squared, quarters);
    }
}

static void bands_are_decided_as_whole_numbers_decide(void **state)
{
    (void)state;
    each_sample(33, check_bands);
}

static void a_price_on_its_band_is_not_outside(void **state)
{
    (void)state;
    const int64_t equal[] = {7, 7, 7, 7}, one_off[] = {10, 10, 10, 10, 5};
    int64_t sums[5];
    double roots[5];
    bands_roots(equal, 4, 3, sums, roots);
    assert_int_equal(bands_side(7, 3, sums[3], roots[3], 0), 0);
    bands_roots(one_off, 5, 5, sums, roots); /* mean 9, deviation 2: 5 is two of them below */
    assert_true(roots[4] == 10);
    assert_int_equal(bands_side(5, 5, sums[4], roots[4], 2), 0);
    assert_int_equal(bands_side(5, 5, sums[4], roots[4], 1.999), -1);
    assert_int_equal(bands_side(13, 5, sums[4], roots[4], 2), 0);
    assert_int_equal(bands_side(14, 5, sums[4], roots[4], 2), 1);
}

static void squares_are_exact_at_the_largest_prices(void **state)
{
    (void)state;
    enum { WINDOW = 1022, BARS = 1100 };
    static struct {
        int64_t x[BARS], sums[BARS];
        double roots[BARS];
    } v;
    assert_true(sma_fits(price_most, WINDOW));
    for (int i = 0; i < BARS; i++)
        v.x[i] = i & 1 ? price_most : 1;
    bands_roots(v.x, BARS, WINDOW, v.sums, v.roots);
    /* Half the prices are 1, half the largest: pairs that differ are 511^2. */
    assert_true(fabs(v.roots[BARS - 1] / (511.0 * (double)(price_most - 1)) - 1) < 1e-15);
}

/* ---- exponential averages --------------------------------------------------------------------- */

static void check_ema(const struct sample *s)
{
    double e[BARS_MAX];
    ema_averages(s->x, s->n, s->window, e);
    long double alpha = 2.0L / ((long double)s->window + 1);
    for (long t = 0; t < s->n; t++) {
        long double sum = 0, weight = 1;
        for (long j = t; j >= 1; j--) {
            sum += alpha * weight * (long double)s->x[j];
            weight *= 1 - alpha;
        }
        sum += weight * (long double)s->x[0];
        assert_true(fabsl((long double)e[t] - sum) <= 1e-13L * sum);
    }
}

static void exponential_averages_have_their_weights(void **state)
{
    (void)state;
    each_sample(34, check_ema);
}

static void an_average_of_equal_prices_is_that_price(void **state)
{
    (void)state;
    int64_t x[50];
    double e[50];
    for (int i = 0; i < 50; i++)
        x[i] = 123456789;
    for (long window = 1; window <= 40; window++) {
        ema_averages(x, 50, window, e);
        for (int i = 0; i < 50; i++)
            assert_true(e[i] == 123456789);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sums_of_gains_and_losses_are_exact),
        TEST(a_level_that_is_met_exactly_is_not_passed),
        TEST(smoothed_averages_have_their_weights),
        TEST(a_published_example_is_met),
        TEST(bands_are_decided_as_whole_numbers_decide),
        TEST(a_price_on_its_band_is_not_outside),
        TEST(squares_are_exact_at_the_largest_prices),
        TEST(exponential_averages_have_their_weights),
        TEST(an_average_of_equal_prices_is_that_price),
    };
    return cmocka_run_group_tests_name("indicators", tests, NULL, NULL);
}
