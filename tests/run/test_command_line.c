#include "harness/run/command_line.h"

#include "harness/base/rng.h"
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
        {"echo \"a\\n\" \"\\.c\"",   {"echo", "a\\n", "\\.c"}     },
        {"echo \"\\$x \\` \\\\\"",   {"echo", "$x ` \\"}          },
        {"echo a\\n 'b\\n' c\\\nd",  {"echo", "an", "b\\n", "cd"} },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const *argv;
        struct err e = {0};
        assert_ok(command_line_split(cases[i].line, &argv, &arena, &e), &e);
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
    assert_false(command_line_split("   ", &argv, &arena, &e));
    assert_says(&e, "found nothing");
    assert_false(command_line_split("echo 'a", &argv, &arena, &e));
    assert_says(&e, "a quote is left open");
    assert_false(command_line_split("no-such-program-here x", &argv, &arena, &e));
    assert_says(&e, "no program \"no-such-program-here\"");
    assert_false(command_line_split("./none x", &argv, &arena, &e));
    assert_says(&e, "no program \"./none\"");
    assert_false(command_line_split("./README.md x", &argv, &arena, &e));
    assert_string_equal(e.text, "command \"./README.md x\": \"./README.md\" is not executable");
    assert_false(command_line_split("./tests", &argv, &arena, &e));
    assert_string_equal(e.text, "command \"./tests\": \"./tests\" is a folder, not a program");
    assert_false(command_line_split("/dev/null", &argv, &arena, &e));
    assert_string_equal(e.text, "command \"/dev/null\": \"/dev/null\" is not a program");
}

static void a_line_for_the_shell_is_not_taken_apart(void **state)
{
    (void)state;
    const char *const *argv;
    struct err e = {0};
    assert_ok(command_line_words("echo 'a | wc", true, &argv, &arena, &e), &e);
    assert_string_equal(argv[0], "/bin/sh");
    assert_string_equal(argv[1], "-c");
    assert_string_equal(argv[2], "echo 'a | wc");
    assert_null(argv[3]);
    assert_string_equal(command_line_name(argv, &arena), "echo 'a | wc");
    assert_false(command_line_words(" \t", true, &argv, &arena, &e));
    assert_says(&e, "found nothing");
}

/* Any words, put into one line and split again, are the same words. */
static void words_survive_being_one_line(void **state)
{
    (void)state;
    static const char pool[] = "ab '\"\\$`{}*?|&;<>()\t\n\xc3\xa9#~!";
    struct rng rng = rng_seeded(7);
    for (int round = 0; round < 2000; round++) {
        char word[3][12];
        const char *words[4] = {"echo", word[0], word[1], NULL};
        for (int w = 0; w < 2; w++) {
            size_t n = rng_below(&rng, 11);
            for (size_t i = 0; i < n; i++)
                word[w][i] = pool[rng_below(&rng, sizeof pool - 1)];
            word[w][n] = '\0';
        }
        const char *line = command_line_text(words, &arena);
        const char *const *argv;
        struct err e = {0};
        assert_ok(command_line_split(line, &argv, &arena, &e), &e);
        for (int w = 0; w < 3; w++)
            assert_string_equal(argv[w], words[w]);
        assert_null(argv[3]);
    }
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
        TEST(a_line_for_the_shell_is_not_taken_apart),
        TEST(words_survive_being_one_line),
    };
    return cmocka_run_group_tests_name("command_line", tests, NULL, forget);
}
