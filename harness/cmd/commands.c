#include "harness/cmd/commands.h"

#include <stddef.h>

const struct command *const commands[] = {
    &command_sweep,
    &command_list,
    &command_data_import,
    &command_data_synth,
    &command_data_info,
    &command_data_verify,
    NULL,
};
