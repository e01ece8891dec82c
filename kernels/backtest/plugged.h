/* Strategies of users: NAME.so exports
 *     const struct bt_strategy *cupel_strategy(void);
 * and is named by its path wherever a strategy is named.
 *
 *     struct bt_plugged p;
 *     if (!bt_plugged_load("./mine.so", a, &p, e)) ...     // p.strategy, p.code
 *
 * The numbers of its results depend on the file as much as on cupel's own code: the hash of both is the
 * code of a stored result, so that what an edited strategy gave before is stale.
 */
#ifndef CUPEL_BACKTEST_PLUGGED_H
#define CUPEL_BACKTEST_PLUGGED_H

#include "harness/base/sha256.h"
#include "kernels/backtest/combinations.h"

enum { BT_CODE_TEXT = 17 }; /* as bt_code_hash */

struct bt_plugged {
    const struct bt_strategy *strategy; /* loaded until the process ends */
    const char *path;                   /* from the root, in the arena */
    char sha256[SHA256_HEX];            /* of the file */
    char code[BT_CODE_TEXT];
};

/* Error: begins with the path; no such file, no shared object, no cupel_strategy, no record, the name
 * of a built-in strategy, what bt_plugged_check says, or that the file changed meanwhile. */
bool bt_plugged_load(const char *path, struct arena *a, struct bt_plugged *out,
                     struct err *e) MUST_CHECK;

/* Is the record whole: this ABI, every field within its range, every function there? Error: names the field. */
bool bt_plugged_check(const struct bt_strategy *s, struct err *e) MUST_CHECK;

/* Are the asks of every combination indicators that there are, and no more than BT_ASKS_MAX? Error:
 * names the first that are not, by the values. */
bool bt_plugged_check_asks(const struct bt_combinations *c, struct err *e) MUST_CHECK;

/* What the code is called with that file as the strategy. Error: it cannot be read. */
bool bt_plugged_code(const char *path, char sha256[SHA256_HEX], char code[BT_CODE_TEXT],
                     struct err *e) MUST_CHECK;

#endif
