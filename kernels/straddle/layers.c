#include "kernels/straddle/layers.h"

#include <string.h>

static bool value_simd(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                       struct st_lease *lease, struct err *e)
{
    (void)self;
    (void)e;
    valuation_run(ask->input, 4, &env->valuation);
    *lease = (struct st_lease){.value = &env->valuation};
    return true;
}

#define MEMO(slot_, key_, why_)                                                                    \
    {                                                                                              \
        .name = "memo-" #slot_, .why = why_, .slot = ST_SLOT_##slot_, .call = st_memo_call,        \
        .key = key_                                                                                \
    }
#define OWN(name_, slot_, call_, in_batches, why_)                                                 \
    {                                                                                              \
        .name = name_, .why = why_, .slot = ST_SLOT_##slot_, .call = call_,                        \
        .wants_batch = in_batches                                                                  \
    }
#define OF_FILE  ST_KEY_FILE
#define OF_ASSET (ST_KEY_FILE | ST_KEY_ASSET)
#define OF_MONTH (ST_KEY_FILE | ST_KEY_ASSET | ST_KEY_MONTH)

const struct st_layer st_layers[ST_LAYERS] = {
    MEMO(paths, ST_KEY_SPELLING, "path resolved and looked at per use -> once a run"),
    MEMO(amt, OF_FILE, "asset file parsed per use -> once"),
    MEMO(asset, OF_ASSET, "asset searched and copied per use -> once an asset"),
    MEMO(schedule, OF_ASSET, "schedule made per use -> once an asset"),
    MEMO(expand, OF_MONTH, "month expanded per straddle -> once an asset and month"),
    MEMO(schemas, OF_ASSET, "ticker schemas made per use -> once an asset"),
    MEMO(tickers, OF_MONTH | ST_KEY_TERM | ST_KEY_CHAIN,
         "tickers made per straddle -> once an asset, month, near or far, chain"),
    MEMO(chain, OF_FILE, "chain file read per use -> once"),
    MEMO(overrides, OF_FILE, "overrides file read per straddle -> once"),
    MEMO(prices, OF_FILE, "prices opened per query -> once"),
    OWN("batch-prices", series, st_batch_series, true,
        "a trip to the prices per straddle -> one for several, each series asked for once"),
    OWN("simd", value, value_simd, false, "one day at a time -> four, the same bits"),
};

static bool is_on(const struct st_stack *s, int i)
{
    return s->set >> i & 1;
}

struct st_memo *st_stack_memo(struct st_stack *s, int i)
{
    return is_on(s, i) && s->table[i].key ? &s->memos[i] : NULL;
}

/* A layer stands above what stands there: those of one slot in the order of the table. */
static void put_above(struct st_stack *s, int i, struct st_env *env)
{
    const struct st_layer *layer = &s->table[i];
    s->above[i] = (struct st_link){layer->call, st_stack_memo(s, i), env->heads[layer->slot]};
    env->heads[layer->slot] = &s->above[i];
}

void st_stack_open(struct st_stack *s, const struct st_layer *table, uint64_t set, size_t entries,
                   struct st_env *env)
{
    *s = (struct st_stack){.table = table, .set = set};
    for (int i = 0; i < ST_SLOT_COUNT; i++) {
        s->base[i] = (struct st_link){st_slots[i].base, NULL, NULL};
        env->heads[i] = &s->base[i];
    }
    for (int i = 0; i < ST_LAYERS; i++) {
        struct st_memo *memo = st_stack_memo(s, i);
        if (memo) {
            *memo = (struct st_memo){table[i].name, table[i].slot, table[i].key, entries, NULL};
            st_memo_begin(memo);
        }
        if (is_on(s, i))
            put_above(s, i, env);
    }
}

void st_stack_close(struct st_stack *s)
{
    for (int i = 0; s->table && i < ST_LAYERS; i++)
        if (st_stack_memo(s, i))
            st_memo_done(&s->memos[i]);
    s->table = NULL;
}

bool st_stack_wants_batch(const struct st_stack *s)
{
    bool wants = false;
    for (int i = 0; i < ST_LAYERS; i++)
        wants = wants || (is_on(s, i) && s->table[i].wants_batch);
    return wants;
}

static bool no_such_cache(struct st_stack *s, const char *name, struct err *e)
{
    struct text list = {0};
    for (int i = 0; i < ST_LAYERS; i++)
        if (st_stack_memo(s, i))
            text_printf(&list, "%s%s", list.n ? ", " : "", s->table[i].name);
    err_input(e, "cache \"%.60s\": expected one of those that are on: %s", name,
              list.n ? list.p : "none");
    text_done(&list);
    return false;
}

bool st_stack_clear(struct st_stack *s, const char *name, struct err *e)
{
    bool found = !name;
    for (int i = 0; i < ST_LAYERS; i++) {
        struct st_memo *memo = st_stack_memo(s, i);
        if (!memo || (name && strcmp(name, s->table[i].name) != 0))
            continue;
        st_memo_clear(memo);
        found = true;
    }
    return found || no_such_cache(s, name, e);
}
