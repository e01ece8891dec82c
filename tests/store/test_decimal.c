#include "kernels/store/decimal.h"

#include "harness/base/rng.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static enum decimal_fault ticks_of(const char *text, int64_t *ticks, bool *rounded)
{
    struct decimal d;
    enum decimal_fault fault = decimal_parse(str_of(text), &d);
    return fault ? fault : decimal_to_ticks(&d, ticks, rounded);
}

static void prices_become_exact_ticks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ticks;
        bool rounded;
    } rows[] = {
        {"1",                               1000000,          false},
        {"0.787983",                        787983,           false},
        {".5",                              500000,           false},
        {"5.",                              5000000,          false},
        {"+5",                              5000000,          false},
        {"1.5e3",                           1500000000,       false},
        {"1500000E-6",                      1500000,          false},
        {"0.000001",                        1,                false},
        {"1.0000005",                       1000001,          true },
        {"1.00000049999999999999999999999", 1000000,          true },
        {"1.0000000000000000000000000000",  1000000,          false},
        {"1.0000000000000000000000000001",  1000000,          true },
        {"9007199254.740992",               9007199254740992, false},
        {"000000000000000000000000000001",  1000000,          false},
        {"100000000000000000000e-20",       1000000,          false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ticks = 0;
        bool rounded = false;
        if (ticks_of(rows[i].text, &ticks, &rounded) != DECIMAL_OK)
            fail_msg("refused: %s", rows[i].text);
        assert_int_equal(ticks, rows[i].ticks);
        assert_int_equal(rounded, rows[i].rounded);
    }
}

static void bad_prices_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum decimal_fault fault;
    } rows[] = {
        {"",                  DECIMAL_EMPTY       },
        {"abc",               DECIMAL_BAD         },
        {".",                 DECIMAL_BAD         },
        {"-",                 DECIMAL_BAD         },
        {" 1",                DECIMAL_BAD         },
        {"e5",                DECIMAL_BAD         },
        {"1x",                DECIMAL_TRAILING    },
        {"1 ",                DECIMAL_TRAILING    },
        {"1e",                DECIMAL_TRAILING    },
        {"1e+",               DECIMAL_TRAILING    },
        {"1.2.3",             DECIMAL_TRAILING    },
        {"0x10",              DECIMAL_TRAILING    },
        {"NaN",               DECIMAL_NOT_FINITE  },
        {"-inf",              DECIMAL_NOT_FINITE  },
        {"Infinity",          DECIMAL_NOT_FINITE  },
        {"0",                 DECIMAL_NOT_POSITIVE},
        {"0e999999999999",    DECIMAL_NOT_POSITIVE},
        {"-1",                DECIMAL_NOT_POSITIVE},
        {"9007199254.740993", DECIMAL_TOO_LARGE   },
        {"1e10",              DECIMAL_TOO_LARGE   },
        {"1e999999999999",    DECIMAL_TOO_LARGE   },
        {"0.0000001",         DECIMAL_TOO_SMALL   },
        {"0.0000015",         DECIMAL_TOO_SMALL   },
        {"1e-400",            DECIMAL_TOO_SMALL   },
        {"0.0049994",         DECIMAL_OK          },
        {"0.0044445",         DECIMAL_TOO_SMALL   },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ticks;
        bool rounded;
        if (ticks_of(rows[i].text, &ticks, &rounded) != rows[i].fault)
            fail_msg("\"%s\": expected: %s", rows[i].text, decimal_fault_text(rows[i].fault));
    }
}

/* The exact reader against integers, the volume against the C library. */
static void random_numbers_agree_with_their_sources(void **state)
{
    (void)state;
    struct rng r = rng_seeded(7);
    for (int i = 0; i < 200000; i++) {
        char text[64];
        struct decimal d;
        double volume;
        int64_t ticks,
            expected = (int64_t)rng_below(&r, UINT64_C(1) << (1 + rng_below(&r, 53))) + 1;
        bool rounded;
        snprintf(text, sizeof text, "%lld.%06lld", (long long)(expected / 1000000),
                 (long long)(expected % 1000000));
        assert_int_equal(ticks_of(text, &ticks, &rounded), DECIMAL_OK);
        assert_true(ticks == expected && !rounded);
        snprintf(text, sizeof text, "%.*g", 1 + (int)rng_below(&r, 22),
                 (double)rng_next(&r) / (double)(1 + rng_next(&r) % 1000000007));
        assert_int_equal(decimal_parse(str_of(text), &d), DECIMAL_OK);
        assert_int_equal(decimal_to_volume(&d, &volume), DECIMAL_OK);
        if (volume != strtod(text, NULL))
            fail_msg("%s: %.17g", text, volume);
    }
}

static void volumes_are_never_negative(void **state)
{
    (void)state;
    struct decimal d;
    double v;
    assert_int_equal(decimal_parse(str_of("-1"), &d), DECIMAL_OK);
    assert_int_equal(decimal_to_volume(&d, &v), DECIMAL_NEGATIVE);
    assert_int_equal(decimal_parse(str_of("-0"), &d), DECIMAL_OK);
    assert_int_equal(decimal_to_volume(&d, &v), DECIMAL_OK);
    assert_true(v == 0 && 1 / v > 0);
    assert_int_equal(decimal_parse(str_of("1e400"), &d), DECIMAL_OK);
    enum decimal_fault fault = decimal_to_volume(&d, &v);
    assert_non_null(strstr(decimal_fault_text(fault), "too large"));
    assert_null(strstr(decimal_fault_text(fault), "price"));
}

/* "0." + zeros + "1e" + exponent, and "1" + zeros + "e" + exponent. */
static void a_long_mantissa_and_its_exponent_make_up_for_each_other(void **state)
{
    (void)state;
    static char text[200000];
    static const int zeros[] = {100, 9998, 9999, 10000, 99999, 150000};
    static const struct {
        int more;
        enum decimal_fault fault;
        int64_t ticks;
    } rows[] = {
        {0,       DECIMAL_OK,        1000000   },
        {3,       DECIMAL_OK,        1000000000},
        {-6,      DECIMAL_OK,        1         },
        {-9,      DECIMAL_TOO_SMALL, 0         },
        {10,      DECIMAL_TOO_LARGE, 0         },
        {90001,   DECIMAL_TOO_LARGE, 0         },
        {1000000, DECIMAL_TOO_LARGE, 0         },
    };
    for (int z = 0; z < 6; z++)
        for (int r = 0; r < 7; r++) {
            int64_t ticks;
            bool rounded;
            snprintf(text, sizeof text, "0.%0*de%d", zeros[z] + 1, 1, zeros[z] + 1 + rows[r].more);
            assert_int_equal(ticks_of(text, &ticks, &rounded), rows[r].fault);
            if (rows[r].fault == DECIMAL_OK)
                assert_int_equal(ticks, rows[r].ticks);
            snprintf(text, sizeof text, "%0*de%d", zeros[z] + 1, 0, rows[r].more - zeros[z]);
            text[0] = '1';
            assert_int_equal(ticks_of(text, &ticks, &rounded), rows[r].fault);
            if (rows[r].fault == DECIMAL_OK)
                assert_int_equal(ticks, rows[r].ticks);
        }
    int64_t ticks;
    bool rounded;
    snprintf(text, sizeof text, "0.%010000de100000", 1);
    assert_int_equal(ticks_of(text, &ticks, &rounded), DECIMAL_TOO_LARGE);
    assert_int_equal(ticks_of("1e-99999999999999999999", &ticks, &rounded), DECIMAL_TOO_SMALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(prices_become_exact_ticks),
        TEST(bad_prices_are_told_apart),
        TEST(random_numbers_agree_with_their_sources),
        TEST(volumes_are_never_negative),
        TEST(a_long_mantissa_and_its_exponent_make_up_for_each_other),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
