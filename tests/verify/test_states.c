/* States try a set against the base, and see when it is another. */
#include "harness/verify/sets.h"
#include "harness/verify/states.h"
#include "harness/verify/subject.h"

#include "harness/base/io.h"
#include "kernels/backtest/blocks.h"
#include "kernels/backtest/strategies.h"

#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"
#include "tests/test.h"

#include <string.h>
#include <unistd.h>

static struct arena arena;
static struct material material;

/* Stores on memory where there is some: what is tested is not the disk. */
static int open_material(void **state)
{
    (void)state;
    const char *memory = "/dev/shm";
    struct err e = {0};
    const char *dir = arena_format(&arena, "%s/b", test_folder("states"));
    market_make(dir, 3, 120, 5);
    assert_ok(
        material_open(&material, dir, 0, access(memory, W_OK) == 0 ? memory : NULL, &arena, &e),
        &e);
    return 0;
}

static int close_material(void **state)
{
    (void)state;
    material_close(&material);
    arena_done(&arena);
    return 0;
}

static struct bt_settings settings_of(int strategy, int search, const char *fill)
{
    struct bt_settings s;
    struct err e = {0};
    assert_ok(subject_settings(&material, &subject_strategies[strategy], &subject_searches[search],
                               fill, &arena, &s, &e),
              &e);
    return s;
}

static int count_of_subjects(void)
{
    int n = 0;
    while (subject_strategies[n].name)
        n++;
    return n;
}

/* ---- subjects ----------------------------------------------------------------------------------- */

static void every_strategy_is_a_subject(void **state)
{
    (void)state;
    int n = 0;
    for (; bt_strategies[n]; n++) {
        bool found = false;
        for (int i = 0; subject_strategies[i].name; i++)
            found = found || strcmp(subject_strategies[i].name, bt_strategies[n]->name) == 0;
        assert_true(found);
    }
    assert_int_equal(count_of_subjects(), n);
}

static long delivered(const struct bt_settings *s)
{
    struct outcome o = {0};
    struct err e = {0};
    struct passage p = {.settings = s};
    assert_ok(passage_run(&p, &o, &e), &e);
    long n = o.kept.n;
    outcome_done(&o);
    return n;
}

/* A filter that lets all or none through would prove nothing. */
static void filters_leave_some_and_not_all(void **state)
{
    (void)state;
    for (int i = 0; subject_strategies[i].name; i++) {
        int search = 0;
        while (!subject_searches[search].filters)
            search++;
        struct bt_settings s = settings_of(i, search, "close"), all = s;
        all.window_filter = all.final_filter = NULL;
        long some = delivered(&s), most = delivered(&all);
        if (subject_strategies[i].params[0])
            assert_in_range(some, 1, most - 1);
    }
}

/* ---- states ------------------------------------------------------------------------------------- */

static bool try_with(const struct state *st, uint64_t layers, long workers,
                     struct references *references, const struct bt_settings *s, struct err *e)
{
    struct trial t = {.material = &material,
                      .settings = s,
                      .references = references,
                      .layers = layers,
                      .universe = LAYERS_EXACT,
                      .workers = workers};
    bool ok = state_try(st, &t, e);
    assert_true(t.passages >= 2 || !ok);
    assert_false(material.swapped);
    return ok;
}

static void every_state_accepts_no_layers_and_all(void **state)
{
    (void)state;
    for (int search = 0; subject_searches[search].name; search++) {
        struct bt_settings s = settings_of(0, search, "next-open");
        struct references references = {0};
        struct err e = {0};
        for (const struct state *st = states; st->name; st++) {
            assert_ok(try_with(st, LAYERS_NONE, 1, &references, &s, &e), &e);
            assert_ok(try_with(st, LAYERS_EXACT, 2, &references, &s, &e), &e);
        }
        references_done(&references);
    }
}

static void fill_reference(const struct bt_settings *s, bool *has, struct outcome *out)
{
    struct err e = {0};
    struct passage p = {.settings = s, .again = true};
    assert_ok(passage_run(&p, out, &e), &e);
    *has = true;
}

/* The base is taken to be what another fee gives. */
static void every_state_sees_other_results(void **state)
{
    (void)state;
    for (const struct state *st = states; st->name; st++) {
        struct bt_settings s = settings_of(0, 0, "close"), other = s;
        struct references r = {0};
        struct err e = {0};
        other.fee *= 2;
        fill_reference(&other, &r.has_plain, &r.plain);
        fill_reference(&other, &r.has_updated, &r.updated);
        assert_false(try_with(st, LAYERS_EXACT, 1, &r, &s, &e));
        assert_int_equal(e.code, ERR_MISMATCH);
        assert_says(&e, "expected");
        references_done(&r);
    }
}

/* The replacement has the same symbols and dates, other prices, and is gone when it is over. */
static void the_replacement_is_another_of_the_same_shape(void **state)
{
    (void)state;
    struct bt_settings s = settings_of(0, 0, "close");
    struct outcome one = {0}, two = {0};
    struct err e = {0};
    struct passage p = {.settings = &s};
    assert_ok(passage_run(&p, &one, &e) && material_swap(&material, &e), &e);
    assert_ok(passage_run(&p, &two, &e) && material_reset(&material, &e), &e);
    assert_int_equal(one.kept.n, two.kept.n);
    assert_string_not_equal(one.kept.v[0].content, two.kept.v[0].content);
    assert_int_equal(one.kept.v[0].rows[0].bars, two.kept.v[0].rows[0].bars);
    assert_int_not_equal(one.kept.v[0].rows[0].trade_hash, two.kept.v[0].rows[0].trade_hash);
    outcome_done(&one);
    outcome_done(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_strategy_is_a_subject),
        TEST(filters_leave_some_and_not_all),
        TEST(every_state_accepts_no_layers_and_all),
        TEST(every_state_sees_other_results),
        TEST(the_replacement_is_another_of_the_same_shape),
    };
    return cmocka_run_group_tests_name("states", tests, open_material, close_material);
}
