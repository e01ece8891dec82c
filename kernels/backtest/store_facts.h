/* What all results of a store have in common: DIR/store.json.
 *
 *     {"schema":3,"symbols":["AAPL","MSFT"],"strategy":"sma-cross","fill":"close","fee":0.001,
 *      "periods_per_year":252}
 *
 * A strategy of a user has its parameters beside it, so that looking at a store needs no file of his and
 * runs no code of it: "params":[{"name":"days"},{"name":"hold","fallback":5}].
 *
 * Without it nobody knows what the results are of. But they prove it: an id is a hash of strategy,
 * parameters, fill, fee and periods, so that facts from anywhere can be held against every result
 * that is stored. stamps.json has a copy of them, and so has each single file.
 */
#ifndef CUPEL_BACKTEST_STORE_FACTS_H
#define CUPEL_BACKTEST_STORE_FACTS_H

#include "harness/base/json.h"
#include "kernels/backtest/plan.h"
#include "kernels/store/result_store.h"

enum { BT_STORE_SCHEMA = 3 };

/* Facts as a plan: strategy, symbols, fill's name, fee and periods of *out; all else of it is zero. Everything
 * lives in the arena. Error: names the file and the field; ERR_DIFFERENT: of another schema. */
bool bt_facts_read(const char *path, struct arena *a, struct bt_plan *out,
                   struct err *e) MUST_CHECK;
bool bt_facts_write(const struct bt_plan *facts, const char *path, struct err *e) MUST_CHECK;

/* The object of the file. Owner: the caller. */
struct json *bt_facts_json(const struct bt_plan *p);
bool bt_facts_of_json(const struct json *object, struct arena *a, struct bt_plan *out,
                      struct err *e) MUST_CHECK;

/* Does the file tell what this plan has? Error: what differs; *damaged: it cannot be read, or lacks
 * something. */
bool bt_facts_compare(const struct bt_plan *plan, const char *path, bool *damaged,
                      struct err *e) MUST_CHECK;

/* Holds facts against every stored result that is whole. *fitting: how many there are. Error: the
 * first that they do not fit (ERR_INPUT). */
bool bt_facts_fit(const struct bt_plan *facts, struct result_store *results, long *fitting,
                  struct err *e) MUST_CHECK;

/* The facts that stamps.json (NULL: none) or else a stored result tells, and every result fits. *source: which of them,
 * in the arena. Error: ERR_INPUT when there are none. */
bool bt_facts_find(const char *stamps, struct result_store *results, struct arena *a,
                   struct bt_plan *out, const char **source, long *fitting,
                   struct err *e) MUST_CHECK;

/* Renames what is there to PATH.damaged (absent is fine) and writes the facts. */
bool bt_facts_replace(const struct bt_plan *facts, const char *path, struct err *e) MUST_CHECK;

#endif
