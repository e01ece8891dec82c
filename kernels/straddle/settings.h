/* The settings of a run: what `cupel straddle` takes as options and a scenario as fields. The rows are
 * written once and stamped twice, as those of a sweep: words joined by '_' in JSON, by '-' on the
 * command line.
 */
#ifndef CUPEL_STRADDLE_SETTINGS_H
#define CUPEL_STRADDLE_SETTINGS_H

#include "harness/base/opt.h"

struct st_settings {
    const char *asset; /* POSIX extended regular expression */
    long from_year, to_year;
    const char *world, *amt, *chain, *overrides, *prices, *store;
    long workers, cache_entries, batch, seed;
    const char *order;
    bool check_caches;
};

extern const char *const st_order_names[]; /* clustered, shuffled, NULL */
extern const struct opt st_options[];

enum { ST_YEAR_MIN = 1900, ST_YEAR_MAX = 2200, ST_BATCH_MAX = 4096, ST_WORKERS_MAX = 1024 };

/* clang-format off */
#define ST_SETTING_ROWS(TYPE, MEMBER, J)                                                           \
    {.name = "world", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER world), .arg = "DIR",      \
     .help = "folder of all inputs, as `cupel data straddles` makes it"},                          \
    {.name = "amt", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER amt), .arg = "FILE",         \
     .help = "asset file, YAML; instead of the world's"},                                          \
    {.name = "chain", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER chain), .arg = "FILE",     \
     .help = "what contracts are really called, CSV; instead of the world's"},                     \
    {.name = "overrides", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER overrides),            \
     .arg = "FILE", .help = "expiry dates, CSV; instead of the world's"},                          \
    {.name = "prices", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER prices), .arg = "FILE",   \
     .help = "prices, as `cupel data prices import` makes them; instead of the world's"},          \
    {.name = "store", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER store), .arg = "KIND",     \
     .choices = prices_kind_words,                                                                 \
     .help = "which prices of the world; without it blocks, else sqlite, else parquet"},           \
    {.name = "workers", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER workers), .arg = "N",     \
     .min = -1, .max = ST_WORKERS_MAX, .fallback = "1",                                            \
     .help = "processes that value; -1: one for each core"},                                       \
    {.name = "order", .kind = OPT_TEXT, .offset = offsetof(TYPE, MEMBER order), .arg = "ORDER",    \
     .choices = st_order_names, .fallback = "clustered",                                           \
     .help = "in which straddles are valued; what is written is sorted"},                          \
    {.name = "seed", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER seed), .arg = "N",           \
     .min = 0, .max = 9e15, .fallback = "1", .help = "of the order shuffled"},                     \
    {.name = "batch", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER batch), .arg = "N",         \
     .min = 1, .max = ST_BATCH_MAX, .fallback = "64",                                              \
     .help = "straddles a trip to the prices (layer batch-prices)"},                               \
    {.name = "cache" J "entries", .kind = OPT_INT, .offset = offsetof(TYPE, MEMBER cache_entries), \
     .arg = "N", .min = 0, .max = 1e9, .fallback = "1024",                                            \
     .help = "most entries of each cache (layers memo-*); 0: no limit"},                           \
    {.name = "check" J "caches", .kind = OPT_FLAG, .offset = offsetof(TYPE, MEMBER check_caches),  \
     .help = "compute again what a cache answers, and stop where they differ"}
/* clang-format on */

#endif
