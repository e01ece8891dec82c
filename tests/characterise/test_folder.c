/* Which folder is gone on with, which is refused, and what its manifest says. */
#include "harness/characterise/folder.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static struct arena arena;
static const struct opt_texts no_settings;

static struct folder_request like(const char *effort, const char *commit)
{
    return (struct folder_request){.effort = effort, .commit = commit, .settings = &no_settings};
}

static void put(struct ledger *m, const char *id, enum ledger_state state)
{
    ledger_put(m, study_find(id),
               &(struct ledger_entry){
                   .state = state, .file = "f", .command = "c", .reason = "", .seconds = 1.5});
}

/* A day's folder, begun, or with every study measured. */
static void make_day(const char *date, const char *effort, bool whole)
{
    struct err e = {0};
    struct folder f;
    struct folder_request r = like(effort, "abc");
    r.date = date;
    assert_ok(folder_open(&f, &r, &arena, &e), &e);
    for (const struct study *s = studies; s->id && whole; s++)
        put(&f.ledger, s->id, LEDGER_COMPLETE);
    assert_ok(ledger_write(&f.ledger, f.path, &e), &e);
    folder_close(&f);
}

static const char *day_of(const struct folder_request *r)
{
    struct err e = {0};
    struct folder f;
    assert_ok(folder_open(&f, r, &arena, &e), &e);
    const char *day = arena_text(&arena, f.date);
    folder_close(&f);
    return day;
}

/* Other than the days below, in any year. */
static void the_newest_that_was_begun_like_this_goes_on(void **state)
{
    (void)state;
    make_day("2001-02-03", "quick", false);
    make_day("2001-02-05", "quick", false);
    make_day("2001-02-07", "quick", true);
    make_day("2001-02-09", "full", false);
    struct folder_request r = like("quick", "abc");
    assert_string_equal(day_of(&r), "2001-02-05");
    r.effort = "full";
    assert_string_equal(day_of(&r), "2001-02-09");
    r.effort = "normal";
    assert_string_not_equal(day_of(&r), "2001-02-05"); /* today */
    r = like("quick", "another");
    r.out = "elsewhere";
    assert_string_not_equal(day_of(&r), "2001-02-05");
}

static void refused(const struct folder_request *r, const char *words)
{
    struct err e = {0};
    struct folder f;
    assert_false(folder_open(&f, r, &arena, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_says(&e, words);
}

static void what_was_measured_otherwise_is_refused(void **state)
{
    (void)state;
    const char *bundle[] = {"bundle=x"};
    const struct opt_texts set = {bundle, 1};
    make_day("2002-02-03", "quick", false);
    struct folder_request r = like("full", "abc");
    r.date = "2002-02-03";
    refused(&r, "measured with effort quick, not full");
    refused(&r, "--again to start anew");
    r = like("quick", "xyz");
    r.date = "2002-02-03";
    refused(&r, "measured with build abc, not xyz");
    r.commit = "abc";
    r.settings = &set;
    refused(&r, "measured with other --set");
    r.settings = &no_settings;
    r.out = FOLDER_ROOT "/2002-02-03";
    r.date = "2002-02-04";
    refused(&r, "measured with the date 2002-02-03, not 2002-02-04");
    r.date = NULL;
    assert_string_equal(day_of(&r), "2002-02-03");
}

static void days_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"2001-02-30", "2001-2-3", "today", "2001-02-03T00:00:00Z",
                                      "../x/2001-1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct folder_request r = like("quick", "abc");
        r.date = bad[i];
        refused(&r, "--date: expected a day");
    }
}

static void two_at_once_are_refused(void **state)
{
    (void)state;
    struct err e = {0};
    struct folder f;
    struct folder_request r = like("quick", "abc");
    r.out = "locked";
    assert_ok(folder_open(&f, &r, &arena, &e), &e);
    refused(&r, "locked: another cupel characterise is at work there");
    r.again = true;
    refused(&r, "at work there");
    folder_close(&f);
    r.again = false;
    assert_string_equal(day_of(&r), f.date);
}

static void starting_anew_keeps_what_was_there(void **state)
{
    (void)state;
    struct err e = {0};
    struct folder_request r = like("quick", "abc");
    r.out = "again//";
    for (int i = 0; i < 3; i++) {
        struct folder f;
        assert_ok(folder_open(&f, &r, &arena, &e), &e);
        assert_null(ledger_study(&f.ledger, "scaling"));
        put(&f.ledger, "scaling", LEDGER_FAILED);
        assert_ok(ledger_write(&f.ledger, f.path, &e), &e);
        folder_close(&f);
        r.again = true;
    }
    struct ledger kept;
    assert_ok(ledger_read(&kept, "again.before-2", &e), &e);
    assert_int_equal(ledger_state_of(&kept, "scaling"), LEDGER_FAILED);
    ledger_done(&kept);
    assert_true(io_exists("again.before-1") && !io_exists("again.before-3"));
}

static void folders_of_others_are_left_alone(void **state)
{
    (void)state;
    struct err e = {0};
    struct folder_request r = like("quick", "abc");
    assert_ok(io_make_dirs("others", &e) && io_write_file("others/thesis.txt", "x", 1, &e), &e);
    r.out = "others";
    refused(&r, "expected a folder that is empty or has a manifest.json");
    r.out = "others/thesis.txt";
    refused(&r, "expected a folder, found a file");
    static const char *const bad[] = {"", "{", "[]", "{\"schema\":2}",
                                      "{\"schema\":1,\"date\":\"x\",\"effort\":\"quick\"}"};
    r.out = "others";
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_ok(io_write_file("others/manifest.json", bad[i], strlen(bad[i]), &e), &e);
        refused(&r, "others/manifest.json");
    }
}

/* ---- the manifest ------------------------------------------------------------------------------ */

static void studies_stand_in_the_order_of_the_rows(void **state)
{
    (void)state;
    struct ledger m = {0};
    ledger_begin(&m, &(struct ledger_facts){"2001-01-01", "quick", "abc", &no_settings});
    put(&m, "scaling", LEDGER_COMPLETE);
    put(&m, "asset-list", LEDGER_FAILED);
    put(&m, "asset-list", LEDGER_COMPLETE);
    const struct json *first = json_first(json_get(m.document, "studies"));
    assert_string_equal(json_text(json_get(first, "id")), "asset-list");
    assert_string_equal(json_text(json_get(first, "state")), "complete");
    assert_string_equal(json_text(json_get(json_next(first), "id")), "scaling");
    assert_null(json_next(json_next(first)));
    assert_true(json_number(json_get(first, "seconds")) == 1.5);
    ledger_done(&m);
}

static void it_is_complete_when_nothing_is_left_to_measure(void **state)
{
    (void)state;
    struct ledger m = {0};
    ledger_begin(&m, &(struct ledger_facts){"2001-01-01", "quick", "abc", &no_settings});
    for (const struct study *s = studies; s->id; s++) {
        assert_false(ledger_is_complete(&m));
        put(&m, s->id, s == studies ? LEDGER_NOT_MEASURABLE : LEDGER_COMPLETE);
    }
    assert_true(ledger_is_complete(&m));
    put(&m, "scaling", LEDGER_FAILED);
    assert_false(ledger_is_complete(&m));
    ledger_done(&m);
}

static void seconds_that_are_not_known_are_null(void **state)
{
    (void)state;
    struct ledger m = {0};
    struct err e = {0};
    ledger_begin(&m, &(struct ledger_facts){"2001-01-01", "quick", "abc", &no_settings});
    ledger_put(&m, study_find("scaling"),
               &(struct ledger_entry){.state = LEDGER_COMPLETE,
                                      .file = "f",
                                      .command = "c",
                                      .reason = "",
                                      .seconds = (double)NAN});
    assert_ok(ledger_write(&m, ".", &e), &e);
    ledger_done(&m);
    assert_ok(ledger_read(&m, ".", &e), &e);
    assert_int_equal(json_kind(json_get(ledger_study(&m, "scaling"), "seconds")), JSON_NULL);
    ledger_done(&m);
    assert_ok(io_remove(LEDGER_FILE, &e), &e);
}

static int in_a_folder_of_its_own(void **state)
{
    (void)state;
    return chdir(test_folder("characterise-folder"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_newest_that_was_begun_like_this_goes_on),
        TEST(what_was_measured_otherwise_is_refused),
        TEST(days_that_are_none_are_refused),
        TEST(two_at_once_are_refused),
        TEST(starting_anew_keeps_what_was_there),
        TEST(folders_of_others_are_left_alone),
        TEST(studies_stand_in_the_order_of_the_rows),
        TEST(it_is_complete_when_nothing_is_left_to_measure),
        TEST(seconds_that_are_not_known_are_null),
    };
    int failed = cmocka_run_group_tests(tests, in_a_folder_of_its_own, NULL);
    arena_done(&arena);
    return failed;
}
