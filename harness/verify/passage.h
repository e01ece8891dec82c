/* One passage through a plan, and all that came of it: what is held against what came of another.
 *
 *     struct passage p = {.settings = &settings, .layers = set, .store = dir};
 *     struct outcome o = {0};
 *     if (!passage_run(&p, &o, e)) ...
 *     if (!outcome_same(&o, &base, 0, e)) ...      // e: the first difference
 *     outcome_done(&o);
 */
#ifndef CUPEL_VERIFY_PASSAGE_H
#define CUPEL_VERIFY_PASSAGE_H

#include "kernels/backtest/kept.h"

struct passage {
    const struct bt_settings *settings;
    uint64_t layers;
    const char *store; /* NULL: none */
    bool resume;

    /* Half way: between two backtests, in the middle of a batch. */
    bool (*half_way)(void *context, struct err *e); /* NULL: nothing happens there */
    void *context;
    bool torn; /* it ends there, as a kill would end it; of the outcome only `taken` is set */

    bool again; /* after the end every backtest is computed once more over the caches as they are */
};

struct outcome {
    struct kernel_digest digest;
    struct bt_kept kept;  /* what the consumer got */
    struct bt_kept again; /* all that were selected, of the second time */
    bool has_again;
    uint64_t taken, resumed; /* backtests that have a result; of these, from the store */
    long backtests;          /* of the plan */
    uint64_t used;           /* layers that did something, or do not count what they do */
};

/* Into an empty outcome, which must be given to outcome_done also after an error. */
bool passage_run(const struct passage *p, struct outcome *out, struct err *e) MUST_CHECK;

/* What was delivered, and what was computed again where `found` has it, metrics within rel_err (kept.h);
 * then the digests, which hold what filters left out as well (result/agree.h). Error: MISMATCH, the
 * first difference. */
bool outcome_same(const struct outcome *found, const struct outcome *expected, double rel_err,
                  struct err *e) MUST_CHECK;

void outcome_done(struct outcome *o); /* empty again */

#endif
