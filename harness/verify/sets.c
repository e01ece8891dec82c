#include "harness/verify/sets.h"

#include "kernels/backtest/layers.h"

static uint64_t bit(int layer)
{
    return (uint64_t)1 << layer;
}

bool sets_accepted(uint64_t set, struct err *e)
{
    *e = (struct err){0};
    return bt_layers_agree(bt_layers, BT_SWITCHES, set, e);
}

static uint32_t missing_of(uint64_t set)
{
    uint32_t needs = 0, gives = 0;
    for (int i = 0; i < BT_SWITCHES; i++)
        if (set & bit(i)) {
            needs |= bt_layers[i]->needs;
            gives |= bt_layers[i]->gives;
        }
    return needs & ~gives;
}

bool sets_complete(uint64_t on, uint64_t open, uint64_t *out)
{
    struct err unused;
    uint32_t missing;
    while ((missing = missing_of(on)) != 0) {
        uint64_t before = on;
        for (int i = 0; i < BT_SWITCHES; i++)
            if ((open & bit(i)) && (bt_layers[i]->gives & missing))
                on |= bit(i);
        if (on == before)
            return false;
    }
    *out = on;
    return sets_accepted(on, &unused);
}

uint64_t sets_largest(uint64_t set)
{
    struct err unused;
    uint64_t taken = 0, before;
    do {
        before = taken;
        for (int i = 0; i < BT_SWITCHES; i++)
            if ((set & bit(i)) && sets_accepted(taken | bit(i), &unused))
                taken |= bit(i);
    } while (taken != before);
    return taken;
}

/* ---- the list --------------------------------------------------------------------------------- */

static bool is_listed(const struct layer_sets *s, uint64_t set)
{
    for (int i = 0; i < s->n; i++)
        if (s->v[i] == set)
            return true;
    for (int i = 0; i < s->refused_count; i++)
        if (s->refused[i].set == set)
            return true;
    return false;
}

static void list_set(uint64_t set, struct arena *a, struct layer_sets *out)
{
    struct err e;
    if (is_listed(out, set))
        return;
    if (sets_accepted(set, &e))
        out->v[out->n++] = set;
    else
        out->refused[out->refused_count++] = (struct refused_set){set, arena_text(a, e.text)};
}

void sets_list(uint64_t universe, struct arena *a, struct layer_sets *out)
{
    int most = 2 + 2 * BT_SWITCHES + BT_SWITCHES * BT_SWITCHES;
    *out = (struct layer_sets){.v = ARENA_NEW_RAW(a, uint64_t, most),
                               .refused = ARENA_NEW_RAW(a, struct refused_set, most)};
    list_set(0, a, out);
    for (int i = 0; i < BT_SWITCHES; i++)
        if (universe & bit(i))
            list_set(bit(i), a, out);
    for (int i = 0; i < BT_SWITCHES; i++)
        for (int k = i + 1; k < BT_SWITCHES; k++)
            if ((universe & bit(i)) && (universe & bit(k)))
                list_set(bit(i) | bit(k), a, out);
    for (int i = 0; i < BT_SWITCHES; i++)
        if (universe & bit(i))
            list_set(universe & ~bit(i), a, out);
    list_set(universe, a, out);
}
