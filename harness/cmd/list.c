/* cupel list: the kernels, their settings and layers. */
#include "harness/cmd/commands.h"

#include "kernels/registry.h"

#include <stdio.h>

static const struct opt list_options[] = {OPT_END};

static enum err_code run_list(const struct invocation *in, struct err *e)
{
    (void)in;
    (void)e;
    for (const struct kernel *const *k = kernels; *k; k++) {
        struct text options = {0};
        opt_help((*k)->options, &options);
        printf("%s: %s\n%s", (*k)->name, (*k)->summary, options.p ? options.p : "");
        for (int i = 0; i < (*k)->layer_count; i++)
            printf("  layer %-20s %s\n", (*k)->layers[i].name, (*k)->layers[i].why);
        text_done(&options);
    }
    return ERR_OK;
}

const struct command command_list = {
    .name = "list",
    .arguments = "",
    .summary = "show the kernels, their settings and layers",
    .options = list_options,
    .run = run_list,
};
