/* What reading and writing results costs: opens, syncs, memory. */
#include "tests/store/results.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"

#include "tests/test.h"

#include <string.h>

struct cost {
    int opens, reads, writes, syncs, renames, removes;
};

static void expect_cost(struct io_counts *before, struct cost cost)
{
    struct io_counts now = io_counts_now();
    assert_int_equal(now.calls[IO_OPEN] - before->calls[IO_OPEN], cost.opens);
    assert_int_equal(now.calls[IO_READ] - before->calls[IO_READ], cost.reads);
    assert_int_equal(now.calls[IO_WRITE] - before->calls[IO_WRITE], cost.writes);
    assert_int_equal(now.calls[IO_SYNC] - before->calls[IO_SYNC], cost.syncs);
    assert_int_equal(now.calls[IO_RENAME] - before->calls[IO_RENAME], cost.renames);
    assert_int_equal(now.calls[IO_REMOVE] - before->calls[IO_REMOVE], cost.removes);
    *before = now;
}

static void writes_cost_what_the_header_says(void **state)
{
    (void)state;
    const char *dir = test_folder("store_cost");
    struct io_counts at = io_counts_now();
    struct result_store *s = rs_open(dir);
    expect_cost(&at, (struct cost){.opens = 1, .syncs = 1});
    rs_put(s, "r", "a", "1");
    expect_cost(&at, (struct cost){.opens = 3, .writes = 1, .syncs = 3, .renames = 1});
    rs_put(s, "r", "b", "1");
    expect_cost(&at, (struct cost){.opens = 2, .writes = 1, .syncs = 2, .renames = 1});
    rs_put_two(s, "r", rs_item("c", "1"), rs_item("d", "1")); /* lists the folder */
    expect_cost(&at, (struct cost){.opens = 3, .writes = 1, .syncs = 2, .renames = 1});
    rs_put_two(s, "r", rs_item("e", "1"), rs_item("f", "1"));
    expect_cost(&at, (struct cost){.opens = 2, .writes = 1, .syncs = 2, .renames = 1});
    rs_put_two(s, "new", rs_item("e", "1"), rs_item("f", "1"));
    expect_cost(&at, (struct cost){.opens = 3, .writes = 1, .syncs = 3, .renames = 1});
    rs_put_two(s, "r", rs_item("a", "2"), rs_item("b", "2")); /* takes away two single files */
    expect_cost(&at,
                (struct cost){.opens = 3, .writes = 1, .syncs = 3, .renames = 1, .removes = 2});
    result_store_close(s);
    s = rs_open(dir);
    expect_cost(&at, (struct cost){0});
    result_store_close(s);
}

enum { SEGMENTS = 5, A_SEGMENT = 4 };

/* Results in the order of storing are s0-0, s0-1, ... */
static const char *stored_id(int i)
{
    static char id[20];
    snprintf(id, sizeof id, "s%d-%d", i / A_SEGMENT, i % A_SEGMENT);
    return id;
}

static struct result_store *make_segments(const char *dir)
{
    struct err e;
    struct result_store *s = rs_open(dir);
    for (int k = 0; k < SEGMENTS; k++) {
        char ids[A_SEGMENT][20];
        struct result_item items[A_SEGMENT];
        for (int i = 0; i < A_SEGMENT; i++) {
            snprintf(ids[i], sizeof ids[i], "%s", stored_id(k * A_SEGMENT + i));
            items[i] = rs_item(ids[i], "7");
        }
        assert_ok(result_store_put_batch(s, "r", items, A_SEGMENT, &e), &e);
    }
    result_store_close(s);
    return rs_open(dir);
}

static void gets_in_the_order_of_storing_open_each_segment_twice(void **state)
{
    (void)state;
    struct result_store *s = make_segments(test_folder("store_order"));
    struct io_counts at = io_counts_now();
    for (int i = 0; i < SEGMENTS * A_SEGMENT; i += i % 7 ? 1 : 2) /* with gaps */
        rs_expect(s, "r", stored_id(i), "7");
    /* the folder; each for repeated ids; each again */
    expect_cost(&at, (struct cost){.opens = 1 + 2 * SEGMENTS, .reads = 2 * SEGMENTS});
    rs_expect(s, "r", stored_id(SEGMENTS * A_SEGMENT - 1), "7"); /* the same again: back */
    expect_cost(&at, (struct cost){.opens = SEGMENTS, .reads = SEGMENTS});
    rs_expect(s, "r", stored_id(SEGMENTS * A_SEGMENT - 2), "7"); /* indexed; it is open */
    expect_cost(&at, (struct cost){0});
    rs_expect(s, "r", stored_id(0), "7");
    rs_expect(s, "r", "absent", NULL);
    expect_cost(&at, (struct cost){.opens = 1, .reads = 1});
    result_store_close(s);
}

static void a_stream_opens_each_segment_twice_and_a_single_file_once(void **state)
{
    (void)state;
    struct result_store *s = make_segments(test_folder("store_stream_cost"));
    struct io_counts at = io_counts_now();
    struct text seen = {0};
    struct err e;
    long damaged;
    assert_ok(result_store_stream(s, NULL, rs_note, &seen, &damaged, &e), &e);
    /* two folders */
    expect_cost(&at, (struct cost){.opens = 2 + 2 * SEGMENTS, .reads = 2 * SEGMENTS});
    assert_int_equal(seen.n, SEGMENTS * A_SEGMENT * strlen("s0-0=7 "));
    text_done(&seen);
    rs_put(s, "r", "x", "1");
    at = io_counts_now();
    rs_expect_stream(s, "never", "", 0);
    expect_cost(&at, (struct cost){0});
    assert_ok(result_store_stream(s, "r", rs_note, &seen, &damaged, &e), &e);
    expect_cost(&at, (struct cost){.opens = SEGMENTS + 2, .reads = SEGMENTS + 2});
    text_done(&seen);
    result_store_close(s);
}

static bool add_length(void *context, const char *range, const char *id, struct str payload,
                       struct err *e)
{
    (void)range;
    (void)id;
    (void)e;
    *(uint64_t *)context += payload.n;
    return true;
}

/* Of a pass through 1,000 and 20,000 results: the most that was held, less what the first holds. */
static void reading_in_order_takes_the_same_memory_at_any_size(void **state)
{
    (void)state;
    uint64_t held[2] = {0};
    static const int sizes[2] = {1000, 20000};
    for (int k = 0; k < 2; k++) {
        struct err e;
        const char *dir = test_folder("store_flat");
        struct result_store *s = rs_open(dir);
        char ids[50][20];
        struct result_item items[50];
        for (int i = 0; i < sizes[k]; i++) {
            snprintf(ids[i % 50], sizeof ids[0], "%s", rs_id(i));
            items[i % 50] = rs_item(ids[i % 50], "{\"some\":\"payload\"}");
            if (i % 50 == 49)
                assert_ok(result_store_put_batch(s, "r", items, 50, &e), &e);
        }
        result_store_close(s);
        s = rs_open(dir);
        for (int i = 0; i < sizes[k]; i++)
            rs_expect(s, "r", rs_id(i), "{\"some\":\"payload\"}");
        uint64_t bytes = 0;
        long damaged;
        assert_ok(result_store_stream(s, NULL, add_length, &bytes, &damaged, &e), &e);
        assert_int_equal(bytes, (uint64_t)sizes[k] * strlen("{\"some\":\"payload\"}"));
        held[k] = mem_counts(MEM_RESULTS).held_bytes;
        print_message("# %d results: %llu bytes held\n", sizes[k], (unsigned long long)held[k]);
        rs_expect(s, "r", rs_id(0), "{\"some\":\"payload\"}"); /* back: indexed */
        uint64_t indexed = mem_counts(MEM_RESULTS).held_bytes - held[k];
        print_message("# index: %.1f bytes a result\n", (double)indexed / sizes[k]);
        assert_true(indexed <= 40 * (uint64_t)sizes[k]);
        result_store_close(s);
    }
    assert_true(held[1] - held[0] <= 2 * 4 * 20000 / 50 + 1024); /* numbers of segments */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_cost_what_the_header_says),
        TEST(gets_in_the_order_of_storing_open_each_segment_twice),
        TEST(a_stream_opens_each_segment_twice_and_a_single_file_once),
        TEST(reading_in_order_takes_the_same_memory_at_any_size),
        TEST(rs_memory_is_given_back),
    };
    return cmocka_run_group_tests_name("result_cost", tests, NULL, NULL);
}
