/* Stored results: both forms, what counts when one is stored again, compacting. Damage: test_result_damage.c,
 * costs: test_result_cost.c. */
#include "tests/store/results.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "harness/base/rng.h"
#include "kernels/store/result_store_segment.h"

#include "tests/test.h"

#include <string.h>

static void both_forms_are_read_alike(void **state)
{
    (void)state;
    const char *dir = test_folder("store_forms");
    struct result_store *s = rs_open(dir);
    rs_put(s, "r1", "single", "{\"x\":1}");
    rs_put_two(s, "r1", rs_item("b1", "[1,2]"), rs_item("b2", "\"t\""));
    rs_put_two(s, "r2", rs_item("c", "3"), rs_item("b1", "{}"));
    rs_expect(s, "r1", "single", "{\"x\":1}");
    rs_expect(s, "r1", "b2", "\"t\"");
    rs_expect(s, "r1", "b1", "[1,2]");
    rs_expect(s, "r2", "b1", "{}");
    rs_expect(s, "r2", "single", NULL);
    rs_expect(s, "never", "single", NULL);
    rs_expect_each(s, "r1/b1 r1/b2 r1/single r2/b1 r2/c ", 0);
    result_store_close(s);
    s = rs_open(dir);
    rs_expect_each(s, "r1/b1 r1/b2 r1/single r2/b1 r2/c ", 0);
    rs_expect(s, "r1", "b2", "\"t\"");
    result_store_close(s);
    result_store_close(NULL);
}

static void what_is_written_after_indexing_is_found(void **state)
{
    (void)state;
    struct result_store *s = rs_open(test_folder("store_after"));
    rs_expect(s, "r", "a", NULL);
    rs_put_two(s, "r", rs_item("a", "1"), rs_item("a", "22"));
    rs_put_two(s, "r", rs_item("b", "3"), rs_item("c", "{\"k\":[4]}"));
    rs_put(s, "r", "d", "5");
    rs_expect(s, "r", "a", "22");
    rs_expect(s, "r", "b", "3");
    rs_expect(s, "r", "c", "{\"k\":[4]}");
    rs_expect(s, "r", "d", "5");
    result_store_close(s);
}

static void what_was_stored_last_counts(void **state)
{
    (void)state;
    const char *dir = test_folder("store_twice");
    struct result_store *s = rs_open(dir);
    rs_put_two(s, "r", rs_item("a", "1"), rs_item("b", "1"));
    rs_put_two(s, "r", rs_item("a", "2"), rs_item("a", "3"));
    rs_put(s, "r", "b", "4");
    rs_put(s, "r", "c", "5");
    rs_put_two(s, "r", rs_item("c", "6"), rs_item("d", "6"));
    for (int reopened = 0; reopened < 2; reopened++) {
        rs_expect(s, "r", "a", "3");
        rs_expect(s, "r", "b", "4");
        rs_expect(s, "r", "c", "6");
        rs_expect_each(s, "r/a r/b r/c r/d ", 0);
        rs_expect_stream(s, "r", "a=3 c=6 d=6 b=4 ", 0);
        rs_expect(s, "r", "d", "6");
        rs_expect(s, "r", "a", "3");
        rs_expect_stream(s, NULL, "a=3 c=6 d=6 b=4 ", 0); /* with an index */
        result_store_close(s);
        s = rs_open(dir);
    }
    result_store_close(s);
}

static void segment_numbers_go_on_after_the_highest(void **state)
{
    (void)state;
    const char *dir = test_folder("store_numbers");
    char from[1300];
    struct err e;
    struct result_store *s = rs_open(dir);
    rs_put_two(s, "r", rs_item("a", "1"), rs_item("b", "1"));
    snprintf(from, sizeof from, "%s", rs_path(dir, "r/segment-000001.bin"));
    assert_ok(io_rename(from, rs_path(dir, "r/segment-000041.bin"), &e), &e);
    rs_write_text(dir, "r/segment-99.bin", "not a name that we write\n");
    rs_write_text(dir, "r/segment-000050.bin.tmp.77", "cupelseg");
    rs_write_text(dir, "r/x.json.tmp.77", "{");
    result_store_close(s);
    s = rs_open(dir);
    rs_put_two(s, "r", rs_item("d", "1"), rs_item("e", "1"));
    assert_true(io_exists(rs_path(dir, "r/segment-000042.bin")));
    rs_expect_each(s, "r/a r/b r/d r/e ", 0);
    result_store_close(s);
}

static void names_that_are_no_names_are_refused(void **state)
{
    (void)state;
    char long_name[130];
    memset(long_name, 'x', 129);
    long_name[129] = '\0';
    const char *const bad[] = {"",     ".",     "..",   ".hidden", "a/b",  "../up",
                               "a\nb", "a\x01", "\x7f", "a\\b",    "a\"b", long_name};
    struct result_store *s = rs_open(test_folder("store_names"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e;
        struct result_item one = rs_item("ok", "1"), other = rs_item(bad[i], "1");
        assert_false(result_store_put(s, bad[i], &one, &e));
        assert_says(&e, "result store: range");
        assert_false(result_store_put(s, "ok", &other, &e));
        assert_says(&e, "result store: id");
        assert_false(result_store_put_batch(s, bad[i], &one, 1, &e));
        assert_false(result_store_put_batch(s, "ok", &other, 1, &e));
        rs_expect_error(s, bad[i], "ok", "range");
        rs_expect_error(s, "ok", bad[i], "id");
    }
    rs_put(s, long_name + 1, long_name + 1, "128");
    rs_expect(s, long_name + 1, long_name + 1, "128");
    result_store_close(s);
}

static void the_payload_of_a_single_file_is_one_line(void **state)
{
    (void)state;
    struct err e;
    struct result_store *s = rs_open(test_folder("store_payload"));
    const struct result_item bad[] = {rs_item("a", ""), rs_item("a", "{\n}"), rs_item("a", "1\t")};
    for (size_t i = 0; i < 3; i++) {
        assert_false(result_store_put(s, "r", &bad[i], &e));
        assert_says(&e, "one line");
    }
    assert_false(result_store_put_batch(s, "r", &bad[0], 1, &e));
    assert_says(&e, "expected a payload of 1 byte to 1 GB, found 0");
    rs_expect_each(s, "", 0);
    result_store_close(s);
}

/* Bytes that look like records, zero bytes, and more than a reader's buffer. */
static void a_batch_holds_any_bytes(void **state)
{
    (void)state;
    enum { LARGE = 200000 };
    struct err e;
    const char *dir = test_folder("store_bytes");
    struct result_store *s = rs_open(dir);
    struct text inner = {0}, large = {0};
    segment_begin(&inner);
    segment_add(&inner, "inner", str_of("not a result of this store"));
    segment_end(&inner, 1);
    for (int i = 0; i < LARGE; i++)
        text_add(&large, (const char[]){(char)(rng_mix((uint64_t)i) >> 5)}, 1);
    const struct result_item items[] = {
        {"zero",         {"\0\n\0\xf1rec", 7}},
        {"inner-holder", {inner.p, inner.n}  },
        {"large",        {large.p, large.n}  },
        {"last",         {"x", 1}            },
    };
    assert_ok(result_store_put_batch(s, "r", items, 4, &e), &e);
    for (int reopened = 0; reopened < 2; reopened++) {
        for (int i = 3; i >= 0; i--) {
            struct text out = {0};
            bool found;
            assert_ok(result_store_get(s, "r", items[i].id, &out, &found, &e), &e);
            assert_true(found && out.n == items[i].payload.n);
            assert_memory_equal(out.p, items[i].payload.p, out.n);
            text_done(&out);
        }
        rs_expect(s, "r", "inner", NULL);
        result_store_close(s);
        s = rs_open(dir);
    }
    result_store_close(s);
    text_done(&inner);
    text_done(&large);
}

static void each_stops_at_false(void **state)
{
    (void)state;
    struct result_store *s = rs_open(test_folder("store_stop"));
    rs_put(s, "r", "a", "1");
    rs_put_two(s, "r", rs_item("b", "1"), rs_item("c", "1"));
    struct rs_seen seen = {.stop_after = 2};
    struct err e;
    long damaged;
    assert_false(result_store_each(s, rs_note_id, &seen, &damaged, &e));
    assert_string_equal(seen.list.p, "r/a r/b ");
    assert_says(&e, "enough");
    text_done(&seen.list);
    result_store_close(s);
}

/* ---- compacting -------------------------------------------------------------------------------- */

static bool keep_even(void *context, const char *range, const char *id, struct str payload,
                      bool *keep, struct err *e)
{
    (void)context;
    (void)range;
    (void)payload;
    *keep = (id[strlen(id) - 1] - '0') % 2 == 0;
    return strcmp(id, "never9") != 0 || err_input(e, "enough");
}

static void compacting_keeps_what_it_is_told(void **state)
{
    (void)state;
    struct err e;
    const char *dir = test_folder("store_compact");
    struct result_store *s = rs_open(dir);
    struct result_store_compacted told;
    rs_put_two(s, "r", rs_item("a1", "1"), rs_item("a2", "old"));
    rs_put_two(s, "r", rs_item("a2", "2"), rs_item("a4", "4"));
    rs_put(s, "r", "b2", "22");
    rs_put(s, "r", "b3", "33");
    rs_put(s, "r", "a4", "44");
    rs_put_two(s, "q", rs_item("a1", "1"), rs_item("a2", "2"));
    assert_ok(result_store_compact(s, "r", keep_even, NULL, &told, &e), &e);
    assert_int_equal(told.kept, 3);
    assert_int_equal(told.dropped, 2);
    assert_int_equal(told.damaged, 0);
    for (int reopened = 0; reopened < 2; reopened++) {
        rs_expect_each(s, "q/a1 q/a2 r/a2 r/a4 r/b2 ", 0);
        rs_expect(s, "r", "a2", "2");
        rs_expect(s, "r", "b2", "22");
        rs_expect_stream(s, "q", "a1=1 a2=2 ", 0);
        rs_expect(s, "r", "a1", NULL);
        rs_expect(s, "r", "b3", NULL);
        rs_expect(s, "r", "a4", "44");
        result_store_close(s);
        s = rs_open(dir);
    }
    assert_true(io_exists(rs_path(dir, "r/segment-000003.bin")));
    assert_false(io_exists(rs_path(dir, "r/segment-000002.bin")));
    assert_false(io_exists(rs_path(dir, "r/b2.json")));
    assert_ok(result_store_compact(s, "absent", keep_even, NULL, &told, &e), &e);
    assert_int_equal(told.kept + told.dropped, 0);
    rs_put_two(s, "r", rs_item("never9", "1"), rs_item("c2", "1"));
    assert_false(result_store_compact(s, "r", keep_even, NULL, &told, &e));
    assert_says(&e, "enough");
    rs_expect_each(s, "q/a1 q/a2 r/a2 r/a4 r/b2 r/c2 r/never9 ", 0);
    result_store_close(s);
}

static void a_removed_single_file_is_gone(void **state)
{
    (void)state;
    struct err e;
    const char *dir = test_folder("store_remove");
    struct result_store *s = rs_open(dir);
    rs_put_two(s, "r", rs_item("a", "1"), rs_item("b", "1"));
    rs_put(s, "r", "a", "2");
    rs_put(s, "r", "c", "3");
    assert_ok(result_store_remove(s, "r", "c", &e), &e);
    assert_ok(result_store_remove(s, "r", "c", &e), &e);
    assert_ok(result_store_remove(s, "r", "a", &e), &e);
    assert_ok(result_store_remove(s, "r", "b", &e), &e);
    rs_expect_each(s, "r/a r/b ", 0); /* the records stay */
    rs_expect(s, "r", "a", "1");
    result_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_forms_are_read_alike),
        TEST(what_is_written_after_indexing_is_found),
        TEST(what_was_stored_last_counts),
        TEST(segment_numbers_go_on_after_the_highest),
        TEST(names_that_are_no_names_are_refused),
        TEST(the_payload_of_a_single_file_is_one_line),
        TEST(a_batch_holds_any_bytes),
        TEST(each_stops_at_false),
        TEST(compacting_keeps_what_it_is_told),
        TEST(a_removed_single_file_is_gone),
        TEST(rs_memory_is_given_back),
    };
    return cmocka_run_group_tests_name("result_store", tests, NULL, NULL);
}
