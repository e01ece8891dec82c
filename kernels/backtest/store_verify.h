/* Is a store whole: does it hold all that its checkpoint names, and is every byte what was written?
 */
#ifndef CUPEL_BACKTEST_STORE_VERIFY_H
#define CUPEL_BACKTEST_STORE_VERIFY_H

#include "kernels/backtest/store_look.h"

/* problem, what it is */
#define BT_STORE_PROBLEMS(X)                                                                       \
    X(MISSING, "named but not to be had")                                                          \
    X(OTHER_STAMP, "named under another stamp")                                                    \
    X(UNNAMED, "not named")                                                                        \
    X(DAMAGED, "damaged")                                                                          \
    X(MISFIT, "of other settings than store.json tells")                                           \
    X(FILE, "files of the store")

enum bt_problem {
#define BT_PROBLEM_ENUM(name, text) BT_PROBLEM_##name,
    BT_STORE_PROBLEMS(BT_PROBLEM_ENUM)
#undef BT_PROBLEM_ENUM
        BT_PROBLEMS
};
extern const char *const bt_problem_names[BT_PROBLEMS];

struct bt_verdict {
    long results, named; /* stored and readable; in the checkpoint */
    long problems[BT_PROBLEMS], all_problems;
    /* No problems any more: damage between the records of a segment, whose results were stored again
     * since, and files that were kept aside. */
    long healed, kept_aside;
};

/* Reads every result, against its checksums and the checkpoint; then every entry of the checkpoint
 * that is left against the results. tell gets one line for each problem, naming range, id and file.
 * The store is open for BT_QUIET. false: it could not be done. */
typedef void bt_problem_fn(void *context, enum bt_problem what, const char *line);
bool bt_store_verify(struct bt_store *s, bt_problem_fn *tell, void *context, struct bt_verdict *out,
                     struct err *e) MUST_CHECK;

#endif
