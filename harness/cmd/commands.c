#include "harness/cmd/commands.h"

#include <stddef.h>

/* In the order of the help page. */
/* clang-format off */
const struct command *const commands[] = {
    &command_run,
    &command_gate,
    &command_compare,
    &command_sweep,
    &command_data_import,
    &command_data_synth,
    &command_data_info,
    &command_data_verify,
    &command_data_compare,
    &command_verify,
    &command_list,
    &command_worker,
    NULL,
};
/* clang-format on */
