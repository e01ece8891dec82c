/* One run of a plan: its slots, its store and its counts.
 *
 *     struct bt_run *run = bt_run_open(&settings, layers, target, e);
 *     bt_run_step(run, 0, bt_plan_backtests(&run->plan), e) && bt_run_finish(run, e) && ...
 *     bt_run_close(run);
 *
 * Results go to the consumer, each once, in the order of the plan: as they come, in batches, or at
 * the end, as the layers have it. The struct is open to the slots; others use the functions.
 */
#ifndef CUPEL_BACKTEST_RUN_H
#define CUPEL_BACKTEST_RUN_H

#include "harness/base/io.h"
#include "kernels/backtest/digest.h"
#include "kernels/backtest/layers.h"
#include "kernels/backtest/result_pool.h"
#include "kernels/backtest/run_counts.h"
#include "kernels/backtest/select.h"
#include "kernels/backtest/snapshots.h"
#include "kernels/backtest/summary.h"
#include "kernels/store/result_store.h"

#include <sys/types.h>

/* What all ranges together say of one combination. */
struct bt_combined {
    const struct bt_item *item; /* backtest: its number in the first range */
    const struct bt_row *rows;  /* one a symbol, over the ranges (summary.h) */
    int ranges;                 /* that it ran in */
};

/* Who gets the results. A NULL function: nobody. The pointers are good during the call. */
struct bt_consumer {
    void *context;
    /* One backtest, in the order of the plan; with filters only those that passed them all. */
    bool (*result)(void *context, const struct bt_result *result, struct err *e);
    /* One combination over all ranges, when there are several; after all results. */
    bool (*combined)(void *context, const struct bt_combined *combined, struct err *e);
};

struct bt_run_target {
    const char *store; /* folder; NULL: none */
    bool resume;       /* may it hold results already? */
    struct bt_consumer consumer;
};

struct bt_run {
    struct arena arena;   /* lives as long as the run */
    struct arena scratch; /* emptied after each job */
    struct arena work; /* large and used at once: items and results of a block, tables of a symbol;
                           * who takes of it gives it back */
    struct bt_plan plan;
    struct bt_ops ops;
    struct bt_ops exact_ops;        /* without the layers that have a bound: settle.h */
    struct bundle_version verified; /* the state of the folder whose content was checked last */
    long block;                     /* backtests in a job, as the layers wish */
    struct bt_walk walk;            /* where the last block ended */

    uint64_t layers;
    uint32_t given; /* capabilities of the layers */
    void *states[BT_LAYERS];
    bool begun[BT_LAYERS]; /* init was called */

    const char *store_dir;                    /* NULL: nothing is stored, no checkpoint consulted */
    const char *json_path, *sqlite_path;      /* of the two kinds of checkpoint */
    const char *checkpoint_path, *other_path; /* of the kind in use when the run began, the other */
    struct result_store *store;
    int lock; /* session.h; -1: none */

    struct pool *pool; /* layer_workers.c; NULL: none */
    struct bt_selection selection;
    struct bt_digest digest;
    struct bt_consumer consumer;
    struct bt_result **kept;   /* by backtest; what collect_base keeps; NULL: nothing yet */
    struct bt_result **loaded; /* by backtest; what recall_base read ahead; NULL: nothing yet */
    bool *absent;              /* by backtest; what was not there, while result_writes was: */
    uint64_t absent_at;
    struct bt_result_pool results; /* where new ones come from */
    struct bt_calendar calendar;   /* snapshots.h */
    bool told_lost;
    struct text notes; /* lines for the user: what was mended, what runs again, what failed */

    struct bt_counts counts;
    struct io_counts io_before;
    uint64_t of_workers[KERNEL_COUNTS_MAX]; /* what they counted, as bt_run_counts lists it */
};

/* Plans, resolves and, with a store, locks it and looks at what is there. NULL on error. */
struct bt_run *bt_run_open(const struct bt_settings *settings, uint64_t layers,
                           struct bt_run_target target, struct err *e) MUST_CHECK;
void bt_run_close(struct bt_run *run); /* NULL is fine */

bool bt_run_step(struct bt_run *run, long lo, long hi, struct err *e) MUST_CHECK;
/* Backtests of a step after which a caller may look up, at no cost to the layers: steps of that many
 * from 0 on are one step of all. */
long bt_run_slice(const struct bt_run *run);
/* What was saved so far is safe: for whoever stops before the end. */
bool bt_run_save(struct bt_run *run, struct err *e) MUST_CHECK;
/* What was saved is safe, what is left goes to the consumer, the last filter decides. */
bool bt_run_finish(struct bt_run *run, struct err *e) MUST_CHECK;

/* The next steps are those of a new run of the same plan: no backtest has run, but layers keep what they
 * hold: caches, workers. Of runs without a store, after finish. Counts go on, but that of failures. */
void bt_run_again(struct bt_run *run);

/* Over all results (digest.h): out->exact is the same for every layer set and number of workers. After
 * finish. Error: some are missing. */
bool bt_run_digest(const struct bt_run *run, struct kernel_digest *out, struct err *e) MUST_CHECK;

/* Worker processes that live now (pool.h); returns how many, at most max. */
int bt_run_pids(const struct bt_run *run, pid_t *out, int max);

/* ---- for slots -------------------------------------------------------------------------------- */

/* To the consumer, if there is one. */
bool bt_run_consume(struct bt_run *run, const struct bt_result *result, struct err *e) MUST_CHECK;

/* Tells the user once why stored results could not be used. */
void bt_note_lost(struct bt_run *run, const struct err *problem);

/* Writes the checkpoint and counts it. */
bool bt_write_checkpoint(struct bt_run *run, struct checkpoint *doc, struct err *e) MUST_CHECK;

/* Notes a result under its stamp. */
void bt_mark_done(const struct bt_run *run, struct checkpoint *doc, const struct bt_result *result);

#endif
