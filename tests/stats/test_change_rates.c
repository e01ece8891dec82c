/* How often unchanged series alarm, and how often a planted change is found, simulated with seeds.
 * `--table` prints the rows of the table in harness/stats/README.md: make change-table. */
#include "harness/stats/change_point.h"

#include "harness/base/rng.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

enum { SERIES = 2000, ROOM = STATS_MAX / 2 + 1 };

/* ---- noise ----------------------------------------------------------------------------------- */

typedef void (*noise_fn)(struct rng *rng, double *v, int n);

static void normal(struct rng *rng, double *v, int n)
{
    for (int i = 0; i < n; i++)
        v[i] = rng_normal(rng);
}

/* Cauchy: no mean, no variance. */
static void heavy_tailed(struct rng *rng, double *v, int n)
{
    for (int i = 0; i < n; i++)
        v[i] = tan(3.14159265358979 * (rng_unit(rng) - 0.5));
}

/* A clock of few ticks: five or six different values. */
static void tied(struct rng *rng, double *v, int n)
{
    for (int i = 0; i < n; i++)
        v[i] = floor(rng_normal(rng));
}

/* A value goes on to the next with this share; stationary from the first on. */
static void alike(struct rng *rng, double *v, int n, double share)
{
    double x = rng_normal(rng);
    for (int i = 0; i < n; i++) {
        v[i] = x;
        x = share * x + sqrt(1 - share * share) * rng_normal(rng);
    }
}

static void alike_03(struct rng *rng, double *v, int n)
{
    alike(rng, v, n, 0.3);
}

static void alike_05(struct rng *rng, double *v, int n)
{
    alike(rng, v, n, 0.5);
}

/* ---- rates ----------------------------------------------------------------------------------- */

/* Of how many series at least one change is told. */
static int alarms(noise_fn noise, int n, double alpha, int block)
{
    struct stats_change_rule rule = stats_change_default;
    rule.alpha = alpha;
    rule.block = block;
    rule.permutations = 399;
    struct rng rng = rng_seeded((uint64_t)n * 1000 + (uint64_t)block);
    struct stats_change c[ROOM];
    double v[STATS_MAX];
    int found = 0;
    for (int i = 0; i < SERIES; i++) {
        noise(&rng, v, n);
        rule.seed = (uint64_t)i;
        found += stats_change_points(v, n, &rule, 0.95, c) > 0;
    }
    return found;
}

/* Binomial, 4 standard deviations: a right program fails once in 15,000 seeds, and the seed is fixed. */
static void assert_rate(int found, double rate)
{
    double mean = SERIES * rate, sd = sqrt(mean * (1 - rate));
    if (fabs(found - mean) > 4 * sd)
        fail_msg("%d of %d, expected %.0f within %.0f", found, SERIES, mean, 4 * sd);
}

static void unchanged_series_alarm_at_the_rate_told(void **state)
{
    (void)state;
    static const noise_fn noises[] = {normal, heavy_tailed, tied};
    for (size_t i = 0; i < sizeof noises / sizeof *noises; i++) {
        assert_rate(alarms(noises[i], 40, 0.01, 1), 0.01);
        assert_rate(alarms(noises[i], 25, 0.05, 1), 0.05);
    }
}

/* Blocks of independent values: only fewer orders, the rate is the same. */
static void blocks_of_independent_values_keep_the_rate(void **state)
{
    (void)state;
    assert_rate(alarms(normal, 40, 0.05, 5), 0.05);
    assert_rate(alarms(heavy_tailed, 44, 0.05, 5), 0.05); /* the first block is shorter */
}

/* Neighbours that are alike break the promise, and blocks mend it but for a rest. */
static void blocks_take_in_neighbours_that_are_alike(void **state)
{
    (void)state;
    assert_true(alarms(alike_05, 80, 0.01, 1) > SERIES * 15 / 100);
    assert_true(alarms(alike_05, 80, 0.01, 8) < SERIES * 3 / 100);
}

/* ---- power ----------------------------------------------------------------------------------- */

enum { PLANTED = 400 };

struct tally {
    int found, near, more; /* at least one; one within 2 of the place; more than one */
    double distance;       /* mean, of the nearest one of those found */
};

static int distance_of_nearest(const struct stats_change *c, int n, int at)
{
    int best = STATS_MAX;
    for (int i = 0; i < n; i++) {
        int d = c[i].index < at ? at - c[i].index : c[i].index - at;
        best = d < best ? d : best;
    }
    return best;
}

/* Logarithms of times with a relative sd of 3 %. */
static struct tally planted(int n, int at, double percent, double min_percent)
{
    struct stats_change_rule rule = stats_change_default;
    rule.min_shift = log1p(min_percent / 100);
    rule.permutations = 399;
    struct rng rng = rng_seeded((uint64_t)n * 77 + (uint64_t)at);
    struct stats_change c[ROOM];
    double v[STATS_MAX];
    struct tally t = {0};
    for (int i = 0; i < PLANTED; i++) {
        for (int k = 0; k < n; k++)
            v[k] = 0.03 * rng_normal(&rng) + (k >= at ? log1p(percent / 100) : 0);
        rule.seed = (uint64_t)i;
        int found = stats_change_points(v, n, &rule, 0.95, c);
        int distance = distance_of_nearest(c, found, at);
        t.found += found > 0;
        t.near += distance <= 2;
        t.more += found > 1;
        t.distance += found > 0 ? distance : 0;
    }
    t.distance /= t.found > 0 ? t.found : 1;
    return t;
}

static void ten_percent_are_found_where_they_are(void **state)
{
    (void)state;
    struct tally middle = planted(40, 25, 10, 5), late = planted(60, 52, 10, 5);
    assert_true(middle.found >= PLANTED * 99 / 100 && middle.near >= PLANTED * 98 / 100);
    assert_true(middle.distance < 0.3);
    assert_true(late.found >= PLANTED * 98 / 100 && late.near >= PLANTED * 90 / 100);
}

/* A step that cannot be missed, at each third: the parts between are unchanged, and another change is told
 * at the rate of the whole. Parts with the alpha of the whole would tell one in 14 % of the series. */
static void the_parts_together_have_the_rate_told(void **state)
{
    (void)state;
    struct stats_change_rule rule = stats_change_default;
    rule.alpha = 0.05;
    rule.permutations = 399;
    struct rng rng = rng_seeded(21);
    struct stats_change c[ROOM];
    double v[90];
    int more = 0;
    for (int i = 0; i < SERIES; i++) {
        normal(&rng, v, 90);
        for (int k = 0; k < 90; k++)
            v[k] += 1000 * (k / 30);
        rule.seed = (uint64_t)i;
        more += stats_change_points(v, 90, &rule, 0.95, c) > 2;
    }
    assert_rate(more, 0.05);
}

/* With a change in it, a series has a second one no oftener than at the rate told, but for what a
 * split some values off leaves behind. */
static void the_parts_share_the_error(void **state)
{
    (void)state;
    assert_true(planted(80, 40, 30, 0).more <= PLANTED * 25 / 1000);
    assert_true(planted(80, 40, 10, 0).more <= PLANTED * 3 / 100);
}

static void below_the_least_magnitude_hardly_any_is_told(void **state)
{
    (void)state;
    assert_true(planted(60, 30, 2.5, 5).found <= PLANTED / 100);
    assert_true(planted(60, 30, 2.5, 0).found >= PLANTED / 3);
}

/* ---- the table ------------------------------------------------------------------------------- */

static void print_table(void)
{
    static const struct {
        const char *name;
        noise_fn noise;
    } rows[] = {
        {"normal",                 normal      },
        {"Cauchy",                 heavy_tailed},
        {"few different values",   tied        },
        {"AR(1), correlation 0.3", alike_03    },
        {"AR(1), correlation 0.5", alike_05    },
    };
    static const int blocks[] = {1, 5, 10};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        printf("| %s", rows[i].name);
        for (int n = 50; n <= 200; n *= 2)
            for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
                printf(" | %.1f", alarms(rows[i].noise, n, 0.01, blocks[b]) * 100.0 / SERIES);
        printf(" |\n");
    }
    static const double percents[] = {3, 5, 7, 10, 15};
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        struct tally t = planted(40, 25, percents[i], 5), late = planted(60, 55, percents[i], 5);
        printf("| +%.0f %% | %.1f | %.2f | %.1f | %.2f |\n", percents[i], t.found * 100.0 / PLANTED,
               t.distance, late.found * 100.0 / PLANTED, late.distance);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--table") == 0) {
        print_table();
        return 0;
    }
    const struct CMUnitTest tests[] = {
        TEST(unchanged_series_alarm_at_the_rate_told),
        TEST(blocks_of_independent_values_keep_the_rate),
        TEST(blocks_take_in_neighbours_that_are_alike),
        TEST(ten_percent_are_found_where_they_are),
        TEST(the_parts_together_have_the_rate_told),
        TEST(the_parts_share_the_error),
        TEST(below_the_least_magnitude_hardly_any_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
