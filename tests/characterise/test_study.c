/* The rows: names that cannot clash, scenarios that are there, efforts that hold what they promise. */
#include "harness/characterise/study.h"

#include "harness/plan/plan.h"
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

/* What stands behind an option of the arguments, as often as it is there. */
static struct opt_texts given(const char *arguments, const char *option)
{
    struct err e = {0};
    const char *const *words;
    assert_ok(command_line_cut(arguments, &words, &arena, &e), &e);
    struct opt_texts found = {ARENA_NEW(&arena, const char *, strlen(arguments)), 0};
    for (; words[0]; words++)
        if (strcmp(words[0], option) == 0)
            found.v[found.n++] = words[1];
    return found;
}

static void every_effort_names_what_its_scenario_has(void **state)
{
    (void)state;
    struct err e = {0};
    for (const struct study *s = studies; s->id; s++)
        for (int i = 0; i < EFFORTS; i++) {
            struct scenario scenario;
            struct plan plan;
            const struct opt_texts scales = given(s->work[i].arguments, "--scale"),
                                   names = given(s->work[i].arguments, "--comparison");
            assert_ok(scenario_read(&scenario, s->scenario, &arena, &e) &&
                          scenario_choose(&scenario, &scales, &e) &&
                          plan_make(&plan, &scenario, &(struct plan_overrides){0}, &arena, &e) &&
                          plan_choose(&plan, &names, &e),
                      &e);
            assert_true(plan.count > 0);
            plan_done(&plan);
            scenario_done(&scenario);
        }
}

static void every_effort_has_ten_pairs_and_more_of_it_more(void **state)
{
    (void)state;
    int sum[EFFORTS] = {0};
    for (const struct study *s = studies; s->id; s++)
        for (int i = 0; i < EFFORTS; i++) {
            const struct study_work *w = &s->work[i];
            const struct opt_texts pairs = given(w->arguments, "--pairs");
            sum[i] += w->seconds;
            assert_true(w->seconds > 0);
            if (s->kind == STUDY_RUN && (pairs.n != 1 || strtol(pairs.v[0], NULL, 10) < 10))
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
        TEST(every_effort_names_what_its_scenario_has),
        TEST(every_effort_has_ten_pairs_and_more_of_it_more),
        TEST(efforts_are_found_by_name),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
