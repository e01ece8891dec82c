/* Memory over time of a worker and of a command, and the file that is made of it. */
#include "harness/profile/timeline.h"

#include "harness/base/io.h"
#include "harness/probe/tree.h"
#include "harness/result/series.h"
#include "harness/run/command_line.h"
#include "kernels/registry.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static struct arena arena;
static struct pair_runner runner;

static int open_runner(void **state)
{
    (void)state;
    struct err e;
    return pair_runner_open(&runner, 17, test_folder("state"), &e) ? 0 : 1;
}

static int close_runner(void **state)
{
    (void)state;
    pair_runner_close(&runner);
    arena_done(&arena);
    return 0;
}

static struct plan_side kernel_side(const char *kernel, const char *settings)
{
    struct err e;
    return (struct plan_side){.label = kernel,
                              .kernel = kernel_find(kernel, &e),
                              .layer_set = "none",
                              .settings = json_parse(str_of(settings), "settings", &e),
                              .binary = getenv("CUPEL")};
}

static struct plan_side command_side(const char *line)
{
    return (struct plan_side){.label = line, .argv = command_line_of_shell(line, &arena)};
}

static void a_workers_memory_is_told_by_component(void **state)
{
    (void)state;
    struct timeline t;
    struct err e = {0};
    struct plan_side side = kernel_side("stream", "{\"megabytes\":16}");
    assert_ok(timeline_of_side(&t, &side, 0, &runner, &e), &e);
    const struct json *first = json_first(json_get(t.series, "rows"));
    int base = series_column(t.series, "base");
    assert_true(series_value(first, base) < MIB); /* before it prepares */
    assert_true(series_peak(t.series, "base") >= 16 * MIB);
    assert_true(series_peak_is_true(t.series, "base"));
    assert_true(series_peak(t.series, "rss") >= 16 * MIB);
    assert_true(series_peak(t.series, "history cache") == 0);
    assert_true(json_bool(json_get(t.build, "timeline")));
    timeline_done(&t);
    json_free(side.settings);
}

static void children_of_a_worker_are_in_its_rss(void **state)
{
    (void)state;
    struct timeline t;
    struct err e = {0};
    struct plan_side side = kernel_side("spin", "{\"work\":1000,\"workers\":2}");
    if (!tree_has_children())
        skip();
    assert_ok(timeline_of_side(&t, &side, 0, &runner, &e), &e);
    assert_true(json_number(json_get(t.series, "processes")) == 3); /* they live on to the end */
    assert_false(series_peak_is_true(t.series, "rss"));
    timeline_done(&t);
    json_free(side.settings);
}

static void a_commands_memory_is_that_of_its_tree(void **state)
{
    (void)state;
    struct timeline t;
    struct err e = {0};
    struct plan_side side = command_side("/usr/bin/python3 -c 'b = bytearray(32 << 20)'");
    if (!tree_has_children())
        skip();
    assert_ok(timeline_of_side(&t, &side, 60000, &runner, &e), &e); /* no row sees it */
    assert_ok(series_check(t.series, &e), &e);
    assert_true(series_peak(t.series, "rss") >= 32 * MIB);
    assert_false(series_peak_is_true(t.series, "rss")); /* there may have been other processes */
    assert_null(t.build);
    timeline_done(&t);
    side = command_side("exit 3");
    assert_false(timeline_of_side(&t, &side, 0, &runner, &e));
    assert_says(&e, "exit status 3");
    timeline_done(&t);
}

/* A worker of before: it knows nothing of timelines, and would run without one. */
static void an_older_worker_is_refused_in_a_sentence(void **state)
{
    (void)state;
    struct timeline t;
    struct err e = {0};
    char path[2000], script[2000], folder[1000];
    assert_non_null(getcwd(folder, sizeof folder));
    snprintf(path, sizeof path, "%s/older", test_folder("older"));
    snprintf(script, sizeof script,
             "#!/bin/sh\nexec /usr/bin/python3 %s/tests/cli/fake_worker.py\n", folder);
    assert_ok(io_write_file(path, script, strlen(script), &e), &e);
    assert_int_equal(chmod(path, 0755), 0);
    struct plan_side side = kernel_side("spin", "{}");
    side.binary = path;
    assert_false(timeline_of_side(&t, &side, 0, &runner, &e));
    assert_says(&e, "spin: this worker keeps no timeline");
    assert_int_equal(e.code, ERR_INPUT);
    timeline_done(&t);
    json_free(side.settings);
}

static void a_file_for_gnuplot_says_what_its_columns_are(void **state)
{
    (void)state;
    static const char series[] =
        "{\"interval_ms\":0.5,\"processes\":1,\"columns\":[\"seconds\",\"allocated\",\"rss\","
        "\"bundle pool\"],\"rows\":[[0,null,4096,0],[0.0005,100,8192,64]],"
        "\"peak\":{\"allocated\":100,\"rss\":12288,\"bundle pool\":64},"
        "\"peak_sampled\":[\"allocated\"]}";
    struct err e;
    struct text out = {0};
    struct timeline t = {.series = json_parse(str_of(series), "series", &e)};
    timeline_dat(&t, "micro/\nnone", &out);
    assert_string_equal(out.p, "# memory over time: micro/ none\n"
                               "# a row each 0.5 ms; processes at once, at most: 1\n"
                               "# peaks, in bytes: rss 12288, bundle_pool 64\n"
                               "# largest seen, in bytes: allocated 100\n"
                               "# seconds(s) allocated(bytes) rss(bytes) bundle_pool(bytes)\n"
                               "0.000000000 NaN 4096 0\n"
                               "0.000500000 100 8192 64\n");
    struct json *record = json_object();
    json_put_text(record, "record", "timeline");
    timeline_put(&t, record);
    assert_int_equal(json_count(json_get(record, "rows")), 2);
    assert_true(series_peak(record, "rss") == 12288);
    json_free(record);
    text_done(&out);
    timeline_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_workers_memory_is_told_by_component),
        TEST(children_of_a_worker_are_in_its_rss),
        TEST(a_commands_memory_is_that_of_its_tree),
        TEST(an_older_worker_is_refused_in_a_sentence),
        TEST(a_file_for_gnuplot_says_what_its_columns_are),
    };
    return cmocka_run_group_tests_name("timeline", tests, open_runner, close_runner);
}
