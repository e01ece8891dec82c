/* The settings of a sweep: what `cupel sweep` takes as options and a scenario as fields.
 *
 * The rows are written once and stamped twice: words joined by '_' in JSON (bt_options), by '-' on
 * the command line. What is not given comes of its variable, else of the preset, else of the row:
 *     static const struct opt sweep_options[] = {BT_SETTING_ROWS(struct sweep, backtest., "-"), ...
 */
#ifndef CUPEL_BACKTEST_SETTINGS_H
#define CUPEL_BACKTEST_SETTINGS_H

#include "harness/base/opt.h"

struct bt_settings {
    const char *bundle, *symbols, *strategy;
    struct opt_texts param;
    const char *from, *to; /* dates, included; NULL: the bundle's */
    long last;             /* instead of from: so many bar times before `to`; 0: all */
    const char *fill;
    double fee, periods_per_year;
    const char *search;
    long trials, seed;
    const char *objective;
    struct opt_texts range;
    long train_bars, validation_bars, test_bars, step_bars;
    bool expanding;
    const char *window_filter, *final_filter;
    const char *metrics, *snapshots;
    bool trades;
    long batch_size, checkpoint_batch_size, checkpoint_index_after, workers;
    double worker_timeout;
    bool continue_on_error, force_rerun;
    const char *preset, *enable_caching, *enable_bundle_pooling;
    double cache_size_gb, history_cache_mb;
    long lru_maxsize, max_bundle_pool_size, history_cache_reuse, cache_log_every;
    bool check_caches;
    const char *disable_simd;
};

extern const char *const bt_search_names[], *const bt_metrics_names[], *const bt_snapshots_names[];
extern const char *const bt_fill_names[], *const bt_on_off[], *const bt_preset_names[];
extern const struct opt_preset bt_presets[];
extern const struct opt bt_options[];

/* clang-format off */
#define BT_SETTING_ROWS(TYPE, MEMBER, J)                                                           \
    {.name = "bundle", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER bundle), .arg = "DIR",    \
     .required = true, .help = "market data, as `cupel data` made it"},                            \
    {.name = "symbols", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER symbols),                \
     .arg = "A,B|all|longest:N", .fallback = "all",                                                \
     .help = "which symbols of the bundle; longest:N are the N with the most bars"},               \
    {.name = "strategy", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER strategy),              \
     .arg = "NAME|FILE.so", .fallback = "sma-cross",                                               \
     .help = "what gives the signals: a built-in strategy, or one of your own"},                   \
    {.name = "param", .kind = OPT_TEXTS, .offset = offsetof(TYPE, MEMBER param),                   \
     .arg = "NAME=VALUES",                                                                         \
     .help = "values of a parameter, LO:HI[:STEP] (ends included) or A,B; once for each"},         \
    {.name = "from", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER from), .arg = "DATE",       \
     .help = "first date, YYYY-MM-DD"},                                                            \
    {.name = "to", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER to), .arg = "DATE",           \
     .help = "last date, included"},                                                               \
    {.name = "last", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER last), .arg = "N", .min = 0, \
     .max = 1e9, .fallback = "0",                                                                  \
     .help = "the last N bar times, from the first day they touch; 0: all"},                       \
    {.name = "fill", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER fill), .arg = "PRICE",      \
     .choices = bt_fill_names, .fallback = "close",                                                \
     .help = "of the signal's bar, or open or close of the next one (open: next-open)"},             \
    {.name = "fee", .kind = OPT_REAL, .offset = offsetof(TYPE, MEMBER fee), .arg = "RATIO",        \
     .min = 0, .max = 0.5, .fallback = "0.001",                                                    \
     .help = "cost of a fill, share of the traded value"},                                         \
    {.name = "periods" J "per" J "year", .kind = OPT_REAL,                                         \
     .offset = offsetof(TYPE, MEMBER periods_per_year), .arg = "N", .min = 1e-3, .max = 1e9,       \
     .fallback = "252", .help = "bars a year, for the Sharpe ratio"},                              \
    {.name = "search", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER search), .arg = "KIND",   \
     .choices = bt_search_names, .fallback = "grid",                                               \
     .help = "grid: all combinations; random: some of them; walk-forward: the best of a "          \
              "training, again and again"},                                                        \
    {.name = "trials", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER trials), .arg = "N",       \
     .min = 0, .max = 1e7, .fallback = "0",                                                        \
     .help = "how many combinations random tries; 0: all"},                                        \
    {.name = "seed", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER seed), .arg = "N",           \
     .min = 0, .max = 9e15, .fallback = "1", .help = "of the random search"},                      \
    {.name = "objective", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER objective),            \
     .arg = "NAME", .fallback = "sharpe",                                                          \
     .help = "what is best: sharpe, sortino, calmar, total-return, max-drawdown, win-rate, "       \
              "profit-factor"},                                                                    \
    {.name = "range", .kind = OPT_TEXTS, .offset = offsetof(TYPE, MEMBER range),                   \
     .arg = "[NAME=]FROM:TO", .help = "a range of dates; once for each of several"},               \
    {.name = "train" J "bars", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER train_bars),       \
     .arg = "N", .min = 0, .max = 1e9, .fallback = "0",                                            \
     .help = "walk-forward: bars to choose the best by"},                                          \
    {.name = "validation" J "bars", .kind = OPT_INT,                                               \
     .offset = offsetof(TYPE, MEMBER validation_bars), .arg = "N", .min = 0, .max = 1e9,           \
     .fallback = "0", .help = "walk-forward: bars after those, to look at; 0: none"},              \
    {.name = "test" J "bars", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER test_bars),         \
     .arg = "N", .min = 0, .max = 1e9, .fallback = "0",                                            \
     .help = "walk-forward: bars after those, to judge by"},                                       \
    {.name = "step" J "bars", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER step_bars),         \
     .arg = "N", .min = 0, .max = 1e9, .fallback = "0",                                            \
     .help = "walk-forward: from one window to the next; 0: as many as test"},                     \
    {.name = "expanding", .kind = OPT_FLAG, .offset = offsetof(TYPE, MEMBER expanding),            \
     .help = "walk-forward: every training begins at the first bar"},                              \
    {.name = "window" J "filter", .kind = OPT_TEXT,                                                \
     .offset = offsetof(TYPE, MEMBER window_filter), .arg = "EXPR",                                \
     .help = "after each range: who goes on, as 'sharpe > 0.5 and trades >= 10'"},                 \
    {.name = "final" J "filter", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER final_filter),  \
     .arg = "EXPR", .help = "over all ranges together: who is left"},                              \
    {.name = "metrics", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER metrics),                \
     .arg = "WHICH", .choices = bt_metrics_names, .fallback = "core",                              \
     .help = "core, or all: also sortino, calmar, volatility, win rate, months ..."},              \
    {.name = "snapshots", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER snapshots),            \
     .arg = "EVERY", .choices = bt_snapshots_names, .fallback = "none",                            \
     .help = "equity stored with each result: daily, weekly or none"},                             \
    {.name = "trades", .kind = OPT_FLAG, .offset = offsetof(TYPE, MEMBER trades),                  \
     .help = "store the list of trades with each result"},                                         \
    {.name = "batch" J "size", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER batch_size),       \
     .arg = "N", .min = 1, .max = 100000, .fallback = "100",                                       \
     .help = "backtests between releases of memory (layer batch), and a batch of workers"},        \
    {.name = "checkpoint" J "batch" J "size", .kind = OPT_INT,                                     \
     .offset = offsetof(TYPE, MEMBER checkpoint_batch_size), .arg = "N", .min = 1,                 \
     .max = 100000, .fallback = "50", .help = "results a write (layer batch-write)"},              \
    {.name = "checkpoint" J "index" J "after", .kind = OPT_INT,                                    \
     .offset = offsetof(TYPE, MEMBER checkpoint_index_after), .arg = "N", .min = 0, .max = 1e9,     \
     .fallback = "2000",                                                                           \
     .help = "results from which on the checkpoint is a database (layer sqlite-checkpoint)"},      \
    {.name = "workers", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER workers), .arg = "N",     \
     .min = -1, .max = 1024, .fallback = "1",                                                      \
     .help = "processes that compute; -1: one for each core"},                                     \
    {.name = "worker" J "timeout", .kind = OPT_REAL,                                               \
     .offset = offsetof(TYPE, MEMBER worker_timeout), .arg = "SECONDS", .min = 0, .max = 1e6,      \
     .fallback = "0", .help = "a worker that is silent for so long is replaced; 0: never"},        \
    {.name = "continue" J "on" J "error", .kind = OPT_FLAG,                                        \
     .offset = offsetof(TYPE, MEMBER continue_on_error),                                           \
     .help = "a backtest that fails is told, the others go on"},                                   \
    {.name = "force" J "rerun", .kind = OPT_FLAG, .offset = offsetof(TYPE, MEMBER force_rerun),    \
     .help = "compute also what the store holds"},                                                 \
    {.name = "preset", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER preset), .arg = "NAME",   \
     .choices = bt_preset_names, .presets = bt_presets, .fallback = "none",                        \
     .help = "values for cache settings that are not given"},                                      \
    {.name = "enable" J "caching", .kind = OPT_TEXT,                                               \
     .offset = offsetof(TYPE, MEMBER enable_caching), .arg = "WHETHER", .choices = bt_on_off,      \
     .fallback = "on", .env = "CUPEL_ENABLE_CACHING",                                              \
     .help = "off: without asset-cache, pre-group, history-cache and what needs them"},            \
    {.name = "cache" J "size" J "gb", .kind = OPT_REAL,                                            \
     .offset = offsetof(TYPE, MEMBER cache_size_gb), .arg = "GIB", .min = 1e-9, .max = 1024,       \
     .fallback = "2", .env = "CUPEL_CACHE_SIZE_GB",                                                \
     .help = "most of grouped columns kept in memory (layer pre-group)"},                          \
    {.name = "history" J "cache" J "mb", .kind = OPT_REAL,                                         \
     .offset = offsetof(TYPE, MEMBER history_cache_mb), .arg = "MIB", .min = 1e-6, .max = 1e6,     \
     .fallback = "200", .env = "CUPEL_HISTORY_CACHE_MB",                                           \
     .help = "most of indicators kept in memory (layers history-cache, share-indicators)"},                           \
    {.name = "history" J "cache" J "reuse", .kind = OPT_INT,                                       \
     .offset = offsetof(TYPE, MEMBER history_cache_reuse), .arg = "N", .min = 0, .max = 1e9,       \
     .fallback = "0",                                                                              \
     .help = "indicators are kept that are asked for N times or more; 0: where that pays"},        \
    {.name = "lru" J "maxsize", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER lru_maxsize),     \
     .arg = "N", .min = 1, .max = 1e6, .fallback = "128", .env = "CUPEL_LRU_MAXSIZE",              \
     .help = "most asset lists kept (layer asset-cache)"},                                         \
    {.name = "enable" J "bundle" J "pooling", .kind = OPT_TEXT,                                    \
     .offset = offsetof(TYPE, MEMBER enable_bundle_pooling), .arg = "WHETHER",                     \
     .choices = bt_on_off, .fallback = "on", .env = "CUPEL_ENABLE_BUNDLE_POOLING",                 \
     .help = "off: without bundle-pool"},                                                          \
    {.name = "max" J "bundle" J "pool" J "size", .kind = OPT_INT,                                  \
     .offset = offsetof(TYPE, MEMBER max_bundle_pool_size), .arg = "N", .min = 1,                  \
     .max = 100000, .fallback = "100", .env = "CUPEL_MAX_BUNDLE_POOL_SIZE",                        \
     .help = "most bundles kept open (layer bundle-pool)"},                                        \
    {.name = "cache" J "log" J "every", .kind = OPT_INT,                                           \
     .offset = offsetof(TYPE, MEMBER cache_log_every), .arg = "N", .min = 0, .max = 1e9,           \
     .fallback = "0", .help = "a sweep tells of its caches every N backtests, where a batch ends; 0: never"},       \
    {.name = "check" J "caches", .kind = OPT_FLAG,                                                 \
     .offset = offsetof(TYPE, MEMBER check_caches),                                                \
     .help = "compute again what a cache answers, and stop where they differ"},                    \
    {.name = "disable" J "simd", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER disable_simd),  \
     .env = "CUPEL_DISABLE_SIMD", .arg = "SETS", .fallback = "",                                   \
     .help = "instruction sets not to use: avx2; the results are the same"}
/* clang-format on */

#endif
