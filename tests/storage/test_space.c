/* Shares of a disk, what is said of them, sizes of runs before they are there, ages in words. */
#include "harness/storage/clean.h"
#include "harness/storage/space.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

static const struct space disk = {.used = 700, .available = 300, .block = 4096};

static void shares_are_as_df_counts(void **state)
{
    (void)state;
    assert_true(fabs(space_after(&disk, 0) - 0.7) < 1e-12);
    assert_true(fabs(space_after(&disk, 100) - 0.8) < 1e-12);
    assert_true(space_after(&disk, 400) > 1);
    struct err e = {0};
    struct space here;
    assert_ok(space_read(".", &here, &e), &e);
    assert_true(here.used > 0 && here.block > 0);
    struct space below;
    assert_ok(space_read("./no/such/folder", &below, &e), &e);
    assert_int_equal(below.used + below.available > 0, 1);
    assert_ok(space_read("/nowhere", &below, &e), &e);
}

static void warns_from_80_per_cent_on(void **state)
{
    (void)state;
    struct text said = {0};
    space_warn(&disk, "d", 99, &said);
    assert_int_equal(said.n, 0);
    space_warn(&disk, "d", 100, &said);
    assert_string_equal(said.p,
                        "80 % of the disk of d will be used: needs about 100 B, 300 B are free");
    text_clear(&said);
    space_warn(&disk, "d", 301, &said);
    assert_string_equal(said.p, "the disk of d is too small: needs about 301 B, 300 B are free");
    text_done(&said);
}

/* Two folders between code/ and three files, of 1, 1 and 2 blocks. */
static void a_plan_is_rounded_up_to_blocks(void **state)
{
    (void)state;
    struct capture_file files[] = {
        {.path = "a/x", .bytes = 1   },
        {.path = "a/y", .bytes = 4096},
        {.path = "b/x", .bytes = 4097}
    };
    struct capture_plan plan = {.files = files, .file_count = 3};
    struct space_run copies = space_of_plan(&plan, CAPTURE_COPIES, &disk);
    /* run, metadata/, results/, code/, a/, b/; the metadata; four blocks of code */
    assert_int_equal(copies.next, (6 + 1 + 4) * 4096);
    assert_int_equal(copies.first, copies.next);
    assert_in_range(copies.apparent, 6 * 4096 + 8194, 6 * 4096 + 8194 + 4096); /* as du counts */
    struct space_run content = space_of_plan(&plan, CAPTURE_CONTENT, &disk);
    assert_int_equal(content.next, (3 + 1) * 4096);
    assert_int_equal(content.first - content.next, (4 + 3) * 4096); /* and a folder for each */
}

static void ages_are_days_hours_or_minutes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"30d",    2592000000   },
        {"12h",    43200000     },
        {"45m",    2700000      },
        {"0d",     0            },
        {"69444d", 5999961600000},
    };
    static const char *const bad[] = {"",     "d",   "30",  "30y",    "-1d",
                                      "1.5d", "1 d", "d30", "70000d", "99999999999999999999d",
                                      "1dd"};
    struct err e = {0};
    int64_t ms;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_ok(clean_parse_age(good[i].text, &ms, &e), &e);
        assert_int_equal(ms, good[i].ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (clean_parse_age(bad[i], &ms, &e))
            fail_msg("\"%s\" is accepted", bad[i]);
        assert_says(&e, "expected an age as 30d, 12h or 45m");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shares_are_as_df_counts),
        TEST(warns_from_80_per_cent_on),
        TEST(a_plan_is_rounded_up_to_blocks),
        TEST(ages_are_days_hours_or_minutes),
    };
    return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
