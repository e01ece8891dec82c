/* The equity that a result was stored with: its days, and its returns by month or year.
 *
 * A result holds one value a day or week (snapshots.h) and not the days: they are those of the bundle
 * that it was computed from.
 */
#ifndef CUPEL_BACKTEST_STORED_CURVE_H
#define CUPEL_BACKTEST_STORED_CURVE_H

#include "kernels/backtest/store_look.h"

struct bt_curve {
    int64_t *day;         /* [n] the last of each period, seconds of its midnight; ascending */
    const double *equity; /* [n] of all symbols together, at its end; the result's */
    long n;
    double cash; /* what all symbols together began with */
};

/* bundle NULL: where it was when the result was computed. Lives in the arena, and with the result.
 * Error: stored without snapshots; no such bundle, or one of another content. */
bool bt_curve_make(const struct bt_store *s, const struct bt_stored *r, const char *bundle,
                   struct arena *a, struct bt_curve *out, struct err *e) MUST_CHECK;

/* A calendar month, or with month 0 a year. */
struct bt_period_return {
    int year, month;
    double value; /* equity at its last day / at the last day of the period before - 1; the first
                   * one's is over cash (as numerics/metrics.h has it) */
};

/* Returns how many; out has room for n of the curve. Weeks are of the month of their Sunday. */
long bt_curve_returns(const struct bt_curve *c, bool yearly, struct bt_period_return *out);

#endif
