#include "kernels/straddle/schedule.h"

#include "harness/base/mem.h"
#include "kernels/store/fields.h"
#include "tests/test.h"

#include <string.h>

#define ENTRIES(...)                                                                               \
    &(struct amt_schedule)                                                                         \
    {                                                                                              \
        .name = "some", .entries = (const char *const[]){__VA_ARGS__},                             \
        .n = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)                     \
    }

/* The straddles of 2024-01, a line each. */
static void gives(const struct amt_schedule *text, const char *underlying, const char *expected)
{
    struct err e;
    struct straddle straddles[16];
    char out[1024], *p = out;
    struct schedule *s = schedule_of(text, underlying, &e);
    assert_ok(s, &e);
    assert_int_equal(s->n, text->n);
    schedule_expand(s, straddle_month(2024, 1), straddles);
    *p = '\0';
    for (int i = 0; i < s->n; i++) {
        p += straddle_print(&straddles[i], p);
        *p++ = '\n';
        *p = '\0';
    }
    assert_string_equal(out, expected);
    mem_free(MEM_BASE, s);
}

static void near_is_entered_a_month_before_and_far_two(void **state)
{
    (void)state;
    gives(ENTRIES("N0_OVERRIDE_33.3", "N5_OVERRIDE_33.3", "F10_OVERRIDE_12.5", "F15_F3_12.5"),
          "LA Comdty",
          "|2023-12|2024-01|N|0|OVERRIDE||33.3|\n"
          "|2023-12|2024-01|N|5|OVERRIDE||33.3|\n"
          "|2023-11|2024-01|F|10|OVERRIDE||12.5|\n"
          "|2023-11|2024-01|F|15|F|3|12.5|\n");
    gives(ENTRIES("N0_W3_100", "F2_R2_1", "N3_BD20_50", "N1_LB2_0.5"), "A",
          "|2023-12|2024-01|N|0|W|3|100|\n"
          "|2023-11|2024-01|F|2|R|2|1|\n"
          "|2023-12|2024-01|N|3|BD|20|50|\n"
          "|2023-12|2024-01|N|1|LB|2|0.5|\n");
    gives(&(struct amt_schedule){.name = "none"}, "A", "");
}

/* By hand: MD5("AUDCAD Curncy") begins 95336ab4 = 2503174836; mod 10^6 = 174836; mod 5 + 1 = 2; four
 * entries are 20 / 5 = 4 days apart. "AAPL US Equity": 4dc84bda = 1304972250, 972250, 1. "LA Comdty":
 * 92394c50 = 2453228624, 228624, 5; of two entries 20 / 3 = 6 days apart, of six 20 / 7 = 2. */
static void letters_are_days_spread_over_the_month(void **state)
{
    (void)state;
    gives(ENTRIES("N0_BDa_25", "N0_BDb_25", "N0_BDc_25", "N0_BDd_25"), "AUDCAD Curncy",
          "|2023-12|2024-01|N|0|BD|2|25|\n"
          "|2023-12|2024-01|N|0|BD|6|25|\n"
          "|2023-12|2024-01|N|0|BD|10|25|\n"
          "|2023-12|2024-01|N|0|BD|14|25|\n");
    gives(ENTRIES("N0_BDa_25", "N0_BDb_25", "N0_BDc_25", "N0_BDd_25"), "AAPL US Equity",
          "|2023-12|2024-01|N|0|BD|1|25|\n"
          "|2023-12|2024-01|N|0|BD|5|25|\n"
          "|2023-12|2024-01|N|0|BD|9|25|\n"
          "|2023-12|2024-01|N|0|BD|13|25|\n");
    gives(ENTRIES("N0_BDa_50", "F7_LBa_50"), "LA Comdty",
          "|2023-12|2024-01|N|0|BD|5|50|\n"
          "|2023-11|2024-01|F|7|LB|11|50|\n");
}

/* Which letter it is tells nothing, the place of the entry does; numbers between stay. */
static void the_place_counts_not_the_letter(void **state)
{
    (void)state;
    gives(ENTRIES("Nd_BDd_1", "N3_BD7_1", "N0_BDa_1", "Fc_F3_1", "N0_R2_1", "N0_Wb_1"), "LA Comdty",
          "|2023-12|2024-01|N|5|BD|5|1|\n"
          "|2023-12|2024-01|N|3|BD|7|1|\n"
          "|2023-12|2024-01|N|0|BD|9|1|\n"
          "|2023-11|2024-01|F|11|F|3|1|\n"
          "|2023-12|2024-01|N|0|R|2|1|\n"
          "|2023-12|2024-01|N|0|W|15|1|\n");
}

static void what_is_no_entry_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *words;
    } rows[] = {
        {"",                       "some: \"\": expected <N|F><offset>_<code><n>_<weight>"          },
        {"N0_F3",                  "some: \"N0_F3\": expected <N|F>"                                },
        {"N0",                     "expected <N|F>"                                                 },
        {"0_F3_25",                "expected N or F at the beginning"                               },
        {"X0_F3_25",               "expected N or F at the beginning"                               },
        {"N_F3_25",                "entry offset: expected a number of at most 4 digits or a letter"},
        {"N00_F3_25",              "entry offset"                                                   },
        {"Ne_F3_25",               "entry offset"                                                   },
        {"N0_X3_25",               "code: expected F, R, W, BD, OVERRIDE or LB"                     },
        {"N0__25",                 "code"                                                           },
        {"N0_3_25",                "code"                                                           },
        {"N0_Fe_25",               "expiry: expected a number"                                      },
        {"N0_F03_25",              "expiry: expected a number"                                      },
        {"N0_F3_",                 "weight: expected a decimal"                                     },
        {"N0_F3_a",                "weight"                                                         },
        {"N0_F3_25_1",             "weight"                                                         },
        {"N0_F3_1234567890123456", "weight"                                                         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        if (schedule_of(ENTRIES("N0_F3_25", rows[i].entry), "A", &e))
            fail_msg("\"%s\" was taken", rows[i].entry);
        assert_int_equal(e.code, ERR_INPUT);
        assert_says(&e, rows[i].words);
    }
}

/* ---- the real list ------------------------------------------------------------------------- */

enum { ASSETS = 76 };

struct spread {
    char asset[64];
    int day[4], n;
};

/* The business days of each asset's straddles that expire in 2010-06. */
static int read_spreads(struct spread *spreads)
{
    static const char *const columns[] = {"asset", "expiry_month", "expiry_code", "expiry_value"};
    struct err e;
    struct str row[4];
    int n = 0;
    struct fields *f = fields_open(test_data_file("straddles_all.csv.gz"), columns, 4, &e);
    assert_ok(f, &e);
    while (fields_next(f, row, &e) == FIELDS_ROW) {
        long day = 0;
        if (!str_is(row[1], "2010-06") || !str_is(row[2], "BD"))
            continue;
        if (n == 0 || !str_is(row[0], spreads[n - 1].asset)) {
            assert_true(n < ASSETS);
            struct spread *s = &spreads[n++];
            s->n = 0;
            snprintf(s->asset, sizeof s->asset, "%.*s", (int)row[0].n, row[0].p);
        }
        struct spread *s = &spreads[n - 1];
        assert_true(s->n < 4 && str_to_long(row[3], &day));
        s->day[s->n++] = (int)day;
    }
    fields_close(f);
    return n;
}

/* Its days are as far apart as the formula's. They begin elsewhere for most: the list counts assets by
 * their place in its file, not by their hash, and by chance 17 of 76 begin on the same day. */
static void real_days_are_as_far_apart(void **state)
{
    (void)state;
    static struct spread spreads[ASSETS];
    int n = read_spreads(spreads), begin_alike = 0;
    assert_int_equal(n, ASSETS);
    for (int i = 0; i < n; i++) {
        struct err e;
        struct schedule *s = schedule_of(
            ENTRIES("N0_BDa_25", "N0_BDb_25", "N0_BDc_25", "N0_BDd_25"), spreads[i].asset, &e);
        assert_ok(s, &e);
        assert_int_equal(spreads[i].n, 4);
        assert_in_range(s->entries[0].n, 1, 5);
        assert_in_range(spreads[i].day[0], 1, 5);
        for (int k = 1; k < 4; k++)
            assert_int_equal(s->entries[k].n - s->entries[0].n,
                             spreads[i].day[k] - spreads[i].day[0]);
        begin_alike += s->entries[0].n == spreads[i].day[0];
        mem_free(MEM_BASE, s);
    }
    assert_int_equal(begin_alike, 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(near_is_entered_a_month_before_and_far_two),
        TEST(letters_are_days_spread_over_the_month),
        TEST(the_place_counts_not_the_letter),
        TEST(what_is_no_entry_is_refused),
        TEST(real_days_are_as_far_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
