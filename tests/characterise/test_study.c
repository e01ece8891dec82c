/* The rows: names that cannot clash, scenarios that are there, efforts that hold what they promise. */
#include "harness/characterise/study.h"

#include "harness/base/io.h"
#include "harness/run/command_line.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static struct arena arena;

static void ids_and_files_are_of_one_study(void **state)
{
    (void)state;
    assert_true(study_count() > 10);
    for (const struct study *s = studies; s->id; s++) {
        assert_ptr_equal(study_find(s->id), s);
        for (const struct study *t = studies; t < s; t++)
            assert_string_not_equal(s->file, t->file);
    }
    assert_null(study_find("asset"));
}

static void the_day_stands_in_the_name(void **state)
{
    (void)state;
    assert_string_equal(study_file(study_find("scaling"), "2026-11-21", &arena),
                        "benchmark_results/layer3_scaling_2026-11-21.jsonl");
    assert_string_equal(study_named("a_DATE.csv", "x", &arena), "a_x.csv");
}

static void studies_are_chosen_by_name_in_the_order_of_the_rows(void **state)
{
    (void)state;
    struct err e = {0};
    const struct study **chosen = ARENA_NEW(&arena, const struct study *, study_count());
    const char *words[] = {"memory,scaling", "asset-list"};
    int n;
    assert_ok(study_choose(&(struct opt_texts){words, 2}, chosen, &n, &arena, &e), &e);
    assert_int_equal(n, 3);
    assert_string_equal(chosen[0]->id, "asset-list");
    assert_ok(study_choose(&(struct opt_texts){0}, chosen, &n, &arena, &e), &e);
    assert_int_equal(n, study_count());
    words[1] = "scaling,scalings";
    assert_false(study_choose(&(struct opt_texts){words, 2}, chosen, &n, &arena, &e));
    assert_says(&e, "expected one of asset-list, ");
    assert_says(&e, "found \"scalings\"");
}

static void every_study_has_its_scenario(void **state)
{
    (void)state;
    if (!io_exists("scenarios/characteristics/asset-list.json"))
        skip(); /* they are not there yet */
    for (const struct study *s = studies; s->id; s++)
        if (!io_exists(arena_format(&arena, "scenarios/%s.json", s->scenario)))
            fail_msg("%s: no scenario %s", s->id, s->scenario);
}

/* The word behind --pairs; 0: there is none. */
static long pairs_of(const char *arguments)
{
    struct err e = {0};
    const char *const *words;
    assert_ok(command_line_cut(arguments, &words, &arena, &e), &e);
    for (; words[0]; words++)
        if (strcmp(words[0], "--pairs") == 0)
            return strtol(words[1], NULL, 10);
    return 0;
}

static void every_effort_has_ten_pairs_and_more_of_it_more(void **state)
{
    (void)state;
    int sum[EFFORTS] = {0};
    for (const struct study *s = studies; s->id; s++)
        for (int i = 0; i < EFFORTS; i++) {
            const struct study_work *w = &s->work[i];
            sum[i] += w->seconds;
            assert_true(w->seconds > 0);
            if (s->kind == STUDY_RUN && pairs_of(w->arguments) < 10)
                fail_msg("%s, %s: too few pairs", s->id, study_efforts[i]);
            if (i > 0 && w->seconds < s->work[i - 1].seconds)
                fail_msg("%s, %s: quicker than less of it", s->id, study_efforts[i]);
        }
    assert_in_range(sum[EFFORT_QUICK], 60, 10 * 60);
    assert_in_range(sum[EFFORT_NORMAL], 10 * 60, 60 * 60);
    assert_in_range(sum[EFFORT_FULL], 60 * 60, 12 * 60 * 60);
}

static void efforts_are_found_by_name(void **state)
{
    (void)state;
    for (int i = 0; i < EFFORTS; i++)
        assert_int_equal(study_effort_named(study_efforts[i]), i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ids_and_files_are_of_one_study),
        TEST(the_day_stands_in_the_name),
        TEST(studies_are_chosen_by_name_in_the_order_of_the_rows),
        TEST(every_study_has_its_scenario),
        TEST(every_effort_has_ten_pairs_and_more_of_it_more),
        TEST(efforts_are_found_by_name),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
