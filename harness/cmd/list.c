/* cupel list: the kernels, their settings and layers. */
#include "harness/cmd/commands.h"

#include "kernels/registry.h"

#include <stdio.h>

struct list_settings {
    const char *kernel;
};

static const struct opt list_options[] = {
    {.name = "kernel",
     .kind = OPT_TEXT,
     .offset = offsetof(struct list_settings, kernel),
     .arg = "PATH.so",
     .help = "only this one: a name, or the path of a shared object"},
    OPT_END,
};

static void print_kernel(const struct kernel *k)
{
    struct text options = {0};
    opt_help(k->options, &options);
    printf("%s: %s\n%s", k->name, k->summary, options.p ? options.p : "");
    for (int i = 0; i < k->layer_count; i++)
        printf("  layer %-20s %s\n", k->layers[i].name, k->layers[i].why);
    text_done(&options);
}

static enum err_code run_list(const struct invocation *in, struct err *e)
{
    const struct list_settings *s = in->settings;
    const struct kernel *only = s->kernel ? kernel_find(s->kernel, e) : NULL;
    if (s->kernel && !only)
        return e->code;
    if (only)
        print_kernel(only);
    for (const struct kernel *const *k = kernels; *k && !only; k++)
        print_kernel(*k);
    return ERR_OK;
}

const struct command command_list = {
    .name = "list",
    .arguments = "[--kernel PATH.so]",
    .summary = "show the kernels, their settings and layers",
    .options = list_options,
    .settings_size = sizeof(struct list_settings),
    .run = run_list,
};
