/* Callgrind's files: calls, self and inclusive instructions of each function; what is no such file. */
#include "harness/profile/callgrind.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <string.h>

/* main calls work twice (once more from another file) and work calls leaf; an inlined part of
 * another file within work is work's own. */
static const char sample[] =
    "# callgrind format\nversion: 1\ncreator: test\npositions: line\n"
    "events: Ir\nsummary: 175\n\n"
    "ob=(1) /usr/bin/victim\nfl=(1) main.c\nfn=(1) main\n"
    "3 10\n+1 5\n"
    "cfn=(2) work\ncalls=2 20\n* 150\n"
    "\nfn=(2)\n20 40\nfi=(2) inline.h\n7 20\nfe=(1)\n"
    "cob=(2) /lib/libleaf.so\ncfi=(3) leaf.c\ncfn=(3) leaf\ncalls=6 1\n21 90\n"
    "-1 10\n"
    "\nob=(2)\nfl=(3)\nfn=(3)\n1 90\n\ntotals: 175\n";

static bool read_text(struct callgrind *c, const char *text, struct arena *a, struct err *e)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/callgrind.out", test_folder("read"));
    assert_ok(io_write_file(path, text, strlen(text), e), e);
    return callgrind_read(c, path, a, e);
}

static void self_calls_and_inclusive_are_told_apart(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct callgrind c;
    assert_ok(read_text(&c, sample, &a, &e), &e);
    assert_int_equal(c.count, 3);
    assert_int_equal(c.total, 175);
    assert_string_equal(c.functions[0].name, "leaf");
    const struct {
        const char *name, *file, *object;
        uint64_t calls, self, inclusive;
    } expected[] = {
        {"main", "main.c", "victim",     0, 15, 165},
        {"work", "main.c", "victim",     2, 70, 160},
        {"leaf", "leaf.c", "libleaf.so", 6, 90, 90 },
    };
    for (int i = 0; i < 3; i++) {
        const struct callgrind_function *f = callgrind_find(&c, expected[i].name, NULL);
        assert_non_null(f);
        assert_string_equal(f->file, expected[i].file);
        assert_string_equal(f->object, expected[i].object);
        assert_int_equal(f->calls, expected[i].calls);
        assert_int_equal(f->self, expected[i].self);
        assert_int_equal(f->inclusive, expected[i].inclusive);
    }
    assert_null(callgrind_find(&c, "leaf", "other.c"));
    arena_done(&a);
}

static void recursion_is_cut_at_the_total(void **state)
{
    (void)state;
    struct arena a = {0};
    struct err e = {0};
    struct callgrind c;
    assert_ok(read_text(&c, "fl=a.c\nfn=deep\n1 10\ncfn=deep\ncalls=4 1\n2 40\n", &a, &e), &e);
    assert_int_equal(c.count, 1);
    assert_int_equal(c.functions[0].calls, 4);
    assert_int_equal(c.functions[0].inclusive, 10);
    arena_done(&a);
}

static void what_is_no_such_file_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"fl=(1) a.c\nfn=(2)\n1 10\n",         "line 2"             },
        {"fl=(1) a.c\nfn=(99999999) f\n1 1\n", "line 2"             },
        {"1 10\n",                             "line 1"             },
        {"fn=f\n1 many\n",                     "line 2"             },
        {"fn=f\ncalls=3 1\n1 1\n",             "line 2"             },
        {"fn=f\n1 -5\n",                       "line 2"             },
        {"events: Ir\n",                       "nothing was counted"},
        {"",                                   "nothing was counted"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a = {0};
        struct err e = {0};
        struct callgrind c;
        assert_false(read_text(&c, rows[i].text, &a, &e));
        assert_says(&e, rows[i].says);
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(self_calls_and_inclusive_are_told_apart),
        TEST(recursion_is_cut_at_the_total),
        TEST(what_is_no_such_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
