/* Which sides of a plan are profiled: each once, by scale and by name, and which against each other. */
#include "harness/profile/targets.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <string.h>

static const char document[] =
    "{\"name\": \"t\", \"kernel\": \"spin\", \"scales\": [{\"name\": \"small\"},"
    " {\"name\": \"large\"}],"
    " \"compare\": [{\"name\": \"more\", \"base\": {\"settings\": {\"extra_percent\": 10}},"
    "               \"new\": {\"settings\": {\"extra_percent\": 20}}},"
    "              {\"name\": \"most\", \"base\": {\"settings\": {\"extra_percent\": 10}},"
    "               \"new\": {\"settings\": {\"extra_percent\": 30}}},"
    "              {\"name\": \"other base\", \"base\": {\"settings\": {\"extra_percent\": 20}},"
    "               \"new\": {\"settings\": {\"extra_percent\": 40}}}]}";

struct fixture {
    struct arena arena;
    struct scenario scenario;
    struct plan plan;
};

static int make(void **state)
{
    static struct fixture f;
    char path[1200];
    const struct plan_overrides none = {0};
    struct err e = {0};
    f = (struct fixture){0};
    snprintf(path, sizeof path, "%s/t.json", test_folder("plan"));
    assert_ok(io_write_file(path, document, strlen(document), &e), &e);
    assert_ok(scenario_read(&f.scenario, path, &f.arena, &e), &e);
    assert_ok(plan_make(&f.plan, &f.scenario, &none, &f.arena, &e), &e);
    *state = &f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    plan_done(&f->plan);
    scenario_done(&f->scenario);
    arena_done(&f->arena);
    return 0;
}

static void each_side_stands_once(void **state)
{
    struct fixture *f = *state;
    const struct opt_texts all = {0};
    struct targets t;
    struct err e = {0};
    assert_ok(targets_of(&t, &f->plan, NULL, &all, &f->arena, &e), &e);
    assert_int_equal(t.count, 4);
    static const char *const ids[] = {"large/none", "large/more", "large/most", "large/other base"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(t.sides[i].id, ids[i]);
    assert_int_equal(t.pair_count, 3);
    assert_int_equal(t.pairs[2].base, 1); /* what is new in one comparison is the base of another */
    assert_int_equal(t.pairs[2].new, 3);
    assert_string_equal(t.pairs[1].id, "large/most");
}

static void a_scale_and_sides_can_be_chosen(void **state)
{
    struct fixture *f = *state;
    const char *names[] = {"most", "none"};
    const struct opt_texts only = {names, 2}, all = {0};
    struct targets t;
    struct err e = {0};
    assert_ok(targets_of(&t, &f->plan, "small", &only, &f->arena, &e), &e);
    assert_int_equal(t.count, 2);
    assert_string_equal(t.sides[0].id, "small/none");
    assert_string_equal(t.sides[1].id, "small/most");
    assert_int_equal(t.pair_count, 1);
    assert_int_equal(t.pairs[0].base, 0);
    assert_int_equal(t.pairs[0].new, 1);
    names[1] = "nothing";
    assert_false(targets_of(&t, &f->plan, "small", &only, &f->arena, &e));
    assert_says(&e, "--side nothing");
    assert_false(targets_of(&t, &f->plan, "huge", &all, &f->arena, &e));
    assert_says(&e, "--scale huge");
}

static void ids_become_names_of_files(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *id, *slug;
    } rows[] = {
        {"micro/asset-cache,pre-group", "micro-asset-cache-pre-group"},
        {"./old --flag 'x y'",          "old-flag-x-y"               },
        {"layer1+layer2",               "layer1+layer2"              },
        {"../../etc/v1.2",              "etc-v1.2"                   },
        {"///",                         "side"                       },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(targets_slug(rows[i].id, &f->arena), rows[i].slug);
    char lengthy[400];
    memset(lengthy, 'x', sizeof lengthy);
    lengthy[sizeof lengthy - 1] = '\0';
    assert_in_range(strlen(targets_slug(lengthy, &f->arena)), 40, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_side_stands_once, make, end),
        cmocka_unit_test_setup_teardown(a_scale_and_sides_can_be_chosen, make, end),
        cmocka_unit_test_setup_teardown(ids_become_names_of_files, make, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
