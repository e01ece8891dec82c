#include "harness/run/external.h"

#include "tests/test.h"

#include <string.h>

static struct arena arena;

static void words_are_split_as_a_shell_does(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *words[5];
    } cases[] = {
        {"echo a  b",                {"echo", "a", "b"}           },
        {"echo 'a  b' \"c \\\" d\"", {"echo", "a  b", "c \" d"}   },
        {"echo a\\ b ''",            {"echo", "a b", ""}          },
        {"echo x'y'z",               {"echo", "xyz"}              },
        {"echo $HOME | cat",         {"echo", "$HOME", "|", "cat"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const *argv;
        struct err e = {0};
        assert_ok(external_split(cases[i].line, NULL, &argv, &arena, &e), &e);
        int n = 0;
        for (; argv[n]; n++)
            assert_string_equal(argv[n], cases[i].words[n]);
        assert_null(cases[i].words[n]);
    }
}

static void lines_that_cannot_run_are_refused(void **state)
{
    (void)state;
    const char *const *argv;
    struct err e = {0};
    assert_false(external_split("   ", NULL, &argv, &arena, &e));
    assert_says(&e, "found nothing");
    assert_false(external_split("echo 'a", NULL, &argv, &arena, &e));
    assert_says(&e, "a quote is left open");
    assert_false(external_split("no-such-program-here x", NULL, &argv, &arena, &e));
    assert_says(&e, "no program \"no-such-program-here\"");
}

static bool run(const char *line, struct probe_slice *slice, struct err *e)
{
    const char *const *argv;
    assert_ok(external_split(line, NULL, &argv, &arena, e), e);
    return external_run(argv, NULL, slice, e);
}

static void failures_say_how_it_ended(void **state)
{
    (void)state;
    struct probe_slice slice;
    struct err e = {0};
    assert_false(run("sh -c 'echo first; echo the reason >&2; exit 3'", &slice, &e));
    assert_says(&e, "exit status 3; its last line: the reason");
    assert_false(run("sh -c 'kill -9 $$'", &slice, &e));
    assert_says(&e, "ended by signal 9");
}

static void time_of_children_is_counted_and_sleep_is_not(void **state)
{
    (void)state;
    struct probe_slice slice;
    struct err e = {0};
    assert_ok(run("sh -c 'sh -c \"i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done\"'", &slice, &e),
              &e);
    assert_true(slice.cpu_ns > 1000000);
    assert_ok(run("sleep 0.2", &slice, &e), &e);
    assert_true(slice.wall_ns >= 200000000);
    assert_true(slice.cpu_ns < slice.wall_ns / 2);
}

static void much_output_and_a_lingering_grandchild_do_not_block(void **state)
{
    (void)state;
    struct probe_slice slice;
    struct err e = {0};
    assert_ok(run("head -c 5000000 /dev/zero", &slice, &e), &e);
    assert_ok(run("sh -c 'sleep 5 & exit 0'", &slice, &e), &e);
    assert_true(slice.wall_ns < 3000000000);
}

static int forget(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_are_split_as_a_shell_does),
        TEST(lines_that_cannot_run_are_refused),
        TEST(failures_say_how_it_ended),
        TEST(time_of_children_is_counted_and_sleep_is_not),
        TEST(much_output_and_a_lingering_grandchild_do_not_block),
    };
    return cmocka_run_group_tests_name("external", tests, NULL, forget);
}
