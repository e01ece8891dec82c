/* The result of a backtest: one row a symbol, and on demand its trades and its equity. As a value,
 * as stored JSON, and packed (for segments of a store and between processes).
 *
 *     {"id":"0f9e8d7c6b5a4938","range":"2000-01-03_2024-12-31","stamp":"16 digits",
 *      "bundle":"<sha-256>","strategy":"sma-cross","fill":"close","fee":0.001,
 *      "periods_per_year":252,"params":{"fast":5,"slow":20},
 *      "rows":[{"symbol":"AAPL","bars":6289,...,"trades_at":"12+30 51+7 90+"}],"mean":{...},
 *      "equity":[800000,...],"check":"5d41402abc4b2a76"}
 *
 * trades_at: entry bar + bars held, nothing after the + of an open one; a row has its error where that
 * is not 0 (row.h). equity: of all symbols together, at the end of each day or week (snapshots.h).
 * check: the first 16 digits of the SHA-256 over all bytes before its comma, so that a stored result
 * that was edited or hit by a flipped bit is damage and not a number. Packed results are checked by
 * the store's records.
 */
#ifndef CUPEL_BACKTEST_RESULT_H
#define CUPEL_BACKTEST_RESULT_H

#include "harness/base/json.h"
#include "harness/base/str.h"
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

struct bt_result_block; /* memory that results share */

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

/* Memory that was given back, for the next job: fresh pages cost more than a fast backtest. Zero: none
 * yet. Must outlive the results that were made from it. */
struct bt_result_pool {
    struct bt_result_block *spare;
    size_t spare_bytes; /* at most 32 MiB, what is more goes back */
};

/* Those of a job, out[n], in blocks of up to a huge page, each of which goes back to the pool with the
 * last of its results; their rows are not written yet. */
void bt_results_new(const struct bt_plan *plan, struct bt_result_pool *pool, int range,
                    const struct bt_item *items, int n, struct bt_result **out);
void bt_result_pool_done(struct bt_result_pool *pool);

/* Was it computed from the data that the plan was made for, and not from what replaced them since? */
bool bt_result_is_of_plan(const struct bt_plan *plan, const struct bt_result *r);

/* Copies the trades of one symbol into the result; there is room for each symbol's once. */
void bt_result_put_trades(const struct bt_plan *plan, struct bt_result *r, int symbol,
                          const struct bt_trade *trades, long n);

/* Puts fill, fee and periods_per_year, as a result and its store tell them. */
void bt_put_rules(const struct bt_plan *plan, struct json *object);

/* Appends the stored form, one line without its end. */
void bt_result_write(const struct bt_plan *plan, const struct bt_result *r, struct text *out);

/* Appends the packed form: machine words, for the same program on the same machine. */
void bt_result_pack(const struct bt_plan *plan, const struct bt_result *r, struct text *out);

/* The result of this backtest from either form, NULL when it is not that: another id or range,
 * another list of symbols, or damage; ERR_DIFFERENT: it is stale (its stamp does not serve). e says
 * which. What is stored beyond what the plan asks for is left out. */
struct bt_result *bt_result_read(const struct bt_plan *plan, int range, const struct bt_item *item,
                                 struct str payload, struct err *e) MUST_CHECK;

/* The stamp that a payload of either form carries; false: damaged. */
bool bt_result_stamp(struct str payload, char out[BT_STAMP_TEXT]);

/* What a payload of either form says of itself, for who has no plan to compare it with (stored.h). */
struct bt_peek {
    struct bt_item item; /* backtest: 0 */
    char stamp[BT_STAMP_TEXT], content[SHA256_HEX];
    bool metrics_all, trades, snapshots;
};
bool bt_result_peek(const struct bt_strategy *strategy, struct str payload, struct bt_peek *out,
                    struct err *e) MUST_CHECK;

#endif
