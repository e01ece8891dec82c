#include "harness/cmd/bench_table.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static void a_start_is_a_share_only_of_what_is_longer(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_string_equal(bench_table_start(&a, 2e6, 5e5),
                        "takes 2.00 ms, of which the start of a process is about 25 %");
    const char *below = bench_table_start(&a, 2.96e6, 6.31e6);
    assert_non_null(strstr(below, "less than the 6.31 ms"));
    assert_null(strstr(below, "%"));
    arena_done(&a);
}

static char *ended(bool is_below)
{
    const struct probe_slice overhead = {.wall_ns = 6310000, .cpu_ns = 500000};
    struct bench_shown shown = {.is_below = is_below};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bench_table_end(&shown, &overhead, false, out);
    fclose(out);
    return text;
}

static void an_overhead_above_a_time_is_not_said_to_be_in_it(void **state)
{
    (void)state;
    char *in_all = ended(false), *above = ended(true);
    assert_non_null(strstr(in_all, "6.31 ms wall"));
    assert_non_null(strstr(in_all, "in every time above"));
    assert_null(strstr(above, "in every time above"));
    assert_non_null(strstr(above, "measured apart"));
    free(in_all);
    free(above);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_start_is_a_share_only_of_what_is_longer),
        TEST(an_overhead_above_a_time_is_not_said_to_be_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
