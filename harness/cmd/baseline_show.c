/* cupel baseline show: what a baseline holds. */
#include "harness/cmd/commands.h"
#include "harness/cmd/gate_table.h"
#include "harness/cmd/table.h"

#include "harness/gate/baseline.h"

#include <stdio.h>

static const struct opt show_options[] = {OPT_END};

static void show_head(const struct baseline *b)
{
    static const char *const facts[] = {"timestamp", "commit", "compiler", "cpu_model", "kernel"};
    const struct json *environment = json_get(b->document, "environment");
    printf("%s: scenario %s, seed %s, fingerprint %s\n", b->path,
           json_text(json_get(b->document, "scenario")), json_text(json_get(b->document, "seed")),
           json_text(json_get(b->document, "fingerprint")));
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        printf("  %-10s %s\n", facts[i], json_text(json_get(environment, facts[i])));
    const struct json *inputs = json_get(b->document, "inputs");
    for (const struct json *v = json_first(inputs); v; v = json_next(v))
        printf("  %-10s %s, content %.12s\n", json_key(v), json_text(json_get(v, "source")),
               json_text(json_get(v, "content")));
}

static void show_benchmark(struct table *t, const struct json *b)
{
    const char *id = json_text(json_get(b, "id"));
    for (int i = 0; i < METRIC_COUNT; i++) {
        const char *name = metric_rows[i].name;
        char value[GATE_TABLE_VALUE], lower[GATE_TABLE_VALUE], upper[GATE_TABLE_VALUE];
        const struct json *exact = json_get(json_get(b, "exact"), name);
        const struct json *time = json_get(json_get(b, "times"), name);
        const struct json *left = json_get(json_get(b, "left_out"), name);
        if (exact)
            table_row(t, id, name, gate_table_value(value, i, json_number(exact)), "exact", NULL);
        if (left)
            table_row(t, id, name, "-", json_text(left), NULL);
        if (!time)
            continue;
        struct text interval = {0};
        text_printf(&interval, "%s..%s",
                    gate_table_value(lower, i, json_number(json_get(time, "lower"))),
                    gate_table_value(upper, i, json_number(json_get(time, "upper"))));
        table_row(t, id, name, gate_table_value(value, i, json_number(json_get(time, "estimate"))),
                  interval.p, NULL);
        text_done(&interval);
    }
}

static enum err_code run_show(const struct invocation *in, struct err *e)
{
    struct baseline b;
    if (!baseline_read(&b, baseline_path(in->words.v[0], in->arena), e))
        return e->code;
    show_head(&b);
    struct table t = {0};
    table_row(&t, "benchmark", "metric", "value", "95 % interval", NULL);
    for (const struct json *v = json_first(b.benchmarks); v; v = json_next(v))
        show_benchmark(&t, v);
    table_print(&t, stdout);
    table_done(&t);
    baseline_done(&b);
    return ERR_OK;
}

const struct command command_baseline_show = {
    .name = "baseline show",
    .arguments = "NAME",
    .summary = "show what a stored baseline holds",
    .options = show_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_show,
};
