#include "kernels/straddle/kernel_straddle.h"

#include "kernels/straddle/run.h"

#include <limits.h>

/* ---- parts of a profile ----------------------------------------------------------------------- */

/* A row before another takes what both would name. */
static const char *const yaml_names[] = {"amt_", "yaml_", "st_base_amt", NULL};
static const char *const csv_names[] = {"chain_load", "overrides_load",    "fields_",       "csv_",
                                        "map_",       "st_base_overrides", "st_base_chain", NULL};
static const char *const prices_names[] = {
    "prices_",        "sqlite3",        "blocks_",     "st_batch_series",
    "st_base_series", "st_base_prices", "find_prices", NULL};
static const char *const tickers_names[] = {
    "tickers_",        "st_tickers_",  "ticker_",    "st_base_tickers",
    "st_base_schemas", "find_tickers", "chain_find", NULL};
static const char *const schedule_names[] = {
    "schedule_",     "straddle_", "st_schedule_of", "st_base_schedule", "st_base_expand",
    "find_straddle", NULL};
static const char *const valuation_names[] = {
    "valuation_", "es_", "value_simd", "overrides_find", "find_anchors", "st_base_value", NULL};
static const char *const digest_names[] = {"digest$", "sha256_", "EVP_", "SHA256", NULL};
static const char *const text_names[] = {"row_text_", "text_", NULL};
static const char *const cache_names[] = {"st_memo_", "lru_", "key_of$", NULL};
static const char *const paths_names[] = {"st_base_paths", "realpath", "stat", "st_names_", NULL};
static const char *const workers_names[] = {"pool_", "wire_", "put_told", "job_done", NULL};

static const struct kernel_part parts[] = {
    {"yaml",      "asset file read",                yaml_names,      true },
    {"csv",       "chain and overrides read",       csv_names,       true },
    {"tickers",   "tickers made",                   tickers_names,   true },
    {"schedule",  "schedules expanded",             schedule_names,  true },
    {"prices",    "prices looked up",               prices_names,    true },
    {"paths",     "paths resolved",                 paths_names,     true },
    {"caches",    "caches asked",                   cache_names,     true },
    {"workers",   "workers: start, exchange, wait", workers_names,   true },
    {"text",      "rows as text",                   text_names,      true },
    {"valuation", "valuation",                      valuation_names, false},
    {"digest",    "digest of the rows",             digest_names,    true },
};

/* ---- the record ------------------------------------------------------------------------------- */

#define SWITCH(i)                                                                                  \
    {                                                                                              \
        st_layers[i].name, st_layers[i].why, NULL                                                  \
    }
static const struct kernel_layer switches[ST_LAYERS] = {
    SWITCH(0), SWITCH(1), SWITCH(2), SWITCH(3), SWITCH(4),  SWITCH(5),
    SWITCH(6), SWITCH(7), SWITCH(8), SWITCH(9), SWITCH(10), SWITCH(11),
};

static long width_straddle(const void *settings)
{
    const struct st_settings *s = settings;
    return s->workers < 0 ? LONG_MAX : s->workers;
}

static void *prepare_straddle(const struct kernel_case *c, struct err *e)
{
    return st_run_open(c->settings, st_layers, c->layers, (struct st_run_target){0}, e);
}

static long jobs_straddle(const void *ctx)
{
    const struct st_run *run = ctx;
    return run->tasks.n;
}

static long grain_straddle(const void *ctx)
{
    return st_run_slice(ctx);
}

static bool step_straddle(void *ctx, long lo, long hi, struct err *e)
{
    return st_run_step(ctx, lo, hi, e);
}

static bool digest_straddle(void *ctx, struct kernel_digest *out, struct err *e)
{
    return st_run_digest(ctx, out, e);
}

static int counts_straddle(const void *ctx, struct kernel_count *out, int max)
{
    return st_run_counts(ctx, out, max);
}

static int pids_straddle(const void *ctx, pid_t *out, int max)
{
    return st_run_pids(ctx, out, max);
}

static void release_straddle(void *ctx)
{
    st_run_close(ctx);
}

const struct kernel kernel_straddle = {
    .abi = CUPEL_KERNEL_ABI,
    .name = "straddle",
    .summary = "option straddles valued day by day",
    .cut = KERNEL_ONCE,
    .options = st_options,
    .settings_size = sizeof(struct st_settings),
    .layers = switches,
    .layer_count = ST_LAYERS,
    .width = width_straddle,
    .prepare = prepare_straddle,
    .jobs = jobs_straddle,
    .grain = grain_straddle,
    .step = step_straddle,
    .digest = digest_straddle,
    .counts = counts_straddle,
    .pids = pids_straddle,
    .release = release_straddle,
    .parts = parts,
    .part_count = sizeof parts / sizeof *parts,
};
