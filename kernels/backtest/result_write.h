/* A result as stored JSON, one line:
 *
 *     {"id":"0f9e8d7c6b5a4938","range":"2000-01-03_2024-12-31","stamp":"16 digits",
 *      "bundle":"<sha-256>","strategy":"sma-cross","fill":"close","fee":0.001,
 *      "periods_per_year":252,"params":{"fast":5,"slow":20},
 *      "rows":[{"symbol":"AAPL","bars":6289,...,"trades_at":"12+30 51+7 90+"}],"mean":{...},
 *      "equity":[800000,...],"check":"5d41402abc4b2a76"}
 *
 * trades_at: entry bar + bars held, nothing after the + of an open one; a row has its error where that
 * is not 0 (row.h). equity: of all symbols together, at the end of each day or week (snapshots.h).
 * check: result_check.h.
 */
#ifndef CUPEL_BACKTEST_RESULT_WRITE_H
#define CUPEL_BACKTEST_RESULT_WRITE_H

#include "harness/base/json.h"
#include "kernels/backtest/result.h"

/* Puts fill, fee and periods_per_year, as a result and its store tell them. */
void bt_put_rules(const struct bt_plan *plan, struct json *object);

/* Appends the stored form, one line without its end. */
void bt_result_write(const struct bt_plan *plan, const struct bt_result *r, struct text *out);

#endif
