/* What the ground floor counts for several threads at once: nothing is lost. */
#include "harness/base/io.h"
#include "harness/base/mem.h"

#include "tests/test.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { THREADS = 4, TURNS = 3000 };

static char path[1024];

static void *count_up(void *unused)
{
    (void)unused;
    for (int i = 0; i < TURNS; i++) {
        void *a = mem_alloc(MEM_BASE, 100), *b = mem_alloc(MEM_HISTORY, 1000);
        b = mem_resize(MEM_HISTORY, b, 3000);
        mem_free(MEM_BASE, a);
        mem_free(MEM_HISTORY, b);
        io_count(IO_WRITE, 10);
        io_count(IO_SYNC, 0);
    }
    return NULL;
}

static void *read_up(void *failures)
{
    for (int i = 0; i < TURNS / 30; i++) {
        struct err e;
        struct text text = {0};
        if (!io_read_file(path, &text, &e) || text.n != 5)
            ++*(_Atomic int *)failures;
        text_done(&text);
    }
    return NULL;
}

static void together(void *(*work)(void *), void *context)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, context), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void no_count_is_lost(void **state)
{
    (void)state;
    struct io_counts io = io_counts_now();
    struct mem_counts base = mem_counts(MEM_BASE), history = mem_counts(MEM_HISTORY);
    together(count_up, NULL);
    struct io_counts io_after = io_counts_now();
    struct mem_counts base_after = mem_counts(MEM_BASE), history_after = mem_counts(MEM_HISTORY);
    assert_int_equal(io_after.calls[IO_WRITE] - io.calls[IO_WRITE], THREADS * TURNS);
    assert_int_equal(io_after.calls[IO_SYNC] - io.calls[IO_SYNC], THREADS * TURNS);
    assert_int_equal(io_after.bytes_written - io.bytes_written, THREADS * TURNS * 10);
    assert_int_equal(base_after.allocations - base.allocations, THREADS * TURNS);
    assert_int_equal(base_after.frees - base.frees, THREADS * TURNS);
    assert_int_equal(history_after.allocations - history.allocations, THREADS * TURNS);
    assert_int_equal(history_after.held_bytes, history.held_bytes);
    assert_int_equal(base_after.held_bytes, base.held_bytes);
}

static void files_may_be_read_by_all(void **state)
{
    (void)state;
    struct err e = {0};
    _Atomic int failures = 0;
    snprintf(path, sizeof path, "%s/file", test_folder("threads"));
    assert_ok(io_write_file(path, "12345", 5, &e), &e);
    struct io_counts before = io_counts_now();
    together(read_up, &failures);
    struct io_counts after = io_counts_now();
    assert_int_equal(failures, 0);
    assert_int_equal(after.calls[IO_OPEN] - before.calls[IO_OPEN], THREADS * (TURNS / 30));
    assert_int_equal(after.bytes_read - before.bytes_read, 5 * THREADS * (TURNS / 30));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_count_is_lost),
        TEST(files_may_be_read_by_all),
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
