#include "kernels/backtest/parts.h"

#include <stddef.h>

/* Functions are named <slot>_<layer>, so that a slot is found by how its functions begin, whatever the
 * layers. A row before another takes what both would name. */
static const char *const assets_names[] = {"assets_", "bundle_assets", NULL};
static const char *const group_names[] = {"group_", "bundle_rows", NULL};
static const char *const history_names[] = {"history_", NULL};
static const char *const bundle_names[] = {"bundle_", "verify_changed", "warm_", NULL};
static const char *const checkpoint_names[] = {"checkpoint_", "bt_write_checkpoint", "bt_mark_done",
                                               NULL};
static const char *const save_names[] = {
    "save_",       "flush_", "result_store_put", "bt_result_write", "bt_result_pack",
    "bt_run_save", NULL};
static const char *const load_names[] = {"recall_",        "load_",        "result_store_",
                                         "bt_result_read", "bt_look_back", NULL};
static const char *const collect_names[] = {
    "collect_", "deliver_", "bt_run_consume", "bt_digest_", "bt_result_", "bt_results_new", NULL};
static const char *const workers_names[] = {"pool_", "wire_", "exec_workers", "disband_", NULL};
static const char *const tables_names[] = {"price_tables_", "price_columns_", "dense_tables_",
                                           NULL};
static const char *const indicator_names[] = {
    "bt_indicator_", "indicator_",    "columns_",   "bands_words_",
    "cross_words_",  "ema_words_",    "lag_words_", "momentum_words_",
    "rsi_words_",    "wilder_words_", "make_sma",   "make_rsi",
    "make_columns",  "sma_",          "rsi_",       NULL};
static const char *const signal_names[] = {"signal_", "tile_",     "fill_",
                                           "words_",  "bt_words_", NULL};
static const char *const account_names[] = {"bt_account_",  "account_",  "evaluate_",
                                            "bt_evaluate_", "events_",   "dense_",
                                            "walk_signals", "bt_settle", NULL};

const struct kernel_part bt_parts[BT_PARTS] = {
    {"assets",     "asset list extraction",           assets_names,     true },
    {"group",      "data filtering and grouping",     group_names,      true },
    {"history",    "frame construction",              history_names,    true },
    {"bundle",     "bundle opening and verification", bundle_names,     true },
    {"checkpoint", "checkpoint reading and writing",  checkpoint_names, true },
    {"save",       "saving of results",               save_names,       true },
    {"load",       "loading of results",              load_names,       true },
    {"collect",    "collecting of results",           collect_names,    true },
    {"workers",    "workers: start, exchange, wait",  workers_names,    true },
    {"tables",     "price tables",                    tables_names,     false},
    {"indicator",  "indicators",                      indicator_names,  false},
    {"signal",     "signals of the strategy",         signal_names,     false},
    {"account",    "accounting and metrics",          account_names,    false},
};
