/* What is held now, of this process and of a tree, and the thread that writes it down. */
#include "harness/probe/recorder.h"

#include "harness/base/mem.h"
#include "harness/probe/levels.h"
#include "harness/probe/tree.h"
#include "harness/result/series.h"
#include "tests/test.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MIB = 1 << 20, BYTES = 8 * MIB };

static void *touched(enum mem_component component, size_t bytes)
{
    return memset(mem_alloc(component, bytes), 1, bytes);
}

/* A child that has touched so much memory of its own, and waits. */
static pid_t start_child(size_t bytes)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        touched(MEM_BASE, bytes);
        if (write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void end_child(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void a_component_is_what_it_holds(void **state)
{
    (void)state;
    struct levels l;
    struct levels_reading before, now, peaks;
    const int history = LEVELS_COMPONENT + MEM_HISTORY;
    levels_open(&l, 0);
    mem_peaks_begin();
    levels_read(&l, &before);
    void *p = touched(MEM_HISTORY, BYTES);
    levels_read(&l, &now);
    assert_true(now.bytes[history] - before.bytes[history] >= BYTES);
    assert_true(now.bytes[LEVELS_RSS] - before.bytes[LEVELS_RSS] >= BYTES / 2);
    assert_true(now.processes >= 1);
#ifdef CUPEL_JEMALLOC
    assert_true(now.bytes[LEVELS_ALLOCATED] - before.bytes[LEVELS_ALLOCATED] >= BYTES);
    assert_true(now.bytes[LEVELS_RESIDENT] >= now.bytes[LEVELS_ALLOCATED]);
#else
    assert_false(now.bytes[LEVELS_ALLOCATED] >= 0); /* not known */
#endif
    mem_free(MEM_HISTORY, p);
    levels_read(&l, &now);
    levels_peaks(&l, &peaks);
    assert_true(now.bytes[history] == before.bytes[history]);
    assert_true(peaks.bytes[history] - before.bytes[history] >= BYTES);
    assert_true(peaks.bytes[LEVELS_RSS] >= BYTES);
    assert_string_equal(levels_name(history), "history cache");
}

static void children_are_of_the_tree(void **state)
{
    (void)state;
    struct tree alone, both, below;
    if (!tree_has_children())
        skip();
    assert_true(tree_read(getpid(), true, &alone));
    assert_int_equal(alone.processes, 1);
    assert_false(tree_read(getpid(), false, &below));
    pid_t child = start_child(BYTES);
    assert_true(tree_read(getpid(), true, &both));
    assert_true(tree_read(getpid(), false, &below));
    end_child(child);
    assert_int_equal(both.processes, 2);
    assert_int_equal(below.processes, 1);
    assert_true(below.rss_bytes >= BYTES);
    assert_true(both.rss_bytes >= alone.rss_bytes / 2 + BYTES);
    assert_true(tree_read(getpid(), true, &alone));
    assert_int_equal(alone.processes, 1);
}

static const struct json *last_of(const struct json *rows)
{
    const struct json *last = NULL;
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        last = row;
    return last;
}

/* The first row is written before the start returns and the last at the stop: no clock decides. */
static void a_series_begins_and_ends_with_what_is_held_there(void **state)
{
    (void)state;
    struct err e = {0};
    mem_peaks_begin();
    struct recorder *r = recorder_start(0, 60000, &e); /* no row between */
    assert_ok(r != NULL, &e);
    mem_free(MEM_ASSETS, touched(MEM_ASSETS, 2 * BYTES));
    void *p = touched(MEM_HISTORY, BYTES);
    struct json *series = recorder_stop(r);
    assert_ok(series_check(series, &e), &e);
    int history = series_column(series, "history cache");
    const struct json *rows = json_get(series, "rows");
    assert_int_equal(json_count(rows), 2);
    assert_true(series_value(last_of(rows), history) - series_value(json_first(rows), history) >=
                BYTES);
    assert_true(series_peak(series, "asset cache") >= 2 * BYTES);
    assert_true(series_peak_is_true(series, "asset cache"));
    assert_true(series_peak_is_true(series, "rss"));
    assert_true(series_peak(series, "rss") >= 2 * BYTES);
    assert_false(series_peak_is_true(series, "allocated"));
    assert_int_equal(series_column(series, "seconds"), 0);
    assert_true(json_number(json_get(series, "processes")) == 1);
    mem_free(MEM_HISTORY, p);
    json_free(series);
}

static void a_long_series_keeps_to_its_rows(void **state)
{
    (void)state;
    enum { NOTES = 3 * RECORDER_ROWS + 100 };
    struct err e = {0};
    struct recorder *r = recorder_start(0, 60000, &e);
    assert_ok(r != NULL, &e);
    for (int i = 0; i < NOTES; i++)
        recorder_note(r);
    struct json *series = recorder_stop(r);
    assert_ok(series_check(series, &e), &e);
    const struct json *rows = json_get(series, "rows");
    assert_in_range(json_count(rows), RECORDER_ROWS / 2, RECORDER_ROWS);
    assert_true(series_value(json_first(rows), 0) < series_value(last_of(rows), 0));
    json_free(series);
}

/* The thread itself: how many rows is the machine's affair. */
static void rows_come_by_themselves(void **state)
{
    (void)state;
    struct err e = {0};
    struct recorder *r = recorder_start(0, 0.001, &e);
    assert_ok(r != NULL, &e);
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    struct json *series = recorder_stop(r);
    assert_ok(series_check(series, &e), &e);
    print_message("# %d rows, one each %.3g ms\n", json_count(json_get(series, "rows")),
                  json_number(json_get(series, "interval_ms")));
    assert_in_range(json_count(json_get(series, "rows")), 3, RECORDER_ROWS);
    json_free(series);
}

static void another_tree_is_seen_by_its_rss(void **state)
{
    (void)state;
    struct err e = {0};
    if (!tree_has_children())
        skip();
    struct recorder *r = recorder_start(getpid(), 1, &e);
    assert_ok(r != NULL, &e);
    pid_t child = start_child(BYTES);
    struct json *series = recorder_stop(r);
    end_child(child);
    assert_ok(series_check(series, &e), &e);
    assert_int_equal(json_count(json_get(series, "columns")), 2);
    assert_true(series_peak(series, "rss") >= BYTES);
    assert_false(series_peak_is_true(series, "rss"));
    assert_int_equal(series_column(series, "allocated"), -1);
    json_free(series);
    assert_null(recorder_stop(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_component_is_what_it_holds),
        TEST(children_are_of_the_tree),
        TEST(a_series_begins_and_ends_with_what_is_held_there),
        TEST(a_long_series_keeps_to_its_rows),
        TEST(rows_come_by_themselves),
        TEST(another_tree_is_seen_by_its_rss),
    };
    return cmocka_run_group_tests_name("recorder", tests, NULL, NULL);
}
