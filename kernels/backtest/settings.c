#include "kernels/backtest/settings.h"

const char *const bt_fill_names[] = {"close", "next-open", "open", NULL};

const char *const bt_search_names[] = {"grid", "random", "walk-forward", NULL};
const char *const bt_metrics_names[] = {"core", "all", NULL};
const char *const bt_snapshots_names[] = {"none", "daily", "weekly", NULL};

const struct opt bt_options[] = {BT_SETTING_ROWS(struct bt_settings, , "_"), OPT_END};
