/* The base of every slot: the plainest correct code, which remembers nothing. */
#include "kernels/straddle/base.h"

#include "kernels/straddle/tickers_pack.h"

#include <string.h>

/* ---- what is handed out: the asker's alone, until the lease ends ------------------------------ */

static void end_value(void *free_value, const void *held)
{
    ((const struct st_slot_row *)free_value)->free(held);
}

bool st_hand_out(enum st_slot slot, const void *value, size_t bytes, struct st_lease *lease)
{
    if (!value)
        return false;
    *lease = (struct st_lease){.value = value,
                               .bytes = bytes,
                               .end = end_value,
                               .owner = (void *)(uintptr_t)&st_slots[slot],
                               .held = value};
    return true;
}

/* ---- assets ----------------------------------------------------------------------------------- */

static const size_t asset_texts[] = {
    offsetof(struct amt_asset, name),         offsetof(struct amt_asset, underlying),
    offsetof(struct amt_asset, group),        offsetof(struct amt_asset, schedule),
    offsetof(struct amt_asset, vol.ticker),   offsetof(struct amt_asset, vol.near),
    offsetof(struct amt_asset, vol.far),      offsetof(struct amt_asset, hedge.ticker),
    offsetof(struct amt_asset, hedge.field),  offsetof(struct amt_asset, hedge.code),
    offsetof(struct amt_asset, hedge.market), offsetof(struct amt_asset, hedge.month_map),
    offsetof(struct amt_asset, hedge.hedge),  offsetof(struct amt_asset, hedge.hedge1),
    offsetof(struct amt_asset, hedge.tenor),  offsetof(struct amt_asset, hedge.currency),
    offsetof(struct amt_asset, note),
};
enum { ASSET_TEXTS = sizeof asset_texts / sizeof *asset_texts };

static const char **text_of(const struct amt_asset *a, int i)
{
    return (const char **)((uintptr_t)a + asset_texts[i]);
}

/* One block: the asset, then its texts. */
static struct amt_asset *asset_copy(const struct amt_asset *from, size_t *bytes)
{
    *bytes = sizeof *from;
    for (int i = 0; i < ASSET_TEXTS; i++)
        *bytes += strlen(*text_of(from, i)) + 1;
    struct amt_asset *a = mem_alloc(MEM_ASSETS, *bytes);
    char *to = (char *)(a + 1);
    *a = *from;
    for (int i = 0; i < ASSET_TEXTS; i++) {
        *text_of(a, i) = to;
        to = stpcpy(to, *text_of(from, i)) + 1;
    }
    return a;
}

bool st_base_asset(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                   struct st_lease *lease, struct err *e)
{
    (void)self;
    struct st_lease of_amt;
    const char *name = env->assets.v[ask->asset];
    const struct amt *amt = st_get_amt(env, ask, &of_amt, e);
    if (!amt)
        return false;
    size_t bytes = 0;
    const struct amt_asset *found = amt_find(amt, str_of(name));
    struct amt_asset *copy = found ? asset_copy(found, &bytes) : NULL;
    st_lease_end(&of_amt);
    if (!copy)
        return err_input(e, "%s: amt: expected an asset with Underlying %s, found none", ask->path,
                         name);
    return st_hand_out(ST_SLOT_asset, copy, bytes, lease);
}

bool st_base_schemas(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                     struct st_lease *lease, struct err *e)
{
    (void)self;
    struct st_lease of_asset;
    const struct amt_asset *asset = st_get_asset(env, ask, &of_asset, e);
    if (!asset)
        return false;
    struct ticker_schemas *schemas = tickers_schemas(asset, e);
    st_lease_end(&of_asset);
    return st_hand_out(ST_SLOT_schemas, schemas, schemas ? tickers_schemas_bytes(schemas) : 0,
                       lease);
}

static bool chain_of(struct st_env *env, const struct st_ask *ask, const struct chain **chain,
                     struct st_lease *lease, struct err *e)
{
    *lease = (struct st_lease){0};
    *chain = NULL;
    if (!ask->chain)
        return true;
    *chain = st_get_chain(env, &(struct st_ask){.path = ask->chain}, lease, e);
    return *chain != NULL;
}

bool st_base_tickers(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                     struct st_lease *lease, struct err *e)
{
    (void)self;
    struct st_lease of_schemas, of_chain = {0};
    const struct chain *chain;
    struct tickers tickers;
    const struct ticker_schemas *schemas = st_get_schemas(env, ask, &of_schemas, e);
    if (!schemas)
        return false;
    struct arena_mark mark = arena_mark(&env->scratch);
    struct st_tickers *packed = NULL;
    size_t bytes = 0;
    if (chain_of(env, ask, &chain, &of_chain, e) &&
        tickers_of_month(schemas, ask->term, ask->month, chain, &env->scratch, &tickers, e))
        packed = st_tickers_pack(&tickers, &bytes);
    arena_release(&env->scratch, mark);
    st_lease_end(&of_chain);
    st_lease_end(&of_schemas);
    return st_hand_out(ST_SLOT_tickers, packed, bytes, lease);
}

/* ---- schedules -------------------------------------------------------------------------------- */

static size_t schedule_bytes(int n)
{
    return sizeof(struct schedule) + (size_t)n * sizeof(struct straddle);
}

bool st_base_schedule(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                      struct st_lease *lease, struct err *e)
{
    (void)self;
    struct st_lease of_asset, of_amt = {0};
    const struct amt_asset *asset = st_get_asset(env, ask, &of_asset, e);
    const struct amt *amt = asset ? st_get_amt(env, ask, &of_amt, e) : NULL;
    struct schedule *schedule = amt ? st_schedule_of(amt, asset, e) : NULL;
    st_lease_end(&of_amt);
    st_lease_end(&of_asset);
    return st_hand_out(ST_SLOT_schedule, schedule, schedule ? schedule_bytes(schedule->n) : 0,
                       lease);
}

struct schedule *st_schedule_of(const struct amt *amt, const struct amt_asset *asset, struct err *e)
{
    const struct amt_schedule *text = amt_schedule_find(amt, asset->schedule);
    struct schedule *schedule = text ? schedule_of(text, asset->underlying, e) : NULL;
    if (!text)
        err_input(e, "Options: expected a name of expiry_schedules, found \"%.60s\"",
                  asset->schedule);
    if (!schedule)
        err_prefix(e, "asset %.60s", asset->underlying);
    return schedule;
}

bool st_base_expand(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                    struct st_lease *lease, struct err *e)
{
    (void)self;
    struct st_lease of_schedule;
    const struct schedule *schedule = st_get_schedule(env, ask, &of_schedule, e);
    if (!schedule)
        return false;
    size_t bytes = sizeof(struct st_month) + (size_t)schedule->n * sizeof(struct straddle);
    struct st_month *month = mem_alloc_zero(MEM_ASSETS, bytes);
    month->n = schedule->n;
    schedule_expand(schedule, ask->month, month->v);
    st_lease_end(&of_schedule);
    return st_hand_out(ST_SLOT_expand, month, bytes, lease);
}

/* ---- prices and values ------------------------------------------------------------------------ */

/* The lease of the store goes on to who asked: spans may be views on it. */
bool st_base_series(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                    struct st_lease *lease, struct err *e)
{
    (void)self;
    const struct prices *prices = st_get_prices(env, ask, lease, e);
    if (!prices)
        return false;
    struct prices_span *spans = ARENA_NEW(ask->arena, struct prices_span, ask->n);
    env->queries += (uint64_t)ask->n;
    env->trips++;
    if (!prices_read((struct prices *)(uintptr_t)prices, ask->queries, ask->n, ask->arena, spans,
                     e)) {
        st_lease_end(lease);
        return false;
    }
    lease->value = spans;
    return true;
}

bool st_base_value(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                   struct st_lease *lease, struct err *e)
{
    (void)self;
    (void)e;
    valuation_run(ask->input, 1, &env->valuation);
    *lease = (struct st_lease){.value = &env->valuation};
    return true;
}
