/* All straddles of a run, expanded once, before any is valued: which they are, and in which order they
 * are valued.
 *
 * They stand sorted by (asset, text), which is the order of the output. Valued in that order (clustered)
 * those side by side need the same tickers and prices; shuffled is for comparison.
 */
#ifndef CUPEL_STRADDLE_TASKS_H
#define CUPEL_STRADDLE_TASKS_H

#include "kernels/straddle/inputs.h"
#include "kernels/straddle/slots.h"

struct st_task {
    uint32_t asset; /* in st_env.assets */
    int32_t month;  /* of expiry */
    uint16_t entry; /* of its schedule */
};

struct st_task_asset {
    uint32_t asset;
    bool is_synthetic;
    const char *note; /* of the asset file; in the arena */
};

struct st_tasks {
    struct st_task *v; /* sorted */
    int32_t *order;    /* which of v is valued i-th; NULL: the i-th */
    long n;
    struct st_task_asset *assets; /* those that have tasks, sorted; in the arena */
    int asset_count;
    int hedges;        /* most of any asset */
    struct text notes; /* lines: keys that nobody knows; assets that could not be expanded */
    int failed_assets;
};

/* Reads the asset file; chain and overrides too, so that bad ones are told before any work. Error: a bad
 * file or pattern, no such asset, no years, a straddle that two entries of a schedule make. */
bool st_tasks_make(struct st_tasks *t, const struct st_settings *s, const struct st_inputs *in,
                   struct st_names *names, struct arena *a, struct err *e) MUST_CHECK;
void st_tasks_done(struct st_tasks *t);

static inline long st_tasks_at(const struct st_tasks *t, long i)
{
    return t->order ? t->order[i] : i;
}

#endif
