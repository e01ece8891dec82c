/* cupel list: the kernels with their settings and layers, or the metrics. */
#include "harness/cmd/commands.h"
#include "harness/cmd/table.h"

#include "harness/plan/metric.h"
#include "kernels/registry.h"

#include <stdio.h>
#include <string.h>

struct list_settings {
    const char *kernel;
};

#define AT(field) offsetof(struct list_settings, field)

static const struct opt list_options[] = {
    {.name = "kernel",
     .kind = OPT_TEXT,
     .offset = AT(kernel),
     .arg = "PATH.so",
     .help = "only this one: of a shared object, or by name"},
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

static void list_kernels(void)
{
    for (const struct kernel *const *k = kernels; *k; k++)
        print_kernel(*k);
}

static void list_metrics(void)
{
    static const char *const kinds[] = {[METRIC_TIMING] = "timing", [METRIC_EXACT] = "exact"};
    static const char *const sources[] = {
        [METRIC_OF_CLOCKS] = "pairs of processes",
        [METRIC_OF_COUNTS] = "the kernel's counts",
        [METRIC_OF_TOTALS] = "around the body",
        [METRIC_OF_VALGRIND] = "valgrind",
    };
    struct table t = {0};
    table_row(&t, "metric", "kind", "margin", "unit", "read from", "title", NULL);
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric *m = &metric_rows[i];
        char margin[32];
        snprintf(margin, sizeof margin, "%g %%", m->margin_percent);
        table_row(&t, m->name, kinds[m->kind], margin, m->unit, sources[m->source], m->title, NULL);
    }
    table_print(&t, stdout);
    table_done(&t);
}

static enum err_code run_list(const struct invocation *in, struct err *e)
{
    static const struct {
        const char *name;
        void (*list)(void);
    } lists[] = {
        {"kernels", list_kernels},
        {"metrics", list_metrics},
    };
    const struct list_settings *s = in->settings;
    const struct kernel *only = s->kernel ? kernel_find(s->kernel, e) : NULL;
    if (s->kernel) {
        if (only)
            print_kernel(only);
        return only ? ERR_OK : e->code;
    }
    const char *wanted = in->words.n ? in->words.v[0] : lists[0].name;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (strcmp(lists[i].name, wanted) != 0)
            continue;
        lists[i].list();
        return ERR_OK;
    }
    err_input(e, "list: expected kernels or metrics, found \"%.60s\"", wanted);
    return e->code;
}

const struct command command_list = {
    .name = "list",
    .arguments = "[kernels|metrics | --kernel PATH.so]",
    .summary = "show the kernels, their settings and layers, or what a gate can judge",
    .options = list_options,
    .settings_size = sizeof(struct list_settings),
    .max_words = 1,
    .run = run_list,
};
