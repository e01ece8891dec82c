/* What every way of executing a sweep shares: which backtests come next, which of them the store
 * holds, and what happens to each result. Results pass through here in the order of the plan.
 */
#ifndef CUPEL_BACKTEST_BLOCKS_H
#define CUPEL_BACKTEST_BLOCKS_H

#include "kernels/backtest/run.h"

/* Backtests of one range: those that are stored already and those to compute. */
struct bt_block {
    struct bt_item *items;
    struct bt_result **results; /* of items; NULL: to compute */
    struct bt_item *todo;       /* the items without a result, in order; may be items itself */
    int range, n, todo_n;
    int taken; /* items that passed through bt_block_take */
};

/* The next selected backtests from *at on, at most `most` and below hi, all of one range; moves *at
 * behind them. n is 0 when there are none before the range's end. Memory: run->work. */
void bt_block_next(struct bt_run *run, long *at, long hi, int most, struct bt_block *out);

/* Splits by the checkpoint (doc NULL: nothing is done) and recalls what it names. */
bool bt_block_split(struct bt_run *run, struct checkpoint *doc, struct bt_block *b,
                    struct err *e) MUST_CHECK;

/* The results of the next n of todo, or why[k] where results[k] is NULL: saves, observes and collects
 * them, and the recalled ones before them. n 0: those that are left. Takes the results over, also on
 * error. */
bool bt_block_take(struct bt_run *run, struct checkpoint *doc, struct bt_block *b,
                   struct bt_result **results, const struct err *const *why, int n,
                   struct err *e) MUST_CHECK;

/* Frees what was recalled and not taken. */
void bt_block_end(struct bt_block *b);

/* After each block: at the end of a range what was saved is made safe and delivered. */
bool bt_range_ends(struct bt_run *run, long at, struct err *e) MUST_CHECK;

#endif
