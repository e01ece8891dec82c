#include "kernels/straddle/chain.h"
#include "kernels/straddle/map.h"
#include "kernels/straddle/overrides.h"

#include "harness/base/io.h"
#include "kernels/store/dates.h"
#include "kernels/straddle/straddle.h"
#include "tests/test.h"

#include <string.h>

static int32_t day_of(int year, int month, int day)
{
    return (int32_t)date_to_days((struct date){year, month, day});
}

static const char *written(const char *text)
{
    static char path[1024];
    struct err e;
    snprintf(path, sizeof path, "%s/some.csv", test_folder("maps"));
    assert_ok(io_write_file(path, text, strlen(text), &e), &e);
    return path;
}

static void keys_are_bytes_and_the_last_value_holds(void **state)
{
    (void)state;
    struct map *m = map_new(sizeof(int));
    *(int *)map_put(m, "a\0b", 3) = 1;
    *(int *)map_put(m, "a", 1) = 2;
    assert_int_equal(*(int *)map_put(m, "", 0), 0);
    *(int *)map_put(m, "a", 1) = 3;
    assert_int_equal(*(const int *)map_find(m, "a\0b", 3), 1);
    assert_int_equal(*(const int *)map_find(m, "a", 1), 3);
    assert_int_equal(*(const int *)map_find(m, "", 0), 0);
    assert_null(map_find(m, "a\0", 2));
    size_t before = map_bytes(m);
    *(int *)map_put(m, "a", 1) = 3;
    assert_int_equal(map_bytes(m), before);
    for (int i = 0; i < 10000; i++)
        *(int *)map_put(m, &i, sizeof i) = i;
    for (int i = 0; i < 10000; i++)
        assert_int_equal(*(const int *)map_find(m, &i, sizeof i), i);
    assert_true(map_bytes(m) > before + 10000 * sizeof(int));
    map_free(m);
    map_free(NULL);
}

static void contracts_have_their_real_names(void **state)
{
    (void)state;
    struct err e;
    struct chain *c = chain_load(written("normalized_future,actual_future,last_date\n"
                                         "QQF2025 Comdty,QQF25 Comdty,2025-01-20\n"
                                         "QQG2025 Comdty,QQG5 Comdty,2025-02-18\n"
                                         "QQH2025 Comdty,,\n"
                                         "QQG2025 Comdty,QQG5 Comdty,\n"),
                                 &e);
    assert_ok(c, &e);
    assert_string_equal(chain_find(c, "QQF2025 Comdty"), "QQF25 Comdty");
    assert_string_equal(chain_find(c, "QQG2025 Comdty"), "QQG5 Comdty");
    assert_null(chain_find(c, "QQH2025 Comdty"));
    assert_null(chain_find(c, "QQF2025"));
    assert_null(chain_find(c, ""));
    assert_int_equal(chain_rows(c), 4);
    assert_true(chain_bytes(c) > 100);
    chain_free(c);
    chain_free(NULL);
}

static void bad_rows_of_a_chain_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *csv, *words;
    } rows[] = {
        {"normalized_future,last_date\n",                                            "F:1: column \"actual_future\" is missing"},
        {"normalized_future,actual_future,last_date\nA,B,1\n",
         "F:2: last_date: expected YYYY-MM-DD or nothing"                                                                      },
        {"normalized_future,actual_future,last_date\n,B,\n",
         "F:2: normalized_future: expected the name"                                                                           },
        {"normalized_future,actual_future,last_date\nA,B,\nA,B\n",                   "F:3: 2 fields: expected 3"               },
        {"normalized_future,actual_future,last_date\nA,B,\nC,D,\nA,,\nA,B,\nA,X,\n",
         "F:6: actual_future: expected one row a normalized_future, line 2 says \"B\", this \"X\""                             },
        {"normalized_future,actual_future,last_date\nA,B,\nA,\xff\xfe,\n",
         "F:3: actual_future: expected UTF-8"                                                                                  },
        {"normalized_future,actual_future,last_date\nA,B,\n\xe9,B,\n",
         "F:3: normalized_future: expected UTF-8"                                                                              },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        assert_null(chain_parse(str_of(rows[i].csv), "F", &e));
        assert_says(&e, rows[i].words);
    }
    struct err e;
    assert_null(chain_load("/no/such.csv", &e));
    assert_says(&e, "/no/such.csv");
}

static void a_ticker_and_month_have_their_day(void **state)
{
    (void)state;
    struct err e;
    int32_t day = -1;
    struct overrides *o = overrides_load(written("expiry,ticker\n"
                                                 "2024-06-21,QQ Comdty\n"
                                                 "2024-07-01,QQ Comdty\n"
                                                 "2024-06-30,CL Comdty\n"
                                                 "2024-06-21,QQ Comdty\n"
                                                 "1969-12-31,QQ Comdty\n"),
                                         &e);
    assert_ok(o, &e);
    assert_true(overrides_find(o, "QQ Comdty", straddle_month(2024, 6), &day));
    assert_int_equal(day, day_of(2024, 6, 21));
    assert_true(overrides_find(o, "QQ Comdty", straddle_month(2024, 7), &day));
    assert_int_equal(day, day_of(2024, 7, 1));
    assert_true(overrides_find(o, "QQ Comdty", straddle_month(1969, 12), &day));
    assert_int_equal(day, -1);
    assert_true(overrides_find(o, "CL Comdty", straddle_month(2024, 6), &day));
    assert_int_equal(day, day_of(2024, 6, 30));
    assert_false(overrides_find(o, "CL Comdty", straddle_month(2024, 7), &day));
    assert_false(overrides_find(o, "CL Comdt", straddle_month(2024, 6), &day));
    assert_false(overrides_find(o, "", straddle_month(2024, 6), &day));
    assert_int_equal(overrides_rows(o), 5);
    assert_true(overrides_bytes(o) > 100);
    overrides_free(o);
    overrides_free(NULL);
}

static void bad_overrides_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *csv, *words;
    } rows[] = {
        {"ticker\n",                                                                "F:1: column \"expiry\" is missing"   },
        {"ticker,expiry\nA,2024-02-30\n",
         "F:2: expiry: expected a day as YYYY-MM-DD, found \"2024-02-30\""                                                },
        {"ticker,expiry\nA,2024-02-03 01:00\n",                                     "F:2: expiry"                         },
        {"ticker,expiry\n\nA,\n",                                                   "F:3: expiry"                         },
        {"ticker,expiry\n,2024-02-03\n",                                            "F:2: ticker: expected 1 to 200 bytes"},
        {"ticker,expiry\nA,2024-02-03\nA,2024-03-03\nA,2024-02-03\nA,2024-02-04\n",
         "F:5: expiry: expected one row a (ticker, month), line 2 says \"2024-02-03\", this "
         "\"2024-02-04\""                                                                                                 },
        {"ticker,expiry\n\xff,2024-02-03\n",                                        "F:2: ticker: expected UTF-8"         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {0};
        assert_null(overrides_parse(str_of(rows[i].csv), "F", &e));
        assert_says(&e, rows[i].words);
    }
    struct err e;
    char name[300];
    int32_t day;
    memset(name, 'A', sizeof name);
    name[sizeof name - 1] = '\0';
    struct overrides *o = overrides_parse(str_of("ticker,expiry\nA,2024-02-03\n"), "F", &e);
    assert_ok(o, &e);
    assert_false(overrides_find(o, name, straddle_month(2024, 2), &day));
    overrides_free(o);
    assert_null(overrides_load("/no/such.csv", &e));
    assert_says(&e, "/no/such.csv");
}

/* The option expiries of the list, as overrides of tickers of our own. */
static void real_expiries_are_found(void **state)
{
    (void)state;
    struct err e;
    struct text real = {0}, csv = {0};
    assert_ok(io_read_file(test_data_file("contract_expiries.csv"), &real, &e), &e);
    long n = 0;
    text_puts(&csv, "ticker,expiry\n");
    for (struct str rest = {real.p, real.n}; rest.p;) {
        struct str line = str_cut(&rest, '\n');
        if (line.n < 6 || memcmp(line.p, "option", 6) != 0)
            continue;
        str_cut(&line, ',');
        struct str symbol = str_cut(&line, ',');
        str_cut(&line, ',');
        text_printf(&csv, "%.*s Comdty,%.*s\n", (int)symbol.n, symbol.p, (int)line.n, line.p);
        n++;
    }
    struct overrides *o = overrides_parse((struct str){csv.p, csv.n}, "F", &e);
    assert_ok(o, &e);
    assert_int_equal(overrides_rows(o), n);
    assert_int_equal(n, 244 + 244 + 229);
    int32_t day;
    for (int32_t month = straddle_month(2010, 1); month < straddle_month(2025, 1); month++) {
        assert_true(overrides_find(o, "CL Comdty", month, &day));
        struct date d = date_from_days(day);
        assert_int_equal(straddle_month(d.year, d.month), month);
    }
    overrides_free(o);
    text_done(&real);
    text_done(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_are_bytes_and_the_last_value_holds),
        TEST(contracts_have_their_real_names),
        TEST(bad_rows_of_a_chain_are_named),
        TEST(a_ticker_and_month_have_their_day),
        TEST(bad_overrides_are_named),
        TEST(real_expiries_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
