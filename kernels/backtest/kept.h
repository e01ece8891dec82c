/* Results kept to be held against others, number by number: a consumer that copies all it is given,
 * in the order in which it comes.
 *
 *     struct bt_kept kept = {0};
 *     target.consumer = bt_kept_consumer(&kept);
 *     run = bt_run_open(&settings, layers, target, e);
 *     kept.plan = &run->plan;                              // before the first result
 *     ...
 *     if (!bt_kept_same(&kept, &others, 0, &why)) puts(why.p);
 *     bt_kept_done(&kept);
 *
 * It may outlive the run. Memory grows with the results: for verification, not for large sweeps.
 */
#ifndef CUPEL_BACKTEST_KEPT_H
#define CUPEL_BACKTEST_KEPT_H

#include "kernels/backtest/run.h"

/* A result, or what all ranges together say of a combination. */
struct bt_kept_one {
    const char *range; /* NULL: all ranges together */
    long backtest;
    char id[BT_ID_TEXT], content[SHA256_HEX];
    const char *const *symbols;
    int symbol_count;
    const struct bt_row *rows;      /* one a symbol */
    const struct bt_trades *trades; /* one a symbol, or NULL */
    const double *equity;
    long equity_n;
};

struct bt_kept {
    const struct bt_plan *plan; /* the caller's, while results come */
    struct arena arena;
    struct bt_kept_one *v;
    long n, room;
    const char *const *symbols; /* copied of the plan at the first result */
};

struct bt_consumer bt_kept_consumer(struct bt_kept *kept);

void bt_kept_add(struct bt_kept *kept, const struct bt_result *result);

/* Same results, each with the same numbers, in the same order? If not, `why` gets one line, the first
 * difference: which backtest, symbol, metric and both values; of trades the first that differs, with
 * its bars. rel_err: how far a metric that is not exact may be off, as a share of max(1, |a|, |b|)
 * (bt_is_near); 0: same bits. Undefined is one thing, and never near a number. */
bool bt_kept_same(const struct bt_kept *found, const struct bt_kept *expected, double rel_err,
                  struct text *why);

void bt_kept_done(struct bt_kept *kept); /* empty again */

#endif
