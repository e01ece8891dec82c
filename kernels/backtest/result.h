/* The result of a backtest: one row a symbol, and on demand its trades and its equity. As a value; stored
 * forms: result_write.h (JSON), result_packed.h; from either: result_read.h.
 *
 *     struct bt_result *r = bt_result_new(plan, range, item);
 *     bt_result_put_trades(plan, r, symbol, trades, n);
 *     bt_result_free(r);
 */
#ifndef CUPEL_BACKTEST_RESULT_H
#define CUPEL_BACKTEST_RESULT_H

#include "kernels/backtest/numerics/account.h"
#include "kernels/backtest/plan.h"
#include "kernels/backtest/row.h"

/* Bars of a trade; exit -1: still open. Prices follow from the bars. */
struct bt_span {
    int64_t entry, exit;
};

struct bt_trades {
    struct bt_span *v;
    long n;
};

struct bt_result_block; /* memory that results share: result_pool.h */

struct bt_result {
    struct bt_item item;
    int range;
    char content[SHA256_HEX]; /* of the bundle that it was computed from */
    struct bt_trades *trades; /* one a symbol, or NULL */
    double *equity;           /* equity_n values, or NULL */
    long equity_n;
    struct bt_result_block *block; /* NULL: its memory is its own */
    struct bt_row rows[];          /* in the order of the plan's symbols */
};

/* Owner: the caller, until bt_result_free. Memory: MEM_RESULTS. */
struct bt_result *bt_result_new(const struct bt_plan *plan, int range, const struct bt_item *item);
void bt_result_free(struct bt_result *r); /* NULL is fine */

/* Was it computed from the data that the plan was made for, and not from what replaced them since? */
bool bt_result_is_of_plan(const struct bt_plan *plan, const struct bt_result *r);

/* Copies the trades of one symbol into the result; there is room for each symbol's once. */
void bt_result_put_trades(const struct bt_plan *plan, struct bt_result *r, int symbol,
                          const struct bt_trade *trades, long n);

/* One list a symbol, still empty; freed with the result, or alone when a plan does not ask for them. */
struct bt_trades *bt_result_need_trades(const struct bt_plan *plan, struct bt_result *r);
void bt_result_drop_trades(struct bt_result *r);

/* What a stored result says of itself, for who has no plan to compare it with (stored.h). */
struct bt_peek {
    struct bt_item item; /* backtest: 0 */
    char stamp[BT_STAMP_TEXT], content[SHA256_HEX];
    bool metrics_all, trades, snapshots;
};

#endif
