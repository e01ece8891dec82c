/* Equity at the end of each day or week, of all symbols of a backtest together.
 *
 * A calendar holds the periods (days or ISO weeks, UTC) in which any of the plan's symbols has a bar
 * of the range. equity[p] = sum over the symbols, in the plan's order, of the equity at the symbol's
 * last bar up to the end of period p; before its first bar a symbol counts its initial cash.
 */
#ifndef CUPEL_BACKTEST_SNAPSHOTS_H
#define CUPEL_BACKTEST_SNAPSHOTS_H

#include "kernels/backtest/bars.h"
#include "kernels/backtest/plan.h"
#include "kernels/store/bundle.h"

struct bt_calendar {
    int range; /* of the plan; meaningful when content is not empty */
    char content[SHA256_HEX];
    int64_t *period; /* [n] ascending: days or weeks since 1970-01-01 */
    long n;
};

/* The calendar of a range over the bundle's rows of these assets; kept until another is asked for.
 * Memory: MEM_RESULTS, until bt_calendar_done. */
void bt_calendar_need(struct bt_calendar *c, const struct bt_plan *plan, int range,
                      struct bundle *bundle, const uint32_t *assets, int n);
void bt_calendar_done(struct bt_calendar *c);

/* The last day of period p, as seconds of its midnight. */
int64_t bt_calendar_time(const struct bt_calendar *c, enum bt_snapshots every, long p);

/* Adds one symbol's equity (one value a bar) to total[c->n]. */
void bt_snapshots_add(const struct bt_calendar *c, enum bt_snapshots every, struct bt_col time,
                      const double *equity, long bars, double initial_cash, double *total);

#endif
