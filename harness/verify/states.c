#include "harness/verify/states.h"

#include "harness/verify/sets.h"
#include "harness/verify/subject.h"
#include "kernels/backtest/backtest.h"

void references_done(struct references *r)
{
    outcome_done(&r->plain);
    outcome_done(&r->updated);
    outcome_done(&r->replaced);
    *r = (struct references){0};
}

/* ---- the base --------------------------------------------------------------------------------- */

static bool swap_bundle(void *context, struct err *e)
{
    return material_swap(context, e);
}

static bool make_reference(struct trial *t, struct passage p, bool *has, struct outcome *out,
                           struct err *e)
{
    if (*has)
        return true;
    p.settings = t->settings;
    t->passages++;
    return (*has = passage_run(&p, out, e)) || err_prefix(e, "no layers");
}

static bool need_plain(struct trial *t, struct err *e)
{
    struct references *r = t->references;
    return make_reference(t, (struct passage){.again = true}, &r->has_plain, &r->plain, e);
}

static bool need_updated(struct trial *t, struct err *e)
{
    struct references *r = t->references;
    struct passage p = {.half_way = swap_bundle, .context = t->material};
    return make_reference(t, p, &r->has_updated, &r->updated, e) && material_reset(t->material, e);
}

/* While the replacement is in place. */
static bool need_replaced(struct trial *t, struct err *e)
{
    struct references *r = t->references;
    return make_reference(t, (struct passage){0}, &r->has_replaced, &r->replaced, e);
}

/* ---- a passage of the set --------------------------------------------------------------------- */

static double rel_err_of(uint64_t layers)
{
    double most = 0;
    for (int i = 0; i < BT_SWITCHES; i++)
        if (layers >> i & 1 && bt_layers[i]->rel_err > most)
            most = bt_layers[i]->rel_err;
    return most;
}

/* That layers fail where the base does not is a difference; that the system refuses is not. */
static bool failed(const char *when, struct err *e)
{
    if (e->code == ERR_INPUT)
        e->code = ERR_MISMATCH;
    return err_prefix(e, "%s", when);
}

/* `p` with the trial's layers and workers, held against the reference. *resumed: how many results came
 * from the store; NULL: nobody asks. */
static bool hold(struct trial *t, const char *when, struct passage p, const struct bt_settings *s,
                 const struct outcome *reference, uint64_t *resumed, struct err *e)
{
    struct outcome o = {0};
    struct bt_settings settings = *s;
    settings.workers = t->workers;
    p.settings = &settings;
    t->passages++;
    bool ok = passage_run(&p, &o, e) &&
              (p.torn || outcome_same(&o, reference, rel_err_of(t->layers | p.layers), e));
    if (resumed)
        *resumed = p.torn ? o.taken : o.resumed;
    t->used |= o.used;
    outcome_done(&o);
    return ok || failed(when, e);
}

static bool all_resumed(uint64_t resumed, uint64_t expected, const char *when, struct err *e)
{
    return resumed >= expected ||
           err_set(e, ERR_MISMATCH, "%s: %llu results came from the store, expected %llu", when,
                   (unsigned long long)resumed, (unsigned long long)expected);
}

/* ---- states ----------------------------------------------------------------------------------- */

static bool run_cold(struct trial *t, struct err *e)
{
    const struct outcome *plain = &t->references->plain;
    struct passage bare = {.layers = t->layers};
    struct passage stored = {.layers = t->layers, .store = t->material->store};
    return need_plain(t, e) && hold(t, "without a store", bare, t->settings, plain, NULL, e) &&
           material_new_store(t->material, e) &&
           hold(t, "with a store", stored, t->settings, plain, NULL, e);
}

/* The caches are asked a second time, then the store is. */
static bool run_warm(struct trial *t, struct err *e)
{
    const struct outcome *plain = &t->references->plain;
    struct passage first = {.layers = t->layers, .store = t->material->store, .again = true};
    struct passage second = {.layers = t->layers, .store = t->material->store, .resume = true};
    uint64_t resumed;
    return need_plain(t, e) && material_new_store(t->material, e) &&
           hold(t, "warm caches", first, t->settings, plain, NULL, e) &&
           hold(t, "warm store", second, t->settings, plain, &resumed, e) &&
           all_resumed(resumed, plain->taken, "warm store", e);
}

/* Room for one asset's columns and an indicator or two: entries leave all the time. */
static void keep_few(const struct material *m, struct bt_settings *s)
{
    double bars = (double)m->longest;
    s->cache_size_gb = (bars * 40 * 1.5 + 64) / (1 << 30);
    s->history_cache_mb = (bars * 8 * 2.5 + 64) / (1 << 20);
    s->lru_maxsize = 1;
    s->max_bundle_pool_size = 1;
}

/* The least that the settings take: no entry fits. */
static void keep_none(struct bt_settings *s)
{
    s->cache_size_gb = 1e-9;
    s->history_cache_mb = 1e-6;
}

static bool run_evicted(struct trial *t, struct err *e)
{
    const struct outcome *plain = &t->references->plain;
    struct passage p = {.layers = t->layers, .store = t->material->store, .again = true};
    struct bt_settings few = *t->settings;
    keep_few(t->material, &few);
    struct bt_settings none = few;
    keep_none(&none);
    return need_plain(t, e) && material_new_store(t->material, e) &&
           hold(t, "room for few entries", p, &few, plain, NULL, e) &&
           material_new_store(t->material, e) &&
           hold(t, "room for no entry", p, &none, plain, NULL, e);
}

static bool run_updated(struct trial *t, struct err *e)
{
    struct references *r = t->references;
    struct passage p = {.layers = t->layers,
                        .store = t->material->store,
                        .half_way = swap_bundle,
                        .context = t->material};
    struct passage bare = p, after = {.layers = t->layers, .store = p.store, .resume = true};
    bare.store = NULL;
    return need_plain(t, e) && need_updated(t, e) &&
           hold(t, "replaced half way, no store", bare, t->settings, &r->updated, NULL, e) &&
           material_reset(t->material, e) && material_new_store(t->material, e) &&
           hold(t, "replaced half way", p, t->settings, &r->updated, NULL, e) &&
           need_replaced(t, e) &&
           hold(t, "resumed over the replacement", after, t->settings, &r->replaced, NULL, e);
}

/* The first half torn off, the rest by all other layers. */
static bool run_resumed(struct trial *t, struct err *e)
{
    const struct outcome *plain = &t->references->plain;
    uint64_t opposite = sets_largest(&kernel_backtest, t->universe & ~t->layers), taken, resumed;
    struct passage half = {.layers = t->layers, .store = t->material->store, .torn = true};
    struct passage rest = {.layers = opposite, .store = t->material->store, .resume = true};
    if (!need_plain(t, e) || !material_new_store(t->material, e) ||
        !hold(t, "first half", half, t->settings, plain, &taken, e) ||
        !hold(t, "resumed by the other layers", rest, t->settings, plain, &resumed, e))
        return false;
    /* A batch that was not full is lost. */
    uint64_t lost = SUBJECT_CHECKPOINT_BATCH - 1;
    return all_resumed(resumed, taken > lost ? taken - lost : 0, "resumed by the other layers", e);
}

const struct state states[] = {
    {"cold",    "nothing stored, nothing cached",                               run_cold   },
    {"warm",    "a second time over the same caches, then over the same store", run_warm   },
    {"evicted", "caches with room for one entry, then for none",                run_evicted},
    {"updated", "other prices take the bundle's place half way; then resumed",  run_updated},
    {"resumed", "killed half way, resumed by the layers that were off",         run_resumed},
    {NULL,      NULL,                                                           NULL       },
};

bool state_try(const struct state *state, struct trial *t, struct err *e)
{
    struct err second = {0};
    bool ok = state->run(t, e);
    if (!material_reset(t->material, &second) && ok) {
        *e = second;
        return false;
    }
    return ok;
}
