/* The parts of exporters that a results file can hardly reach: escapes, sentences without numbers, what is
 * asked of --export. */
#include "harness/export/export.h"
#include "harness/export/export_after.h"
#include "harness/export/export_words.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

static const char *escape_a(char byte)
{
    return byte == 'a' ? "<a>" : NULL;
}

static void assert_clean(const char *from, const char *to)
{
    struct text t = {0};
    export_add_clean(&t, from, escape_a);
    assert_string_equal(t.p ? t.p : "", to);
    text_done(&t);
}

static void what_no_text_may_hold_is_dropped(void **state)
{
    (void)state;
    assert_clean("", "");
    assert_clean("ba\tb\r\nc", "b<a> b  c");
    assert_clean("\x01x\x1f\x7fy", "xy");
    assert_clean("\xC2\x80z\xC2\x9F\xC2\xA0", "z\xC2\xA0"); /* C1, but not the blank after it */
    assert_clean("\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD",
                 "\xEF\xBF\xBD"); /* U+FFFE, U+FFFF; not U+FFFD */
    assert_clean("\xC2", "\xC2"); /* no look past the end */
    assert_clean("\xEF\xBF", "\xEF\xBF");
}

static void a_sentence_has_no_nan(void **state)
{
    (void)state;
    const struct export_judged j = {.metric = "cpu",
                                    .kind = "timing",
                                    .unit = "ns",
                                    .ratio = 1.142,
                                    .lower = (double)NAN,
                                    .upper = INFINITY,
                                    .base = (double)NAN,
                                    .new = 1,
                                    .detectable_percent = (double)NAN,
                                    .margin_percent = (double)NAN};
    const struct export_benchmark b = {.id = "x",
                                       .metric = "cpu",
                                       .state = EXPORT_INCONCLUSIVE,
                                       .judged = &j,
                                       .judged_count = 1,
                                       .pairs = 10};
    struct text t = {0};
    export_say_outcome(&t, &b);
    assert_string_equal(t.p, "inconclusive: CPU time +14.2 %, 10 pairs");
    text_done(&t);
}

static void what_fails_is_said_first(void **state)
{
    (void)state;
    const struct export_judged j[] = {
        {.metric = "cpu", .kind = "timing", .unit = "ns", .ratio = 1, .margin_percent = 10},
        { .metric = "widgets",
         .kind = "exact",
         .unit = "calls",
         .ratio = 2,
         .base = 3,
         .new = 6,
         .fails = true,
         .margin_percent = 0,
         .detectable_percent = (double)NAN,
         .lower = (double)NAN}
    };
    const struct export_benchmark b = {.id = "x",
                                       .metric = "cpu",
                                       .state = EXPORT_FAIL,
                                       .fails = true,
                                       .judged = j,
                                       .judged_count = 2};
    struct text t = {0};
    assert_ptr_equal(export_decisive(&b), &j[1]);
    export_say_outcome(&t, &b);
    assert_string_equal(t.p, "widgets +100.0 %, base 3 calls, new 6 calls, margin 0 %");
    text_done(&t);
}

static void every_name_finds_its_row(void **state)
{
    (void)state;
    struct err e = {0};
    for (int i = 0; export_names[i]; i++)
        assert_ptr_equal(export_find(export_names[i], &e), exporters[i]);
    assert_null(export_find("", &e));
    assert_says(&e, "openmetrics, json");
}

static bool asks(const char *text, struct err *e)
{
    const struct opt_texts texts = {&text, 1};
    return export_after_check(&texts, NULL, e);
}

static void exports_are_checked_before(void **state)
{
    (void)state;
    struct err e = {0};
    assert_true(asks("junit=-", &e));
    assert_false(asks("", &e));
    assert_false(asks("=x", &e));
    assert_says(&e, "expected one of");
    assert_false(asks("github=x", &e));
    assert_false(
        asks("a-name-of-more-than-sixty-four-characters-that-is-no-format-at-all-of-cupel=x", &e));
    assert_says(&e, "found \"a-name");
    assert_false(asks("junit=/", &e));
    assert_says(&e, "--export junit");
}

static void without_exports_nothing_is_read(void **state)
{
    (void)state;
    const struct opt_texts none = {NULL, 0};
    struct err e = {0};
    assert_true(export_after(&none, "no/such/file", true, &e));
    assert_false(export_after(&none, "no/such/file", false, &e));
}

static void an_error_of_the_run_stays(void **state)
{
    (void)state;
    const char *text = "junit=-";
    const struct opt_texts texts = {&text, 1};
    struct err e = {0};
    err_set(&e, ERR_MISMATCH, "results differ");
    assert_false(export_after(&texts, "no/such/file", false, &e));
    assert_int_equal(e.code, ERR_MISMATCH);
    assert_string_equal(e.text, "results differ");
    assert_false(export_after(&texts, "no/such/file", true, &e));
    assert_says(&e, "no/such/file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_no_text_may_hold_is_dropped), TEST(a_sentence_has_no_nan),
        TEST(what_fails_is_said_first),         TEST(every_name_finds_its_row),
        TEST(exports_are_checked_before),       TEST(without_exports_nothing_is_read),
        TEST(an_error_of_the_run_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
