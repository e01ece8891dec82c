/* Logarithm, exponential, normal distribution and the model ES: how exact they are, that their bits are
 * the same from every compiler, and from one lane or four. */
#include "harness/base/rng.h"
#include "kernels/numerics/cpu.h"
#include "kernels/straddle/numerics/elementary.h"
#include "kernels/straddle/numerics/es.h"
#include "kernels/straddle/numerics/normal.h"

#include "tests/test.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- error in units of the last place ---------------------------------------------------------- */

static double ulps(double y, long double exact)
{
    double near = fabs((double)exact);
    return (double)(fabsl((long double)y - exact) / (nextafter(near, INFINITY) - near));
}

static long double exact_normal(long double x)
{
    return 0.5L * erfcl(-x / sqrtl(2));
}

struct grid {
    const char *name;
    double (*f)(double);
    long double (*exact)(long double);
    double from, to, step; /* a step above 1 is a factor */
    double bound;
};

static double worst(const struct grid *g, double *at)
{
    double most = 0;
    for (double x = g->from; x<g->to; x = g->step> 1 ? x * g->step : x + g->step) {
        double u = ulps(g->f(x), g->exact(x));
        if (!(u <= most)) {
            most = u;
            *at = x;
        }
    }
    return most;
}

static void errors_are_within_their_bounds(void **state)
{
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    static const struct grid grids[] = {
        {"log",    elementary_log, logl,         DBL_MIN, 1e308,  1.0071,  1  },
        {"log",    elementary_log, logl,         0.4,     2.5,    1.13e-5, 1  },
        {"log",    elementary_log, logl,         0.9999,  1.0001, 1.07e-9, 1  },
        {"exp",    elementary_exp, expl,         -708,    709,    0.0071,  1.2},
        {"exp",    elementary_exp, expl,         -1,      1,      1.13e-5, 1.2},
        {"normal", normal_cdf,     exact_normal, -37.5,   -5,     1.7e-4,  5  },
        {"normal", normal_cdf,     exact_normal, -5,      0,      2.9e-5,  4.5},
        {"normal", normal_cdf,     exact_normal, 0,       9,      4.7e-5,  2.5},
    };
    for (size_t i = 0; i < sizeof grids / sizeof *grids; i++) {
        double at = 0, most = worst(&grids[i], &at);
        if (!(most <= grids[i].bound))
            fail_msg("%s: %g ulp at %a, expected at most %g", grids[i].name, most, at,
                     grids[i].bound);
    }
}

static void certain_values_are_exact(void **state)
{
    (void)state;
    static const struct {
        double (*f)(double);
        double x, y;
    } rows[] = {
        {elementary_log, 1,         0                   },
        {elementary_log, 2,         0x1.62e42fefa39efp-1},
        {elementary_exp, 0,         1                   },
        {elementary_exp, -708.5,    0                   },
        {elementary_exp, 709.5,     INFINITY            },
        {elementary_exp, -INFINITY, 0                   },
        {elementary_exp, INFINITY,  INFINITY            },
        {normal_cdf,     0,         0.5                 },
        {normal_cdf,     -0.0,      0.5                 },
        {normal_cdf,     9,         1                   },
        {normal_cdf,     -37.6,     0                   },
        {normal_cdf,     INFINITY,  1                   },
        {normal_cdf,     -INFINITY, 0                   },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(rows[i].f(rows[i].x) == rows[i].y);
    static const double no_logarithm[] = {0, -1, DBL_MIN / 2, INFINITY, NAN};
    for (size_t i = 0; i < sizeof no_logarithm / sizeof *no_logarithm; i++)
        assert_true(isnan(elementary_log(no_logarithm[i])));
    assert_true(isnan(elementary_exp(NAN)) && isnan(normal_cdf(NAN)));
}

static void both_tails_make_one(void **state)
{
    (void)state;
    for (double x = 0; x < 40; x += 0.00137)
        assert_true(normal_cdf(x) == 1 - normal_cdf(-x));
}

/* ---- the model --------------------------------------------------------------------------------- */

/* One day through the whole run function. */
static double model(int lanes, double price, double strike, double vol, int days, double *delta)
{
    struct es_days d = {.price = {price}, .vol = {vol}};
    es_run_for(lanes)(&d, strike, days, 1);
    *delta = d.delta[0];
    return d.mv[0];
}

static void assert_near(double a, double b, double bound)
{
    if (!(fabs(a - b) <= bound))
        fail_msg("%.17g, expected %.17g", a, b);
}

/* Computed with mpmath, 40 digits. */
static void the_model_gives_values_computed_by_hand(void **state)
{
    (void)state;
    static const struct {
        double price, strike, vol;
        int days;
        double mv, delta;
    } rows[] = {
        {73.4,  73.4,   35,   35, 0.0864337142535078794, 0.0432168571267539397},
        {107,   105,    31.4, 29, 0.0728806817694182236, 0.203159377354613649 },
        {4.12,  3.5,    80,   92, 0.374243880901446196,  0.456069712017681401 },
        {2000,  2100,   12.5, 1,  0.0476190476190476923, -0.999999999999909315},
        {0.65,  1.3,    20,   45, 0.5,                   -1.0                 },
        {0.001, 0.0011, 55,   10, 0.104116472475091555,  -0.683378453952655579},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double delta;
        assert_near(model(1, rows[i].price, rows[i].strike, rows[i].vol, rows[i].days, &delta),
                    rows[i].mv, 1e-15);
        assert_near(delta, rows[i].delta, 1e-15);
    }
}

static void at_expiry_it_is_the_distance_from_the_strike(void **state)
{
    (void)state;
    static const struct {
        double price, strike, mv, delta;
    } rows[] = {
        {110, 100, 0.1,  1 },
        {90,  100, 0.1,  -1},
        {100, 100, 0,    0 },
        {0.5, 2,   0.75, -1}
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double delta;
        assert_true(model(1, rows[i].price, rows[i].strike, 30, 0, &delta) == rows[i].mv);
        assert_true(delta == rows[i].delta);
    }
}

/* A straddle is a call and a put, each by its own formula, by the C library in long double. The bound of delta is wider: the
 * rounding of S / X divided by tv. */
static void it_is_a_call_and_a_put(void **state)
{
    (void)state;
    struct rng r = rng_seeded(7);
    for (int i = 0; i < 20000; i++) {
        double strike = 1 + 99 * rng_unit(&r), price = strike * (0.5 + rng_unit(&r));
        double vol = 5 + 95 * rng_unit(&r), delta;
        int days = 1 + (int)(99 * rng_unit(&r));
        long double tv = vol / 100.0L * sqrtl(days / 365.0L);
        long double d1 = logl((long double)price / strike) / tv + tv / 2, d2 = d1 - tv;
        long double call = price * exact_normal(d1) - strike * exact_normal(d2);
        long double put = strike * exact_normal(-d2) - price * exact_normal(-d1);
        double mv = model(1, price, strike, vol, days, &delta);
        assert_near(mv, (double)((call + put) / strike), 1e-14);
        assert_near(mv, (double)((2 * call - (price - (long double)strike)) / strike), 1e-14);
        assert_near(delta, (double)(exact_normal(d1) - exact_normal(-d1)), 1e-13);
    }
}

static void what_is_not_positive_is_not_valued(void **state)
{
    (void)state;
    static const double bad[] = {0, -0.0, -37.63, DBL_MIN / 2, INFINITY, -INFINITY, NAN};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (int days = 0; days < 2; days++) {
            double delta[3];
            assert_true(isnan(model(1, bad[i], 50, 30, days, &delta[0])));
            assert_true(isnan(model(1, 50, bad[i], 30, days, &delta[1])));
            assert_true(isnan(model(1, 50, 50, bad[i], days, &delta[2])));
            assert_true(delta[0] == 0 && delta[1] == 0 && delta[2] == 0);
        }
    double delta;
    assert_true(isnan(model(1, DBL_MAX, DBL_MIN, 30, 0, &delta))); /* out of range */
    assert_true(isnan(model(1, DBL_MAX, DBL_MIN, 30, 5, &delta)));
}

/* ---- bits -------------------------------------------------------------------------------------- */

static double any_number(struct rng *r, double near)
{
    static const double edges[] = {0,        -0.0,     DBL_MIN, DBL_MAX, DBL_MIN / 2, INFINITY,
                                   NAN,      -37.63,   1,       -1,      1e-8,        1e8,
                                   -DBL_MIN, 0x1p-537, 100,     1e-300,  1e300,       -INFINITY};
    uint64_t bits = rng_next(r);
    double x;
    switch (bits % 16) {
    case 0: return edges[rng_next(r) % (sizeof edges / sizeof *edges)];
    case 1:
        bits = rng_next(r);
        memcpy(&x, &bits, sizeof x);
        return x;
    case 2: return near;
    default: return near * (0.25 + 1.5 * rng_unit(r));
    }
}

static void any_days(struct rng *r, double strike, int n, struct es_days *d)
{
    memset(d, 0xff, sizeof *d);
    for (int i = 0; i < n; i++) {
        d->price[i] = any_number(r, strike);
        d->vol[i] = any_number(r, 30);
    }
}

static void four_lanes_give_the_bits_of_one(void **state)
{
    (void)state;
    unsigned sets = 0;
    struct err e = {0};
    assert_ok(cpu_sets("", &sets, &e), &e);
    if (!(sets & CPU_AVX2))
        skip();
    struct rng r = rng_seeded(4);
    for (long values = 0; values < 1000000;) {
        struct es_days one, four;
        double strike = any_number(&r, 73.4);
        int n = 1 + (int)(rng_next(&r) % ES_DAYS), days = n - 1 + (int)(rng_next(&r) % 3);
        any_days(&r, strike, n, &one);
        four = one;
        es_run_for(1)(&one, strike, days, n);
        es_run_for(4)(&four, strike, days, n);
        assert_memory_equal(one.mv, four.mv, (size_t)n * sizeof *one.mv);
        assert_memory_equal(one.delta, four.delta, (size_t)n * sizeof *one.delta);
        values += n;
    }
}

static uint64_t fold(uint64_t hash, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (hash ^ bits) * 0x100000001b3;
}

/* The same from every compiler, build and machine. */
static void bits_are_the_same_everywhere(void **state)
{
    (void)state;
    struct rng r = rng_seeded(9);
    uint64_t hash = 0xcbf29ce484222325;
    for (int i = 0; i < 20000; i++) {
        double u = rng_unit(&r), delta;
        hash = fold(hash, elementary_log(1e-3 + 4 * u));
        hash = fold(hash, elementary_exp(1400 * (u - 0.5)));
        hash = fold(hash, normal_cdf(80 * (u - 0.5)));
        hash = fold(hash, model(1, 50 + 40 * u, 73.4, 10 + 90 * u, i % 93, &delta));
        hash = fold(hash, delta);
    }
    if (hash != 0x929f91a174350fab)
        fail_msg("0x%llx", (unsigned long long)hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(errors_are_within_their_bounds),
        TEST(certain_values_are_exact),
        TEST(both_tails_make_one),
        TEST(the_model_gives_values_computed_by_hand),
        TEST(at_expiry_it_is_the_distance_from_the_strike),
        TEST(it_is_a_call_and_a_put),
        TEST(what_is_not_positive_is_not_valued),
        TEST(four_lanes_give_the_bits_of_one),
        TEST(bits_are_the_same_everywhere),
    };
    return cmocka_run_group_tests_name("numerics of straddles", tests, NULL, NULL);
}
