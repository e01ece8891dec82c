#include "kernels/store/bundle.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"
#include "kernels/store/bundle_order.h"
#include "tests/test.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;

static void add(struct bundle_writer *w, const char *symbol, int64_t day, int64_t price)
{
    struct err e;
    struct bar_row row = {.time = day * 86400, .open = price, .high = price, .low = price};
    row.close = price;
    assert_ok(bundle_writer_asset(w, str_of(symbol), &row.asset, &e), &e);
    assert_ok(bundle_writer_row(w, &row, &e), &e);
}

static const char *dir_of(const char *test)
{
    return arena_format(&arena, "%s/b", test_folder(test));
}

/* BB, AA and C on some days, not in canonical order. */
static void make(const char *dir, bool replace)
{
    struct err e;
    struct bundle_target target = {.dir = dir, .source = "hand", .replace = replace};
    struct bundle_writer *w = bundle_writer_open(&target, &e);
    assert_ok(w, &e);
    add(w, "BB", 1, 5);
    add(w, "BB", 2, 6);
    add(w, "AA", 1, 7);
    add(w, "AA", 3, 8);
    add(w, "C", 2, 9);
    assert_ok(bundle_writer_commit(w, NULL, &arena, &e), &e);
}

static void rows_come_back_in_canonical_order(void **state)
{
    (void)state;
    static const struct bar_row expected[] = {
        {86400,     0, 0, 7, 7, 7, 7, 0},
        {86400,     1, 0, 5, 5, 5, 5, 0},
        {2 * 86400, 1, 0, 6, 6, 6, 6, 0},
        {2 * 86400, 2, 0, 9, 9, 9, 9, 0},
        {3 * 86400, 0, 0, 8, 8, 8, 8, 0},
    };
    struct err e;
    const char *dir = dir_of("bundle");
    make(dir, false);
    struct bundle *b = bundle_open(dir, &e);
    assert_ok(b, &e);
    long n;
    const struct bar_row *rows = bundle_rows(b, &n);
    assert_int_equal(n, 5);
    assert_memory_equal(rows, expected, sizeof expected);
    struct bundle_asset *assets;
    int asset_n;
    assert_ok(bundle_assets(b, &arena, &assets, &asset_n, &e), &e);
    assert_int_equal(asset_n, 3);
    assert_string_equal(assets[0].symbol, "AA");
    assert_string_equal(assets[2].symbol, "C");
    assert_true(assets[1].rows == 2 && assets[1].last_time == 2 * 86400 && assets[1].id == 1);
    const struct bundle_info *info = bundle_info(b);
    assert_true(info->first_time == 86400 && info->last_time == 3 * 86400);
    assert_true(info->largest_tick == 9 && info->generation == 1 && !info->intraday);
    bundle_close(b);
    assert_ok(bundle_verify(dir, &e), &e);
}

static void any_order_is_merged(void **state)
{
    (void)state;
    enum { ASSETS = 37, ROWS = 5000 };
    static struct bar_row rows[ROWS];
    int64_t last[ASSETS] = {0};
    uint32_t rank[ASSETS];
    int order[ASSETS];
    struct rng r = rng_seeded(5);
    for (int i = 0; i < ASSETS; i++)
        order[i] = i;
    rng_shuffle(&r, order, ASSETS);
    for (int i = 0; i < ASSETS; i++)
        rank[i] = (uint32_t)order[i];
    for (int i = 0; i < ROWS; i++) {
        uint32_t asset = (uint32_t)rng_below(&r, ASSETS);
        last[asset] += 1 + (int64_t)rng_below(&r, 9);
        rows[i] = (struct bar_row){.time = last[asset], .asset = asset};
    }
    struct bundle_order *o = bundle_order_new(&arena, rows, ROWS, rank, ASSETS);
    const struct bar_row *before = &rows[bundle_order_next(o)];
    for (int i = 1; i < ROWS; i++) {
        const struct bar_row *now = &rows[bundle_order_next(o)];
        assert_true(before->time < now->time ||
                    (before->time == now->time && rank[before->asset] < rank[now->asset]));
        before = now;
    }
}

static void a_target_that_exists_is_kept(void **state)
{
    (void)state;
    struct err e;
    const char *dir = dir_of("exists");
    make(dir, false);
    struct bundle_target target = {.dir = dir, .source = "hand"};
    assert_null(bundle_writer_open(&target, &e));
    assert_says(&e, "exists");
    assert_int_equal(err_exit_status(e.code), 2);
}

static void replacing_raises_the_generation(void **state)
{
    (void)state;
    struct err e;
    struct bundle_version before, after;
    const char *dir = dir_of("replace");
    make(dir, false);
    assert_ok(bundle_version(dir, &before, &e), &e);
    make(dir, true);
    assert_ok(bundle_version(dir, &after, &e), &e);
    assert_false(bundle_version_equal(before, after));
    struct bundle *b = bundle_open(dir, &e);
    assert_ok(b, &e);
    assert_int_equal(bundle_info(b)->generation, 2);
    bundle_close(b);
    assert_ok(bundle_verify(dir, &e), &e);
}

/* By hand: the writer never touches a bundle that stands. */
static void write_at(const char *path, off_t at, const char *byte)
{
    struct err e;
    int fd = io_open(path, O_WRONLY, &e);
    assert_ok(fd >= 0, &e);
    assert_int_equal(pwrite(fd, byte, 1, at), 1);
    io_close(fd);
}

static void a_change_in_place_is_another_version(void **state)
{
    (void)state;
    static const char *const names[] = {"manifest.json", "assets.sqlite", "bars.bin"};
    struct err e;
    struct bundle_version before, after;
    const char *dir = dir_of("inplace");
    make(dir, false);
    assert_ok(bundle_version(dir, &after, &e), &e);
    for (int i = 0; i < 3; i++) {
        const char *path = arena_format(&arena, "%s/%s", dir, names[i]);
        const struct timespec past[2] = {{.tv_sec = 1000 + i}, {.tv_sec = 1000 + i}};
        assert_int_equal(utimensat(AT_FDCWD, path, past, 0), 0);
        assert_ok(bundle_version(dir, &before, &e), &e);
        assert_false(bundle_version_equal(before, after));
        write_at(path, 20, "x");
        assert_ok(bundle_version(dir, &after, &e), &e);
        assert_false(bundle_version_equal(before, after));
        assert_int_equal(utimensat(AT_FDCWD, path, past, 0), 0);
        assert_ok(bundle_version(dir, &after, &e), &e);
        assert_true(bundle_version_equal(before, after));
        assert_int_equal(truncate(path, 100), 0);
        assert_int_equal(utimensat(AT_FDCWD, path, past, 0), 0);
        assert_ok(bundle_version(dir, &after, &e), &e);
        assert_false(bundle_version_equal(before, after));
    }
    assert_ok(io_remove(arena_format(&arena, "%s/bars.bin", dir), &e), &e);
    assert_false(bundle_version(dir, &after, &e));
    assert_says(&e, "bars.bin: No such file");
}

static void a_folder_with_other_files_is_never_replaced(void **state)
{
    (void)state;
    struct err e;
    const char *dir = dir_of("precious");
    make(dir, false);
    const char *file = arena_format(&arena, "%s/thesis.tex", dir);
    assert_ok(io_write_file(file, "x", 1, &e), &e);
    struct bundle_target target = {.dir = dir, .source = "hand", .replace = true};
    assert_null(bundle_writer_open(&target, &e));
    assert_says(&e, "thesis.tex");
    assert_true(io_exists(file));
}

static void what_a_dead_process_left_is_cleared_away(void **state)
{
    (void)state;
    struct err e;
    const char *dir = dir_of("stale");
    const char *dead = arena_format(&arena, "%s.tmp.2147483646", dir);
    const char *alive = arena_format(&arena, "%s.tmp.%d", dir, (int)getppid());
    const char *other = arena_format(&arena, "%s.tmp.x", dir);
    assert_ok(io_make_dirs(dead, &e) && io_make_dirs(alive, &e) && io_make_dirs(other, &e), &e);
    make(dir, false);
    assert_false(io_exists(dead));
    assert_true(io_exists(alive) && io_exists(other));
}

static void an_abandoned_bundle_leaves_nothing(void **state)
{
    (void)state;
    struct err e;
    const char *dir = dir_of("abandon");
    struct bundle_target target = {.dir = dir, .source = "hand"};
    struct bundle_writer *w = bundle_writer_open(&target, &e);
    assert_ok(w, &e);
    add(w, "AA", 1, 7);
    bundle_writer_abandon(w);
    assert_false(io_exists(dir));
    assert_false(io_exists(arena_format(&arena, "%s.tmp.%d", dir, (int)getpid())));
}

static void an_interrupted_writer_says_so(void **state)
{
    (void)state;
    struct err e;
    const char *dir = dir_of("stop");
    volatile sig_atomic_t stop = 0;
    struct bundle_target target = {.dir = dir, .source = "hand", .stop = &stop};
    struct bundle_writer *w = bundle_writer_open(&target, &e);
    assert_ok(w, &e);
    add(w, "AA", 1, 7);
    stop = 1;
    assert_false(bundle_writer_commit(w, NULL, &arena, &e));
    assert_int_equal(e.code, ERR_INTERRUPTED);
    assert_false(io_exists(dir));
}

static void a_source_has_no_control_characters(void **state)
{
    (void)state;
    struct err e;
    const char *dir = dir_of("control");
    struct bundle_target target = {.dir = dir, .source = "a\x1b[1m\xc2\x9b\n\xc3\xa4"};
    struct bundle_writer *w = bundle_writer_open(&target, &e);
    assert_ok(w, &e);
    add(w, "AA", 1, 7);
    assert_ok(bundle_writer_commit(w, NULL, &arena, &e), &e);
    struct bundle *b = bundle_open(dir, &e);
    assert_ok(b, &e);
    assert_string_equal(bundle_info(b)->source, "a?[1m???\xc3\xa4");
    bundle_close(b);
}

/* ---- damage -------------------------------------------------------------------------------- */

static void verify_says(const char *dir, const char *words)
{
    struct err e = {0};
    if (bundle_verify(dir, &e))
        fail_msg("verified, expected: %s", words);
    assert_says(&e, words);
    assert_int_equal(err_exit_status(e.code), 2);
}

/* What bundle_open says, or what bundle_assets says after it. */
static void reading_says(const char *dir, const char *words)
{
    struct err e = {0};
    struct bundle_asset *assets;
    int n;
    struct bundle *b = bundle_open(dir, &e);
    if (b && bundle_assets(b, &arena, &assets, &n, &e))
        fail_msg("opened, expected: %s", words);
    bundle_close(b);
    assert_says(&e, words);
    assert_int_equal(err_exit_status(e.code), 2);
}

static void an_edited_manifest_does_not_open(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } edits[] = {
        {"\"synthetic\":\tfalse",      "\"synthetic\":\ttrue"      },
        {"\"hand\"",                   "\"hond\""                  },
        {"\"largest_tick\":\t9",       "\"largest_tick\":\t8"      },
        {"\"first\":\t\"1970-01-02\"", "\"first\":\t\"1970-01-01\""},
        {"\"AA\"",                     "\"AB\""                    },
        {"\"seal\"",                   "\"seel\""                  },
    };
    struct err e;
    const char *dir = dir_of("sealed");
    make(dir, false);
    const char *path = arena_format(&arena, "%s/manifest.json", dir);
    struct text whole = {0};
    assert_ok(io_read_file(path, &whole, &e), &e);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        const char *at = strstr(whole.p, edits[i].from);
        assert_non_null(at);
        char *edited = arena_format(&arena, "%.*s%s%s", (int)(at - whole.p), whole.p, edits[i].to,
                                    at + strlen(edits[i].from));
        assert_ok(io_write_file(path, edited, strlen(edited), &e), &e);
        reading_says(dir, "manifest.json: edited: its seal does not fit");
    }
    text_done(&whole);
}

/* A FIFO without a writer: to open it would wait for ever, which the alarm would end. */
static void what_is_not_a_regular_file_is_not_opened(void **state)
{
    (void)state;
    static const char *const names[] = {"manifest.json", "assets.sqlite", "bars.bin"};
    struct err e;
    alarm(30);
    for (int i = 0; i < 3; i++) {
        const char *dir = dir_of("fifo");
        const char *path = arena_format(&arena, "%s/%s", dir, names[i]);
        const char *words = arena_format(&arena, "%s: expected a regular file", names[i]);
        make(dir, false);
        assert_ok(io_remove(path, &e), &e);
        assert_int_equal(mkfifo(path, 0666), 0);
        reading_says(dir, words);
        verify_says(dir, words);
        assert_ok(io_remove(path, &e), &e);
        assert_int_equal(symlink("/dev/zero", path), 0);
        reading_says(dir, words);
        verify_says(dir, words);
    }
    alarm(0);
}

static void edited_manifests_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *words;
    } edits[] = {
        {"\"schema\":\t1",             "\"schema\":\t7",               "manifest.json: schema: this cupel"},
        {"\"schema\"",                 "\"shema\"",                    "manifest.json: schema: missing"   },
        {"\"rows\":\t5,",              "\"rows\":\t6,",                "bars.bin: 280 bytes, expected 336"},
        {"\"rows\":\t5,",              "\"rows\":\t5.5,",              "rows: expected a whole number"    },
        {"\"rows\":\t5,",              "\"rows\":\t-5,",               "rows: expected a whole number"    },
        {"\"rows\":\t5,",              "\"rows\":\t\"5\",",            "rows: expected a number"          },
        {"\"rows\":\t5,",              "\"rows\":\t9007199254740992,", "bars.bin: 280 bytes"              },
        {"\"assets\":\t3",             "\"assets\":\t4",               "symbols: expected 4"              },
        {"\"synthetic\":\tfalse",      "\"synthetic\":\ttrue",         "seal"                             },
        {"\"synthetic\":\tfalse",      "\"synthetic\":\t0",            "synthetic: expected true or false"},
        {"\"hand\"",                   "\"hond\"",                     "seal"                             },
        {"\"hand\"",                   "null",                         "source: expected text"            },
        {"\"largest_tick\":\t9",       "\"largest_tick\":\t8",         "seal"                             },
        {"\"AA\"",                     "\"AB\"",                       "symbols[0]: symbol \"AB\", but"   },
        {"\"first\":\t\"1970-01-02\"", "\"first\":\t\"1970-13-02\"",   "first: expected YYYY"             },
        {"\"content\":\t\"",           "\"content\":\t\"x",            "content: expected 64"             },
        {"{",                          "[",                            "not valid JSON"                   },
        {"{",                          "",                             "manifest.json"                    },
    };
    struct err e;
    const char *dir = dir_of("manifest");
    make(dir, false);
    const char *path = arena_format(&arena, "%s/manifest.json", dir);
    struct text whole = {0};
    assert_ok(io_read_file(path, &whole, &e), &e);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        const char *at = strstr(whole.p, edits[i].from);
        if (!at)
            fail_msg("no %s in %s", edits[i].from, whole.p);
        char *edited = arena_format(&arena, "%.*s%s%s", (int)(at - whole.p), whole.p, edits[i].to,
                                    at + strlen(edits[i].from));
        assert_ok(io_write_file(path, edited, strlen(edited), &e), &e);
        verify_says(dir, edits[i].words);
    }
    assert_ok(io_write_file(path, "[]", 2, &e), &e);
    verify_says(dir, "expected an object");
    assert_ok(io_remove(path, &e), &e);
    verify_says(dir, "manifest.json: No such file");
    text_done(&whole);
}

static void truncated_and_edited_bars_are_named(void **state)
{
    (void)state;
    struct err e;
    const char *dir = dir_of("bars");
    make(dir, false);
    const char *path = arena_format(&arena, "%s/bars.bin", dir);
    struct text whole = {0};
    assert_ok(io_read_file(path, &whole, &e), &e);
    for (size_t i = 0; i < whole.n; i++) {
        whole.p[i] ^= 1;
        assert_ok(io_write_file(path, whole.p, whole.n, &e), &e);
        verify_says(dir, "bars.bin");
        whole.p[i] ^= 1;
    }
    assert_ok(io_write_file(path, whole.p, whole.n - 1, &e), &e);
    verify_says(dir, "bars.bin: 279 bytes, expected 280");
    assert_ok(io_write_file(path, "", 0, &e), &e);
    verify_says(dir, "bars.bin: 0 bytes");
    assert_ok(io_remove(path, &e), &e);
    verify_says(dir, "bars.bin: No such file");
    text_done(&whole);
}

static void damaged_asset_lists_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *words;
    } edits[] = {
        {"DELETE FROM asset WHERE id=1",                                           "ids are not 0, 1, 2"          },
        {"DELETE FROM asset WHERE id=2",                                           "assets.sqlite: 2 assets"      },
        {"DELETE FROM asset",                                                      "assets.sqlite: 0 assets"      },
        {"DROP TABLE asset",                                                       "no such table"                },
        {"UPDATE asset SET symbol='ZZ' WHERE id=2",                                "symbols[2]: symbol \"C\", but"},
        {"UPDATE asset SET symbol='ZZ' WHERE id=1",                                "not in byte order"            },
        {"UPDATE asset SET symbol='../x' WHERE id=0",                              "the symbol is damaged"        },
        {"UPDATE asset SET symbol=x'4100' WHERE id=0",                             "wrong kind"                   },
        {"UPDATE asset SET rows=9223372036854775807",                              "more rows than"               },
        {"UPDATE asset SET rows=-1 WHERE id=0",                                    "impossible"                   },
        {"UPDATE asset SET rows=3 WHERE id=0; UPDATE asset SET rows=1 WHERE id=1",
         "symbols[0]: range or rows"                                                                              },
        {"UPDATE asset SET first_time=0 WHERE id=0",                               "symbols[0]: range or rows"    },
        {"INSERT INTO asset VALUES(3,'D',1,1,1)",                                  "more assets than the 3"       },
    };
    struct err e;
    const char *dir = dir_of("assets");
    make(dir, false);
    const char *path = arena_format(&arena, "%s/assets.sqlite", dir);
    struct text whole = {0};
    assert_ok(io_read_file(path, &whole, &e), &e);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        sqlite3 *db;
        assert_ok(io_write_file(path, whole.p, whole.n, &e), &e);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, edits[i].sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        verify_says(dir, edits[i].words);
    }
    assert_ok(io_write_file(path, "garbage, not a database at all", 30, &e), &e);
    verify_says(dir, "assets.sqlite: SQLite: file is not a database");
    assert_ok(io_write_file(path, whole.p, whole.n / 2, &e), &e);
    verify_says(dir, "assets.sqlite");
    assert_ok(io_remove(path, &e), &e);
    verify_says(dir, "assets.sqlite: SQLite: unable to open");
    text_done(&whole);
}

/* Whatever stands in the files: an answer and no access out of bounds. */
static void random_damage_is_survived(void **state)
{
    (void)state;
    static const char *const names[] = {"manifest.json", "assets.sqlite", "bars.bin"};
    struct rng r = rng_seeded(21);
    struct err e;
    const char *dir = dir_of("fuzz");
    make(dir, false);
    for (int i = 0; i < 600; i++) {
        const char *path = arena_format(&arena, "%s/%s", dir, names[i % 3]);
        struct text whole = {0};
        assert_ok(io_read_file(path, &whole, &e), &e);
        struct text damaged = {0};
        text_add(&damaged, whole.p, whole.n);
        for (uint64_t k = 1 + rng_below(&r, 8); k-- > 0;)
            damaged.p[rng_below(&r, damaged.n)] = (char)rng_next(&r);
        assert_ok(io_write_file(path, damaged.p, damaged.n - rng_below(&r, 3), &e), &e);
        bool fine = bundle_verify(dir, &e);
        assert_true(fine || e.text[0]);
        assert_ok(io_write_file(path, whole.p, whole.n, &e), &e);
        text_done(&whole);
        text_done(&damaged);
    }
    assert_ok(bundle_verify(dir, &e), &e);
}

static void odd_folder_names_are_fine(void **state)
{
    (void)state;
    struct err e;
    const char *dir = arena_format(&arena, "%s/a b?c#d%%20e;\xc3\xa4", test_folder("odd"));
    make(dir, false);
    assert_ok(bundle_verify(dir, &e), &e);
    char *slashed = arena_format(&arena, "%s///", dir);
    make(slashed, true);
    assert_ok(bundle_verify(dir, &e), &e);
    const char *link = arena_format(&arena, "%s/link", test_folder("oddlink"));
    char *full = realpath(dir, NULL);
    assert_int_equal(symlink(full, link), 0);
    free(full);
    make(link, true);
    struct stat st;
    assert_true(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    struct bundle *b = bundle_open(dir, &e);
    assert_ok(b, &e);
    assert_int_equal(bundle_info(b)->generation, 3);
    bundle_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_come_back_in_canonical_order),
        TEST(any_order_is_merged),
        TEST(a_target_that_exists_is_kept),
        TEST(replacing_raises_the_generation),
        TEST(a_change_in_place_is_another_version),
        TEST(a_folder_with_other_files_is_never_replaced),
        TEST(what_a_dead_process_left_is_cleared_away),
        TEST(an_abandoned_bundle_leaves_nothing),
        TEST(an_interrupted_writer_says_so),
        TEST(a_source_has_no_control_characters),
        TEST(an_edited_manifest_does_not_open),
        TEST(what_is_not_a_regular_file_is_not_opened),
        TEST(edited_manifests_are_named),
        TEST(truncated_and_edited_bars_are_named),
        TEST(damaged_asset_lists_are_named),
        TEST(random_damage_is_survived),
        TEST(odd_folder_names_are_fine),
    };
    int failed = cmocka_run_group_tests_name("bundle", tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
