#include "harness/cmd/commands.h"

#include <stddef.h>

const struct command *const commands[] = {
    &command_sweep,
    &command_list,
    NULL,
};
