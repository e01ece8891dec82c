#include "kernels/backtest/settings.h"

const char *const bt_fill_names[] = {"close", "next-open", "next-close", "open", NULL};

const char *const bt_search_names[] = {"grid", "random", "walk-forward", NULL};
const char *const bt_metrics_names[] = {"core", "all", NULL};
const char *const bt_snapshots_names[] = {"none", "daily", "weekly", NULL};

const char *const bt_on_off[] = {"on", "off", NULL};

const char *const bt_preset_names[] = {"none", "memory-constrained", "high-performance",
                                       "debugging", NULL};

/* preset, setting, value */
const struct opt_preset bt_presets[] = {
    {"memory-constrained", "cache_size_gb",   "0.5"},
    {"memory-constrained", "lru_maxsize",     "32" },
    {"high-performance",   "cache_size_gb",   "8"  },
    {"high-performance",   "lru_maxsize",     "512"},
    {"debugging",          "enable_caching",  "off"},
    {"debugging",          "cache_log_every", "100"},
    {NULL,                 NULL,              NULL },
};

const struct opt bt_options[] = {BT_SETTING_ROWS(struct bt_settings, , "_"), OPT_END};
