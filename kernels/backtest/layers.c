#include "kernels/backtest/layers.h"

#include <string.h>

const struct bt_layer *const bt_layers[] = {
#define LAYER_ROW(layer) [BT_LAYER_##layer] = &bt_layer_##layer,
    BT_SWITCH_LAYERS(LAYER_ROW) BT_OTHER_LAYERS(LAYER_ROW)
#undef LAYER_ROW
};

static const char *const slot_names[] = {
#define SLOT_NAME(slot, ...) #slot,
    BT_SLOTS(SLOT_NAME)
#undef SLOT_NAME
};

static const char *const capability_names[] = {
#define CAPABILITY_NAME(name, text) text,
    BT_CAPABILITIES(CAPABILITY_NAME)
#undef CAPABILITY_NAME
};

uint32_t bt_slots_of(const struct bt_functions *f)
{
    uint32_t bits = 0;
#define SLOT_BIT(slot, ...) bits |= f->slot ? BT_SLOT_BIT(slot) : 0;
    BT_SLOTS(SLOT_BIT)
#undef SLOT_BIT
    return bits;
}

/* ---- may they stand together? ----------------------------------------------------------------- */

static const char *lowest_slot(uint32_t bits)
{
    return slot_names[__builtin_ctz(bits)];
}

static bool names(const char *const *list, const char *name)
{
    for (; list && *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

static bool pair_agrees(const struct bt_layer *a, const struct bt_layer *b, struct err *e)
{
    uint32_t both = bt_slots_of(&a->replace) & bt_slots_of(&b->replace);
    if (both)
        return err_input(e, "layers %s and %s both replace slot %s: switch one of them off",
                         a->name, b->name, lowest_slot(both));
    if (names(a->conflicts, b->name) || names(b->conflicts, a->name))
        return err_input(e, "layers %s and %s conflict: switch one of them off", a->name, b->name);
    return true;
}

/* A layer none of whose slots would be called must not look as if it were on. */
static bool not_covered(const struct bt_layer *a, const struct bt_layer *b, struct err *e)
{
    uint32_t slots = bt_slots_of(&a->replace) | bt_slots_of(&a->wrap);
    uint32_t lost = slots & b->covers;
    if (lost == 0)
        return true;
    return err_input(e, "layer %s covers slot %s, which layer %s would change: switch one off",
                     b->name, lowest_slot(lost), a->name);
}

static bool needs_given(const struct bt_layer *const *table, int n, const struct bt_layer *layer,
                        uint32_t given, struct err *e)
{
    uint32_t missing = layer->needs & ~given;
    if (missing == 0)
        return true;
    const char *giver = "none there is";
    for (int i = 0; i < n; i++)
        if (table[i]->gives & missing)
            giver = table[i]->name;
    return err_input(e, "layer %s needs %s, which no layer of the set gives (switch on: %s)",
                     layer->name, capability_names[__builtin_ctz(missing)], giver);
}

static bool is_available(const struct bt_layer *layer, struct err *e)
{
    return !layer->available || layer->available(e) || err_prefix(e, "layer %s", layer->name);
}

bool bt_layers_agree(const struct bt_layer *const *table, int n, uint64_t set, struct err *e)
{
    uint32_t given = 0;
    for (int i = 0; i < n; i++)
        given |= set >> i & 1 ? table[i]->gives : 0;
    for (int i = 0; i < n; i++) {
        if (!(set >> i & 1))
            continue;
        if (!is_available(table[i], e) || !needs_given(table, n, table[i], given, e))
            return false;
        for (int k = 0; k < n; k++) {
            if (k == i || !(set >> k & 1))
                continue;
            if (!not_covered(table[i], table[k], e) ||
                (k > i && !pair_agrees(table[i], table[k], e)))
                return false;
        }
    }
    return true;
}

/* ---- overlay ---------------------------------------------------------------------------------- */

/* The indices of the set's layers, by rank, then by place in the table. */
static int by_rank(const struct bt_layer *const *table, int n, uint64_t set, int *order)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        if (!(set >> i & 1))
            continue;
        int at = count++;
        for (; at > 0 && table[order[at - 1]]->rank > table[i]->rank; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return count;
}

#define OVERLAY(slot, ...)                                                                         \
    static const struct bt_##slot##_link *overlay_##slot(const struct bt_layer *const *table,      \
                                                         const int *order, int count,              \
                                                         void *const *states, struct arena *a)     \
    {                                                                                              \
        struct bt_##slot##_link *link = ARENA_NEW(a, struct bt_##slot##_link, 1);                  \
        link->call = bt_base.slot;                                                                 \
        for (int i = 0; i < count; i++)                                                            \
            if (table[order[i]]->replace.slot) {                                                   \
                link->call = table[order[i]]->replace.slot;                                        \
                link->state = states[order[i]];                                                    \
            }                                                                                      \
        for (int i = 0; i < count; i++)                                                            \
            if (table[order[i]]->wrap.slot) {                                                      \
                struct bt_##slot##_link *above = ARENA_NEW(a, struct bt_##slot##_link, 1);         \
                above->call = table[order[i]]->wrap.slot;                                          \
                above->state = states[order[i]];                                                   \
                above->next = link;                                                                \
                link = above;                                                                      \
            }                                                                                      \
        return link;                                                                               \
    }
BT_SLOTS(OVERLAY)
#undef OVERLAY

bool bt_resolve(const struct bt_layer *const *table, int n, uint64_t set, void *const *states,
                struct arena *a, struct bt_ops *out, struct err *e)
{
    int order[KERNEL_LAYERS_MAX];
    if (!bt_layers_agree(table, n, set, e))
        return false;
    int count = by_rank(table, n, set, order);
#define RESOLVE(slot, ...) out->slot = overlay_##slot(table, order, count, states, a);
    BT_SLOTS(RESOLVE)
#undef RESOLVE
    return true;
}

uint32_t bt_layers_give(uint64_t set)
{
    uint32_t given = 0;
    for (int i = 0; i < BT_LAYERS; i++)
        given |= set >> i & 1 ? bt_layers[i]->gives : 0;
    return given;
}

/* ---- what settings take out ------------------------------------------------------------------- */

uint64_t bt_settings_layers(const struct bt_settings *settings, uint64_t asked)
{
    const bool off[] = {
        [BT_NO_FAMILY] = false,
        [BT_CACHING] = strcmp(settings->enable_caching, "off") == 0,
        [BT_BUNDLE_POOLING] = strcmp(settings->enable_bundle_pooling, "off") == 0,
    };
    uint64_t left = asked, before;
    for (int i = 0; i < BT_LAYERS; i++)
        if (off[bt_layers[i]->family])
            left &= ~((uint64_t)1 << i);
    /* A need that was not given before either stays, to be refused. */
    do {
        before = left;
        uint32_t lost = bt_layers_give(asked) & ~bt_layers_give(left);
        for (int i = 0; i < BT_LAYERS; i++)
            if (bt_layers[i]->needs & lost)
                left &= ~((uint64_t)1 << i);
    } while (left != before);
    return left;
}

/* ---- caches ----------------------------------------------------------------------------------- */

int bt_layers_caches(const struct bt_layer *const *table, int n, uint64_t set, void *const *states,
                     struct cache_stats *out, int max)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        if (set >> i & 1 && table[i]->caches)
            count += table[i]->caches(states[i], out + count, max - count);
    return count;
}

static bool no_such_cache(const struct bt_layer *const *table, int n, uint64_t set,
                          const char *name, struct err *e)
{
    struct text list = {0};
    for (int i = 0; i < n; i++)
        if (set >> i & 1 && table[i]->clear)
            text_printf(&list, "%s%s", list.n ? ", " : "", table[i]->name);
    err_input(e, "cache \"%.60s\": expected one of those that are on: %s", name,
              list.n ? list.p : "none");
    text_done(&list);
    return false;
}

bool bt_layers_clear(const struct bt_layer *const *table, int n, uint64_t set, void *const *states,
                     const char *name, struct err *e)
{
    bool found = !name;
    for (int i = 0; i < n; i++) {
        if (!(set >> i & 1) || !table[i]->clear || (name && strcmp(name, table[i]->name) != 0))
            continue;
        table[i]->clear(states[i]);
        found = true;
    }
    return found || no_such_cache(table, n, set, name, e);
}
