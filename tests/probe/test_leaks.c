/* What components of memory still hold when nothing should be held. */
#include "harness/probe/leaks.h"

#include "harness/base/mem.h"
#include "tests/test.h"

static void what_is_kept_is_told_by_component(void **state)
{
    (void)state;
    struct err e = {0};
    void *one[3], *other;
    assert_ok(leaks_none(&e), &e);
    for (int i = 0; i < 3; i++)
        one[i] = mem_alloc(MEM_HISTORY, 4096);
    other = mem_alloc(MEM_RESULTS, 4096);
    assert_false(leaks_none(&e));
    assert_string_equal(e.text, "leak: 3 blocks, 12,288 bytes of history cache; "
                                "1 block, 4,096 bytes of results");
    assert_int_equal(err_exit_status(e.code), 1);
    for (int i = 0; i < 3; i++)
        mem_free(MEM_HISTORY, one[i]);
    mem_free(MEM_RESULTS, other);
    assert_ok(leaks_none(&e), &e);
}

/* The program itself lives on it. */
static void base_is_no_leak(void **state)
{
    (void)state;
    struct err e = {0};
    void *p = mem_alloc(MEM_BASE, 100);
    assert_ok(leaks_none(&e), &e);
    mem_free(MEM_BASE, p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_kept_is_told_by_component),
        TEST(base_is_no_leak),
    };
    return cmocka_run_group_tests_name("leaks", tests, NULL, NULL);
}
