/* batch-prices: what several straddles ask of the prices goes in one trip, and what they ask of one series
 * in one query: straddles of an asset that stand side by side share most of their days.
 *
 * Of blocks nothing is gained: a query is a search in memory. They are asked as they are. */
#include "kernels/straddle/layers.h"

#include "kernels/cache/hash.h"

#include <string.h>

enum { NEAR_DAYS = 31 }; /* ranges so near to each other are read as one */

/* Queries that have been put together: an open table of their numbers + 1, 0: free. */
struct merged {
    struct prices_query *v;
    int n;
    int *table, slots; /* a power of two */
    int *of;           /* of each query that came: which of v */
};

static uint64_t hash_of(const struct prices_query *q)
{
    return cache_hash_word(cache_hash(q->ticker, strlen(q->ticker)),
                           cache_hash(q->field, strlen(q->field)));
}

static bool same_series(const struct prices_query *a, const struct prices_query *b)
{
    return (a->ticker == b->ticker || strcmp(a->ticker, b->ticker) == 0) &&
           strcmp(a->field, b->field) == 0;
}

static bool is_near(const struct prices_query *a, const struct prices_query *b)
{
    return a->from <= b->to + NEAR_DAYS && b->from <= a->to + NEAR_DAYS;
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int place(struct merged *m, const struct prices_query *q)
{
    uint64_t at = hash_of(q);
    for (;; at++) {
        int *slot = &m->table[at & (uint64_t)(m->slots - 1)];
        if (*slot == 0) {
            m->v[m->n] = *q;
            *slot = ++m->n;
            return m->n - 1;
        }
        struct prices_query *there = &m->v[*slot - 1];
        if (same_series(there, q) && is_near(there, q)) {
            there->from = least(there->from, q->from);
            there->to = most(there->to, q->to);
            return *slot - 1;
        }
    }
}

static struct merged merge(const struct prices_query *queries, int n, struct arena *a)
{
    struct merged m = {.slots = 4};
    while (m.slots < 2 * n)
        m.slots *= 2;
    m.table = ARENA_NEW(a, int, m.slots);
    m.v = ARENA_NEW_RAW(a, struct prices_query, n);
    m.of = ARENA_NEW_RAW(a, int, n);
    for (int i = 0; i < n; i++)
        m.of[i] = place(&m, &queries[i]);
    return m;
}

/* How many of the span's days stand before `day`. */
static long before(const struct prices_span *s, int32_t day)
{
    long lo = 0, hi = s->n;
    while (lo < hi) {
        long middle = lo + (hi - lo) / 2;
        if (s->day[middle] < day)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

static struct prices_span part_of(const struct prices_span *s, const struct prices_query *q)
{
    long lo = before(s, q->from), hi = q->to == INT32_MAX ? s->n : before(s, q->to + 1);
    if (hi <= lo)
        return (struct prices_span){0};
    return (struct prices_span){s->day + lo, s->value + lo, hi - lo};
}

static bool is_mapped(struct st_env *env, const struct st_ask *ask, bool *out, struct err *e)
{
    struct st_lease lease;
    const struct prices *prices = st_get_prices(env, ask, &lease, e);
    *out = prices && prices_kind_of(prices) == PRICES_BLOCKS;
    st_lease_end(&lease);
    return prices != NULL;
}

bool st_batch_series(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                     struct st_lease *lease, struct err *e)
{
    bool as_it_is;
    if (!is_mapped(env, ask, &as_it_is, e))
        return false;
    if (as_it_is || ask->n == 0)
        return self->next->call(self->next, env, ask, lease, e);
    struct merged m = merge(ask->queries, ask->n, ask->arena);
    struct st_ask fewer = *ask;
    fewer.queries = m.v;
    fewer.n = m.n;
    if (!self->next->call(self->next, env, &fewer, lease, e))
        return false;
    const struct prices_span *spans = lease->value;
    struct prices_span *out = ARENA_NEW_RAW(ask->arena, struct prices_span, ask->n);
    for (int i = 0; i < ask->n; i++)
        out[i] = part_of(&spans[m.of[i]], &ask->queries[i]);
    lease->value = out;
    return true;
}
