/* What may not be read is listed, and the rest is counted; what goes away meanwhile is no error; a clean-up
 * does not go on without all of it. Counts of all: tests/cli/test_storage.sh, against du. */
#include "harness/storage/clean.h"
#include "harness/storage/walk.h"

#include "harness/base/io.h"
#include "tests/capture/project.h"
#include "tests/test.h"

#include <string.h>
#include <sys/stat.h>

#define RUN "backtests/20260101_000000_000"

static const char *const files[][2] = {
    {RUN "/code/a.c",       "int a;\n"},
    {RUN "/code/sub/b.c",   "int b;\n"},
    {RUN "/metadata/x.txt", "x\n"     },
    {"objects/ab/cd",       "abc\n"   },
    {"objects/ab/ef",       "ef\n"    },
    {"results/r.csv",       "1\n"     },
    {NULL,                  NULL      }
};

static const char *base_with(const char *place, mode_t mode, struct arena *a)
{
    const char *base = project_make("base", files, a);
    assert_int_equal(chmod(arena_format(a, "%s/%s", base, place), mode), 0);
    return base;
}

/* usage_read as somebody to whom permissions apply; the folder is open again behind it. */
static bool read_shut(const char *place, mode_t mode, struct arena *a, struct usage *u,
                      struct err *e)
{
    const char *base = base_with(place, mode, a);
    bool is_held = test_give_up_rights(base);
    bool ok = is_held && usage_read(base, a, u, e);
    test_take_rights_back();
    assert_int_equal(chmod(arena_format(a, "%s/%s", base, place), 0755), 0);
    if (!is_held) {
        arena_done(a);
        skip();
    }
    return ok;
}

/* This place, and no other; NULL: none. */
static void check_named(const struct usage *u, const char *shut, const char *place)
{
    if (u->unread_n != (place != NULL)) {
        fail_msg("%s: %d places are named", shut, u->unread_n);
        return;
    }
    if (!place)
        return;
    const char *path = u->unread[0].path, *end = path + strlen(path) - strlen(place);
    assert_string_equal(end, place);
    assert_int_equal(end[-1], '/');
    assert_string_equal(u->unread[0].why, "Permission denied");
}

static void what_may_not_be_read_is_named_and_the_rest_counted(void **state)
{
    (void)state;
    static const struct {
        const char *shut;
        mode_t mode;
        const char *named; /* below the base */
        uint64_t files, folders;
        int runs;
        bool is_partial; /* the run */
    } rows[] = {
        {"results",       0777, NULL,            6, 9, 1, false}, /* nothing is shut */
        {RUN "/code",     0,    RUN "/code",     4, 8, 1, true }, /* the folder itself is counted */
        {RUN "/code/sub", 0,    RUN "/code/sub", 5, 9, 1, true },
        {RUN,             0,    RUN,             3, 6, 1, true },
        {"objects",       0,    "objects",       4, 8, 1, false},
        {"objects/ab",    0444, "objects/ab",    4, 9, 1, false}, /* may be listed, not entered */
        {"backtests",     0,    "backtests",     3, 5, 0, false},
        {"backtests",     0444, "backtests",     3, 5, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct usage u = {0};
        assert_ok(read_shut(rows[i].shut, rows[i].mode, &a, &u, &e), &e);
        check_named(&u, rows[i].shut, rows[i].named);
        if (u.all.files != rows[i].files || u.all.folders != rows[i].folders)
            fail_msg("%s: %d files, %d folders", rows[i].shut, (int)u.all.files,
                     (int)u.all.folders);
        assert_int_equal(u.n, rows[i].runs);
        assert_true(u.n == 0 || u.runs[0].is_partial == rows[i].is_partial);
        arena_done(&a);
    }
}

static void a_base_that_may_not_be_read_is_an_error(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct usage u = {0};
    bool ok = read_shut(".", 0, &a, &u, &e);
    arena_done(&a);
    assert_false(ok);
    assert_says(&e, "Permission denied");
}

/* So it is for root too. */
static void a_list_of_runs_that_is_none_is_named(void **state)
{
    (void)state;
    static const char *const odd[][2] = {
        {"backtests",     "a file\n"},
        {"results/r.csv", "1\n"     },
        {NULL,            NULL      }
    };
    struct arena a = {0};
    struct err e = {0};
    struct usage u = {0};
    assert_ok(usage_read(project_make("odd", odd, &a), &a, &u, &e), &e);
    assert_int_equal(u.unread_n, 1);
    assert_string_equal(u.unread[0].why, "Not a directory");
    assert_int_equal(u.all.files, 2);
    assert_int_equal(u.n, 0);
    arena_done(&a);
}

struct removing {
    const char *base;
    int seen, missed;
};

/* Takes the next folder away while it is in the one before. */
static enum walk_next remove_next(void *context, const struct walk_entry *entry, struct err *e)
{
    struct removing *r = context;
    char path[512];
    r->seen++;
    if (strcmp(entry->place, "objects") != 0)
        return WALK_ON;
    snprintf(path, sizeof path, "%s/results", r->base);
    return io_remove_tree(path, e) ? WALK_ON : WALK_STOP;
}

static void count_miss(void *context, const char *place, const char *why)
{
    struct removing *r = context;
    (void)place;
    (void)why;
    r->missed++;
}

static void what_goes_away_is_passed_over(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct removing r = {.base = project_make("base", files, &a)};
    assert_ok(walk_readable(r.base, remove_next, count_miss, &r, &e), &e);
    assert_int_equal(r.missed, 0);
    assert_in_range(r.seen, 13, 14);
    arena_done(&a);
}

static enum walk_next count_seen(void *context, const struct walk_entry *entry, struct err *e)
{
    struct removing *r = context;
    (void)entry;
    (void)e;
    r->seen++;
    return WALK_ON;
}

/* Two files are in it. */
static void a_folder_that_may_only_be_listed_is_told_once(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct removing r = {.base = base_with("objects/ab", 0444, &a)};
    bool is_held = test_give_up_rights(r.base);
    bool ok = is_held && walk_readable(r.base, count_seen, count_miss, &r, &e);
    test_take_rights_back();
    assert_int_equal(chmod(arena_format(&a, "%s/objects/ab", r.base), 0755), 0);
    arena_done(&a);
    if (!is_held)
        skip();
    assert_ok(ok, &e);
    assert_int_equal(r.missed, 1);
    assert_int_equal(r.seen, 13);
}

/* A run of which not all can be seen is not removed. */
static void a_clean_up_needs_all_of_it(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct clean c;
    const char *base = base_with(RUN "/code", 0, &a);
    const struct clean_settings s = {.base = base, .now_ms = INT64_C(4000000000000)};
    bool is_held = test_give_up_rights(base);
    bool ok = is_held && clean_plan(&s, &a, &c, &e);
    test_take_rights_back();
    assert_int_equal(chmod(arena_format(&a, "%s/" RUN "/code", base), 0755), 0);
    bool is_there = io_exists(arena_format(&a, "%s/" RUN "/code/a.c", base));
    arena_done(&a);
    if (!is_held)
        skip();
    assert_false(ok);
    assert_says(&e, "Permission denied");
    assert_true(is_there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_may_not_be_read_is_named_and_the_rest_counted),
        TEST(a_base_that_may_not_be_read_is_an_error),
        TEST(a_list_of_runs_that_is_none_is_named),
        TEST(what_goes_away_is_passed_over),
        TEST(a_folder_that_may_only_be_listed_is_told_once),
        TEST(a_clean_up_needs_all_of_it),
    };
    return cmocka_run_group_tests_name("usage", tests, NULL, NULL);
}
