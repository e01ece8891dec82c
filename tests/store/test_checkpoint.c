#include "kernels/store/checkpoint.h"

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

#define RANGE "2000-01-03_2024-12-31"

/* Every test runs once with each kind of file. */
static const char *const kinds[] = {"json", "sqlite"};
enum { KINDS = 2 };

static const char *file_in(const char *folder, int kind)
{
    static char path[1200];
    snprintf(path, sizeof path, "%s/checkpoint.%s", test_folder(folder), kinds[kind]);
    return path;
}

static struct checkpoint *read_back(const char *path)
{
    struct err e;
    struct checkpoint *c = checkpoint_read(path, &e);
    assert_ok(c, &e);
    return c;
}

static void write_to(struct checkpoint *c, const char *path)
{
    struct err e;
    assert_ok(checkpoint_write(c, path, &e), &e);
}

/* Not durable, so that thousands of damaged files take no time. */
static void write_bytes(const char *path, const char *bytes, size_t n)
{
    struct err e;
    int fd = io_open(path, O_WRONLY | O_CREAT | O_TRUNC, &e);
    assert_ok(fd >= 0 && io_write(fd, bytes, n, &e), &e);
    io_close(fd);
}

static struct text file_bytes(const char *path)
{
    struct err e;
    struct text bytes = {0};
    assert_ok(io_read_file(path, &bytes, &e), &e);
    return bytes;
}

/* Two of them live at a time. */
static const char *id_text(uint64_t i)
{
    static char ids[2][17];
    static int turn;
    turn = 1 - turn;
    snprintf(ids[turn], sizeof ids[turn], "%016llx", (unsigned long long)rng_mix(i + 1));
    return ids[turn];
}

static bool list_one(void *context, const char *range, const char *id, const char *stamp,
                     struct err *e)
{
    (void)e;
    text_printf(context, "%s|%s|%s\n", range, id, stamp);
    return true;
}

/* All entries in order, as text. Owner: the caller. */
static struct text listed(struct checkpoint *c)
{
    struct err e;
    struct text list = {0};
    text_puts(&list, "");
    assert_ok(checkpoint_each(c, list_one, &list, &e), &e);
    return list;
}

static void expect_listed(struct checkpoint *c, const char *expected)
{
    struct text list = listed(c);
    assert_string_equal(list.p, expected);
    text_done(&list);
}

/* ---- contents ---------------------------------------------------------------------------------- */

static void an_absent_file_is_a_fresh_start(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct checkpoint *c = read_back(file_in("checkpoint_absent", kind));
        assert_int_equal(checkpoint_count(c), 0);
        assert_false(checkpoint_has(c, "r", "a", NULL));
        expect_listed(c, "");
        checkpoint_free(c);
        checkpoint_free(NULL);
    }
}

static void what_was_added_is_found_until_removed(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct checkpoint *c = read_back(file_in("checkpoint_added", kind));
        checkpoint_add(c, "r1", "a", "");
        checkpoint_add(c, "r1", "a", "");
        checkpoint_add(c, "r2", "a", "0123456789abcdef");
        checkpoint_add(c, "r2", "b", "not hex");
        assert_int_equal(checkpoint_count(c), 3);
        assert_true(checkpoint_has(c, "r2", "b", NULL));
        assert_true(checkpoint_has(c, "r2", "b", "not hex"));
        assert_false(checkpoint_has(c, "r1", "b", NULL));
        checkpoint_remove(c, "r2", "b");
        checkpoint_remove(c, "r2", "b");
        checkpoint_remove(c, "r9", "b");
        assert_false(checkpoint_has(c, "r2", "b", NULL));
        assert_int_equal(checkpoint_count(c), 2);
        checkpoint_add(c, "r2", "b", "");
        expect_listed(c, "r1|a|\nr2|a|0123456789abcdef\nr2|b|\n");
        checkpoint_free(c);
    }
}

static void an_entry_counts_only_with_its_stamp(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        const char *path = file_in("checkpoint_stamp", kind);
        struct checkpoint *c = read_back(path);
        checkpoint_add(c, "r", "a", "0000000000000001");
        for (int turn = 0; turn < 2; turn++) { /* waiting, then from the file */
            assert_true(checkpoint_has(c, "r", "a", "0000000000000001"));
            assert_false(checkpoint_has(c, "r", "a", "0000000000000002"));
            assert_false(checkpoint_has(c, "r", "a", "1"));
            assert_false(checkpoint_has(c, "r", "a", ""));
            write_to(c, path);
            checkpoint_free(c);
            c = read_back(path);
        }
        checkpoint_add(c, "r", "a", "0000000000000002"); /* the strategy was edited */
        assert_int_equal(checkpoint_count(c), 1);
        assert_false(checkpoint_has(c, "r", "a", "0000000000000001"));
        write_to(c, path);
        checkpoint_free(c);
        c = read_back(path);
        expect_listed(c, "r|a|0000000000000002\n");
        checkpoint_free(c);
    }
}

static void equal_contents_are_equal_json_files(void **state)
{
    (void)state;
    const char *path = file_in("checkpoint_equal", 0);
    struct checkpoint *c = checkpoint_new();
    checkpoint_add(c, "2001_2002", "b\"\\\n", "");
    checkpoint_add(c, "2000_2001", "c", "x\"y");
    checkpoint_add(c, "2001_2002", "a", "00000000000000ff");
    checkpoint_add(c, "1999_2000", "gone", "");
    checkpoint_remove(c, "1999_2000", "gone");
    write_to(c, path);
    checkpoint_free(c);
    struct text file = file_bytes(path);
    assert_string_equal(file.p, "{\"2000_2001\": {\"c\": \"x\\\"y\"},\n"
                                " \"2001_2002\": {\"a\": \"00000000000000ff\", "
                                "\"b\\\"\\\\\\n\": \"\"},\n"
                                " \".seal\": \"4e46e0a3a8f3fef2\"}\n");
    c = read_back(path);
    assert_int_equal(checkpoint_count(c), 3);
    assert_true(checkpoint_has(c, "2001_2002", "b\"\\\n", ""));
    write_to(c, path);
    checkpoint_free(c);
    struct text again = file_bytes(path);
    assert_string_equal(again.p, file.p);
    text_done(&file);
    text_done(&again);
}

static void any_layout_and_a_file_without_a_seal_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *list;
    } rows[] = {
        {"{}",                                                       ""                    },
        {" {\n}\n\n",                                                ""                    },
        {"{\"r\": {}}",                                              ""                    },
        {"{\"r\":{\"a\":\"\"}}",                                     "r|a|\n"              },
        {"\t{\r\n\"s\" : { \"b\" : \"1\" , \"a\":\"\" } }",          "s|a|\ns|b|1\n"       },
        {"{\"s\":{\"a\":\"\"},\"r\":{\"a\":\"\"}}",                  "r|a|\ns|a|\n"        },
        {"{\"r\":{\"\\u0061\":\"\\\"\"}}",                           "r|a|\"\n"            },
        {"{\"\xc3\xa4\":{\"\xc3\xb6\":\"\"}}",                       "\xc3\xa4|\xc3\xb6|\n"},
        {"{\"r\": {\"x\": \"1\"}, \".seal\": \"a7432ecc0d92dffa\"}", "r|x|1\n"             },
    };
    const char *path = file_in("checkpoint_layout", 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_bytes(path, rows[i].text, strlen(rows[i].text));
        struct checkpoint *c = read_back(path);
        expect_listed(c, rows[i].list);
        checkpoint_free(c);
    }
}

static void a_kind_is_turned_into_the_other(void **state)
{
    (void)state;
    char paths[3][1200];
    const char *folder = test_folder("checkpoint_turn");
    static const char *const names[] = {"a.json", "b.sqlite", "c.json"};
    for (int i = 0; i < 3; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
    struct checkpoint *c = checkpoint_new();
    for (uint64_t i = 0; i < 3000; i++)
        checkpoint_add(c, i % 3 ? RANGE : "other", id_text(i), i % 2 ? id_text(i + 1) : "");
    for (int i = 0; i < 3; i++) {
        write_to(c, paths[i]);
        checkpoint_free(c);
        c = read_back(paths[i]);
        assert_int_equal(checkpoint_count(c), 3000);
    }
    checkpoint_free(c);
    struct text first = file_bytes(paths[0]), last = file_bytes(paths[2]);
    assert_string_equal(first.p, last.p);
    text_done(&first);
    text_done(&last);
}

static void a_new_database_replaces_the_old_with_its_log(void **state)
{
    (void)state;
    const char *path = file_in("checkpoint_log", 1);
    char log[1300];
    snprintf(log, sizeof log, "%s-wal", path);
    struct checkpoint *c = checkpoint_new();
    checkpoint_add(c, "r", "a", "");
    write_to(c, path);
    write_bytes(log, "a log that is not of this database", 34);
    checkpoint_add(c, "r", "b", "");
    write_to(c, path);
    assert_false(io_exists(log));
    checkpoint_free(c);
    c = read_back(path);
    expect_listed(c, "r|a|\nr|b|\n");
    checkpoint_free(c);
}

static void a_copy_holds_both(void **state)
{
    (void)state;
    struct err e;
    for (int kind = 0; kind < KINDS; kind++) {
        const char *path = file_in("checkpoint_copy", kind);
        struct checkpoint *from = checkpoint_new(), *to = read_back(path);
        for (uint64_t i = 0; i < 20000; i++) /* more than a database keeps waiting */
            checkpoint_add(from, RANGE, id_text(i), "");
        checkpoint_add(to, RANGE, id_text(7), "1");
        checkpoint_add(to, "own", "x", "1");
        assert_ok(checkpoint_copy(from, to, NULL, NULL, &e), &e);
        assert_int_equal(checkpoint_count(to), 20001);
        assert_true(checkpoint_has(to, RANGE, id_text(7), ""));
        write_to(to, path);
        checkpoint_free(to);
        to = read_back(path);
        assert_int_equal(checkpoint_count(to), 20001);
        assert_true(checkpoint_has(to, "own", "x", "1"));
        checkpoint_free(from);
        checkpoint_free(to);
    }
}

static bool prefer_b(void *context, const char *range, const char *id, const char *stamp)
{
    ++*(long *)context;
    assert_string_equal(range, RANGE);
    assert_string_equal(stamp, "theirs");
    return strcmp(id, "b") == 0;
}

static void a_copy_asks_which_of_two_stamps_is_right(void **state)
{
    (void)state;
    struct err e;
    for (int kind = 0; kind < KINDS; kind++) {
        long asked = 0;
        struct checkpoint *from = checkpoint_new();
        struct checkpoint *to = read_back(file_in("checkpoint_prefer", kind));
        for (const char *id = "abcd"; *id; id++)
            checkpoint_add(from, RANGE, (char[]){*id, '\0'}, *id == 'd' ? "same" : "theirs");
        checkpoint_add(to, RANGE, "a", "ours");
        checkpoint_add(to, RANGE, "b", "ours");
        checkpoint_add(to, RANGE, "d", "same");
        assert_ok(checkpoint_copy(from, to, prefer_b, &asked, &e), &e);
        assert_int_equal(asked, 2); /* not of c, which is only there, nor of d, which is the same */
        assert_true(checkpoint_has(to, RANGE, "a", "ours"));
        assert_true(checkpoint_has(to, RANGE, "b", "theirs"));
        assert_true(checkpoint_has(to, RANGE, "c", "theirs"));
        assert_int_equal(checkpoint_count(to), 4);
        checkpoint_free(from);
        checkpoint_free(to);
    }
}

static bool stop_at_second(void *context, const char *range, const char *id, const char *stamp,
                           struct err *e)
{
    (void)range;
    (void)id;
    (void)stamp;
    return ++*(int *)context < 2 || err_input(e, "enough");
}

static void each_stops_at_false(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        struct err e;
        int calls = 0;
        const char *path = file_in("checkpoint_stop", kind);
        struct checkpoint *c = read_back(path);
        for (uint64_t i = 0; i < 5; i++)
            checkpoint_add(c, "r", id_text(i), "");
        write_to(c, path);
        checkpoint_add(c, "r", id_text(9), "");
        assert_false(checkpoint_each(c, stop_at_second, &calls, &e));
        assert_says(&e, "enough");
        assert_int_equal(calls, 2);
        struct text list = listed(c); /* and can be called again */
        assert_int_equal(list.n, 6 * strlen("r|0123456789abcdef|\n"));
        text_done(&list);
        checkpoint_free(c);
    }
}

/* ---- both kinds against a model ---------------------------------------------------------------- */

enum { MODEL_IDS = 40, MODEL_RANGES = 3, MODEL_STAMPS = 4 };

static const char *const model_ranges[MODEL_RANGES] = {"2000_2001", "2001_2002", "named \"x\""};
static const char *const model_stamps[MODEL_STAMPS] = {"", "0123456789abcdef", "ffffffffffffffff",
                                                       "0123456789ABCDEF"};

/* -1: absent, else the number of its stamp. */
struct model {
    int stamp[MODEL_RANGES][MODEL_IDS];
};

/* Digits, near-digits, short and long ids, in no order. */
static const char *model_id(int i)
{
    static char id[80];
    switch (i % 5) {
    case 0: snprintf(id, sizeof id, "%016llx", (unsigned long long)rng_mix((uint64_t)i)); break;
    case 1: snprintf(id, sizeof id, "%016llX", 0xabcdef0000000000ull + (unsigned)i); break;
    case 2: snprintf(id, sizeof id, "%015x", (unsigned)i); break;
    case 3: snprintf(id, sizeof id, "%d-%060d", i, i); break;
    case 4: snprintf(id, sizeof id, "\xc3\xa4 \\ \" %d\n", i); break;
    }
    return id;
}

static void expect_model(struct checkpoint *c, const struct model *m, bool in_full)
{
    long n = 0;
    for (int r = 0; r < MODEL_RANGES; r++)
        for (int i = 0; i < MODEL_IDS; i++) {
            n += m->stamp[r][i] >= 0;
            for (int s = 0; in_full && s < MODEL_STAMPS; s++)
                assert_int_equal(checkpoint_has(c, model_ranges[r], model_id(i), model_stamps[s]),
                                 m->stamp[r][i] == s);
            assert_int_equal(checkpoint_has(c, model_ranges[r], model_id(i), NULL),
                             m->stamp[r][i] >= 0);
        }
    assert_int_equal(checkpoint_count(c), n);
}

static void change(struct checkpoint *const c[KINDS], struct model *m, struct rng *rng)
{
    int r = (int)rng_below(rng, MODEL_RANGES), i = (int)rng_below(rng, MODEL_IDS);
    int s = (int)rng_below(rng, MODEL_STAMPS + 2) - 2;
    m->stamp[r][i] = s < 0 ? -1 : s;
    for (int kind = 0; kind < KINDS; kind++)
        if (s < 0)
            checkpoint_remove(c[kind], model_ranges[r], model_id(i));
        else
            checkpoint_add(c[kind], model_ranges[r], model_id(i), model_stamps[s]);
}

static void expect_same_list(struct checkpoint *const c[KINDS])
{
    struct text a = listed(c[0]), b = listed(c[1]);
    assert_string_equal(a.p, b.p);
    text_done(&a);
    text_done(&b);
}

/* One case: up to 30 changes, then any of: written, read again (what was not written is gone),
 * turned into the other kind and back. */
static void play(const char *folder, uint64_t seed, struct model *written)
{
    struct rng rng = rng_seeded(seed);
    char paths[KINDS][1200];
    struct checkpoint *c[KINDS];
    struct model m = *written;
    for (int kind = 0; kind < KINDS; kind++) {
        snprintf(paths[kind], sizeof paths[kind], "%s/c.%s", folder, kinds[kind]);
        c[kind] = read_back(paths[kind]);
    }
    expect_model(c[0], &m, false);
    expect_model(c[1], &m, false);
    for (uint64_t n = rng_below(&rng, 30); n > 0; n--)
        change(c, &m, &rng);
    expect_same_list(c);
    bool keep = rng_below(&rng, 2) > 0;
    for (int kind = 0; kind < KINDS; kind++) {
        expect_model(c[kind], &m, seed % 8 == 0);
        if (keep)
            write_to(c[kind], paths[kind]);
        checkpoint_free(c[kind]);
    }
    if (keep)
        *written = m;
    if (rng_below(&rng, 20) == 0)
        for (int kind = 0; kind < KINDS; kind++) {
            struct checkpoint *from = read_back(paths[kind]);
            write_to(from, paths[1 - kind]);
            checkpoint_free(from);
        }
}

static void both_kinds_do_what_a_model_does(void **state)
{
    (void)state;
    enum { CASES = 1000 };
    const uint64_t seed = 20240607;
    const char *folder = test_folder("checkpoint_model");
    struct model written;
    memset(&written, -1, sizeof written);
    print_message("# %d cases from seed %llu\n", CASES, (unsigned long long)seed);
    for (uint64_t i = 0; i < CASES; i++)
        play(folder, seed + i, &written);
}

/* ---- damage ------------------------------------------------------------------------------------ */

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
    struct text found = listed(c);
    bool same = strcmp(found.p, list) == 0;
    text_done(&found);
    checkpoint_free(c);
    return same;
}

static void make_victim(const char *path, int entries, struct text *bytes, struct text *list)
{
    struct checkpoint *c = read_back(path);
    for (int i = 0; i < entries; i++)
        checkpoint_add(c, i % 4 ? RANGE : "other", id_text((uint64_t)i),
                       i % 3 ? id_text((uint64_t)i + 5) : "");
    write_to(c, path);
    *list = listed(c);
    checkpoint_free(c);
    *bytes = file_bytes(path);
}

static void a_json_file_cut_at_any_length_is_refused(void **state)
{
    (void)state;
    struct text bytes, list;
    const char *path = file_in("checkpoint_cut", 0);
    make_victim(path, 40, &bytes, &list);
    for (size_t n = 0; n < bytes.n; n++) {
        struct err e = {0};
        write_bytes(path, bytes.p, n);
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
    const char *path = file_in("checkpoint_cut", 1);
    make_victim(path, 400, &bytes, &list);
    for (size_t n = 0; n < bytes.n; n += n % 512 == 511 || n % 512 == 0 ? 1 : n < 100 ? 1 : 37) {
        struct err e = {0};
        write_bytes(path, bytes.p, n);
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
    for (int kind = 0; kind < KINDS; kind++) {
        struct text bytes, list;
        const char *path = file_in("checkpoint_garbage", kind);
        make_victim(path, kind ? 150 : 30, &bytes, &list);
        size_t step = kind ? 11 : 1;
        for (size_t at = 0; at < bytes.n; at += at < 100 ? 1 : 1 + rng_below(&rng, step)) {
            char old = bytes.p[at];
            bytes.p[at] = (char)(old + 1 + (int)rng_below(&rng, 255));
            write_bytes(path, bytes.p, bytes.n);
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
    for (int kind = 0; kind < KINDS; kind++) {
        struct text bytes, list;
        const char *path = file_in("checkpoint_many", kind);
        make_victim(path, 150, &bytes, &list);
        for (int i = 0; i < 300; i++) {
            struct text bad = {0};
            text_add(&bad, bytes.p, bytes.n);
            size_t from = rng_below(&rng, bad.n), n = 1 + rng_below(&rng, 600);
            for (size_t k = from; k < bad.n && k < from + n; k++)
                bad.p[k] = (char)rng_below(&rng, 256);
            write_bytes(path, bad.p, bad.n);
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
    const char *path = file_in("checkpoint_damage", 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        write_bytes(path, rows[i].text, strlen(rows[i].text));
        if (checkpoint_read(path, &e))
            fail_msg("taken for a checkpoint: %s", rows[i].text);
        assert_says(&e, rows[i].says);
        assert_says(&e, path);
    }
    struct err e;
    write_bytes(path, "{\"r\"\0: {}}", 10);
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
        const char *path = file_in("checkpoint_changed", 1);
        struct checkpoint *c = read_back(path);
        checkpoint_add(c, "r", "a", "1");
        checkpoint_add(c, "r", "b", "1");
        write_to(c, path);
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
    for (int kind = 0; kind < KINDS; kind++) {
        struct err e = {0};
        char path[1200], below[1300];
        snprintf(path, sizeof path, "%s", file_in("checkpoint_no_file", kind));
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_null(checkpoint_read(path, &e)); /* and does not wait for a writer */
        assert_says(&e, "expected a file, found a FIFO");
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkdir(path, 0700), 0);
        assert_null(checkpoint_read(path, &e));
        assert_says(&e, "expected a file, found a folder");
        assert_int_equal(e.code, ERR_INPUT);
        assert_int_equal(rmdir(path), 0);
        write_bytes(path, "", 0);
        snprintf(below, sizeof below, "%s/c.%s", path, kinds[kind]); /* ENOTDIR, also for root */
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
    for (int kind = 0; kind < KINDS; kind++) {
        struct err e;
        char path[1200], log[1300], moved[1300];
        snprintf(path, sizeof path, "%s", file_in("checkpoint_aside", kind));
        snprintf(log, sizeof log, "%s-wal", path);
        assert_ok(checkpoint_set_aside(path, &e), &e); /* nothing there */
        write_bytes(path, "garbage", 7);
        if (kind == 1)
            write_bytes(log, "garbage", 7);
        assert_ok(checkpoint_set_aside(path, &e), &e);
        snprintf(moved, sizeof moved, "%s.damaged", path);
        assert_true(io_exists(moved) && !io_exists(path) && !io_exists(log));
        struct checkpoint *c = read_back(path);
        expect_listed(c, "");
        checkpoint_free(c);
    }
}

static void a_database_in_use_is_said_to_be(void **state)
{
    (void)state;
    struct err e;
    const char *path = file_in("checkpoint_in_use", 1);
    struct checkpoint *c = read_back(path);
    checkpoint_add(c, "r", "a", "");
    assert_null(checkpoint_read(path, &e));
    assert_int_equal(e.code, ERR_SYSTEM); /* no reason to rebuild it */
    assert_says(&e, "database is locked");
    write_to(c, path);
    checkpoint_free(c);
}

/* ---- cost -------------------------------------------------------------------------------------- */

struct cost {
    int opens, writes, syncs, renames;
};

static void expect_cost(struct io_counts *before, struct cost cost)
{
    struct io_counts now = io_counts_now();
    assert_int_equal(now.calls[IO_OPEN] - before->calls[IO_OPEN], cost.opens);
    assert_int_equal(now.calls[IO_SYNC] - before->calls[IO_SYNC], cost.syncs);
    assert_int_equal(now.calls[IO_RENAME] - before->calls[IO_RENAME], cost.renames);
    assert_int_equal(now.calls[IO_WRITE] - before->calls[IO_WRITE], cost.writes);
    *before = now;
}

static void add_batch(struct checkpoint *c, uint64_t from)
{
    for (uint64_t i = 0; i < 50; i++)
        checkpoint_add(c, RANGE, id_text(from + i), "a1b2c3d4e5f60718");
}

static void a_json_file_costs_what_the_header_says(void **state)
{
    (void)state;
    const char *path = file_in("checkpoint_cost", 0);
    struct io_counts at = io_counts_now();
    struct checkpoint *c = read_back(path);
    expect_cost(&at, (struct cost){0});
    for (uint64_t i = 0; i < 2; i++) {
        add_batch(c, 50 * i);
        write_to(c, path);
        expect_cost(&at, (struct cost){.opens = 2, .writes = 1, .syncs = 2, .renames = 1});
    }
    for (uint64_t i = 2; i < 40; i++) /* 2,000 entries of 40 bytes */
        add_batch(c, 50 * i);
    write_to(c, path);
    expect_cost(&at, (struct cost){.opens = 2, .writes = 2, .syncs = 2, .renames = 1});
    checkpoint_free(c);
    checkpoint_free(read_back(path));
    expect_cost(&at, (struct cost){.opens = 1});
}

static void a_database_costs_one_sync_a_write(void **state)
{
    (void)state;
    const char *path = file_in("checkpoint_cost", 1);
    struct io_counts at = io_counts_now();
    struct checkpoint *c = read_back(path);
    /* made and renamed: file, folder; opened: file, log */
    expect_cost(&at, (struct cost){.opens = 4, .writes = 4, .syncs = 3, .renames = 1});
    add_batch(c, 0);
    write_to(c, path); /* the log's header, and for each of 2 pages a frame's header and content */
    expect_cost(&at, (struct cost){.writes = 5, .syncs = 2});
    add_batch(c, 50);
    write_to(c, path); /* 5 pages */
    expect_cost(&at, (struct cost){.writes = 10, .syncs = 1});
    write_to(c, path); /* nothing changed */
    expect_cost(&at, (struct cost){0});
    assert_true(checkpoint_has(c, RANGE, id_text(3), NULL));
    assert_int_equal(checkpoint_count(c), 100);
    expect_cost(&at, (struct cost){0});
    checkpoint_free(c); /* the log's 5 pages into the database */
    expect_cost(&at, (struct cost){.writes = 5, .syncs = 2});
    c = read_back(path);
    expect_cost(&at, (struct cost){.opens = 2});
    checkpoint_free(c);
    expect_cost(&at, (struct cost){0});
}

static void a_json_checkpoint_takes_at_most_64_bytes_an_entry(void **state)
{
    (void)state;
    for (int sorted = 0; sorted < 2; sorted++) {
        char id[17];
        uint64_t before = mem_counts(MEM_CHECKPOINT).held_bytes;
        struct checkpoint *c = checkpoint_new();
        for (uint64_t i = 0; i < 100000; i++) {
            snprintf(id, sizeof id, "%016llx", (unsigned long long)i);
            checkpoint_add(c, RANGE, sorted ? id : id_text(i), id_text(i / 2));
        }
        uint64_t held = mem_counts(MEM_CHECKPOINT).held_bytes - before;
        print_message("# %s: %.1f bytes an entry\n", sorted ? "in order" : "in no order",
                      (double)held / 100000);
        assert_true(held <= (sorted ? 18 : 34) * (uint64_t)100000);
        checkpoint_free(c);
    }
}

/* What SQLite holds, and what waits, must not grow with the entries. */
static void a_database_takes_the_same_memory_at_any_size(void **state)
{
    (void)state;
    const char *path = file_in("checkpoint_flat", 1);
    struct checkpoint *c = read_back(path);
    uint64_t i = 0, highest = 0;
    sqlite3_memory_highwater(1);
    for (uint64_t size = 1000; size <= 100000; size *= 10) {
        for (; i < size; i++) {
            checkpoint_add(c, RANGE, id_text(i), "a1b2c3d4e5f60718");
            if (i % 500 == 499)
                write_to(c, path);
        }
        write_to(c, path);
        uint64_t held =
            (uint64_t)sqlite3_memory_highwater(1) + mem_counts(MEM_CHECKPOINT).held_bytes;
        print_message("# %llu entries: %llu bytes at most\n", (unsigned long long)size,
                      (unsigned long long)held);
        highest = held > highest ? held : highest;
    }
    checkpoint_free(c);
    c = read_back(path);
    assert_int_equal(checkpoint_count(c), 100000);
    checkpoint_free(c);
    assert_true(highest < 1 << 20);
    assert_true(sqlite3_memory_highwater(1) < 1 << 20);
}

static void all_memory_is_given_back(void **state)
{
    (void)state;
    assert_int_equal(mem_counts(MEM_CHECKPOINT).held_bytes, 0);
    assert_int_equal(sqlite3_memory_used(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_absent_file_is_a_fresh_start),
        TEST(what_was_added_is_found_until_removed),
        TEST(an_entry_counts_only_with_its_stamp),
        TEST(equal_contents_are_equal_json_files),
        TEST(any_layout_and_a_file_without_a_seal_are_read),
        TEST(a_kind_is_turned_into_the_other),
        TEST(a_new_database_replaces_the_old_with_its_log),
        TEST(a_copy_holds_both),
        TEST(a_copy_asks_which_of_two_stamps_is_right),
        TEST(each_stops_at_false),
        TEST(both_kinds_do_what_a_model_does),
        TEST(a_json_file_cut_at_any_length_is_refused),
        TEST(a_database_cut_at_any_length_is_refused),
        TEST(garbage_in_any_byte_is_told_or_harmless),
        TEST(garbage_of_many_bytes_is_told_or_harmless),
        TEST(damage_is_named),
        TEST(a_database_that_was_changed_is_named),
        TEST(what_is_no_file_is_refused),
        TEST(what_is_set_aside_makes_room_with_all_its_files),
        TEST(a_database_in_use_is_said_to_be),
        TEST(a_json_file_costs_what_the_header_says),
        TEST(a_database_costs_one_sync_a_write),
        TEST(a_json_checkpoint_takes_at_most_64_bytes_an_entry),
        TEST(a_database_takes_the_same_memory_at_any_size),
        TEST(all_memory_is_given_back),
    };
    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
