/* The slots of a straddle's valuation: every step that a layer may stand above.
 *
 * A slot answers what is asked with a value on loan:
 *
 *     struct st_lease lease;
 *     const struct amt *amt = st_get_amt(env, &(struct st_ask){.path = "amt.yaml"}, &lease, e);
 *     if (amt) ... use it ...; st_lease_end(&lease);
 *
 * The base of each (base.c) does its work anew from the files, without any memory of what it did. What it
 * needs of other slots it asks through them, so that a cache above hides those beneath:
 *
 *     tickers -> schemas -> asset -> amt -> paths        expand -> schedule -> asset, amt
 *     tickers -> chain -> paths                          series -> prices -> paths
 */
#ifndef CUPEL_STRADDLE_SLOTS_H
#define CUPEL_STRADDLE_SLOTS_H

#include "kernels/straddle/names.h"
#include "kernels/straddle/schedule.h"
#include "kernels/straddle/valuation.h"

/* What is asked; which fields count is said with the slots. */
struct st_ask {
    const char *path;  /* of the slot's file (series: of the prices) */
    const char *chain; /* tickers; NULL: none */
    uint32_t asset;    /* number of the Underlying in env->assets */
    int32_t month;     /* of expiry: straddle_month */
    enum straddle_term term;
    const struct prices_query *queries; /* series: n of them, and where the answers live */
    int n;
    struct arena *arena;
    const struct valuation_input *input; /* value */
};

/* A file as it is now: its canonical path, and a number that no other file and no other state of this
 * one has. */
struct st_file {
    uint32_t number; /* in env->files */
    char path[];
};

/* The straddles of an asset that expire in a month. */
struct st_month {
    int n;
    struct straddle v[];
};

/* struct tickers in the bytes of its texts: a full run keeps 100,000 of them. tickers_pack.h */
struct st_tickers;

/* slot, what it answers with, what of the ask it looks at
 *   paths      path                               resolves links and looks at size and times
 *   amt        path
 *   asset      path, asset                        a copy, without the rest of its file
 *   schedule   path, asset
 *   expand     path, asset, month
 *   schemas    path, asset
 *   tickers    path, asset, month, term, chain
 *   chain      path
 *   overrides  path
 *   prices     path                               open
 *   series     path, queries, n, arena            spans[n], by one trip to the prices
 *   value      input                              until the next */
#define ST_SLOTS(X)                                                                                \
    X(paths, struct st_file)                                                                       \
    X(amt, struct amt)                                                                             \
    X(asset, struct amt_asset)                                                                     \
    X(schedule, struct schedule)                                                                   \
    X(expand, struct st_month)                                                                     \
    X(schemas, struct ticker_schemas)                                                              \
    X(tickers, struct st_tickers)                                                                  \
    X(chain, struct chain)                                                                         \
    X(overrides, struct overrides)                                                                 \
    X(prices, struct prices)                                                                       \
    X(series, struct prices_span)                                                                  \
    X(value, struct valuation)

enum st_slot {
#define ST_SLOT_ENUM(slot, type) ST_SLOT_##slot,
    ST_SLOTS(ST_SLOT_ENUM)
#undef ST_SLOT_ENUM
        ST_SLOT_COUNT
};

/* A value on loan; after a failure there is none to end. */
struct st_lease {
    const void *value;
    size_t bytes; /* of memory; what a cache counts */
    void (*end)(void *owner, const void *held);
    void *owner;
    const void *held;
};

static inline void st_lease_end(struct st_lease *lease)
{
    if (lease->end)
        lease->end(lease->owner, lease->held);
    *lease = (struct st_lease){0};
}

struct st_env;
struct st_link;
typedef bool st_fn(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                   struct st_lease *lease, struct err *e);

/* A function of a slot, the state of the layer that it belongs to, and the link beneath. */
struct st_link {
    st_fn *call;
    void *state;
    const struct st_link *next;
};

/* What every function of a slot sees. */
struct st_env {
    const struct st_link *heads[ST_SLOT_COUNT];
    struct st_names assets, files;
    uint32_t run;               /* raised with each run in this process: files are looked at anew */
    bool check_caches;          /* compute again what a cache answers */
    uint64_t queries, trips;    /* to the prices */
    struct arena scratch;       /* who takes of it gives it back */
    struct valuation valuation; /* what slot value hands out */
};

#define ST_GET(slot, type)                                                                         \
    static inline const type *st_get_##slot(struct st_env *env, const struct st_ask *ask,          \
                                            struct st_lease *lease, struct err *e)                 \
    {                                                                                              \
        const struct st_link *link = env->heads[ST_SLOT_##slot];                                   \
        *lease = (struct st_lease){0};                                                             \
        return link->call(link, env, ask, lease, e) ? lease->value : NULL;                         \
    }
ST_SLOTS(ST_GET)
#undef ST_GET

/* By slot: its name, the plainest correct code, how a value of that is freed, and its text, which is equal
 * for values that are equal (NULL: of slots that no cache stands above). */
struct st_slot_row {
    const char *name;
    st_fn *base;
    void (*free)(const void *value);
    void (*print)(const void *value, struct text *out);
};
extern const struct st_slot_row st_slots[ST_SLOT_COUNT];

#endif
