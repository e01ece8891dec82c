#include "kernels/store/checkpoint.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *file_in(const char *folder)
{
    static char path[1100];
    snprintf(path, sizeof path, "%s/checkpoint.json", test_folder(folder));
    return path;
}

static void write_text(const char *path, const char *bytes, size_t n)
{
    struct err e;
    assert_ok(io_write_file(path, bytes, n, &e), &e);
}

static struct checkpoint *read_back(const char *path)
{
    struct err e;
    struct checkpoint *c = checkpoint_read(path, &e);
    assert_ok(c, &e);
    return c;
}

static void an_absent_file_is_a_fresh_start(void **state)
{
    (void)state;
    struct checkpoint *c = read_back(file_in("checkpoint_absent"));
    assert_int_equal(checkpoint_count(c), 0);
    assert_false(checkpoint_has(c, "r", "a"));
    checkpoint_free(c);
    checkpoint_free(NULL);
}

static void what_was_added_is_found_until_removed(void **state)
{
    (void)state;
    struct checkpoint *c = checkpoint_new();
    checkpoint_add(c, "r1", "a");
    checkpoint_add(c, "r1", "a");
    checkpoint_add(c, "r2", "a");
    checkpoint_add(c, "r2", "b");
    assert_int_equal(checkpoint_count(c), 3);
    assert_true(checkpoint_has(c, "r2", "b"));
    assert_false(checkpoint_has(c, "r1", "b"));
    checkpoint_remove(c, "r2", "b");
    checkpoint_remove(c, "r2", "b");
    checkpoint_remove(c, "r9", "b");
    assert_false(checkpoint_has(c, "r2", "b"));
    checkpoint_add(c, "r2", "b");
    assert_int_equal(checkpoint_count(c), 3);
    checkpoint_free(c);
}

static void equal_sets_are_equal_files(void **state)
{
    (void)state;
    struct err e;
    const char *path = file_in("checkpoint_equal");
    struct checkpoint *c = checkpoint_new();
    checkpoint_add(c, "2001_2002", "b\"\\\n");
    checkpoint_add(c, "2000_2001", "c");
    checkpoint_add(c, "2001_2002", "a");
    checkpoint_add(c, "1999_2000", "gone");
    checkpoint_remove(c, "1999_2000", "gone");
    assert_ok(checkpoint_write(c, path, &e), &e);
    checkpoint_free(c);
    struct text file = {0};
    assert_ok(io_read_file(path, &file, &e), &e);
    assert_string_equal(file.p, "{\"2000_2001\": [\"c\"],\n"
                                " \"2001_2002\": [\"a\", \"b\\\"\\\\\\n\"]}\n");
    c = read_back(path);
    assert_int_equal(checkpoint_count(c), 3);
    assert_true(checkpoint_has(c, "2001_2002", "b\"\\\n"));
    assert_ok(checkpoint_write(c, path, &e), &e);
    checkpoint_free(c);
    struct text again = {0};
    assert_ok(io_read_file(path, &again, &e), &e);
    assert_string_equal(again.p, file.p);
    text_done(&file);
    text_done(&again);
}

static void an_empty_checkpoint_is_an_empty_object(void **state)
{
    (void)state;
    struct err e;
    const char *path = file_in("checkpoint_empty");
    struct checkpoint *c = checkpoint_new();
    assert_ok(checkpoint_write(c, path, &e), &e);
    checkpoint_free(c);
    c = read_back(path);
    assert_int_equal(checkpoint_count(c), 0);
    checkpoint_free(c);
}

/* Every prefix is damage, but for the one that only lacks the last newline: nothing is lost there. */
static void a_file_cut_at_any_length_is_refused(void **state)
{
    (void)state;
    const char whole[] = "{\"2000-01-03_2024-12-31\": [\"0f9e\", \"a1b2\"],\n \"x_y\": [\"c\"]}\n";
    const char *path = file_in("checkpoint_cut");
    for (size_t n = 0; n < sizeof whole - 2; n++) {
        struct err e = {0};
        write_text(path, whole, n);
        struct checkpoint *c = checkpoint_read(path, &e);
        if (c)
            fail_msg("the first %zu bytes were taken for a checkpoint", n);
        assert_int_equal(e.code, ERR_INPUT);
        assert_says(&e, "checkpoint.json:");
    }
    for (size_t n = sizeof whole - 2; n < sizeof whole; n++) {
        write_text(path, whole, n);
        struct checkpoint *c = read_back(path);
        assert_int_equal(checkpoint_count(c), 3);
        checkpoint_free(c);
    }
}

static void damage_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"",                                 "checkpoint.json:1: not valid JSON"          },
        {"\n\n",                             "not valid JSON"                             },
        {"[]",                               "expected an object of ranges with their ids"},
        {"12",                               "found a number"                             },
        {"{\"r\": \"a\"}",                   "\"r\": expected an array of ids, found text"},
        {"{\"r\": {\"a\": 1}}",              "found an object"                            },
        {"{\"r\": null}",                    "found null"                                 },
        {"{\"r\": [\"a\", 7]}",              "expected ids that are texts, found a number"},
        {"{\"r\": [\"\"]}",                  "found an empty one"                         },
        {"{\"\": [\"a\"]}",                  "a range without a name"                     },
        {"{\"r\": [\"a\", \"b\", \"a\"]}",   "\"r\": id \"a\" stands twice"               },
        {"{\"r\": [\"a\"], \"r\": [\"b\"]}", "field \"r\" stands twice"                   },
        {"{\"r\": [\"a\"]}\n{}",             "checkpoint.json:2: not valid JSON"          },
        {"{\"r\":\n[\"a\"\n\"b\"]}",         "checkpoint.json:3: not valid JSON"          },
        {"{\"r\": [\"a\\u0000b\"]}",         "a NUL byte"                                 },
        {"\x7f"
         "ELF\x02",                 "not valid JSON"                             },
    };
    const char *path = file_in("checkpoint_damage");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        write_text(path, rows[i].text, strlen(rows[i].text));
        if (checkpoint_read(path, &e))
            fail_msg("taken for a checkpoint: %s", rows[i].text);
        assert_says(&e, rows[i].says);
        assert_says(&e, path);
    }
    struct err e;
    write_text(path, "{\"r\"\0: []}", 10);
    assert_null(checkpoint_read(path, &e));
    assert_says(&e, "NUL");
}

static void a_file_that_cannot_be_looked_at_is_no_fresh_start(void **state)
{
    (void)state;
    struct err e;
    char path[1200];
    snprintf(path, sizeof path, "%s", file_in("checkpoint_blocked"));
    write_text(path, "{}", 2);
    strcat(path, "/below"); /* ENOTDIR, also for root */
    assert_null(checkpoint_read(path, &e));
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_null(checkpoint_read(test_folder("checkpoint_blocked"), &e));
    assert_says(&e, "expected a file, found a folder");
}

static void a_read_and_a_write_cost_what_they_should(void **state)
{
    (void)state;
    struct err e;
    const char *path = file_in("checkpoint_cost");
    struct checkpoint *c = checkpoint_new();
    checkpoint_add(c, "r", "a");
    struct io_counts before = io_counts_now();
    assert_ok(checkpoint_write(c, path, &e), &e);
    struct io_counts after = io_counts_now();
    assert_int_equal(after.calls[IO_WRITE] - before.calls[IO_WRITE], 1);
    assert_int_equal(after.calls[IO_SYNC] - before.calls[IO_SYNC], 2);
    assert_int_equal(after.calls[IO_RENAME] - before.calls[IO_RENAME], 1);
    checkpoint_free(c);
    before = after;
    checkpoint_free(read_back(path));
    after = io_counts_now();
    assert_int_equal(after.calls[IO_OPEN] - before.calls[IO_OPEN], 1);
    assert_int_equal(after.bytes_read - before.bytes_read, strlen("{\"r\": [\"a\"]}\n"));
}

static void thousands_of_ids_come_back(void **state)
{
    (void)state;
    enum { RANGES = 7, IDS = 400 };
    struct err e;
    char range[32], id[32];
    const char *path = file_in("checkpoint_many");
    struct checkpoint *c = checkpoint_new();
    for (int i = 0; i < RANGES * IDS; i++) {
        snprintf(range, sizeof range, "%d_%d", 2000 + i % RANGES, 2001 + i % RANGES);
        snprintf(id, sizeof id, "%016x", (unsigned)i * 2654435761u);
        checkpoint_add(c, range, id);
    }
    assert_ok(checkpoint_write(c, path, &e), &e);
    checkpoint_free(c);
    c = read_back(path);
    assert_int_equal(checkpoint_count(c), RANGES * IDS);
    for (int i = 0; i < RANGES * IDS; i++) {
        snprintf(range, sizeof range, "%d_%d", 2000 + i % RANGES, 2001 + i % RANGES);
        snprintf(id, sizeof id, "%016x", (unsigned)i * 2654435761u);
        assert_true(checkpoint_has(c, range, id));
    }
    checkpoint_free(c);
}

static void all_memory_is_given_back(void **state)
{
    (void)state;
    assert_int_equal(mem_counts(MEM_CHECKPOINT).held_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_absent_file_is_a_fresh_start),
        TEST(what_was_added_is_found_until_removed),
        TEST(equal_sets_are_equal_files),
        TEST(an_empty_checkpoint_is_an_empty_object),
        TEST(a_file_cut_at_any_length_is_refused),
        TEST(damage_is_named),
        TEST(a_file_that_cannot_be_looked_at_is_no_fresh_start),
        TEST(a_read_and_a_write_cost_what_they_should),
        TEST(thousands_of_ids_come_back),
        TEST(all_memory_is_given_back),
    };
    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
