/* Which sets of instructions are used, by what is disabled. */
#include "kernels/numerics/cpu.h"

#include "tests/test.h"

#include <string.h>

static unsigned sets(const char *disabled)
{
    struct err e = {0};
    unsigned out = ~0u;
    assert_ok(cpu_sets(disabled, &out, &e), &e);
    return out;
}

static void what_is_disabled_is_not_used(void **state)
{
    (void)state;
    assert_int_equal(sets("") & ~(unsigned)CPU_AVX2, 0);
    assert_int_equal(sets("avx2"), 0);
    assert_int_equal(sets("avx2,avx2"), 0);
#if defined(__x86_64__)
    assert_int_equal(sets(""), __builtin_cpu_supports("avx2") ? CPU_AVX2 : 0);
#else
    assert_int_equal(sets(""), 0);
#endif
}

static void unknown_names_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"nonsense", "avx",           "avx22",
                                        "AVX2",     " avx2",         ",",
                                        "avx2,,",   "avx2,nonsense", "nonsense,avx2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct err e = {0};
        unsigned out = 0;
        assert_false(cpu_sets(names[i], &out, &e));
        assert_says(&e, "disable_simd: expected avx2 or nothing, found \"");
        assert_int_equal(e.code, ERR_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_disabled_is_not_used),
        TEST(unknown_names_are_refused),
    };
    return cmocka_run_group_tests_name("cpu", tests, NULL, NULL);
}
