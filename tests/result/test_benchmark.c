#include "harness/result/benchmark.h"

#include "harness/base/json.h"
#include "harness/result/record.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

static const char *const words[] = {"./new", NULL};
static const struct plan_cell cell = {
    .id = "new", .name = "new", .base = {.label = "./new", .argv = words},
            .new = {.label = "x"               }
};

static struct benchmark_run run_of(int64_t wall_ns, int position)
{
    struct benchmark_run run = {
        .slice = {.cpu_ns = wall_ns / 2, .wall_ns = wall_ns},
          .position = position
    };
    run.usage[BENCHMARK_USER] = (double)run.slice.cpu_ns;
    return run;
}

static void fill(struct benchmark *b, const int64_t *ms, int n)
{
    benchmark_init(b, &cell);
    for (int i = 0; i < n; i++) {
        struct benchmark_run run = run_of(ms[i] * 1000000, 0);
        benchmark_add(b, &run);
    }
}

static void a_cold_first_run_is_seen_and_others_are_not(void **state)
{
    (void)state;
    static const struct {
        int64_t ms[8];
        int n;
        bool is_off;
        double ratio;
    } cases[] = {
        {{50, 10, 11, 10, 12, 11, 10, 11}, 8, true,  50 / 11.0  },
        {{11, 10, 11, 10, 12, 11, 10, 50}, 8, false, 1.0        },
        {{3, 10, 11, 10, 12, 11, 10, 11},  8, true,  3 / 11.0   },
        {{50, 10, 60, 10, 12, 11, 10, 11}, 8, false, 50 / 11.0  },
        {{10, 10, 10, 10},                 4, false, 1.0        },
        {{50, 10, 10},                     3, false, (double)NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct benchmark b;
        bool is_off;
        fill(&b, cases[i].ms, cases[i].n);
        double ratio = benchmark_first_run(&b, &is_off);
        assert_int_equal(is_off, cases[i].is_off);
        if (isnan(cases[i].ratio))
            assert_true(isnan(ratio));
        else
            assert_true(fabs(ratio - cases[i].ratio) < 1e-12);
        benchmark_done(&b);
    }
}

static void what_the_system_does_not_say_is_null(void **state)
{
    (void)state;
    struct benchmark b;
    fill(&b, (const int64_t[]){10, 11, 12, 13, 14, 15}, 6);
    b.runs[3].usage[BENCHMARK_RSS] = (double)NAN;
    b.runs[2].exit = -1;
    b.runs[2].signal = 11;
    b.runs[5].left = 2;
    assert_true(isnan(benchmark_spread(&b, BENCHMARK_RSS).median));
    assert_true(isnan(benchmark_spread(&b, BENCHMARK_RSS).max));
    assert_int_equal(benchmark_failures(&b), 1);
    assert_int_equal(benchmark_left(&b), 1);
    struct json *record = benchmark_record(&b, json_object(), false);
    const struct json *rss = json_get(json_get(record, "usage"), "max_rss_bytes");
    assert_int_equal(json_kind(json_get(rss, "median")), JSON_NULL);
    const struct json *third = json_next(json_next(json_first(json_get(record, "runs"))));
    assert_int_equal(json_kind(json_get(third, "exit")), JSON_NULL);
    assert_int_equal((int)json_number(json_get(third, "signal")), 11);
    assert_int_equal(json_kind(json_get(json_next(third), "max_rss_bytes")), JSON_NULL);
    assert_false(json_bool(json_get(record, "complete")));
    json_free(record);
    benchmark_done(&b);
}

static void rounds_are_pairs(void **state)
{
    (void)state;
    struct benchmark base, new;
    struct cell_result pairs;
    benchmark_init(&base, &cell);
    benchmark_init(&new, &cell);
    for (int i = 0; i < 12; i++) {
        struct benchmark_run a = run_of(10000000, i % 2 ? 0 : 2), b = run_of(15000000, 1);
        benchmark_add(&base, &a);
        if (i < 11)
            benchmark_add(&new, &b);
    }
    benchmark_pairs(&base, &new, &cell, &pairs);
    assert_int_equal(pairs.count, 11);
    for (int i = 0; i < pairs.count; i++)
        assert_int_equal(pairs.pairs[i].first, i % 2 ? SIDE_BASE : SIDE_NEW);
    struct stats_comparison c = record_contrast(&pairs, PROBE_WALL);
    assert_true(fabs(c.ratio.estimate - 1.5) < 1e-12);
    assert_int_equal(c.n, 11);
    cell_done(&pairs);
    benchmark_done(&base);
    benchmark_done(&new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_cold_first_run_is_seen_and_others_are_not),
        TEST(what_the_system_does_not_say_is_null),
        TEST(rounds_are_pairs),
    };
    return cmocka_run_group_tests_name("benchmark", tests, NULL, NULL);
}
