/* What tests of caches share: three small bundles of the same symbols and as many bars, open runs over
 * the first, and what these tell of their caches. What goes wrong fails the test. */
#ifndef CUPEL_TESTS_BACKTEST_CACHES_H
#define CUPEL_TESTS_BACKTEST_CACHES_H

#include "kernels/backtest/caches.h"
#include "tests/backtest/runs.h"

enum {
    SYMBOLS = 3,
    BARS = 40,
    ROWS = (SYMBOLS - 1) * BARS + BARS / 2, /* the second symbol has half of the bars */
    FAST = 5,                               /* windows 2..6 */
    SLOW = 11,                              /* 7..17 */
    N = FAST * SLOW,                        /* backtests */
    DAY = 86400,
    FIRST = 10957 * DAY, /* the first bar's time */
};

extern const uint32_t caches_assets[SYMBOLS];

/* Daily bundles; fresh ones in folders that begin with `name`. */
extern char caches_dir[1024], caches_other[1024];
void caches_make(const char *name);

/* As many bars an hour apart, made anew; its folder. */
const char *caches_hourly(void);
struct bundle *caches_bundle(const char *dir);

/* fast 2..6 x slow 7..17 over caches_dir. */
struct bt_settings caches_settings(void);
struct bt_run *caches_open(const struct bt_settings *s, uint64_t layers);
void caches_run(struct bt_run *run); /* all backtests, the digest begun anew */

struct cache_stats caches_stats(const struct bt_run *run, const char *name);

#endif
