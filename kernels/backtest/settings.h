/* The settings of a sweep: what `cupel sweep` takes as options and a scenario as fields. */
#ifndef CUPEL_BACKTEST_SETTINGS_H
#define CUPEL_BACKTEST_SETTINGS_H

#include "harness/base/opt.h"

struct bt_settings {
    const char *bundle, *symbols, *strategy;
    struct opt_texts param;
    const char *from, *to; /* dates, included; NULL: the bundle's */
    const char *fill;
    double fee, periods_per_year;
    long checkpoint_batch_size, workers;
    double cache_size_gb;
    long max_bundle_pool_size;
};

/* The rows, with '_' between words. */
extern const struct opt bt_options[];

#endif
