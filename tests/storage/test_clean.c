/* What another cleaner has removed since the plan is no error, is counted, and takes nothing else along. */
#include "harness/storage/clean.h"

#include "harness/base/io.h"
#include "tests/capture/project.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OLD_RUN  "backtests/20200101_000000_000"
#define LEFTOVER "backtests/.tmp.20200102_000000_000"
/* A content that no run refers to. */
#define OBJECT "objects/ab/cdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define KEPT   "results/r.csv"

static const char *const files[][2] = {
    {OLD_RUN "/code/a.c",       "int a;\n"},
    {OLD_RUN "/metadata/x.txt", "x\n"     },
    {LEFTOVER "/code/a.c",      "int a;\n"},
    {OBJECT,                    "abc\n"   },
    {KEPT,                      "1\n"     },
    {NULL,                      NULL      }
};

static const struct clean_settings settings = {.now_ms = INT64_C(4000000000000)};

static void plan(const char *base, struct arena *a, struct clean *c)
{
    struct err e = {0};
    struct clean_settings s = settings;
    s.base = base;
    assert_ok(clean_plan(&s, a, c, &e), &e);
    assert_int_equal(c->n, 3);
}

static void check_left(const char *base, struct arena *a)
{
    static const char *const gone[] = {OLD_RUN, LEFTOVER, OBJECT,
                                       "backtests/.tmp.20200101_000000_000"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        if (io_exists(arena_format(a, "%s/%s", base, gone[i])))
            fail_msg("%s is there", gone[i]);
    assert_true(io_exists(arena_format(a, "%s/" KEPT, base)));
}

static void what_is_gone_since_the_plan_is_no_error(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct clean first, second;
    const char *base = project_make("base", files, &a);
    plan(base, &a, &first);
    plan(base, &a, &second);
    assert_ok(clean_do(&first, &e), &e);
    assert_int_equal(first.gone, 0);
    assert_ok(clean_do(&second, &e), &e);
    assert_int_equal(second.gone, 3);
    check_left(base, &a);
    arena_done(&a);
}

/* That the run cannot be set aside is told as long as it is there. */
static void what_cannot_be_removed_is_still_an_error(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct clean c;
    const char *base = project_make("base", files, &a);
    const char *folder = arena_format(&a, "%s/backtests", base);
    plan(base, &a, &c);
    assert_int_equal(chmod(folder, 0555), 0);
    bool is_held = test_give_up_rights(base);
    bool ok = is_held && clean_do(&c, &e);
    test_take_rights_back();
    assert_int_equal(chmod(folder, 0755), 0);
    bool is_there = io_exists(arena_format(&a, "%s/" OLD_RUN "/code/a.c", base));
    arena_done(&a);
    if (!is_held)
        skip();
    assert_false(ok);
    assert_says(&e, "Permission denied");
    assert_true(is_there);
}

enum { CLEANERS = 4, ROUNDS = 3 };

static int clean_when_told(struct clean *c, int fd)
{
    struct err e = {0};
    char byte;
    if (read(fd, &byte, 1) != 0) /* the end of the pipe is the start for all of them */
        return 2;
    if (clean_do(c, &e))
        return 0;
    fprintf(stderr, "%s\n", e.text);
    return 1;
}

static void race(struct clean *c)
{
    int ends[2], failed = 0;
    pid_t pids[CLEANERS];
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < CLEANERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            close(ends[1]);
            _exit(clean_when_told(c, ends[0]));
        }
    }
    close(ends[0]);
    close(ends[1]);
    for (int i = 0; i < CLEANERS; i++) {
        int status = -1;
        waitpid(pids[i], &status, 0);
        failed += status != 0;
    }
    assert_int_equal(failed, 0);
}

static void several_at_once_all_end_well(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena a = {0};
        struct clean c;
        const char *base = project_make("base", files, &a);
        for (int i = 0; i < 25; i++) {
            project_put(base, arena_format(&a, OLD_RUN "/code/d%d/x/y.c", i), "y\n");
            project_put(base, arena_format(&a, LEFTOVER "/code/d%d/x/y.c", i), "y\n");
        }
        plan(base, &a, &c);
        race(&c);
        check_left(base, &a);
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_gone_since_the_plan_is_no_error),
        TEST(what_cannot_be_removed_is_still_an_error),
        TEST(several_at_once_all_end_well),
    };
    return cmocka_run_group_tests_name("clean", tests, NULL, NULL);
}
