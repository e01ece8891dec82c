/* A job of a run, computed through its slots: bundle, assets, and for each symbol group and evaluate.
 *
 *     struct bt_job job = {.range = 0, .items = items, .n = n};
 *     bt_compute(run, &job, results, e)
 */
#ifndef CUPEL_BACKTEST_RUN_COMPUTE_H
#define CUPEL_BACKTEST_RUN_COMPUTE_H

#include "kernels/backtest/run.h"

/* results[k] is a new one for items[k]; on error there are none. */
bool bt_compute(struct bt_run *run, const struct bt_job *job, struct bt_result **results,
                struct err *e) MUST_CHECK;

/* The same, but an error of one backtest leaves the others: results[k] is NULL and why[k], which
 * otherwise is not written, says why. Owner of that: run->work. */
void bt_compute_each(struct bt_run *run, const struct bt_job *job, struct bt_result **results,
                     const struct err **why);

/* Rows alone, without lists: rows[job->n][job->symbols], and the content of the bundle that they are of:
 * stays what it was, unless "", BT_MIXED where it is another. Where the job fails as a whole, each backtest
 * is tried alone. why[k]: as above. */
#define BT_MIXED "?"
void bt_compute_rows(struct bt_run *run, const struct bt_job *job, struct bt_row *rows,
                     char content[SHA256_HEX], const struct err **why);

/* Fills what caches there are with the assets and the columns of a range, before a fork. */
bool bt_warm_up(struct bt_run *run, int range, struct bundle *bundle, struct err *e) MUST_CHECK;

/* The ids that the plan's symbols have in this bundle, which may not be the one that the run began with
 * any more: ids[plan.symbol_count]. Error: names the symbol that is missing. */
bool bt_find_ids(const struct bt_run *run, const struct bundle *bundle, struct bt_assets assets,
                 uint32_t *ids, struct err *e) MUST_CHECK;

#endif
