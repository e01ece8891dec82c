/* Date ranges from texts, and walk-forward windows over bar times. */
#include "kernels/backtest/ranges.h"
#include "kernels/backtest/windows.h"

#include "kernels/store/dates.h"
#include "tests/backtest/mutate.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

enum { CASES = 2000, DAYS = 400 };
static const uint64_t seed = 19870219;

static struct arena arena;
static int64_t days[DAYS]; /* weekdays from Monday 2000-01-03 */

static int begin(void **state)
{
    (void)state;
    for (int i = 0; i < DAYS; i++)
        days[i] = (int64_t)(10959 + i / 5 * 7 + i % 5) * DATE_DAY_SECONDS;
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct bt_times all_days(void)
{
    return (struct bt_times){days, DAYS};
}

static int64_t at(const char *text)
{
    int64_t t = 0;
    assert_true(date_parse(str_of(text), &t));
    return t;
}

/* ---- ranges ----------------------------------------------------------------------------------- */

static bool parse(const char *list, const struct bt_range **out, int *n, struct err *e)
{
    const char *texts[16];
    int count = 0;
    for (struct str rest = str_of(list); *list && rest.p;)
        texts[count++] = str_copy(&arena, str_cut(&rest, ' '));
    return bt_ranges_parse((struct opt_texts){texts, count}, all_days(), &arena, out, n, e);
}

/* The texts, blanks between them, give ranges of these names in this order. */
static const struct bt_range *ranges(const char *list, const char *names)
{
    const struct bt_range *r;
    struct err e = {0};
    char found[800] = "";
    int n;
    assert_ok(parse(list, &r, &n, &e), &e);
    for (int i = 0; i < n; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i ? " " : "",
                 r[i].name);
    assert_string_equal(found, names);
    return r;
}

static void refused(const char *list, const char *words)
{
    const struct bt_range *r;
    struct err e = {0};
    int n;
    assert_false(parse(list, &r, &n, &e));
    assert_says(&e, words);
    assert_int_equal(e.code, ERR_INPUT);
}

static void dates_take_in_whole_days_and_empty_ends_are_the_datas(void **state)
{
    (void)state;
    const struct bt_range *r = ranges("2000-02-01:2000-02-29", "2000-02-01_2000-02-29");
    assert_int_equal(r->from, at("2000-02-01"));
    assert_int_equal(r->to, at("2000-02-29 23:59:59"));
    assert_int_equal(bt_range_days(r), 29);
    r = ranges("", "2000-01-03_2001-07-13");
    assert_int_equal(r->from, days[0]);
    assert_int_equal(r->to, days[DAYS - 1] + 86399);
    ranges(":", "2000-01-03_2001-07-13");
    ranges(":2000-03-01", "2000-01-03_2000-03-01");
    ranges("2001-01-01:", "2001-01-01_2001-07-13");
    ranges("all=:", "all");
    r = ranges("1999-01-01:2002-01-01", "1999-01-01_2002-01-01"); /* nothing is clipped */
    assert_int_equal(r->from, at("1999-01-01"));
}

static void times_of_day_are_exact(void **state)
{
    (void)state;
    const struct bt_range *r =
        ranges("2000-01-03T00:00:2000-01-04T16:30", "2000-01-03_2000-01-04T1630");
    assert_int_equal(r->from, at("2000-01-03"));
    assert_int_equal(r->to, at("2000-01-04 16:30"));
    assert_int_equal(bt_range_days(r), 2);
    r = ranges("x=2000-01-03T23:59:2000-01-05", "x");
    assert_int_equal(r->from, at("2000-01-03 23:59"));
    assert_int_equal(bt_range_days(r), 3);
    ranges("2000-01-03T10:00:", "2000-01-03T1000_2001-07-13");
    ranges(":2000-01-04T00:00", "2000-01-03_2000-01-04T0000");
}

static void ranges_are_sorted_by_start_then_end(void **state)
{
    (void)state;
    ranges("b=2000-06-01:2000-07-01 a=2000-06-01:2000-06-30 c=2000-01-03:2001-01-01", "c a b");
}

static void the_same_span_stays_once_under_its_first_name(void **state)
{
    (void)state;
    ranges("2000-06-01:2000-07-01 mine=2000-06-01:2000-07-01", "2000-06-01_2000-07-01");
    ranges("mine=2000-06-01:2000-07-01 2000-06-01T00:00:2000-07-01 mine=2000-06-01:2000-07-01",
           "mine");
    ranges("all=: 2000-01-03:2001-07-13 a=2000-01-03:", "all");
}

static void one_name_has_one_span(void **state)
{
    (void)state;
    refused("a=2000-06-01:2000-07-01 a=2000-06-01:2000-07-02",
            "range: a is given twice, with different dates");
    refused("a=2000-06-01:2000-07-01 b=2000-06-01:2000-07-01 b=2000-01-03:", /* b fell out */
            "range: b is given twice, with different dates");
    refused("2000-06-01:2000-07-01 2000-06-01_2000-07-01=2000-06-01:",
            "range: 2000-06-01_2000-07-01 is given twice");
}

static void wrong_ranges_are_refused_in_a_sentence(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "2000-06-01", "2000-06-01:2000-06-31", "2000-06-01:2000-07-01:", "x=",
        "x=y",        "2000-06-01T10:2000-07", "2000-06-01-2000-07-01",  "2000-06-01T25:00:",
        "20000601:",  "x=a=2000-06-01:",       "2000-06-01T10:00:00:",   "::"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refused(wrong[i], "range: expected [NAME=]FROM:TO with dates as 2024-12-31");
    refused("2000-06-01: 2000-06-02:2000-06-01", "range: expected FROM not after TO, found");
    refused("2002-01-01:", "range: 2002-01-01_2001-07-13 has no bars: the data has them from 2000");
    refused(":1999-01-01", "range: 2000-01-03_1999-01-01 has no bars");
    refused("=2000-06-01:", "range: expected a name of at most 63 letters");
    refused("a/b=2000-06-01:", "found \"a/b\"");
    refused("..=2000-06-01:", "found \"..\"");
    refused("0123456789012345678901234567890123456789012345678901234567890123=:",
            "range: expected a name of at most 63");
    refused("x=2002-01-01:2003-01-01",
            "range: x has no bars: the data has them from 2000-01-03 to 2001-07-13");
    refused("2000-01-08:2000-01-09", "range: 2000-01-08_2000-01-09 has no bars"); /* a weekend */
}

static void different_spans_have_different_names(void **state)
{
    (void)state;
    struct rng r = rng_seeded(seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    char name[2][BT_RANGE_TEXT];
    int64_t span[2][2];
    for (int k = 0; k < CASES; k++) {
        for (int i = 0; i < 2; i++) {
            span[i][0] = days[rng_below(&r, 3)] + (int64_t)rng_below(&r, 3) * 600 * 72;
            span[i][1] = days[rng_below(&r, 3)] + (int64_t)rng_below(&r, 3) * 600 * 72;
            if (rng_below(&r, 2))
                span[i][1] = days[rng_below(&r, 3)] + DATE_DAY_SECONDS - 1;
            bt_range_name(span[i][0], span[i][1], name[i]);
        }
        bool same = memcmp(span[0], span[1], sizeof span[0]) == 0;
        assert_int_equal(strcmp(name[0], name[1]) == 0, same);
    }
}

static void no_text_does_more_than_be_refused(void **state)
{
    (void)state;
    static const char *const good[] = {"2000-06-01:2000-07-01", "a.b_c-d=2000-06-01:", ":",
                                       "x=2000-06-01T09:30:2000-06-02T16:00"};
    static const char *const parts[] = {":", "=",          "-",    "T",    "0",  "9",    ".",
                                        "/", "2000-06-01", "\xc3", "\x1b", "..", "23:59"};
    struct rng r = rng_seeded(seed + 2);
    long accepted = 0;
    for (int k = 0; k < 10000; k++) {
        struct arena_mark mark = arena_mark(&arena);
        char *text = mutated(&r, good, 4, parts, sizeof parts / sizeof *parts);
        const struct bt_range *range;
        struct err e = {0};
        int n;
        const char *texts[] = {text};
        if (bt_ranges_parse((struct opt_texts){texts, 1}, all_days(), &arena, &range, &n, &e)) {
            assert_true(n == 1 && range->from <= range->to && !strchr(range->name, '/'));
            assert_true(range->name[0] && range->name[0] != '.');
            accepted++;
        } else {
            assert_int_equal(e.code, ERR_INPUT);
            assert_true(strncmp(e.text, "range: ", 7) == 0 && !strchr(e.text, '\n'));
        }
        free(text);
        arena_release(&arena, mark);
    }
    print_message("%ld of 10000 mutated ranges are still ranges\n", accepted);
    assert_true(accepted > 100 && accepted < 5000);
}

/* ---- windows ---------------------------------------------------------------------------------- */

static bool cut(long n, struct bt_window_rule rule, const struct bt_window **w, int *count,
                struct err *e)
{
    return bt_windows_make((struct bt_times){days, n}, rule, &arena, w, count, e);
}

/* "train 0-4, validation 5-6, test 7-8; ..." by the places of bars. */
static void windows_are(long n, struct bt_window_rule rule, const char *expected)
{
    const struct bt_window *w;
    struct err e = {0};
    struct bt_times times = {days, n};
    char found[400] = "";
    int count;
    assert_ok(cut(n, rule, &w, &count, &e), &e);
    for (int i = 0; i < count; i++)
        for (int p = 0; p < BT_PHASES; p++)
            if (bt_window_has(&w[i], (enum bt_phase)p))
                snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s %ld-%ld",
                         i + p ? ", " : "", w[i].phase[p].name,
                         bt_times_from(times, w[i].phase[p].from),
                         bt_times_from(times, w[i].phase[p].to));
    assert_string_equal(found, expected);
}

static void windows_roll_by_their_step(void **state)
{
    (void)state;
    windows_are(12, (struct bt_window_rule){5, 2, 2, 3, false},
                "w01-train 0-4, w01-validation 5-6, w01-test 7-8, "
                "w02-train 3-7, w02-validation 8-9, w02-test 10-11");
    windows_are(11, (struct bt_window_rule){5, 2, 2, 3, false},
                "w01-train 0-4, w01-validation 5-6, w01-test 7-8");
    windows_are(8, (struct bt_window_rule){4, 0, 2, 0, false}, /* no validation; step: test */
                "w01-train 0-3, w01-test 4-5, w02-train 2-5, w02-test 6-7");
}

static void an_expanding_train_begins_at_the_first_bar(void **state)
{
    (void)state;
    windows_are(9, (struct bt_window_rule){3, 1, 1, 2, true},
                "w01-train 0-2, w01-validation 3-3, w01-test 4-4, "
                "w02-train 0-4, w02-validation 5-5, w02-test 6-6, "
                "w03-train 0-6, w03-validation 7-7, w03-test 8-8");
}

static void too_little_data_is_refused_with_both_numbers(void **state)
{
    (void)state;
    const struct bt_window *w;
    struct err e = {0};
    int n;
    assert_false(cut(8, (struct bt_window_rule){5, 2, 2, 1, false}, &w, &n, &e));
    assert_says(&e, "walk-forward: expected at least 9 bars (train 5, validation 2, test 2), the "
                    "data has 8");
    assert_false(cut(9, (struct bt_window_rule){0, 2, 2, 1, false}, &w, &n, &e));
    assert_says(&e, "walk-forward: train: expected from 1 to 2147483647 bars, found 0");
    assert_false(cut(9, (struct bt_window_rule){1, -1, 2, 1, false}, &w, &n, &e));
    assert_says(&e, "walk-forward: validation: expected from 0 to");
    assert_false(cut(9, (struct bt_window_rule){1, 1, 0, 1, false}, &w, &n, &e));
    assert_says(&e, "walk-forward: test: expected from 1 to");
    assert_false(cut(9, (struct bt_window_rule){1, 1, 1, -1, false}, &w, &n, &e));
    assert_says(&e, "walk-forward: step: expected from 0 to");
    assert_false(cut(9, (struct bt_window_rule){1L << 62, 1L << 62, 1, 1, false}, &w, &n, &e));
    assert_says(&e, "walk-forward: train: expected");
}

/* What a cache or a store must tell apart: every slice of every window, by its dates. */
static void no_two_slices_of_a_walk_are_the_same(void **state)
{
    (void)state;
    struct rng r = rng_seeded(seed + 1);
    for (int k = 0; k < CASES; k++) {
        struct arena_mark mark = arena_mark(&arena);
        struct bt_window_rule rule = {.train = 1 + (long)rng_below(&r, 40),
                                      .validation = (long)rng_below(&r, 10),
                                      .test = 1 + (long)rng_below(&r, 20),
                                      .step = (long)rng_below(&r, 15),
                                      .expanding = rng_below(&r, 2)};
        long all = rule.train + rule.validation + rule.test;
        long n = all + (long)rng_below(&r, 120), step = rule.step ? rule.step : rule.test;
        const struct bt_window *w;
        struct err e = {0};
        struct bt_times times = {days, n};
        int count;
        assert_ok(cut(n, rule, &w, &count, &e), &e);
        assert_true(count == (n - all) / step + 1);
        for (int i = 0; i < count; i++) {
            const struct bt_range *p = w[i].phase;
            const struct bt_range *before_test = &p[rule.validation ? BT_VALIDATION : BT_TRAIN];
            assert_int_equal(bt_times_from(times, p[BT_TEST].from),
                             bt_times_from(times, before_test->to) + 1);
            assert_int_equal(bt_window_has(&w[i], BT_VALIDATION), rule.validation > 0);
            for (int j = 0; j < i; j++)
                for (int phase = 0; phase < BT_PHASES; phase++) {
                    const struct bt_range *a = &w[i].phase[phase], *b = &w[j].phase[phase];
                    if (!bt_window_has(&w[i], (enum bt_phase)phase))
                        continue;
                    assert_true(a->to > b->to);
                    assert_string_not_equal(a->name, b->name);
                }
        }
        arena_release(&arena, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(dates_take_in_whole_days_and_empty_ends_are_the_datas),
        TEST(times_of_day_are_exact),
        TEST(ranges_are_sorted_by_start_then_end),
        TEST(the_same_span_stays_once_under_its_first_name),
        TEST(one_name_has_one_span),
        TEST(wrong_ranges_are_refused_in_a_sentence),
        TEST(different_spans_have_different_names),
        TEST(no_text_does_more_than_be_refused),
        TEST(windows_roll_by_their_step),
        TEST(an_expanding_train_begins_at_the_first_bar),
        TEST(too_little_data_is_refused_with_both_numbers),
        TEST(no_two_slices_of_a_walk_are_the_same),
    };
    return cmocka_run_group_tests_name("ranges and windows", tests, begin, end);
}
