/* The gate's table: what stands in it for a metric that was never decided. */
#include "harness/cmd/gate_table.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static char *printed(const struct suite_row *rows, int n)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    gate_table_print(rows, n, out);
    fclose(out);
    return text;
}

static void a_metric_after_the_one_that_failed_was_not_decided(void **state)
{
    (void)state;
    const struct suite_row rows[] = {
        {.benchmark = "micro", .judged = {.metric = METRIC_CPU, .verdict = GATE_FAIL}     },
        {.benchmark = "micro", .judged = {.metric = METRIC_WALL, .verdict = GATE_CONTINUE}},
    };
    char *text = printed(rows, 2);
    assert_non_null(strstr(text, "FAIL"));
    assert_non_null(strstr(text, "not decided"));
    assert_null(strstr(text, "CONTINUE"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_metric_after_the_one_that_failed_was_not_decided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
