/* The command rows, each defined in the file of its name. */
#ifndef CUPEL_CMD_COMMANDS_H
#define CUPEL_CMD_COMMANDS_H

#include "harness/cmd/command.h"

extern const struct command command_bench;
extern const struct command command_profile;
extern const struct command command_baseline_ls;
extern const struct command command_baseline_rm;
extern const struct command command_baseline_save;
extern const struct command command_baseline_show;
extern const struct command command_capture;
extern const struct command command_capture_restore;
extern const struct command command_characterise;
extern const struct command command_compare;
extern const struct command command_data_compare;
extern const struct command command_data_import;
extern const struct command command_data_info;
extern const struct command command_data_prices_import;
extern const struct command command_data_prices_info;
extern const struct command command_data_synth;
extern const struct command command_data_straddles;
extern const struct command command_data_verify;
extern const struct command command_export;
extern const struct command command_gate;
extern const struct command command_history_add;
extern const struct command command_history_changes;
extern const struct command command_history_show;
extern const struct command command_list;
extern const struct command command_run;
extern const struct command command_selftest;
extern const struct command command_storage_archive;
extern const struct command command_storage_clean;
extern const struct command command_storage_estimate;
extern const struct command command_storage_ls;
extern const struct command command_storage_usage;
extern const struct command command_store_gc;
extern const struct command command_store_ls;
extern const struct command command_store_rebuild;
extern const struct command command_store_show;
extern const struct command command_store_verify;
extern const struct command command_straddle;
extern const struct command command_sweep;
extern const struct command command_verify;
extern const struct command command_worker;

#endif
