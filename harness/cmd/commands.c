#include "harness/cmd/commands.h"

#include "harness/base/str.h"

#include <stddef.h>

/* In the order of the help page. */
/* clang-format off */
const struct command *const commands[] = {
    &command_run,
    &command_gate,
    &command_bench,
    &command_profile,
    &command_baseline_save,
    &command_baseline_ls,
    &command_baseline_show,
    &command_baseline_rm,
    &command_characterise,
    &command_selftest,
    &command_compare,
    &command_export,
    &command_history_add,
    &command_history_show,
    &command_history_changes,
    &command_sweep,
    &command_straddle,
    &command_store_ls,
    &command_store_show,
    &command_store_verify,
    &command_store_rebuild,
    &command_store_gc,
    &command_capture_restore, /* before the command of its first word */
    &command_capture,
    &command_storage_usage,
    &command_storage_ls,
    &command_storage_clean,
    &command_storage_archive,
    &command_storage_estimate,
    &command_data_import,
    &command_data_synth,
    &command_data_straddles,
    &command_data_info,
    &command_data_verify,
    &command_data_compare,
    &command_data_prices_import,
    &command_data_prices_info,
    &command_verify,
    &command_list,
    &command_worker,
    NULL,
};
/* clang-format on */

int commands_match(const char *name, int argc, char **argv)
{
    struct str rest = str_of(name);
    int n = 0;
    while (rest.p && n < argc && str_is(str_cut(&rest, ' '), argv[n]))
        n++;
    return n;
}

static int words_of(const char *name)
{
    int n = 1;
    for (const char *p = name; *p; p++)
        n += *p == ' ';
    return n;
}

const struct command *commands_find(int argc, char **argv, int *used)
{
    for (const struct command *const *c = commands; *c; c++) {
        *used = words_of((*c)->name);
        if (commands_match((*c)->name, argc, argv) == *used)
            return *c;
    }
    return NULL;
}
