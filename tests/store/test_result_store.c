#include "kernels/store/result_store.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct result_item item(const char *id, const char *payload)
{
    return (struct result_item){id, str_of(payload)};
}

static struct result_store *open_store(const char *dir)
{
    struct err e;
    struct result_store *s = result_store_open(dir, &e);
    assert_ok(s, &e);
    return s;
}

static void put(struct result_store *s, const char *range, const char *id, const char *payload)
{
    struct err e;
    struct result_item one = item(id, payload);
    assert_ok(result_store_put(s, range, &one, &e), &e);
}

static void put_two(struct result_store *s, const char *range, struct result_item a,
                    struct result_item b)
{
    struct err e;
    struct result_item both[] = {a, b};
    assert_ok(result_store_put_batch(s, range, both, 2, &e), &e);
}

static void expect(struct result_store *s, const char *range, const char *id, const char *payload)
{
    struct err e;
    struct text out = {0};
    bool found;
    text_puts(&out, ">");
    assert_ok(result_store_get(s, range, id, &out, &found, &e), &e);
    assert_int_equal(found, payload != NULL);
    assert_string_equal(out.p + 1, payload ? payload : "");
    text_done(&out);
}

static void expect_error(struct result_store *s, const char *range, const char *id,
                         const char *words)
{
    struct err e = {0};
    struct text out = {0};
    bool found = true;
    assert_false(result_store_get(s, range, id, &out, &found, &e));
    assert_false(found);
    assert_says(&e, words);
    text_done(&out);
}

static void write_text(const char *dir, const char *name, const char *content)
{
    struct err e;
    char path[1200];
    snprintf(path, sizeof path, "%s/results/%s", dir, name);
    assert_ok(io_write_file(path, content, strlen(content), &e), &e);
}

struct seen {
    struct text list;
    int stop_after;
};

static bool note(void *context, const char *range, const char *id, struct err *e)
{
    struct seen *seen = context;
    text_printf(&seen->list, "%s/%s ", range, id);
    return --seen->stop_after != 0 || err_input(e, "enough");
}

static void expect_each(struct result_store *s, const char *list, long damaged_lines)
{
    struct err e;
    struct seen seen = {0};
    long damaged;
    text_puts(&seen.list, "");
    assert_ok(result_store_each(s, note, &seen, &damaged, &e), &e);
    assert_string_equal(seen.list.p, list);
    assert_int_equal(damaged, damaged_lines);
    text_done(&seen.list);
}

static void both_forms_are_read_alike(void **state)
{
    (void)state;
    const char *dir = test_folder("store_forms");
    struct result_store *s = open_store(dir);
    put(s, "r1", "single", "{\"x\":1}");
    put_two(s, "r1", item("b1", "[1,2]"), item("b2", "\"t\""));
    put_two(s, "r2", item("c", "3"), item("b1", "{}"));
    expect(s, "r1", "single", "{\"x\":1}");
    expect(s, "r1", "b2", "\"t\"");
    expect(s, "r1", "b1", "[1,2]");
    expect(s, "r2", "b1", "{}");
    expect(s, "r2", "single", NULL);
    expect(s, "never", "single", NULL);
    expect_each(s, "r1/b1 r1/b2 r1/single r2/b1 r2/c ", 0);
    result_store_close(s);
    s = open_store(dir);
    expect_each(s, "r1/b1 r1/b2 r1/single r2/b1 r2/c ", 0);
    expect(s, "r1", "b2", "\"t\"");
    result_store_close(s);
    result_store_close(NULL);
}

static void what_is_written_after_indexing_is_found(void **state)
{
    (void)state;
    struct result_store *s = open_store(test_folder("store_after"));
    expect(s, "r", "a", NULL);
    put_two(s, "r", item("a", "1"), item("a", "22"));
    put_two(s, "r", item("b", "3"), item("c", "{\"k\":[4]}"));
    put(s, "r", "d", "5");
    expect(s, "r", "a", "22");
    expect(s, "r", "b", "3");
    expect(s, "r", "c", "{\"k\":[4]}");
    expect(s, "r", "d", "5");
    result_store_close(s);
}

static void the_single_file_wins_then_the_last_line(void **state)
{
    (void)state;
    const char *dir = test_folder("store_twice");
    struct result_store *s = open_store(dir);
    put_two(s, "r", item("a", "1"), item("b", "1"));
    put_two(s, "r", item("a", "2"), item("a", "3"));
    put(s, "r", "b", "4");
    for (int reopened = 0; reopened < 2; reopened++) {
        expect(s, "r", "a", "3");
        expect(s, "r", "b", "4");
        expect_each(s, "r/a r/b ", 0);
        result_store_close(s);
        s = open_store(dir);
    }
    result_store_close(s);
}

static void segment_numbers_go_on_after_the_highest(void **state)
{
    (void)state;
    const char *dir = test_folder("store_numbers");
    char path[1200];
    struct result_store *s = open_store(dir);
    put_two(s, "r", item("a", "1"), item("b", "1"));
    write_text(dir, "r/segment-000041.jsonl", "{\"id\":\"c\",\"result\":1}\n");
    write_text(dir, "r/segment-99.jsonl", "not a name that we write\n");
    write_text(dir, "r/segment-000050.jsonl.tmp.77", "{\"id\":\"torn");
    write_text(dir, "r/x.json.tmp.77", "{");
    result_store_close(s);
    s = open_store(dir);
    put_two(s, "r", item("d", "1"), item("e", "1"));
    snprintf(path, sizeof path, "%s/results/r/segment-000042.jsonl", dir);
    assert_true(io_exists(path));
    expect_each(s, "r/a r/b r/c r/d r/e ", 0);
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
    struct result_store *s = open_store(test_folder("store_names"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e;
        struct result_item one = item("ok", "1"), other = item(bad[i], "1");
        assert_false(result_store_put(s, bad[i], &one, &e));
        assert_says(&e, "result store: range");
        assert_false(result_store_put(s, "ok", &other, &e));
        assert_says(&e, "result store: id");
        assert_false(result_store_put_batch(s, bad[i], &one, 1, &e));
        assert_false(result_store_put_batch(s, "ok", &other, 1, &e));
        expect_error(s, bad[i], "ok", "range");
        expect_error(s, "ok", bad[i], "id");
    }
    put(s, long_name + 1, long_name + 1, "128");
    expect(s, long_name + 1, long_name + 1, "128");
    result_store_close(s);
}

static void a_payload_is_one_line(void **state)
{
    (void)state;
    struct err e;
    struct result_store *s = open_store(test_folder("store_payload"));
    const struct result_item bad[] = {item("a", ""), item("a", "{\n}"), item("a", "1\t")};
    for (size_t i = 0; i < 3; i++) {
        assert_false(result_store_put(s, "r", &bad[i], &e));
        assert_says(&e, "one line");
        assert_false(result_store_put_batch(s, "r", &bad[i], 1, &e));
    }
    expect_each(s, "", 0);
    result_store_close(s);
}

static void a_damaged_line_hides_only_itself(void **state)
{
    (void)state;
    static const char *const damage[] = {
        "{\"id\":\"lost\",\"result\":{\"a\":{\"b\":1}",
        "garbage",
        "",
        "{\"id\":\"lost\"}",
        "{\"id\":\"lost\",\"result\":1,\"more\":2}",
        "{\"result\":1,\"id\":\"lost\"}",
        "{\"id\":7,\"result\":1}",
        "{\"id\":\"lost\", \"result\":1}",
        "[]",
        "{\"id\":\"lost\",\"result\":1} {}",
    };
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        const char *dir = test_folder("store_damage");
        struct result_store *s = open_store(dir);
        put(s, "r", "single", "1");
        char content[400];
        snprintf(content, sizeof content,
                 "{\"id\":\"a\",\"result\":1}\n%s\n{\"id\":\"b\",\"result\":[2]}\n", damage[i]);
        write_text(dir, "r/segment-000001.jsonl", content);
        expect(s, "r", "single", "1");
        expect(s, "r", "a", "1");
        expect(s, "r", "b", "[2]");
        expect_error(s, "r", "lost", "segment-000001.jsonl:2: expected {\"id\"");
        expect_each(s, "r/a r/b r/single ", 1);
        put(s, "r", "lost", "9");
        expect(s, "r", "lost", "9");
        result_store_close(s);
    }
}

static void a_torn_segment_loses_its_last_line_only(void **state)
{
    (void)state;
    const char whole[] =
        "{\"id\":\"a\",\"result\":{\"v\":1}}\n{\"id\":\"b\",\"result\":{\"v\":2}}\n";
    const size_t first = strlen("{\"id\":\"a\",\"result\":{\"v\":1}}");
    for (size_t n = 0; n < sizeof whole - 2; n++) {
        char part[sizeof whole] = {0};
        memcpy(part, whole, n);
        const char *dir = test_folder("store_torn");
        struct result_store *s = open_store(dir);
        struct err e;
        char range[1200];
        snprintf(range, sizeof range, "%s/results/r", dir);
        assert_ok(io_make_dirs(range, &e), &e);
        write_text(dir, "r/segment-000001.jsonl", part);
        if (n < first)
            expect_error(s, "r", "a", "segment-000001.jsonl:1:");
        else
            expect(s, "r", "a", "{\"v\":1}");
        if (n == first || n == first + 1)
            expect(s, "r", "b", NULL);
        else
            expect_error(s, "r", "b", "segment-000001.jsonl:");
        result_store_close(s);
    }
}

static void a_damaged_single_file_is_named(void **state)
{
    (void)state;
    const char *dir = test_folder("store_single");
    struct result_store *s = open_store(dir);
    const char *const damage[] = {"", "{\"v\":12}", "{\"v\":1", "{\"v\":1\n", "{}\n{}\n", "\n"};
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        put(s, "r", "a", "{\"v\":12}");
        write_text(dir, "r/a.json", damage[i]);
        expect_error(s, "r", "a", "results/r/a.json");
    }
    result_store_close(s);
}

static void each_stops_at_false(void **state)
{
    (void)state;
    struct result_store *s = open_store(test_folder("store_stop"));
    put(s, "r", "a", "1");
    put_two(s, "r", item("b", "1"), item("c", "1"));
    struct seen seen = {.stop_after = 2};
    struct err e;
    long damaged;
    assert_false(result_store_each(s, note, &seen, &damaged, &e));
    assert_string_equal(seen.list.p, "r/a r/b ");
    assert_says(&e, "enough");
    text_done(&seen.list);
    result_store_close(s);
}

struct cost {
    int opens, reads, writes, syncs, renames;
};

static void expect_cost(struct io_counts *before, struct cost cost)
{
    struct io_counts now = io_counts_now();
    assert_int_equal(now.calls[IO_OPEN] - before->calls[IO_OPEN], cost.opens);
    assert_int_equal(now.calls[IO_READ] - before->calls[IO_READ], cost.reads);
    assert_int_equal(now.calls[IO_WRITE] - before->calls[IO_WRITE], cost.writes);
    assert_int_equal(now.calls[IO_SYNC] - before->calls[IO_SYNC], cost.syncs);
    assert_int_equal(now.calls[IO_RENAME] - before->calls[IO_RENAME], cost.renames);
    *before = now;
}

static void writes_cost_what_the_header_says(void **state)
{
    (void)state;
    const char *dir = test_folder("store_cost");
    struct io_counts at = io_counts_now();
    struct result_store *s = open_store(dir);
    expect_cost(&at, (struct cost){.opens = 1, .syncs = 1});
    put(s, "r", "a", "1");
    expect_cost(&at, (struct cost){.opens = 3, .writes = 1, .syncs = 3, .renames = 1});
    put(s, "r", "b", "1");
    expect_cost(&at, (struct cost){.opens = 2, .writes = 1, .syncs = 2, .renames = 1});
    put_two(s, "r", item("c", "1"), item("d", "1")); /* lists the folder */
    expect_cost(&at, (struct cost){.opens = 3, .writes = 1, .syncs = 2, .renames = 1});
    put_two(s, "r", item("e", "1"), item("f", "1"));
    expect_cost(&at, (struct cost){.opens = 2, .writes = 1, .syncs = 2, .renames = 1});
    put_two(s, "new", item("e", "1"), item("f", "1"));
    expect_cost(&at, (struct cost){.opens = 3, .writes = 1, .syncs = 3, .renames = 1});
    expect(s, "r", "a", "1");
    expect_cost(&at, (struct cost){.opens = 1, .reads = 2});
    expect(s, "r", "f", "1"); /* reads both segments */
    expect_cost(&at, (struct cost){.opens = 2, .reads = 4});
    expect(s, "r", "e", "1");
    expect_cost(&at, (struct cost){0});
    result_store_close(s);
    s = open_store(dir);
    expect_cost(&at, (struct cost){0});
    result_store_close(s);
}

static void all_memory_is_given_back(void **state)
{
    (void)state;
    assert_int_equal(mem_counts(MEM_RESULTS).held_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_forms_are_read_alike),
        TEST(what_is_written_after_indexing_is_found),
        TEST(the_single_file_wins_then_the_last_line),
        TEST(segment_numbers_go_on_after_the_highest),
        TEST(names_that_are_no_names_are_refused),
        TEST(a_payload_is_one_line),
        TEST(a_damaged_line_hides_only_itself),
        TEST(a_torn_segment_loses_its_last_line_only),
        TEST(a_damaged_single_file_is_named),
        TEST(each_stops_at_false),
        TEST(writes_cost_what_the_header_says),
        TEST(all_memory_is_given_back),
    };
    return cmocka_run_group_tests_name("result_store", tests, NULL, NULL);
}
