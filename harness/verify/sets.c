#include "harness/verify/sets.h"

#include "kernels/backtest/backtest.h"
#include "kernels/backtest/layers.h"

static uint64_t bit(int layer)
{
    return (uint64_t)1 << layer;
}

bool sets_accepted(const struct kernel *k, uint64_t set, struct err *e)
{
    *e = (struct err){0};
    return !k->resolve || k->resolve(set, e);
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
    return sets_accepted(&kernel_backtest, on, &unused);
}

uint64_t sets_largest(const struct kernel *k, uint64_t set)
{
    struct err unused;
    uint64_t taken = 0, before;
    do {
        before = taken;
        for (int i = 0; i < k->layer_count; i++)
            if ((set & bit(i)) && sets_accepted(k, taken | bit(i), &unused))
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

static void list_set(const struct kernel *k, uint64_t set, struct arena *a, struct layer_sets *out)
{
    struct err e;
    if (is_listed(out, set))
        return;
    if (sets_accepted(k, set, &e))
        out->v[out->n++] = set;
    else
        out->refused[out->refused_count++] = (struct refused_set){set, arena_text(a, e.text)};
}

void sets_list(const struct kernel *k, uint64_t universe, struct arena *a, struct layer_sets *out)
{
    int n = k->layer_count, most = 2 + 2 * n + n * n;
    *out = (struct layer_sets){.v = ARENA_NEW_RAW(a, uint64_t, most),
                               .refused = ARENA_NEW_RAW(a, struct refused_set, most)};
    list_set(k, 0, a, out);
    for (int i = 0; i < n; i++)
        if (universe & bit(i))
            list_set(k, bit(i), a, out);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if ((universe & bit(i)) && (universe & bit(j)))
                list_set(k, bit(i) | bit(j), a, out);
    for (int i = 0; i < n; i++)
        if (universe & bit(i))
            list_set(k, universe & ~bit(i), a, out);
    list_set(k, universe, a, out);
}

/* ---- covering arrays -------------------------------------------------------------------------- */

struct asked {
    const struct sets_rules *rules;
    const struct sets_array *array;
};

static uint64_t layers_of(const struct sets_array *s, const int *row, int level)
{
    uint64_t set = 0;
    for (int i = 0; i < s->layers; i++)
        set |= row[i] == level ? bit(s->layer[i]) : 0;
    return set;
}

static bool row_possible(void *context, const int *row)
{
    const struct asked *q = context;
    return q->rules->possible(q->rules->context, layers_of(q->array, row, 1),
                              layers_of(q->array, row, COVERING_OPEN));
}

static bool take_layers(uint64_t universe, int most, struct sets_array *out, struct err *e)
{
    int n = __builtin_popcountll(universe);
    if (n > most)
        return err_input(e, "layers: expected at most %d, found %d", most, n);
    out->layers = 0;
    for (int i = 0; i < KERNEL_LAYERS_MAX; i++)
        if (universe & bit(i))
            out->layer[out->layers++] = i;
    return true;
}

bool sets_cover(const struct sets_rules *rules, struct arena *a, struct sets_array *out,
                struct err *e)
{
    int levels[COVERING_FACTORS_MAX], n = 0;
    struct asked asked = {rules, out};
    if (!take_layers(rules->universe, COVERING_FACTORS_MAX - rules->factors, out, e))
        return false;
    for (; n < out->layers; n++)
        levels[n] = 2;
    for (int f = 0; f < rules->factors; f++)
        levels[n++] = rules->levels[f];
    covering_make(&(struct covering_rules){.factors = n,
                                           .levels = levels,
                                           .strength = rules->strength < n ? rules->strength : n,
                                           .seed = rules->seed,
                                           .possible = rules->possible ? row_possible : NULL,
                                           .context = &asked},
                  a, &out->covering);
    return true;
}

uint64_t sets_row(const struct sets_array *s, long row, const int **level)
{
    const int *cells = covering_row(&s->covering, row);
    *level = cells + s->layers;
    return layers_of(s, cells, 1);
}
