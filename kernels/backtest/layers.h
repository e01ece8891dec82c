/* Layers: each one const record in a file of its own, layer_NAME.c.
 *
 * A layer replaces slots (its function stands where the base's did) or wraps them (its function gets
 * the link beneath as self->next). Wraps stand above replacements, those of higher rank above those
 * of lower. What cannot be combined is refused with one sentence.
 */
#ifndef CUPEL_BACKTEST_LAYERS_H
#define CUPEL_BACKTEST_LAYERS_H

#include "kernels/backtest/slots.h"
#include "kernels/cache/stats.h"
#include "kernels/kernel.h"

/* What a layer may promise about the values that its slots hand out. */
#define BT_CAPABILITIES(X)                                                                         \
    X(CONTIGUOUS, "columns of step 1")                                                             \
    X(BY_ID, "stored results by their id")                                                         \
    X(INDEXED_CHECKPOINT, "a checkpoint with an index")

enum bt_capability_index {
#define BT_CAPABILITY_INDEX(name, text) BT_INDEX_##name,
    BT_CAPABILITIES(BT_CAPABILITY_INDEX)
#undef BT_CAPABILITY_INDEX
        BT_CAPABILITY_COUNT
};

enum bt_capability {
#define BT_CAPABILITY(name, text) BT_##name = 1 << BT_INDEX_##name,
    BT_CAPABILITIES(BT_CAPABILITY)
#undef BT_CAPABILITY
};

/* Settings that take layers out, whatever set was asked for. */
enum bt_family { BT_NO_FAMILY, BT_CACHING, BT_BUNDLE_POOLING };

struct bt_layer {
    char name[24], why[104]; /* arrays: the kernel's rows are made of their addresses */
    int rank;
    struct bt_functions replace, wrap;
    uint32_t needs, gives;        /* bits of enum bt_capability */
    uint32_t covers;              /* BT_SLOT_BITs of slots that are not called any more */
    const char *const *conflicts; /* names, NULL-terminated; NULL: none */

    /* Bound on what a real metric x is off, as a share of max(1, |x|): 0 for bit-equal, at most 1e-10.
     * A layer that has one writes it into every row that it computes (bt_row.error: what that bound
     * is on and what it is not), so that decisions are made exact (settle.h). */
    double rel_err;

    long block; /* backtests it wants in a job; 0: no wish */
    enum bt_family family;

    /* Can it work on this machine? If not, why, in one sentence. NULL: always. */
    bool (*available)(struct err *e);

    /* State of one run, zeroed before init. Lazy: init costs next to nothing, so that a layer pays
     * only when it is used. done is called once, after init worked or not. NULLs: nothing to do. */
    size_t state_size;
    bool (*init)(void *state, const struct bt_plan *plan, struct err *e);
    void (*done)(void *state);
    int (*statistics)(const void *state, struct kernel_count *out, int max);

    /* After every job, whether it worked or not: what was handed out for it is given back. */
    void (*job_end)(void *state);

    /* Its caches: what they tell, and how they are emptied. Entries that are handed out stay until
     * they are given back. NULLs: it has none. */
    int (*caches)(const void *state, struct cache_stats *out, int max);
    void (*clear)(void *state);
};

/* The switches of the kernel, bit i for word i: the layer NAME is bt_layer_NAME in layer_NAME.c. */
#define BT_SWITCH_LAYERS(X)                                                                        \
    X(checkpoint_cache)                                                                            \
    X(batch_write)                                                                                 \
    X(bundle_pool)                                                                                 \
    X(pre_group)                                                                                   \
    X(asset_cache)                                                                                 \
    X(array_return)                                                                                \
    X(history_cache)                                                                               \
    X(batch)                                                                                       \
    X(selective_load)                                                                              \
    X(sqlite_checkpoint)                                                                           \
    X(stream_results)                                                                              \
    X(shared_bundle)                                                                               \
    X(persistent_pool)                                                                             \
    X(events)                                                                                      \
    X(simd)                                                                                        \
    X(share_indicators)

/* Layers that a setting turns on: `workers` when it is above 1. */
#define BT_OTHER_LAYERS(X) X(workers)

extern const struct bt_layer *const bt_layers[]; /* by enum bt_layer_index */

enum bt_layer_index {
#define BT_LAYER_INDEX(layer) BT_LAYER_##layer,
    BT_SWITCH_LAYERS(BT_LAYER_INDEX) BT_OTHER_LAYERS(BT_LAYER_INDEX) BT_LAYERS
#undef BT_LAYER_INDEX
};

#define BT_ONE(layer) +1
enum { BT_SWITCHES = 0 BT_SWITCH_LAYERS(BT_ONE) };
#undef BT_ONE

#define BT_LAYER_EXTERN(layer) extern const struct bt_layer bt_layer_##layer;
BT_SWITCH_LAYERS(BT_LAYER_EXTERN)
BT_OTHER_LAYERS(BT_LAYER_EXTERN)
#undef BT_LAYER_EXTERN

/* Overlays the layers of `set` (bit i: table[i], n of them) on the base, once. The links live in a;
 * states[i] goes to the links of table[i]. Error: two that replace one slot, a conflict, a need that
 * nobody gives, a slot that one covers and another would change, one that cannot work here. */
bool bt_resolve(const struct bt_layer *const *table, int n, uint64_t set, void *const *states,
                struct arena *a, struct bt_ops *out, struct err *e) MUST_CHECK;

/* The check alone. */
bool bt_layers_agree(const struct bt_layer *const *table, int n, uint64_t set,
                     struct err *e) MUST_CHECK;

/* Capabilities that the layers of a set give. */
uint32_t bt_layers_give(uint64_t set);

/* The set that the settings leave of the one asked for: without the families that are switched off
 * (enable_caching, enable_bundle_pooling), nor what needs something that only they gave. */
uint64_t bt_settings_layers(const struct bt_settings *settings, uint64_t asked);

/* Every cache of the set's layers; returns how many. */
int bt_layers_caches(const struct bt_layer *const *table, int n, uint64_t set, void *const *states,
                     struct cache_stats *out, int max);

/* Empties the cache of that name (the layer's), or with NULL all of them. Error: no such cache in the
 * set; names those there are. */
bool bt_layers_clear(const struct bt_layer *const *table, int n, uint64_t set, void *const *states,
                     const char *name, struct err *e) MUST_CHECK;

/* Which slots have a function. */
uint32_t bt_slots_of(const struct bt_functions *f);

#endif
