/* One run of a plan: its slots, its store, its results and its counts.
 *
 *     struct bt_run *run = bt_run_open(&settings, layers, store_or_null, e);
 *     bt_run_step(run, 0, bt_plan_backtests(&run->plan), e) && bt_run_finish(run, e) && ...
 *     bt_run_close(run);
 *
 * The struct is open to the slots; others use the functions.
 */
#ifndef CUPEL_BACKTEST_RUN_H
#define CUPEL_BACKTEST_RUN_H

#include "harness/base/io.h"
#include "kernels/backtest/layers.h"
#include "kernels/store/result_store.h"

/* counter, name in records */
#define BT_COUNTS(X)                                                                               \
    X(backtests, "backtests")                                                                      \
    X(bar_backtests, "bar_backtests")                                                              \
    X(resumed, "backtests_from_store")                                                             \
    X(bundle_opens, "bundle_opens")                                                                \
    X(asset_lists, "asset_lists")                                                                  \
    X(rows_scanned, "rows_scanned")                                                                \
    X(checkpoint_reads, "checkpoint_reads")                                                        \
    X(checkpoint_writes, "checkpoint_writes")                                                      \
    X(result_writes, "result_writes")                                                              \
    X(results_parsed, "results_parsed")

struct bt_counts {
#define BT_COUNT_FIELD(field, name) uint64_t field;
    BT_COUNTS(BT_COUNT_FIELD)
#undef BT_COUNT_FIELD
};

struct bt_run {
    struct arena arena;   /* lives as long as the run; in a slot: as long as its block */
    struct arena scratch; /* emptied after each job */
    struct bt_plan plan;
    struct bt_ops ops;
    long block; /* backtests in a job, as the layers wish */

    uint64_t layers;
    void *states[BT_LAYERS];
    bool begun[BT_LAYERS]; /* init was called */

    const char *store_dir; /* NULL: nothing is stored, no checkpoint consulted */
    const char *checkpoint_path;
    struct result_store *store;
    int lock; /* session.h; -1: none */

    struct bt_result **results; /* by backtest; what collect_base keeps */
    struct text notes;          /* lines for the user: what was mended, what runs again */

    struct bt_counts counts;
    struct io_counts io_before;
    uint64_t of_workers[KERNEL_COUNTS_MAX]; /* what they counted, as bt_run_counts lists it */
};

struct bt_run_target {
    const char *store; /* folder; NULL: none */
    bool resume;       /* may it hold results already? */
};

/* Plans, resolves and, with a store, locks it and reads what is there. NULL on error. */
struct bt_run *bt_run_open(const struct bt_settings *settings, uint64_t layers,
                           struct bt_run_target target, struct err *e) MUST_CHECK;
void bt_run_close(struct bt_run *run); /* NULL is fine */

bool bt_run_step(struct bt_run *run, long lo, long hi, struct err *e) MUST_CHECK;
/* Backtests of a step after which a caller may look up, at no cost to the layers: steps of that many
 * from 0 on are one step of all, but that workers start anew for each. */
long bt_run_slice(const struct bt_run *run);
bool bt_run_finish(struct bt_run *run, struct err *e) MUST_CHECK;

/* The result of a backtest that is done. Owner: the run. */
const struct bt_result *bt_run_result(const struct bt_run *run, long backtest);

int bt_run_counts(const struct bt_run *run, struct kernel_count *out, int max);

/* ---- for slots -------------------------------------------------------------------------------- */

/* Computes a job: bundle, assets, and for each symbol group and evaluate. results[k] is a new one
 * for backtests[k]; on error there are none. */
bool bt_compute(struct bt_run *run, const struct bt_job *job, struct bt_result **results,
                struct err *e) MUST_CHECK;

/* Writes the checkpoint and counts it. */
bool bt_write_checkpoint(struct bt_run *run, struct checkpoint *doc, struct err *e) MUST_CHECK;

#endif
