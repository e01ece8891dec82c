/* What a run will do, settled before it starts: settings and bundle -> backtests.
 *
 * Backtest i is combination i % combinations.count over range i / combinations.count (ranges
 * outermost); select.h tells which of them run. Nothing in it grows with the number of backtests but
 * a random search's values. The plan is read-only once made, so that workers can share it.
 */
#ifndef CUPEL_BACKTEST_PLAN_H
#define CUPEL_BACKTEST_PLAN_H

#include "harness/base/sha256.h"
#include "kernels/backtest/combinations.h"
#include "kernels/backtest/filter.h"
#include "kernels/backtest/objective.h"
#include "kernels/backtest/ranges.h"
#include "kernels/backtest/settings.h"
#include "kernels/backtest/windows.h"
#include "kernels/store/bundle.h"

enum { BT_ID_TEXT = 17, BT_STAMP_TEXT = 17, BT_KEY_TEXT = 128 };

/* What a range is for: its own sake, or a part of a walk-forward window. */
struct bt_role {
    int window; /* from 0; -1: its own sake */
    enum bt_phase phase;
    char stamp[BT_STAMP_TEXT]; /* bt_plan_stamp of the plan's content */
};

struct bt_fill {
    const char *name;
    enum bt_field field; /* the price that a fill gets ... */
    long delay;          /* ... this many bars after the signal */
};

/* One backtest to compute: a value, all that tells it from the others of its range. The id costs more
 * than a fast backtest: it is "" until somebody who stores or prints it asks for it (bt_plan_id). */
struct bt_item {
    long backtest;
    double values[BT_PARAMS_MAX];
    char id[BT_ID_TEXT];
};

enum bt_snapshots { BT_NO_SNAPSHOTS, BT_DAILY, BT_WEEKLY };

struct bt_plan {
    const char *bundle_dir;
    const char *content;           /* SHA-256 of the bundle when the run began */
    struct bundle_version version; /* of its folder, before it was verified */
    bool synthetic;
    const struct bt_strategy *strategy;
    const char *strategy_file;   /* of a user (plugged.h), from the root; NULL: built in */
    const char *strategy_sha256; /* of that file */
    const char *code; /* what the numbers depend on of code: bt_code_hash, or with that file */
    const char *const *symbols;
    int symbol_count;
    const struct bt_range *ranges;
    struct bt_role *roles; /* of the ranges */
    int range_count;
    int ranges_dropped; /* of the setting: the same dates as another */
    struct bt_combinations combinations;
    struct bt_fill fill;
    double fee, periods_per_year;
    bool metrics_all;            /* also those that are not core (row.h) */
    bool trades;                 /* results hold the list of trades */
    enum bt_snapshots snapshots; /* results hold the equity at the end of each day or week */
    const struct bt_filter *window_filter, *final_filter; /* NULL: none */
    const char *window_filter_text, *final_filter_text;
    const struct bt_objective *objective;
    const struct bt_metric *objective_metric;
    bool continue_on_error, force_rerun;
    long batch, checkpoint_batch, index_after, workers, hang_ms;
    long bundles_max, asset_lists_max;
    long history_reuse; /* asks for each indicator from which on they are kept; 0: as it pays */
    size_t group_bytes, history_bytes;
    bool check_caches; /* what a cache answers is computed again and compared */
    unsigned cpu;      /* sets of instructions to use (kernels/numerics/cpu.h) */
};

/* Verifies the whole bundle (edited data must not give numbers) and closes it again. Error: names
 * the setting and what was expected. Everything lives in the arena. */
bool bt_plan_make(const struct bt_settings *settings, struct arena *a, struct bt_plan *out,
                  struct err *e) MUST_CHECK;

static inline long bt_plan_backtests(const struct bt_plan *p)
{
    return p->range_count * p->combinations.count;
}

static inline int bt_plan_range_of(const struct bt_plan *p, long backtest)
{
    return (int)(backtest / p->combinations.count);
}

static inline const struct bt_range *bt_plan_range(const struct bt_plan *p, long backtest)
{
    return &p->ranges[bt_plan_range_of(p, backtest)];
}

static inline long bt_plan_combination(const struct bt_plan *p, long backtest)
{
    return backtest % p->combinations.count;
}

/* Does a search walk forward? Then ranges are the parts of its windows. */
static inline bool bt_plan_walks(const struct bt_plan *p)
{
    return p->roles[0].window >= 0;
}

/* Must results be looked at again when all ranges are done? */
static inline bool bt_plan_looks_back(const struct bt_plan *p)
{
    return p->window_filter || p->final_filter;
}

/* Values and id of a backtest. The id is the beginning of a SHA-256 over strategy, parameters, fill,
 * fee and periods: equal in every run and on every machine. */
void bt_plan_item(const struct bt_plan *p, long backtest, struct bt_item *out);

/* The id of an item that has its values, where it is "". */
void bt_plan_id(const struct bt_plan *p, struct bt_item *item);

/* Values without the id, for who asks for one after the other: from where the last one stood (zero:
 * nowhere). */
void bt_plan_item_along(const struct bt_plan *p, struct bt_walk *walk, long backtest,
                        struct bt_item *out);

/* Fifteen digits of a hash over all else that the numbers of a result of this range depend on:
 * content of the bundle, code of the strategies, symbols, first and last time; and a sixteenth that
 * says what is stored: 1 all metrics, 2 trades, 4 daily or 8 weekly snapshots, added up. */
void bt_plan_stamp(const struct bt_plan *p, int range, const char *content,
                   char out[BT_STAMP_TEXT]);

/* Does a result that is stored under this stamp serve who asks for that one: the same numbers, and
 * at least as much stored? If not, it is stale. */
bool bt_stamp_serves(const char *stored, const char *asked);

/* The range of that name, -1 when the plan has none. */
int bt_plan_find_range(const struct bt_plan *p, const char *name);

/* "5-20", "14-2-band=30": the parameter values, for people and CSV; optional ones where they are not
 * the fallback. */
void bt_plan_key(const struct bt_plan *p, const double *values, char out[BT_KEY_TEXT]);

#endif
