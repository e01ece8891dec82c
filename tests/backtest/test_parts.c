/* The parts of a backtest that a profile tells: every name is that of functions that are there. */
#include "kernels/backtest/parts.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

/* Is a function of the kernels defined whose name begins so? By the sources: what the compiler has put
 * into its caller is still a frame of its own in a profile. */
static bool is_defined(const char *name)
{
    char line[300];
    size_t n = strlen(name);
    bool exact = name[n - 1] == '$';
    snprintf(line, sizeof line,
             "grep -rqE '^(static |inline |const |struct |unsigned )*[a-z0-9_]+ [*]*%.*s%s[(]' "
             "kernels --include=*.c --include=*.h",
             (int)(n - exact), name, exact ? "" : "[a-z0-9_]*");
    return system(line) == 0;
}

static void every_name_is_of_a_function(void **state)
{
    (void)state;
    assert_false(is_defined("no_such_slot_"));
    assert_true(is_defined("group_base$"));
    assert_false(is_defined("group_bas$"));
    for (int i = 0; i < BT_PARTS; i++)
        for (const char *const *name = bt_parts[i].functions; *name; name++)
            if (!is_defined(*name))
                fail_msg("%s: no function begins with \"%s\"", bt_parts[i].name, *name);
}

static void every_slot_that_works_is_of_a_part(void **state)
{
    (void)state;
    static const char *const slots[] = {
        "checkpoint_base",  "bundle_base",  "assets_base",       "group_base",      "history_base",
        "bt_evaluate_base", "save_base",    "bt_indicator_base", "bt_account_base", "recall_base",
        "load_base",        "collect_base", "deliver_base",      "warm_base",       "disband_base"};
    for (size_t s = 0; s < sizeof slots / sizeof *slots; s++) {
        bool found = false;
        for (int i = 0; i < BT_PARTS; i++)
            for (const char *const *name = bt_parts[i].functions; *name; name++)
                found = found || strncmp(slots[s], *name, strlen(*name)) == 0;
        if (!found)
            fail_msg("%s: of no part", slots[s]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_name_is_of_a_function),
        TEST(every_slot_that_works_is_of_a_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
