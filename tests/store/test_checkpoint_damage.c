/* Damaged checkpoints, and what is no checkpoint: told, never taken. */
#include "tests/store/checkpoints.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "harness/base/rng.h"

#include "tests/test.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Takes the file for damaged, in one line that names it, or finds exactly what was in it. */
static bool is_told_or_harmless(const char *path, const char *list)
{
    struct err e = {0};
    struct checkpoint *c = checkpoint_read(path, &e);
    if (!c) {
        assert_int_equal(e.code, ERR_INPUT);
        assert_says(&e, path);
        assert_null(strchr(e.text, '\n'));
        return true;
    }
    struct text found = cp_list(c);
    bool same = strcmp(found.p, list) == 0;
    text_done(&found);
    checkpoint_free(c);
    return same;
}

static void make_victim(const char *path, int entries, struct text *bytes, struct text *list)
{
    struct checkpoint *c = cp_read(path);
    for (int i = 0; i < entries; i++)
        checkpoint_add(c, i % 4 ? RANGE : "other", cp_id((uint64_t)i),
                       i % 3 ? cp_id((uint64_t)i + 5) : "");
    cp_write(c, path);
    *list = cp_list(c);
    checkpoint_free(c);
    *bytes = bytes_of(path);
}

static void a_json_file_cut_at_any_length_is_refused(void **state)
{
    (void)state;
    struct text bytes, list;
    const char *path = cp_file("checkpoint_cut", 0);
    make_victim(path, 40, &bytes, &list);
    for (size_t n = 0; n < bytes.n; n++) {
        struct err e = {0};
        bytes_write(path, bytes.p, n);
        struct checkpoint *c = checkpoint_read(path, &e);
        assert_int_equal(c != NULL, n == bytes.n - 1); /* only the last newline is missing */
        checkpoint_free(c);
        if (n < bytes.n - 1) {
            assert_int_equal(e.code, ERR_INPUT);
            assert_says(&e, path);
        }
    }
    text_done(&bytes);
    text_done(&list);
}

static void a_database_cut_at_any_length_is_refused(void **state)
{
    (void)state;
    struct text bytes, list;
    const char *path = cp_file("checkpoint_cut", 1);
    make_victim(path, 400, &bytes, &list);
    for (size_t n = 0; n < bytes.n; n += n % 512 == 511 || n % 512 == 0 ? 1 : n < 100 ? 1 : 37) {
        struct err e = {0};
        bytes_write(path, bytes.p, n);
        struct checkpoint *c = checkpoint_read(path, &e);
        if (c)
            fail_msg("the first %zu of %zu bytes were taken for a checkpoint", n, bytes.n);
        assert_int_equal(e.code, ERR_INPUT);
        assert_says(&e, path);
        assert_says(&e, "damaged");
    }
    text_done(&bytes);
    text_done(&list);
}

static void garbage_in_any_byte_is_told_or_harmless(void **state)
{
    (void)state;
    const uint64_t seed = 7;
    struct rng rng = rng_seeded(seed);
    print_message("# seed %llu\n", (unsigned long long)seed);
    for (int kind = 0; kind < CP_KINDS; kind++) {
        struct text bytes, list;
        const char *path = cp_file("checkpoint_garbage", kind);
        make_victim(path, kind ? 150 : 30, &bytes, &list);
        size_t step = kind ? 11 : 1;
        for (size_t at = 0; at < bytes.n; at += at < 100 ? 1 : 1 + rng_below(&rng, step)) {
            char old = bytes.p[at];
            bytes.p[at] = (char)(old + 1 + (int)rng_below(&rng, 255));
            bytes_write(path, bytes.p, bytes.n);
            if (!is_told_or_harmless(path, list.p))
                fail_msg("%s: byte %zu: other content was taken for true", path, at);
            bytes.p[at] = old;
        }
        text_done(&bytes);
        text_done(&list);
    }
}

static void garbage_of_many_bytes_is_told_or_harmless(void **state)
{
    (void)state;
    const uint64_t seed = 11;
    struct rng rng = rng_seeded(seed);
    print_message("# seed %llu\n", (unsigned long long)seed);
    for (int kind = 0; kind < CP_KINDS; kind++) {
        struct text bytes, list;
        const char *path = cp_file("checkpoint_many", kind);
        make_victim(path, 150, &bytes, &list);
        for (int i = 0; i < 300; i++) {
            struct text bad = {0};
            text_add(&bad, bytes.p, bytes.n);
            size_t from = rng_below(&rng, bad.n), n = 1 + rng_below(&rng, 600);
            for (size_t k = from; k < bad.n && k < from + n; k++)
                bad.p[k] = (char)rng_below(&rng, 256);
            bytes_write(path, bad.p, bad.n);
            if (!is_told_or_harmless(path, list.p))
                fail_msg("%s: %zu bytes from %zu: other content was taken for true", path, n, from);
            text_done(&bad);
        }
        text_done(&bytes);
        text_done(&list);
    }
}

static void damage_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"",                                          "checkpoint.json:1: not valid JSON"             },
        {"\n\n",                                      "not valid JSON"                                },
        {"[]",                                        "expected an object of ranges, found an array"  },
        {"12",                                        "found a number"                                },
        {"{\"r\": \"a\"}",                            "\"r\": expected an object of ids"              },
        {"{\"r\": [\"a\"]}",                          "found an array"                                },
        {"{\"r\": null}",                             "found null"                                    },
        {"{\"r\": {\"a\": 7}}",                       "\"r\": id \"a\": expected a stamp as text, fou"},
        {"{\"r\": {\"\": \"\"}}",                     "\"r\": an id that is empty"                    },
        {"{\"\": {\"a\": \"\"}}",                     "expected the name of a range"                  },
        {"{\".x\": {\"a\": \"\"}}",                   "\".x\": expected the name of a range"          },
        {"{\"r\": {\"a\": \"\", \"a\": \"1\"}}",      "field \"a\" stands twice"                      },
        {"{\"r\": {\"a\": \"\"}, \"r\": {}}",         "field \"r\" stands twice"                      },
        {"{\"r\": {\"a\": \"\"}, \".seal\": 7}",      "\".seal\": expected text"                      },
        {"{\"r\": {\"a\": \"\"}, \".seal\": \"\"}",   "the seal is that of other entries"             },
        {"{\"r\": {\"a\": \"\"}, \".seal\": \"00\"}", "the seal is that of other entries"             },
        {"{\"r\": {\"a\": \"\"}}\n{}",                "checkpoint.json:2: not valid JSON"             },
        {"{\"r\":\n{\"a\":\"\"\n\"b\":\"\"}}",        "checkpoint.json:3: not valid JSON"             },
        {"{\"r\": {\"a\\u0000b\": \"\"}}",            "a NUL byte"                                    },
        {"\x7f"
         "ELF\x02",                          "not valid JSON"                                },
    };
    const char *path = cp_file("checkpoint_damage", 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        bytes_write(path, rows[i].text, strlen(rows[i].text));
        if (checkpoint_read(path, &e))
            fail_msg("taken for a checkpoint: %s", rows[i].text);
        assert_says(&e, rows[i].says);
        assert_says(&e, path);
    }
    struct err e;
    bytes_write(path, "{\"r\"\0: {}}", 10);
    assert_null(checkpoint_read(path, &e));
    assert_says(&e, "NUL");
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void a_database_that_was_changed_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says;
    } rows[] = {
        {"DELETE FROM entry WHERE id='a'",                  "the seal is that of other entries"        },
        {"UPDATE entry SET stamp='2'",                      "the seal is that of other entries"        },
        {"UPDATE seal SET entries=3",                       "the seal is that of other entries"        },
        {"DELETE FROM seal",                                "it has no seal"                           },
        {"DROP TABLE entry",                                "damaged: SQLite: no such table: entry"    },
        {"DROP TABLE seal; CREATE TABLE other(a)",          "no such table: seal"                      },
        {"ALTER TABLE entry RENAME COLUMN stamp TO \"st\"", "no such column: stamp"                    },
        {"PRAGMA user_version=2",                           "expected version 1 of the format, found 2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        const char *path = cp_file("checkpoint_changed", 1);
        struct checkpoint *c = cp_read(path);
        checkpoint_add(c, "r", "a", "1");
        checkpoint_add(c, "r", "b", "1");
        cp_write(c, path);
        checkpoint_free(c);
        run_sql(path, rows[i].sql);
        assert_null(checkpoint_read(path, &e));
        assert_int_equal(e.code, ERR_INPUT);
        assert_says(&e, rows[i].says);
        assert_says(&e, path);
    }
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    for (int kind = 0; kind < CP_KINDS; kind++) {
        struct err e = {0};
        char path[1200], below[1300];
        snprintf(path, sizeof path, "%s", cp_file("checkpoint_no_file", kind));
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_null(checkpoint_read(path, &e)); /* and does not wait for a writer */
        assert_says(&e, "expected a file, found a FIFO");
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkdir(path, 0700), 0);
        assert_null(checkpoint_read(path, &e));
        assert_says(&e, "expected a file, found a folder");
        assert_int_equal(e.code, ERR_INPUT);
        assert_int_equal(rmdir(path), 0);
        bytes_write(path, "", 0);
        snprintf(below, sizeof below, "%s/c.%s", path, cp_kinds[kind]); /* ENOTDIR, also for root */
        assert_null(checkpoint_read(below, &e));
        assert_int_equal(e.code, ERR_SYSTEM);
        assert_null(checkpoint_read(path, &e)); /* no fresh start either */
        assert_int_equal(e.code, ERR_INPUT);
        assert_null(checkpoint_read("checkpoint.txt", &e));
        assert_says(&e, "expected a name that ends with .json or .sqlite");
    }
}

static void what_is_set_aside_makes_room_with_all_its_files(void **state)
{
    (void)state;
    for (int kind = 0; kind < CP_KINDS; kind++) {
        struct err e;
        char path[1200], log[1300], moved[1300];
        snprintf(path, sizeof path, "%s", cp_file("checkpoint_aside", kind));
        snprintf(log, sizeof log, "%s-wal", path);
        assert_ok(checkpoint_set_aside(path, &e), &e); /* nothing there */
        bytes_write(path, "garbage", 7);
        if (kind == 1)
            bytes_write(log, "garbage", 7);
        assert_ok(checkpoint_set_aside(path, &e), &e);
        snprintf(moved, sizeof moved, "%s.damaged", path);
        assert_true(io_exists(moved) && !io_exists(path) && !io_exists(log));
        struct checkpoint *c = cp_read(path);
        cp_expect_list(c, "");
        checkpoint_free(c);
    }
}

static void a_database_in_use_is_said_to_be(void **state)
{
    (void)state;
    struct err e;
    const char *path = cp_file("checkpoint_in_use", 1);
    struct checkpoint *c = cp_read(path);
    checkpoint_add(c, "r", "a", "");
    assert_null(checkpoint_read(path, &e));
    assert_int_equal(e.code, ERR_SYSTEM); /* no reason to rebuild it */
    assert_says(&e, "database is locked");
    cp_write(c, path);
    checkpoint_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_json_file_cut_at_any_length_is_refused),
        TEST(a_database_cut_at_any_length_is_refused),
        TEST(garbage_in_any_byte_is_told_or_harmless),
        TEST(garbage_of_many_bytes_is_told_or_harmless),
        TEST(damage_is_named),
        TEST(a_database_that_was_changed_is_named),
        TEST(what_is_no_file_is_refused),
        TEST(what_is_set_aside_makes_room_with_all_its_files),
        TEST(a_database_in_use_is_said_to_be),
        TEST(cp_memory_is_given_back),
    };
    return cmocka_run_group_tests_name("checkpoint_damage", tests, NULL, NULL);
}
