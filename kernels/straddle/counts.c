/* What a run counts: in this process and in its workers. */
#include "kernels/straddle/run.h"

static void put_cache(const struct st_memo *memo, uint64_t *v)
{
    struct cache_stats s = st_memo_stats(memo);
    v[ST_HITS] = s.hits;
    v[ST_MISSES] = s.misses;
    v[ST_EVICTIONS] = s.evictions;
    v[ST_ENTRIES] = s.entries;
    v[ST_BYTES] = s.bytes;
}

/* The memo of layer i of the stack that a run, which is not to change, has. */
static const struct st_memo *memo_of(const struct st_run *run, int i)
{
    const struct st_stack *s = &run->stack;
    return s->set >> i & 1 && s->table[i].key ? &s->memos[i] : NULL;
}

struct st_tally st_run_tally_here(const struct st_run *run)
{
    struct st_tally t = {
        {[ST_QUERIES] = run->env.queries, [ST_TRIPS] = run->env.trips}
    };
    for (int i = 0; i < ST_MEMOS; i++)
        if (memo_of(run, i))
            put_cache(memo_of(run, i), t.v + ST_TALLY_CACHES + i * ST_TALLY_CACHE);
    return t;
}

struct st_tally st_run_tally(const struct st_run *run)
{
    struct st_tally t = st_run_tally_here(run);
    for (int i = 0; i < ST_TALLY; i++)
        t.v[i] += run->of_workers.v[i];
    return t;
}

int st_run_caches(const struct st_run *run, struct cache_stats *out)
{
    struct st_tally t = st_run_tally(run);
    int n = 0;
    for (int i = 0; i < ST_MEMOS; i++) {
        const uint64_t *v = t.v + ST_TALLY_CACHES + i * ST_TALLY_CACHE;
        if (!memo_of(run, i))
            continue;
        out[n] = st_memo_stats(memo_of(run, i));
        out[n].hits = v[ST_HITS];
        out[n].misses = v[ST_MISSES];
        out[n].evictions = v[ST_EVICTIONS];
        out[n].entries = (size_t)v[ST_ENTRIES];
        out[n++].bytes = (size_t)v[ST_BYTES];
    }
    return n;
}

/* ---- as a kernel tells them ------------------------------------------------------------------- */

/* cache by cache, in the order of st_layers: hits, misses, evictions */
static const char *const cache_names[ST_MEMOS][3] = {
#define NAMES(cache)                                                                               \
    {                                                                                              \
        "memo_" #cache "_hits", "memo_" #cache "_misses", "memo_" #cache "_evictions"              \
    }
    NAMES(paths),   NAMES(amt),     NAMES(asset), NAMES(schedule),  NAMES(expand),
    NAMES(schemas), NAMES(tickers), NAMES(chain), NAMES(overrides), NAMES(prices)};

static const struct {
    const char *name;
    enum io_op op;
} io_names[] = {
    {"opens", IO_OPEN},
    {"reads", IO_READ},
    {"maps",  IO_MAP },
};

struct list {
    struct kernel_count *out;
    int n, max;
};

static void add(struct list *l, const char *name, uint64_t value)
{
    if (l->n < l->max)
        l->out[l->n++] = (struct kernel_count){name, value};
}

static void add_caches(struct list *l, const struct st_run *run, const struct st_tally *t)
{
    for (int i = 0; i < ST_MEMOS; i++)
        for (int k = 0; k < 3 && memo_of(run, i); k++)
            if (k < 2 || run->settings.cache_entries)
                add(l, cache_names[i][k], t->v[ST_TALLY_CACHES + i * ST_TALLY_CACHE + k]);
}

static void add_io(struct list *l, const struct st_run *run)
{
    struct io_counts now = io_counts_now();
    for (size_t i = 0; i < sizeof io_names / sizeof *io_names; i++) {
        enum io_op op = io_names[i].op;
        add(l, io_names[i].name, now.calls[op] - run->io_before.calls[op]);
    }
    add(l, "bytes_read", now.bytes_read - run->io_before.bytes_read);
}

static void add_pool(struct list *l, const struct st_run *run)
{
    struct pool_stats s = pool_stats(run->pool);
    add(l, "workers_started", s.workers_started);
    add(l, "workers_lost", s.workers_lost);
    add(l, "worker_bytes_sent", s.bytes_sent);
    add(l, "worker_bytes_received", s.bytes_received);
}

int st_run_counts(const struct st_run *run, struct kernel_count *out, int max)
{
    struct list l = {out, 0, max};
    struct st_tally t = st_run_tally(run);
    add(&l, "straddles", (uint64_t)run->done);
    add(&l, "straddles_valued", run->states[VALUATION_VALUED]);
    add(&l, "valued_days", run->rows);
    add(&l, "not_valued_days", run->not_valued);
    add(&l, "failed", run->states[ST_FAILED] + (uint64_t)run->tasks.failed_assets);
    add(&l, "price_queries", t.v[ST_QUERIES]);
    add(&l, "price_trips", t.v[ST_TRIPS]);
    add_caches(&l, run, &t);
    add_io(&l, run);
    if (run->pool)
        add_pool(&l, run);
    return l.n;
}
