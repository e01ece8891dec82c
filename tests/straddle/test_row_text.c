/* Valued rows as text, and numbers as Python prints them. */
#include "kernels/straddle/row_text.h"

#include "harness/base/rng.h"

#include "tests/straddle/scene.h"
#include "tests/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void numbers_are_as_short_as_can_be(void **state)
{
    (void)state;
    static const struct {
        double x;
        const char *text;
    } rows[] = {
        {0,                 "0.0"                     },
        {-0.0,              "-0.0"                    },
        {73,                "73.0"                    },
        {73.4,              "73.4"                    },
        {-37.63,            "-37.63"                  },
        {0.1 + 0.2,         "0.30000000000000004"     },
        {1.0 / 3,           "0.3333333333333333"      },
        {2.0 / 3,           "0.6666666666666666"      },
        {100,               "100.0"                   },
        {0.0001,            "0.0001"                  },
        {0.00001,           "1e-05"                   },
        {0.000012345,       "1.2345e-05"              },
        {999999999999999.9, "999999999999999.9"       },
        {1e15,              "1000000000000000.0"      },
        {9999999999999998,  "9999999999999998.0"      },
        {1e16,              "1e+16"                   },
        {1.5e300,           "1.5e+300"                },
        {-1e-100,           "-1e-100"                 },
        {DBL_MAX,           "1.7976931348623157e+308" },
        {-DBL_MAX,          "-1.7976931348623157e+308"},
        {-DBL_MIN,          "-2.2250738585072014e-308"},
        {5e-324,            "5e-324"                  },
        {0x1p-44,
         "5.684341886080802e-14"                      }, /* the nearest of 16 digits ends in 1 and reads back lower */
        {0x1p53,            "9007199254740992.0"      },
        {1e23,              "1e+23"                   },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[ROW_TEXT_NUMBER];
        size_t n = row_text_number(rows[i].x, text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(n, strlen(text));
    }
}

/* ---- against Python ---------------------------------------------------------------------------- */

static double any_bits(struct rng *r)
{
    double x = 0;
    do {
        uint64_t bits = rng_next(r);
        memcpy(&x, &bits, sizeof x);
    } while (!isfinite(x));
    return x;
}

/* Of every size, in the range of prices, with few decimals, in neighbours of powers. */
static double any_number(struct rng *r, int i)
{
    int power = -6 + (int)rng_below(r, 24);
    switch (i % 7) {
    case 0: return any_bits(r);
    case 1: return rint(1e4 * rng_unit(r)) / 100;
    case 2: return ldexp(1, -1074 + i / 7 % 2098);
    case 3: return nextafter(pow(10, power), rng_below(r, 2) ? 0 : INFINITY);
    case 4: return (double)(rng_next(r) >> 11) * ldexp(1, -(int)rng_below(r, 60));
    default: return (2 * rng_unit(r) - 1) * pow(10, power);
    }
}

static const char check[] = "import sys\n"
                            "n = 0\n"
                            "for line in open(sys.argv[1]):\n"
                            "    exact, text = line.split()\n"
                            "    x = float.fromhex(exact)\n"
                            "    if repr(x) != text: sys.exit(f'{text}, expected {x!r}')\n"
                            "    n += 1\n"
                            "sys.exit(0 if n == 30000 else 'lines are missing')\n";

static void numbers_are_those_of_python(void **state)
{
    (void)state;
    if (system("python3 -c pass >/dev/null 2>&1") != 0)
        skip();
    struct text t = {0}, command = {0};
    struct rng r = rng_seeded(31);
    for (int i = 0; i < 30000; i++) {
        char text[ROW_TEXT_NUMBER];
        double x = any_number(&r, i);
        row_text_number(x, text);
        assert_true(strtod(text, NULL) == x);
        text_printf(&t, "%a %s\n", x, text);
    }
    test_folder("numbers");
    FILE *f = fopen(test_path("numbers/list"), "w");
    assert_non_null(f);
    assert_int_equal(fwrite(t.p, 1, t.n, f), t.n);
    assert_int_equal(fclose(f), 0);
    text_printf(&command, "python3 -c \"%s\" '%s'", check, test_path("numbers/list"));
    assert_int_equal(system(command.p), 0);
    text_done(&t);
    text_done(&command);
}

/* ---- rows -------------------------------------------------------------------------------------- */

static void the_header_names_as_many_hedges(void **state)
{
    (void)state;
    struct text t = {0};
    row_text_header(1, &t);
    assert_string_equal(t.p,
                        "asset\tstraddle\tdate\tvol\thedge\taction\tmodel\tstrike_vol\tstrike\t"
                        "expiry\tmv\tdelta\topnl\thpnl\tpnl\n");
    text_clear(&t);
    row_text_header(4, &t);
    assert_non_null(strstr(t.p, "\tvol\thedge\thedge1\thedge2\thedge3\taction\t"));
    assert_non_null(strstr(t.p, "\tstrike\tstrike1\tstrike2\tstrike3\texpiry\t"));
    text_done(&t);
}

/* The example of test_valuation.c, the negative price, and a hedge that others have and it has not. */
static void rows_are_days_that_were_valued(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, "2020-04", "2020-05", "2020-04-28", "2020-05-01", 1);
    memcpy(s.straddle.weight, "33.3", 5);
    s.straddle.term = STRADDLE_NEAR;
    scene_add(&s, "2020-04-28", 40, 50, 0);
    scene_add(&s, "2020-04-29", 40, -37.63, 0);
    scene_add(&s, "2020-04-30", 40, 40, 0);
    scene_add(&s, "2020-05-01", 38.5, 45, 0);
    const struct valuation *v = scene_run(&s, 1);
    struct text t = {0};
    row_text_add("CL Comdty", &s.straddle, AMT_ES, v, 2, &t);
    char mv[2][ROW_TEXT_NUMBER], delta[2][ROW_TEXT_NUMBER], opnl[2][ROW_TEXT_NUMBER];
    char hpnl[2][ROW_TEXT_NUMBER], pnl[2][ROW_TEXT_NUMBER];
    for (int i = 0; i < 2; i++) {
        row_text_number(v->rows[i].mv, mv[i]);
        row_text_number(v->rows[i].delta, delta[i]);
        row_text_number(v->rows[1 + i].opnl, opnl[i]);
        row_text_number(v->rows[1 + i].hpnl, hpnl[i]);
        row_text_number(v->rows[1 + i].pnl, pnl[i]);
    }
    struct text expected = {0};
    const char *name = "CL Comdty\t|2020-04|2020-05|N|0|OVERRIDE||33.3|";
    text_printf(&expected,
                "%s\t2020-04-28\t40.0\t50.0\t\tentry\tES\t40.0\t50.0\t\t2020-05-01\t%s\t%s"
                "\t0.0\t0.0\t0.0\n",
                name, mv[0], delta[0]);
    text_printf(&expected,
                "%s\t2020-04-30\t40.0\t40.0\t\thold\tES\t40.0\t50.0\t\t2020-05-01\t%s\t%s"
                "\t%s\t%s\t%s\n",
                name, mv[1], delta[1], opnl[0], hpnl[0], pnl[0]);
    text_printf(&expected,
                "%s\t2020-05-01\t38.5\t45.0\t\texpiry\tES\t40.0\t50.0\t\t2020-05-01\t0.1\t-1.0"
                "\t%s\t%s\t%s\n",
                name, opnl[1], hpnl[1], pnl[1]);
    assert_string_equal(t.p, expected.p);
    text_done(&t);
    text_done(&expected);
}

static void every_row_has_the_columns_of_the_header(void **state)
{
    (void)state;
    struct rng r = rng_seeded(32);
    for (int i = 0; i < 200; i++) {
        struct scene s;
        struct text t = {0};
        scene_random(&s, &r);
        scene_run(&s, 1);
        row_text_header(TICKERS_HEDGES_MAX, &t);
        row_text_add("QQ Comdty", &s.straddle, AMT_CDS_ES, &s.out, TICKERS_HEDGES_MAX, &t);
        int columns = 0, lines = 0;
        for (const char *p = t.p; *p; p++) {
            columns += *p == '\t';
            if (*p == '\n') {
                assert_int_equal(columns, 20);
                columns = 0;
                lines++;
            }
        }
        assert_int_equal(lines, 1 + s.out.n);
        text_done(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_are_as_short_as_can_be),          TEST(numbers_are_those_of_python),
        TEST(the_header_names_as_many_hedges),         TEST(rows_are_days_that_were_valued),
        TEST(every_row_has_the_columns_of_the_header),
    };
    return cmocka_run_group_tests_name("rows of straddles as text", tests, NULL, NULL);
}
