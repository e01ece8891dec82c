#include "harness/base/units.h"

#include "tests/test.h"

#include <math.h>

typedef char *units_fn(char out[UNITS_TEXT], double value);

struct row {
    units_fn *f;
    double value;
    const char *text;
};

static const struct row rows[] = {
    {units_time,   0,              "0 ns"      },
    {units_time,   812,            "812 ns"    },
    {units_time,   1.5,            "1.50 ns"   },
    {units_time,   1530,           "1.53 us"   },
    {units_time,   1.53e6,         "1.53 ms"   },
    {units_time,   15.34e6,        "15.3 ms"   },
    {units_time,   153.4e6,        "153 ms"    },
    {units_time,   2e9,            "2.00 s"    },
    {units_time,   119e9,          "119 s"     },
    {units_time,   279e9,          "4 min 39 s"},
    {units_time,   179.7e9,        "3 min 0 s" },
    {units_time,   -1530,          "-1.53 us"  },
    {units_time,   NAN,            "n/a"       },
    {units_time,   INFINITY,       "n/a"       },
    {units_bytes,  64,             "64 B"      },
    {units_bytes,  1023,           "1023 B"    },
    {units_bytes,  2.57 * 1048576, "2.57 MiB"  },
    {units_bytes,  0x1p41,         "2.00 TiB"  },
    {units_bytes,  NAN,            "n/a"       },
    {units_change, 1.023,          "+2.3 %"    },
    {units_change, 0.9,            "-10.0 %"   },
    {units_change, 1,              "+0.0 %"    },
    {units_change, NAN,            "n/a"       },
    {units_ratio,  0.125,          "0.125"     },
    {units_ratio,  0.0125,         "0.0125"    },
    {units_ratio,  4.03,           "4.030"     },
    {units_ratio,  12.5,           "12.5"      },
    {units_ratio,  -INFINITY,      "n/a"       },
};

static void values_are_shown_for_people(void **state)
{
    (void)state;
    char out[UNITS_TEXT];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(rows[i].f(out, rows[i].value), rows[i].text);
}

static void counts_have_their_thousands_parted(void **state)
{
    (void)state;
    char out[UNITS_TEXT];
    assert_string_equal(units_count(out, 0), "0");
    assert_string_equal(units_count(out, 999), "999");
    assert_string_equal(units_count(out, 1000), "1,000");
    assert_string_equal(units_count(out, 42801), "42,801");
    assert_string_equal(units_count(out, UINT64_MAX), "18,446,744,073,709,551,615");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_are_shown_for_people),
        TEST(counts_have_their_thousands_parted),
    };
    return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
