/* What the stamps of a store stand for, for whoever looks at it: DIR/stamps.json.
 *
 *     {"a1b2c3d4e5f60718": {"range":"2000-01-03_2024-12-31","from":946857600,"to":1735689599,
 *       "code":"16 digits","content":"<sha-256>","bundle":"data/mag7","metrics":"core",
 *       "trades":false,"snapshots":"none"},
 *      ".facts": {as store.json: a copy of it}}
 *
 * A strategy of a user has its file beside the code: "strategy_file":"/home/me/mine.so".
 * A stamp is a hash, which nobody can read back; this is the list of those that runs of the store
 * have had. Results do not depend on it: one that is missing is a stamp that cannot be explained.
 */
#ifndef CUPEL_BACKTEST_STORE_STAMPS_H
#define CUPEL_BACKTEST_STORE_STAMPS_H

#include "kernels/backtest/plan.h"

struct bt_stamp {
    const char *stamp;
    const char *code; /* of the plan */
    const char
        *code_now;       /* what it would be in a run of today; NULL: its strategy's file is gone */
    const char *content; /* of the bundle */
    const char *bundle;  /* where it was, as the run's settings had it */
    struct bt_range range;
    bool metrics_all, trades;
    enum bt_snapshots snapshots;
};

struct bt_stamps {
    struct bt_stamp *v;
    int n;
};

/* Adds the stamps and the facts of a plan; writes only when there is a new one. A damaged file is begun again. */
bool bt_stamps_tell(const char *path, const struct bt_plan *plan, struct err *e) MUST_CHECK;

/* Absent: none. Everything lives in the arena. Error: damaged, by name. */
bool bt_stamps_read(const char *path, struct arena *a, struct bt_stamps *out,
                    struct err *e) MUST_CHECK;

/* The copy of store.json. Error: none there. */
bool bt_stamps_facts(const char *path, struct arena *a, struct bt_plan *out,
                     struct err *e) MUST_CHECK;

const struct bt_stamp *bt_stamps_find(const struct bt_stamps *stamps, const char *stamp); /* NULL */

#endif
