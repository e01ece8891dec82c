/* Checkpoints: what both kinds mean, held against a model, and what they cost. Damage:
 * test_checkpoint_damage.c. */
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

/* ---- contents ---------------------------------------------------------------------------------- */

static void an_absent_file_is_a_fresh_start(void **state)
{
    (void)state;
    for (int kind = 0; kind < CP_KINDS; kind++) {
        struct checkpoint *c = cp_read(cp_file("checkpoint_absent", kind));
        assert_int_equal(checkpoint_count(c), 0);
        assert_false(checkpoint_has(c, "r", "a", NULL));
        cp_expect_list(c, "");
        checkpoint_free(c);
        checkpoint_free(NULL);
    }
}

static void what_was_added_is_found_until_removed(void **state)
{
    (void)state;
    for (int kind = 0; kind < CP_KINDS; kind++) {
        struct checkpoint *c = cp_read(cp_file("checkpoint_added", kind));
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
        cp_expect_list(c, "r1|a|\nr2|a|0123456789abcdef\nr2|b|\n");
        checkpoint_free(c);
    }
}

static void an_entry_counts_only_with_its_stamp(void **state)
{
    (void)state;
    for (int kind = 0; kind < CP_KINDS; kind++) {
        const char *path = cp_file("checkpoint_stamp", kind);
        struct checkpoint *c = cp_read(path);
        checkpoint_add(c, "r", "a", "0000000000000001");
        for (int turn = 0; turn < 2; turn++) { /* waiting, then from the file */
            assert_true(checkpoint_has(c, "r", "a", "0000000000000001"));
            assert_false(checkpoint_has(c, "r", "a", "0000000000000002"));
            assert_false(checkpoint_has(c, "r", "a", "1"));
            assert_false(checkpoint_has(c, "r", "a", ""));
            cp_write(c, path);
            checkpoint_free(c);
            c = cp_read(path);
        }
        checkpoint_add(c, "r", "a", "0000000000000002"); /* the strategy was edited */
        assert_int_equal(checkpoint_count(c), 1);
        assert_false(checkpoint_has(c, "r", "a", "0000000000000001"));
        cp_write(c, path);
        checkpoint_free(c);
        c = cp_read(path);
        cp_expect_list(c, "r|a|0000000000000002\n");
        checkpoint_free(c);
    }
}

static void equal_contents_are_equal_json_files(void **state)
{
    (void)state;
    const char *path = cp_file("checkpoint_equal", 0);
    struct checkpoint *c = checkpoint_new();
    checkpoint_add(c, "2001_2002", "b\"\\\n", "");
    checkpoint_add(c, "2000_2001", "c", "x\"y");
    checkpoint_add(c, "2001_2002", "a", "00000000000000ff");
    checkpoint_add(c, "1999_2000", "gone", "");
    checkpoint_remove(c, "1999_2000", "gone");
    cp_write(c, path);
    checkpoint_free(c);
    struct text file = bytes_of(path);
    assert_string_equal(file.p, "{\"2000_2001\": {\"c\": \"x\\\"y\"},\n"
                                " \"2001_2002\": {\"a\": \"00000000000000ff\", "
                                "\"b\\\"\\\\\\n\": \"\"},\n"
                                " \".seal\": \"4e46e0a3a8f3fef2\"}\n");
    c = cp_read(path);
    assert_int_equal(checkpoint_count(c), 3);
    assert_true(checkpoint_has(c, "2001_2002", "b\"\\\n", ""));
    cp_write(c, path);
    checkpoint_free(c);
    struct text again = bytes_of(path);
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
    const char *path = cp_file("checkpoint_layout", 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bytes_write(path, rows[i].text, strlen(rows[i].text));
        struct checkpoint *c = cp_read(path);
        cp_expect_list(c, rows[i].list);
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
        checkpoint_add(c, i % 3 ? RANGE : "other", cp_id(i), i % 2 ? cp_id(i + 1) : "");
    for (int i = 0; i < 3; i++) {
        cp_write(c, paths[i]);
        checkpoint_free(c);
        c = cp_read(paths[i]);
        assert_int_equal(checkpoint_count(c), 3000);
    }
    checkpoint_free(c);
    struct text first = bytes_of(paths[0]), last = bytes_of(paths[2]);
    assert_string_equal(first.p, last.p);
    text_done(&first);
    text_done(&last);
}

static void a_new_database_replaces_the_old_with_its_log(void **state)
{
    (void)state;
    const char *path = cp_file("checkpoint_log", 1);
    char log[1300];
    snprintf(log, sizeof log, "%s-wal", path);
    struct checkpoint *c = checkpoint_new();
    checkpoint_add(c, "r", "a", "");
    cp_write(c, path);
    bytes_write(log, "a log that is not of this database", 34);
    checkpoint_add(c, "r", "b", "");
    cp_write(c, path);
    assert_false(io_exists(log));
    checkpoint_free(c);
    c = cp_read(path);
    cp_expect_list(c, "r|a|\nr|b|\n");
    checkpoint_free(c);
}

static void a_copy_holds_both(void **state)
{
    (void)state;
    struct err e;
    for (int kind = 0; kind < CP_KINDS; kind++) {
        const char *path = cp_file("checkpoint_copy", kind);
        struct checkpoint *from = checkpoint_new(), *to = cp_read(path);
        for (uint64_t i = 0; i < 20000; i++) /* more than a database keeps waiting */
            checkpoint_add(from, RANGE, cp_id(i), "");
        checkpoint_add(to, RANGE, cp_id(7), "1");
        checkpoint_add(to, "own", "x", "1");
        assert_ok(checkpoint_copy(from, to, NULL, NULL, &e), &e);
        assert_int_equal(checkpoint_count(to), 20001);
        assert_true(checkpoint_has(to, RANGE, cp_id(7), ""));
        cp_write(to, path);
        checkpoint_free(to);
        to = cp_read(path);
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
    for (int kind = 0; kind < CP_KINDS; kind++) {
        long asked = 0;
        struct checkpoint *from = checkpoint_new();
        struct checkpoint *to = cp_read(cp_file("checkpoint_prefer", kind));
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
    for (int kind = 0; kind < CP_KINDS; kind++) {
        struct err e;
        int calls = 0;
        const char *path = cp_file("checkpoint_stop", kind);
        struct checkpoint *c = cp_read(path);
        for (uint64_t i = 0; i < 5; i++)
            checkpoint_add(c, "r", cp_id(i), "");
        cp_write(c, path);
        checkpoint_add(c, "r", cp_id(9), "");
        assert_false(checkpoint_each(c, stop_at_second, &calls, &e));
        assert_says(&e, "enough");
        assert_int_equal(calls, 2);
        struct text list = cp_list(c); /* and can be called again */
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

static void change(struct checkpoint *const c[CP_KINDS], struct model *m, struct rng *rng)
{
    int r = (int)rng_below(rng, MODEL_RANGES), i = (int)rng_below(rng, MODEL_IDS);
    int s = (int)rng_below(rng, MODEL_STAMPS + 2) - 2;
    m->stamp[r][i] = s < 0 ? -1 : s;
    for (int kind = 0; kind < CP_KINDS; kind++)
        if (s < 0)
            checkpoint_remove(c[kind], model_ranges[r], model_id(i));
        else
            checkpoint_add(c[kind], model_ranges[r], model_id(i), model_stamps[s]);
}

static void expect_same_list(struct checkpoint *const c[CP_KINDS])
{
    struct text a = cp_list(c[0]), b = cp_list(c[1]);
    assert_string_equal(a.p, b.p);
    text_done(&a);
    text_done(&b);
}

/* One case: up to 30 changes, then any of: written, read again (what was not written is gone),
 * turned into the other kind and back. */
static void play(const char *folder, uint64_t seed, struct model *written)
{
    struct rng rng = rng_seeded(seed);
    char paths[CP_KINDS][1200];
    struct checkpoint *c[CP_KINDS];
    struct model m = *written;
    for (int kind = 0; kind < CP_KINDS; kind++) {
        snprintf(paths[kind], sizeof paths[kind], "%s/c.%s", folder, cp_kinds[kind]);
        c[kind] = cp_read(paths[kind]);
    }
    expect_model(c[0], &m, false);
    expect_model(c[1], &m, false);
    for (uint64_t n = rng_below(&rng, 30); n > 0; n--)
        change(c, &m, &rng);
    expect_same_list(c);
    bool keep = rng_below(&rng, 2) > 0;
    for (int kind = 0; kind < CP_KINDS; kind++) {
        expect_model(c[kind], &m, seed % 8 == 0);
        if (keep)
            cp_write(c[kind], paths[kind]);
        checkpoint_free(c[kind]);
    }
    if (keep)
        *written = m;
    if (rng_below(&rng, 20) == 0)
        for (int kind = 0; kind < CP_KINDS; kind++) {
            struct checkpoint *from = cp_read(paths[kind]);
            cp_write(from, paths[1 - kind]);
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
        checkpoint_add(c, RANGE, cp_id(from + i), "a1b2c3d4e5f60718");
}

static void a_json_file_costs_what_the_header_says(void **state)
{
    (void)state;
    const char *path = cp_file("checkpoint_cost", 0);
    struct io_counts at = io_counts_now();
    struct checkpoint *c = cp_read(path);
    expect_cost(&at, (struct cost){0});
    for (uint64_t i = 0; i < 2; i++) {
        add_batch(c, 50 * i);
        cp_write(c, path);
        expect_cost(&at, (struct cost){.opens = 2, .writes = 1, .syncs = 2, .renames = 1});
    }
    for (uint64_t i = 2; i < 40; i++) /* 2,000 entries of 40 bytes */
        add_batch(c, 50 * i);
    cp_write(c, path);
    expect_cost(&at, (struct cost){.opens = 2, .writes = 2, .syncs = 2, .renames = 1});
    checkpoint_free(c);
    checkpoint_free(cp_read(path));
    expect_cost(&at, (struct cost){.opens = 1});
}

static void a_database_costs_one_sync_a_write(void **state)
{
    (void)state;
    const char *path = cp_file("checkpoint_cost", 1);
    struct io_counts at = io_counts_now();
    struct checkpoint *c = cp_read(path);
    /* made and renamed: file, folder; opened: file, log */
    expect_cost(&at, (struct cost){.opens = 4, .writes = 4, .syncs = 3, .renames = 1});
    add_batch(c, 0);
    cp_write(c, path); /* the log's header, and for each of 2 pages a frame's header and content */
    expect_cost(&at, (struct cost){.writes = 5, .syncs = 2});
    add_batch(c, 50);
    cp_write(c, path); /* 5 pages */
    expect_cost(&at, (struct cost){.writes = 10, .syncs = 1});
    cp_write(c, path); /* nothing changed */
    expect_cost(&at, (struct cost){0});
    assert_true(checkpoint_has(c, RANGE, cp_id(3), NULL));
    assert_int_equal(checkpoint_count(c), 100);
    expect_cost(&at, (struct cost){0});
    checkpoint_free(c); /* the log's 5 pages into the database */
    expect_cost(&at, (struct cost){.writes = 5, .syncs = 2});
    c = cp_read(path);
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
            checkpoint_add(c, RANGE, sorted ? id : cp_id(i), cp_id(i / 2));
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
    const char *path = cp_file("checkpoint_flat", 1);
    struct checkpoint *c = cp_read(path);
    uint64_t i = 0, highest = 0;
    sqlite3_memory_highwater(1);
    for (uint64_t size = 1000; size <= 100000; size *= 10) {
        for (; i < size; i++) {
            checkpoint_add(c, RANGE, cp_id(i), "a1b2c3d4e5f60718");
            if (i % 500 == 499)
                cp_write(c, path);
        }
        cp_write(c, path);
        uint64_t held =
            (uint64_t)sqlite3_memory_highwater(1) + mem_counts(MEM_CHECKPOINT).held_bytes;
        print_message("# %llu entries: %llu bytes at most\n", (unsigned long long)size,
                      (unsigned long long)held);
        highest = held > highest ? held : highest;
    }
    checkpoint_free(c);
    c = cp_read(path);
    assert_int_equal(checkpoint_count(c), 100000);
    checkpoint_free(c);
    assert_true(highest < 1 << 20);
    assert_true(sqlite3_memory_highwater(1) < 1 << 20);
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
        TEST(a_json_file_costs_what_the_header_says),
        TEST(a_database_costs_one_sync_a_write),
        TEST(a_json_checkpoint_takes_at_most_64_bytes_an_entry),
        TEST(a_database_takes_the_same_memory_at_any_size),
        TEST(cp_memory_is_given_back),
    };
    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
