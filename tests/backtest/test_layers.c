/* The resolver, with made-up layers: what is refused and in which words, what stands above what. */
#include "kernels/backtest/layers.h"

#include "kernels/backtest/backtest.h"

#include "tests/test.h"

#include <string.h>

/* Each function writes its letter; wraps go on to the one beneath. `run` is where they write. */
static bool write_letter(struct bt_run *run, char letter)
{
    char *trace = (char *)run;
    size_t n = strlen(trace);
    trace[n] = letter;
    trace[n + 1] = '\0';
    return true;
}

#define REPLACES(letter)                                                                           \
    static bool flush_##letter(const struct bt_flush_link *self, struct bt_run *run, int range,    \
                               struct err *e)                                                      \
    {                                                                                              \
        (void)range;                                                                               \
        (void)e;                                                                                   \
        assert_null(self->next);                                                                   \
        return write_letter(run, #letter[0]);                                                      \
    }
#define WRAPS(letter)                                                                              \
    static bool flush_##letter(const struct bt_flush_link *self, struct bt_run *run, int range,    \
                               struct err *e)                                                      \
    {                                                                                              \
        return write_letter(run, #letter[0]) && BT_CALL(self->next, run, range, e);                \
    }
REPLACES(r)
REPLACES(s)
WRAPS(x)
WRAPS(y)
WRAPS(z)

static bool not_here(struct err *e)
{
    return err_input(e, "this machine cannot fork");
}

static const char *const enemies[] = {"wrap-y", NULL};

static const struct bt_layer replaces = {.name = "first", .replace = {.flush = flush_r}},
                             replaces_too = {.name = "second", .replace = {.flush = flush_s}},
                             wrap_x = {.name = "wrap-x", .rank = 5, .wrap = {.flush = flush_x}},
                             wrap_y = {.name = "wrap-y", .rank = 1, .wrap = {.flush = flush_y}},
                             wrap_z = {.name = "wrap-z", .rank = 5, .wrap = {.flush = flush_z}},
                             hostile = {.name = "hostile", .conflicts = enemies},
                             needy = {.name = "needy", .needs = BT_CONTIGUOUS},
                             giving = {.name = "giving", .gives = BT_CONTIGUOUS},
                             covering = {.name = "covering", .covers = BT_SLOT_BIT(flush)},
                             absent = {.name = "absent", .available = not_here};

enum { R, S, X, Y, Z, HOSTILE, NEEDY, GIVING, COVERING, ABSENT, COUNT };
static const struct bt_layer *const table[] = {&replaces, &replaces_too, &wrap_x, &wrap_y,
                                               &wrap_z,   &hostile,      &needy,  &giving,
                                               &covering, &absent};

#define BIT(i) ((uint64_t)1 << (i))

static void refused(uint64_t set, const char *sentence)
{
    struct err e = {0};
    assert_false(bt_layers_agree(table, COUNT, set, &e));
    assert_string_equal(e.text, sentence);
    assert_int_equal(e.code, ERR_INPUT);
}

static void accepted(uint64_t set)
{
    struct err e = {0};
    assert_ok(bt_layers_agree(table, COUNT, set, &e), &e);
}

/* The letters in the order in which the functions of the flush slot run. */
static const char *order_of(uint64_t set)
{
    static char trace[16];
    struct arena a = {0};
    struct bt_ops ops;
    struct err e = {0};
    void *states[COUNT] = {0};
    assert_ok(bt_resolve(table, COUNT, set, states, &a, &ops, &e), &e);
    trace[0] = '\0';
    assert_true(BT_CALL(ops.flush, (struct bt_run *)(void *)trace, 0, &e));
    arena_done(&a);
    return trace;
}

static void two_that_replace_one_slot_are_refused(void **state)
{
    (void)state;
    accepted(BIT(R));
    refused(BIT(R) | BIT(S),
            "layers first and second both replace slot flush: switch one of them off");
}

static void a_conflict_is_refused_from_either_side(void **state)
{
    (void)state;
    accepted(BIT(HOSTILE) | BIT(X));
    refused(BIT(HOSTILE) | BIT(Y), "layers wrap-y and hostile conflict: switch one of them off");
}

static void a_need_that_nobody_gives_is_refused(void **state)
{
    (void)state;
    accepted(BIT(NEEDY) | BIT(GIVING));
    refused(BIT(NEEDY),
            "layer needy needs columns of step 1, which no layer of the set gives (switch on: "
            "giving)");
}

static void a_layer_without_effect_is_refused(void **state)
{
    (void)state;
    accepted(BIT(COVERING));
    refused(BIT(COVERING) | BIT(X),
            "layer covering covers slot flush, which layer wrap-x would change: switch one off");
}

static void a_layer_that_cannot_work_here_is_refused(void **state)
{
    (void)state;
    struct arena a = {0};
    struct bt_ops ops;
    struct err e = {0};
    void *states[COUNT] = {0};
    refused(BIT(ABSENT), "layer absent: this machine cannot fork");
    refused(BIT(ABSENT) | BIT(X), "layer absent: this machine cannot fork");
    assert_false(bt_resolve(table, COUNT, BIT(ABSENT), states, &a, &ops, &e));
    arena_done(&a);
}

/* ---- caches of made-up layers -------------------------------------------------------------------- */

static int two_caches(const void *state, struct cache_stats *out, int max)
{
    int n = max < 2 ? max : 2;
    for (int i = 0; i < n; i++)
        out[i] = (struct cache_stats){.name = "c", .hits = *(const uint64_t *)state + (uint64_t)i};
    return n;
}

static void set_to_zero(void *state)
{
    *(uint64_t *)state = 0;
}

static void caches_of_the_set_are_listed_and_cleared(void **state)
{
    (void)state;
    static const struct bt_layer a = {.name = "a", .caches = two_caches, .clear = set_to_zero},
                                 b = {.name = "b"},
                                 c = {.name = "c", .caches = two_caches, .clear = set_to_zero};
    const struct bt_layer *const three[] = {&a, &b, &c};
    uint64_t values[] = {10, 20, 30};
    void *states[] = {&values[0], &values[1], &values[2]};
    struct cache_stats out[8];
    struct err e = {0};
    assert_int_equal(bt_layers_caches(three, 3, 7, states, out, 8), 4);
    assert_true(out[0].hits == 10 && out[1].hits == 11 && out[2].hits == 30);
    assert_int_equal(bt_layers_caches(three, 3, 7, states, out, 3), 3);
    assert_int_equal(bt_layers_caches(three, 3, 4, states, out, 8), 2);
    assert_int_equal(bt_layers_caches(three, 3, 2, states, out, 8), 0);

    assert_ok(bt_layers_clear(three, 3, 7, states, "c", &e), &e);
    assert_true(values[0] == 10 && values[1] == 20 && values[2] == 0);
    assert_false(bt_layers_clear(three, 3, 7, states, "b", &e));
    assert_string_equal(e.text, "cache \"b\": expected one of those that are on: a, c");
    assert_false(bt_layers_clear(three, 3, 2, states, "c", &e));
    assert_string_equal(e.text, "cache \"c\": expected one of those that are on: none");
    assert_ok(bt_layers_clear(three, 3, 7, states, NULL, &e), &e);
    assert_true(values[0] == 0 && values[1] == 20);
    assert_ok(bt_layers_clear(three, 3, 0, states, NULL, &e), &e);
}

static void wraps_stand_above_replacements_by_rank(void **state)
{
    (void)state;
    assert_string_equal(order_of(0), "");
    assert_string_equal(order_of(BIT(R)), "r");
    assert_string_equal(order_of(BIT(Y)), "y");
    assert_string_equal(order_of(BIT(R) | BIT(Y)), "yr");
    assert_string_equal(order_of(BIT(X) | BIT(Y) | BIT(S)), "xys");
    assert_string_equal(order_of(BIT(X) | BIT(Y) | BIT(Z) | BIT(R)), "zxyr");
}

static bool take_state(const struct bt_flush_link *self, struct bt_run *run, int range,
                       struct err *e)
{
    (void)run;
    (void)range;
    (void)e;
    ++*(int *)self->state;
    return !self->next || BT_CALL(self->next, run, range, e);
}

static void each_link_gets_the_state_of_its_own_layer(void **state)
{
    (void)state;
    static const struct bt_layer a = {.name = "a", .replace = {.flush = take_state}},
                                 b = {.name = "b", .rank = 1, .wrap = {.flush = take_state}};
    const struct bt_layer *const two[] = {&b, &a};
    int of_a = 0, of_b = 10;
    void *states[] = {&of_b, &of_a};
    struct arena arena = {0};
    struct bt_ops ops;
    struct err e = {0};
    assert_ok(bt_resolve(two, 2, 3, states, &arena, &ops, &e), &e);
    assert_true(BT_CALL(ops.flush, NULL, 0, &e));
    assert_int_equal(of_a, 1);
    assert_int_equal(of_b, 11);
    arena_done(&arena);
}

static void untouched_slots_are_those_of_the_base(void **state)
{
    (void)state;
    struct arena a = {0};
    struct bt_ops ops;
    struct err e = {0};
    void *states[BT_LAYERS] = {0};
    assert_ok(bt_resolve(bt_layers, BT_LAYERS, 0, states, &a, &ops, &e), &e);
#define IS_BASE(slot, ...) assert_true(ops.slot->call == bt_base.slot && !ops.slot->next);
    BT_SLOTS(IS_BASE)
#undef IS_BASE
    arena_done(&a);
}

static void the_base_fills_every_slot_and_each_layer_some(void **state)
{
    (void)state;
    assert_int_equal(bt_slots_of(&bt_base), (1u << BT_SLOT_COUNT) - 1);
    for (int i = 0; i < BT_LAYERS; i++) {
        const struct bt_layer *l = bt_layers[i];
        assert_true((bt_slots_of(&l->replace) | bt_slots_of(&l->wrap)) != 0);
        assert_int_equal(bt_slots_of(&l->replace) & bt_slots_of(&l->wrap), 0);
        assert_true(strlen(l->name) > 0 && strlen(l->why) > 0 && l->rel_err <= 1e-10);
    }
    assert_true(bt_slots_of(&bt_layer_checkpoint_cache.wrap) == BT_SLOT_BIT(checkpoint));
    assert_true(bt_slots_of(&bt_layer_pre_group.replace) == BT_SLOT_BIT(group));
    assert_string_equal(kernel_backtest.layers[0].name, "checkpoint-cache");
    assert_string_equal(kernel_backtest.layers[3].name, "pre-group");
    assert_string_equal(kernel_backtest.layers[6].name, "history-cache");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_that_replace_one_slot_are_refused),
        TEST(a_conflict_is_refused_from_either_side),
        TEST(a_need_that_nobody_gives_is_refused),
        TEST(a_layer_without_effect_is_refused),
        TEST(a_layer_that_cannot_work_here_is_refused),
        TEST(caches_of_the_set_are_listed_and_cleared),
        TEST(wraps_stand_above_replacements_by_rank),
        TEST(each_link_gets_the_state_of_its_own_layer),
        TEST(untouched_slots_are_those_of_the_base),
        TEST(the_base_fills_every_slot_and_each_layer_some),
    };
    return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
