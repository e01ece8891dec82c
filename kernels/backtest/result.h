/* The result of a backtest: one row a symbol. As a value, as stored JSON, and as a digest.
 *
 *     {"id":"0f9e8d7c6b5a4938","range":"2000-01-03_2024-12-31","bundle":"<sha-256>",
 *      "strategy":"sma-cross","params":{"fast":5,"slow":20},
 *      "rows":[{"symbol":"AAPL","bars":6289,...}],"mean":{...},"check":"5d41402abc4b2a76"}
 *
 * check: the first 16 digits of the SHA-256 over all bytes before its comma, so that a stored
 * result that was edited or hit by a flipped bit is damage and not a number.
 */
#ifndef CUPEL_BACKTEST_RESULT_H
#define CUPEL_BACKTEST_RESULT_H

#include "harness/base/str.h"
#include "kernels/backtest/plan.h"
#include "kernels/backtest/row.h"

struct bt_result {
    long backtest;
    char content[SHA256_HEX]; /* of the bundle that it was computed from */
    struct bt_row rows[];     /* in the order of the plan's symbols */
};

/* Owner: the caller, until bt_result_free. Memory: MEM_RESULTS. */
struct bt_result *bt_result_new(const struct bt_plan *plan, long backtest);
void bt_result_free(struct bt_result *r); /* NULL is fine */
size_t bt_result_bytes(const struct bt_plan *plan);

/* Appends the stored form, one line without its end. */
void bt_result_write(const struct bt_plan *plan, const struct bt_result *r, struct text *out);

/* The result of this backtest from its stored form, NULL when it is not that: another id, range,
 * bundle content or list of symbols, or damage (one byte that differs from what was written is
 * enough). e says which. */
struct bt_result *bt_result_read(const struct bt_plan *plan, long backtest, struct str payload,
                                 struct err *e) MUST_CHECK;

/* SHA-256 over results[bt_plan_backtests], sorted by (range, id, symbol): trade hash, orders,
 * trades and the bits of the metrics (not CAGR's, see metrics.h). Error: one is missing. */
bool bt_results_digest(const struct bt_plan *plan, struct bt_result *const *results,
                       char hex[SHA256_HEX], struct err *e) MUST_CHECK;

#endif
