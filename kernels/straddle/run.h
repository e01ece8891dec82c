/* A run: all straddles of some assets and years, valued once.
 *
 *     struct st_run *run = st_run_open(&settings, st_layers, set, target, e);
 *     for (lo = 0; lo < run->tasks.n; lo = hi) st_run_step(run, lo, hi, e);
 *     st_run_digest(run, &digest, e);
 *     st_run_close(run);
 *
 * With several workers the straddles are valued in processes (workers.c), each with its caches and its own
 * handle of the prices; rows and digests are the same. One that is lost is replaced and told (losses.c).
 */
#ifndef CUPEL_STRADDLE_RUN_H
#define CUPEL_STRADDLE_RUN_H

#include "harness/base/io.h"
#include "kernels/kernel.h"
#include "kernels/pool/pool.h"
#include "kernels/straddle/layers.h"
#include "kernels/straddle/work.h"

/* Told in the order of the output, whatever the order of valuing. NULLs: nobody wants it. */
struct st_consumer {
    void *context;
    bool (*rows)(void *context, struct str text, struct err *e); /* lines of one straddle */
    /* One line: a straddle that failed, or days that were not valued. */
    bool (*note)(void *context, bool failed, struct str text, struct err *e);
    bool wants_gaps; /* notes of days too */
};

struct st_run_target {
    struct st_consumer consumer;
    int64_t (*clock)(void); /* ns; for the workers' warm-up, which is not told where this is NULL */
};

/* What is counted in this process and in workers, added up. */
enum st_tally_index { ST_QUERIES, ST_TRIPS, ST_WARM_NS, ST_WARM_FILES, ST_WARMED, ST_TALLY_CACHES };
enum st_tally_cache {
    ST_HITS,
    ST_MISSES,
    ST_EVICTIONS,
    ST_ENTRIES, /* what it holds now */
    ST_BYTES,
    ST_TALLY_CACHE
};
enum { ST_TALLY = ST_TALLY_CACHES + ST_MEMOS * ST_TALLY_CACHE };

struct st_tally {
    uint64_t v[ST_TALLY];
};

/* What waits for those before it in the output. */
struct st_held {
    char *rows, *note;
    struct st_told told;
    bool arrived;
};

struct st_run {
    struct arena arena, names; /* names: of counts */
    struct st_settings settings;
    struct st_inputs inputs;
    struct st_tasks tasks;
    struct st_env env;
    struct st_stack stack;
    struct st_work work;
    struct st_run_target target;
    long workers;
    int batch; /* straddles that go through the slots together */

    struct pool *pool;
    struct st_hand *hands; /* [hand_count]: shared with the workers, by their places */
    long hand_count;
    struct text notes; /* a line for each worker that was lost, the first ten */
    long lost;
    struct st_tally of_workers, told; /* told: in a worker, what its parent knows */
    bool is_warm;                     /* in a worker */

    unsigned char (*digests)[SHA256_BYTES]; /* by rank */
    long done, next;                        /* valued; delivered */
    struct st_held *held;                   /* by rank, where the order is shuffled */
    uint64_t rows, not_valued, states[ST_FAILED + 1];
    struct io_counts io_before;
};

/* table: st_layers, or in tests another. */
struct st_run *st_run_open(const struct st_settings *settings, const struct st_layer *table,
                           uint64_t layers, struct st_run_target target, struct err *e) MUST_CHECK;
void st_run_close(struct st_run *run); /* NULL is fine */

/* Straddles lo..hi-1 in the order of valuing. */
bool st_run_step(struct st_run *run, long lo, long hi, struct err *e) MUST_CHECK;
long st_run_slice(const struct st_run *run); /* straddles of a step at no cost */

/* The workers are done: what they counted and took is known from here on, also to getrusage(2). */
void st_run_end_workers(struct st_run *run);

/* Another run in the same process: caches keep what they hold, files are looked at anew. What changed in
 * them is read again. After an error: close. */
bool st_run_again(struct st_run *run, const struct st_settings *settings, struct err *e) MUST_CHECK;

/* SHA-256 over the digests of all straddles (work.c), sorted by asset and text. Error: some are missing. */
bool st_run_digest(const struct st_run *run, struct kernel_digest *out, struct err *e) MUST_CHECK;

int st_run_counts(const struct st_run *run, struct kernel_count *out, int max);
int st_run_pids(const struct st_run *run, pid_t *out, int max);

/* What the caches did, in this process and in all workers; out[ST_MEMOS], returns how many are on. */
int st_run_caches(const struct st_run *run, struct cache_stats *out);
struct st_tally st_run_tally(const struct st_run *run); /* with the workers */

/* ---- for workers.c ---------------------------------------------------------------------------- */

struct st_tally st_run_tally_here(const struct st_run *run);
/* The straddles lo..hi-1 in this process. */
bool st_run_value(struct st_run *run, long lo, long hi, st_take_fn *take, void *context,
                  struct err *e) MUST_CHECK;
st_take_fn st_run_take; /* context: the run */
bool st_run_workers(struct st_run *run, long lo, long hi, struct err *e) MUST_CHECK;
void st_run_close_workers(struct st_run *run);

/* ---- for losses.c ----------------------------------------------------------------------------- */

bool st_hands_open(struct st_run *run, struct err *e) MUST_CHECK;
void st_hands_close(struct st_run *run);
/* For pool_batch: adds a line to run->notes: which worker, how it was lost, in which straddle. */
void st_hands_lost(struct st_run *run, const struct pool_loss *loss);

#endif
