/* Layers: each one const record that stands above the base of one slot.
 *
 *     struct st_stack stack;
 *     st_stack_open(&stack, st_layers, set, entries, &env);     // bit i of set: table[i] is on
 *     st_stack_close(&stack);
 */
#ifndef CUPEL_STRADDLE_LAYERS_H
#define CUPEL_STRADDLE_LAYERS_H

#include "kernels/straddle/memo.h"

struct st_layer {
    char name[24], why[104]; /* arrays: the kernel's rows are made of their addresses */
    enum st_slot slot;
    st_fn *call;
    unsigned key;     /* of a cache: what its key holds, bits of enum st_key_part; 0: it is none */
    bool wants_batch; /* several straddles at a time */
};

enum { ST_LAYERS = 12, ST_MEMOS = 10 };
extern const struct st_layer st_layers[ST_LAYERS]; /* caches first */

struct st_stack {
    const struct st_layer *table; /* [ST_LAYERS] */
    uint64_t set;
    struct st_memo memos[ST_LAYERS]; /* of those that are caches and on */
    struct st_link base[ST_SLOT_COUNT], above[ST_LAYERS];
};

/* entries: most of each cache, 0: no limit. env->heads are of the stack, which must not move. */
void st_stack_open(struct st_stack *s, const struct st_layer *table, uint64_t set, size_t entries,
                   struct st_env *env);
void st_stack_close(struct st_stack *s); /* nothing is on loan */

bool st_stack_wants_batch(const struct st_stack *s);

/* The cache of layer i; NULL: off, or not one. */
struct st_memo *st_stack_memo(struct st_stack *s, int i);

/* Empties the cache of that name (the layer's), or with NULL all. Error: none of that name is on. */
bool st_stack_clear(struct st_stack *s, const char *name, struct err *e) MUST_CHECK;

/* What stands above series: several straddles' queries, each series of prices asked for once. batch.c */
st_fn st_batch_series;

#endif
