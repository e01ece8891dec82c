/* What a run will do, settled before it starts: settings and bundle -> backtests.
 *
 * Backtest i is combination i % grid.count over range i / grid.count (ranges outermost). The plan is
 * read-only once made, so that workers can share it.
 */
#ifndef CUPEL_BACKTEST_PLAN_H
#define CUPEL_BACKTEST_PLAN_H

#include "harness/base/sha256.h"
#include "kernels/backtest/grid.h"
#include "kernels/backtest/settings.h"
#include "kernels/store/bundle.h"

enum { BT_ID_TEXT = 17, BT_RANGE_TEXT = 24, BT_KEY_TEXT = 128 };

/* Bars with from <= time <= to. Indicators warm up inside. */
struct bt_range {
    char name[BT_RANGE_TEXT]; /* "2000-01-03_2024-12-31" */
    int64_t from, to;
};

struct bt_fill {
    const char *name;
    enum bt_field field; /* the price that a fill gets ... */
    long delay;          /* ... this many bars after the signal */
};

struct bt_plan {
    const char *bundle_dir;
    const char *content;           /* SHA-256 of the bundle when the run began */
    struct bundle_version version; /* of its folder, before it was verified */
    bool synthetic;
    const struct bt_strategy *strategy;
    const char *const *symbols;
    int symbol_count;
    const struct bt_range *ranges;
    int range_count;
    struct bt_grid grid;
    const char (*ids)[BT_ID_TEXT]; /* of each combination */
    const long *by_id;             /* combinations in the order of their ids */
    struct bt_fill fill;
    double fee, periods_per_year;
    long batch_size, workers, bundles_max, asset_lists_max;
    int history_after; /* asks for an indicator until it is kept; 0: as its kind pays */
    size_t group_bytes, history_bytes;
    bool check_caches; /* what a cache answers is computed again and compared */
};

/* Verifies the whole bundle (edited data must not give numbers) and closes it again. Error: names
 * the setting and what was expected. Everything lives in the arena. */
bool bt_plan_make(const struct bt_settings *settings, struct arena *a, struct bt_plan *out,
                  struct err *e) MUST_CHECK;

static inline long bt_plan_backtests(const struct bt_plan *p)
{
    return p->range_count * p->grid.count;
}

static inline const struct bt_range *bt_plan_range(const struct bt_plan *p, long backtest)
{
    return &p->ranges[backtest / p->grid.count];
}

static inline const char *bt_plan_id(const struct bt_plan *p, long backtest)
{
    return p->ids[backtest % p->grid.count];
}

static inline const double *bt_plan_values(const struct bt_plan *p, long backtest)
{
    return p->grid.values + backtest % p->grid.count * p->grid.params;
}

/* The backtest of a range's name and an id, -1 when it is not in the plan. */
long bt_plan_find(const struct bt_plan *p, const char *range, const char *id);

/* "5-20": the parameter values, for people and CSV. */
void bt_plan_key(const struct bt_plan *p, long backtest, char out[BT_KEY_TEXT]);

#endif
