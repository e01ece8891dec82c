#include "kernels/straddle/straddle.h"

#include "kernels/store/fields.h"
#include "tests/test.h"

#include <string.h>

static void the_fields_stand_where_they_belong(void **state)
{
    (void)state;
    struct straddle s;
    struct err e;
    assert_ok(straddle_parse(str_of("|2023-12|2024-01|N|5|OVERRIDE||33.3|"), &s, &e), &e);
    assert_int_equal(s.entry, 12 * 2023 + 11);
    assert_int_equal(s.expiry, 12 * 2024);
    assert_int_equal(s.term, STRADDLE_NEAR);
    assert_int_equal(s.offset, 5);
    assert_int_equal(s.code, STRADDLE_OVERRIDE);
    assert_int_equal(s.n, STRADDLE_EMPTY);
    assert_string_equal(s.weight, "33.3");
    assert_ok(straddle_parse(str_of("|2000-11|2001-01|F|0|BD|17|12.5|"), &s, &e), &e);
    assert_int_equal(s.term, STRADDLE_FAR);
    assert_int_equal(s.offset, 0);
    assert_int_equal(s.code, STRADDLE_BUSINESS_DAY);
    assert_int_equal(s.n, 17);
    assert_ok(straddle_parse(str_of("||||||||"), &s, &e), &e);
    assert_int_equal(s.entry, STRADDLE_EMPTY);
    assert_int_equal(s.expiry, STRADDLE_EMPTY);
    assert_int_equal(s.term, STRADDLE_NO_TERM);
    assert_int_equal(s.offset, STRADDLE_EMPTY);
    assert_int_equal(s.code, STRADDLE_NONE);
    assert_string_equal(s.weight, "");
}

static void comes_back(const char *text, size_t n)
{
    struct straddle s, again;
    struct err e;
    char out[STRADDLE_TEXT];
    assert_ok(straddle_parse((struct str){text, n}, &s, &e), &e);
    if (straddle_print(&s, out) != n || memcmp(out, text, n + 1) != 0)
        fail_msg("\"%.*s\" came back as \"%s\"", (int)n, text, out);
    assert_ok(straddle_parse(str_of(out), &again, &e), &e);
    assert_memory_equal(&s, &again, sizeof s);
}

/* Every field full, empty, and at its limits. */
static void what_is_taken_is_given_back(void **state)
{
    (void)state;
    static const char *const months[] = {"", "0000-01", "2024-12", "9999-12"};
    static const char *const terms[] = {"", "N", "F"};
    static const char *const numbers[] = {"", "0", "9", "10", "9999"};
    static const char *const codes[] = {"", "F", "R", "W", "BD", "OVERRIDE", "LB"};
    static const char *const weights[] = {
        "", "0", "33.3", "100", "999999999999999", "12345678901.234"};
    for (int i = 0; i < 4 * 4 * 3 * 5 * 7 * 5 * 6; i++) {
        char text[128];
        int k = i;
#define NEXT(words) (words)[k % (int)(sizeof words / sizeof *words)]
#define STEP(words) k /= (int)(sizeof words / sizeof *words)
        const char *part[7];
        part[0] = NEXT(months), STEP(months);
        part[1] = NEXT(months), STEP(months);
        part[2] = NEXT(terms), STEP(terms);
        part[3] = NEXT(numbers), STEP(numbers);
        part[4] = NEXT(codes), STEP(codes);
        part[5] = NEXT(numbers), STEP(numbers);
        part[6] = NEXT(weights), STEP(weights);
        int n = snprintf(text, sizeof text, "|%s|%s|%s|%s|%s|%s|%s|", part[0], part[1], part[2],
                         part[3], part[4], part[5], part[6]);
        comes_back(text, (size_t)n);
    }
}

static void other_spellings_are_refused_by_their_field(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"",                                           "expected 7 fields"                          },
        {"|",                                          "expected 7 fields"                          },
        {"||",                                         "expected 7 fields"                          },
        {"|||||||",                                    "expected 7 fields"                          },
        {"|||||||||",                                  "expected 7 fields"                          },
        {"|2023-12|2024-01|N|0|F|3|33.3",              "expected 7 fields"                          },
        {"2023-12|2024-01|N|0|F|3|33.3|",              "expected 7 fields"                          },
        {"|2023-12|2024-1|N|0|F|3|33.3|",              "expiry month: expected YYYY-MM"             },
        {"|2023-13|2024-01|N|0|F|3|33.3|",             "entry month: expected YYYY-MM"              },
        {"|2023-00|2024-01|N|0|F|3|33.3|",             "found \"2023-00\""                          },
        {"|2023/12|2024-01|N|0|F|3|33.3|",             "entry month"                                },
        {"|-023-12|2024-01|N|0|F|3|33.3|",             "entry month"                                },
        {"|2023-12|2024-01|n|0|F|3|33.3|",             "term: expected N, F or nothing, found \"n\""},
        {"|2023-12|2024-01|N|00|F|3|33.3|",            "offset: expected a whole number"            },
        {"|2023-12|2024-01|N|05|F|3|33.3|",            "offset"                                     },
        {"|2023-12|2024-01|N|-5|F|3|33.3|",            "offset"                                     },
        {"|2023-12|2024-01|N|10000|F|3|33.3|",         "offset"                                     },
        {"|2023-12|2024-01|N|0|X|3|33.3|",             "code: expected F, R, W, BD, OVERRIDE, LB"   },
        {"|2023-12|2024-01|N|0|F3||33.3|",             "code"                                       },
        {"|2023-12|2024-01|N|0|F|a|33.3|",             "n: expected a whole number"                 },
        {"|2023-12|2024-01|N|0|F|3|.5|",               "weight: expected a decimal"                 },
        {"|2023-12|2024-01|N|0|F|3|5.|",               "weight"                                     },
        {"|2023-12|2024-01|N|0|F|3|1e2|",              "weight"                                     },
        {"|2023-12|2024-01|N|0|F|3|1.2.3|",            "weight"                                     },
        {"|2023-12|2024-01|N|0|F|3|1234567890.12345|", "weight"                                     },
        {"|2023-12|2024-01|N|0|F|3|33.3| ",            "expected 7 fields"                          },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct straddle s;
        struct err e = {0};
        if (straddle_parse(str_of(rows[i].text), &s, &e))
            fail_msg("\"%s\" was taken", rows[i].text);
        assert_int_equal(e.code, ERR_INPUT);
        assert_says(&e, rows[i].words);
    }
    struct straddle s;
    struct err e;
    static const char zero[] = "|2023-12|2024-01|N|0|F|3|3\0|";
    assert_false(straddle_parse((struct str){zero, sizeof zero - 1}, &s, &e));
}

/* All 231,192 of the list. */
static void every_real_straddle_comes_back(void **state)
{
    (void)state;
    static const char *const columns[] = {"entry_month", "expiry_month", "entry_code",
                                          "entry_value", "expiry_code",  "expiry_value",
                                          "weight"};
    struct err e;
    struct str row[7];
    enum fields_got got;
    long n = 0;
    struct fields *f = fields_open(test_data_file("straddles_all.csv.gz"), columns, 7, &e);
    assert_ok(f, &e);
    while ((got = fields_next(f, row, &e)) == FIELDS_ROW) {
        char text[128] = "|";
        size_t at = 1;
        for (int i = 0; i < 7; i++) {
            memcpy(text + at, row[i].p, row[i].n);
            at += row[i].n;
            text[at++] = '|';
        }
        text[at] = '\0';
        comes_back(text, at);
        n++;
    }
    assert_int_equal(got, FIELDS_END);
    assert_int_equal(n, 231192);
    fields_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_fields_stand_where_they_belong),
        TEST(what_is_taken_is_given_back),
        TEST(other_spellings_are_refused_by_their_field),
        TEST(every_real_straddle_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
