#include "harness/run/tail.h"

#include "harness/base/rng.h"
#include "tests/test.h"

#include <string.h>

static const char *lines_of(const char *printed, size_t n, int most, int *found)
{
    static char text[TAIL_TEXT];
    struct tail t = {.n = 0};
    tail_add(&t, printed, n);
    *found = tail_lines(&t, most, text);
    return text;
}

static void last_lines_are_joined(void **state)
{
    (void)state;
    static const struct {
        const char *printed, *text;
        int n;
    } cases[] = {
        {"",                     "",            0},
        {"\n \n\t\n",            "",            0},
        {"one",                  "one",         1},
        {"one\n",                "one",         1},
        {"one\ntwo\nthree\n\n",  "two | three", 2},
        {"one\r\n\r\ntwo  \r\n", "one | two",   2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int n;
        assert_string_equal(lines_of(cases[i].printed, strlen(cases[i].printed), 2, &n),
                            cases[i].text);
        assert_int_equal(n, cases[i].n);
    }
}

static void a_nul_and_a_long_line_are_shown(void **state)
{
    (void)state;
    int n;
    assert_string_equal(lines_of("a\0b\n", 4, 3, &n), "a?b");
    char longer[5000];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = 'y';
    const char *text = lines_of(longer, sizeof longer, 3, &n);
    assert_int_equal(n, 1);
    assert_int_equal(strlen(text), TAIL_TEXT - 1);
    assert_int_equal(text[TAIL_TEXT - 2], 'y');
}

/* However it comes in pieces, the end is the end. */
static void pieces_make_no_difference(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(3);
    static char all[20000];
    for (int round = 0; round < 300; round++) {
        size_t n = rng_below(&rng, sizeof all);
        for (size_t i = 0; i < n; i++)
            all[i] = (char)rng_below(&rng, 256);
        struct tail t = {.n = 0};
        for (size_t at = 0; at < n;) {
            size_t step = 1 + rng_below(&rng, 3000);
            step = step < n - at ? step : n - at;
            tail_add(&t, all + at, step);
            at += step;
        }
        size_t kept = n < TAIL_BYTES ? n : TAIL_BYTES;
        assert_int_equal(t.n, kept);
        assert_memory_equal(t.bytes, all + n - kept, kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(last_lines_are_joined),
        TEST(a_nul_and_a_long_line_are_shown),
        TEST(pieces_make_no_difference),
    };
    return cmocka_run_group_tests_name("tail", tests, NULL, NULL);
}
