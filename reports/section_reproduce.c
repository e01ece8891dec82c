#include "reports/section.h"

#include "reports/escape.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

/* "layers:SET", "bin:PATH" or "cmd:LINE": a side as the gate's command line names it. */
static void add_gate_side(struct text *line, struct arena *a, const char *option,
                          const struct json *side)
{
    const char *binary = at_text(side, "binary"), *layers = at_text(side, "layers");
    bool command = json_kind(json_get(side, "command")) == JSON_ARRAY;
    const char *word = command   ? arena_format(a, "cmd:%s", at_text(side, "label"))
                       : *binary ? arena_format(a, "bin:%s", binary)
                                 : arena_format(a, "layers:%s", layers);
    text_printf(line, " --%s ", option);
    escape_shell(line, word);
}

static void add_margins(struct text *line, const struct json *judging)
{
    static const char *const clocks[] = {"net", "wall"};
    const struct json *margins = json_get(judging, "margins");
    double cpu = at_number(margins, "cpu");
    text_printf(line, " --margin %.9g", cpu);
    for (int i = 0; i < COUNT(clocks); i++)
        if (at_number(margins, clocks[i]) != cpu)
            text_printf(line, " --margin %s=%.9g", clocks[i], at_number(margins, clocks[i]));
    for (const struct json *m = json_first(json_get(judging, "metrics")); m; m = json_next(m)) {
        const char *name = json_text(m);
        double margin = at_number(margins, name);
        if (isfinite(margin) && strcmp(name, "cpu") != 0 && strcmp(name, "net") != 0 &&
            strcmp(name, "wall") != 0)
            text_printf(line, " --margin %s=%.9g", name, margin);
    }
}

/* What was asked for: all of it, defaults too, as they may be others in another version. */
static void add_judging(struct text *line, const struct json *judging)
{
    static const struct {
        const char *key, *option;
    } numbers[] = {
        {"cap",        "cap"       },
        {"budget",     "budget"    },
        {"fail_error", "fail-error"},
        {"pass_error", "pass-error"},
    };
    if (json_kind(judging) != JSON_OBJECT)
        return;
    for (const struct json *m = json_first(json_get(judging, "metrics")); m; m = json_next(m)) {
        text_puts(line, " --metric ");
        escape_shell(line, json_text(m));
    }
    add_margins(line, judging);
    for (int i = 0; i < COUNT(numbers); i++)
        if (isfinite(at_number(judging, numbers[i].key)))
            text_printf(line, " --%s %.9g", numbers[i].option, at_number(judging, numbers[i].key));
    text_puts(line, " --policy ");
    escape_shell(line, at_text(judging, "policy"));
}

/* Two commands have no scenario: a name that they were given, and whether the shell ran their lines. */
static void add_command_words(struct text *line, const struct json *scenario,
                              const struct json *base)
{
    const struct json *first = json_first(json_get(base, "command"));
    const struct json *second = first ? json_next(first) : NULL;
    const struct json *third = second ? json_next(second) : NULL;
    const char *name = at_text(scenario, "name");
    if (strcmp(name, "command") != 0) {
        text_puts(line, " --name ");
        escape_shell(line, name);
    }
    if (third && strcmp(json_text(first), "/bin/sh") == 0 && strcmp(json_text(second), "-c") == 0 &&
        strcmp(json_text(third), at_text(base, "label")) == 0)
        text_puts(line, " --shell");
}

/* The inputs as they were set: a scenario's own default may be another bundle. */
static void add_inputs_set(struct text *line, struct arena *a, const struct model_file *f)
{
    const struct json *settings = f->cell_count ? at(f->cells[0].record, "base.settings") : NULL;
    const struct json *inputs = json_get(f->file.run, "inputs");
    for (const struct json *v = json_first(inputs); v; v = json_next(v)) {
        const struct json *value = json_get(settings, json_key(v));
        if (json_kind(value) != JSON_TEXT)
            continue;
        text_puts(line, " --set ");
        escape_shell(line, arena_format(a, "%s=%s", json_key(v), json_text(value)));
    }
}

/* A command's words as one line, which is a word of the line that reproduces it. */
static void add_command(struct text *line, const struct json *benchmark)
{
    struct text words = {0};
    const struct json *list = at(benchmark, "side.command");
    for (const struct json *w = json_first(list); w; w = json_next(w)) {
        text_puts(&words, words.n ? " " : "");
        escape_shell(&words, json_text(w));
    }
    text_puts(line, " ");
    escape_shell(line, words.n ? words.p : "");
    text_done(&words);
}

/* The commands of the first combination of parameters. */
static void add_bench(struct text *line, const struct model_file *f)
{
    const char *scale = f->benchmark_count ? at_text(f->benchmarks[0], "scale") : "";
    text_puts(line, "cupel bench");
    for (int i = 0; i < f->benchmark_count; i++) {
        if (strcmp(at_text(f->benchmarks[i], "scale"), scale) != 0)
            continue;
        text_puts(line, i ? " --vs" : "");
        add_command(line, f->benchmarks[i]);
    }
}

/* A command stands behind "--", at the end. */
static void add_profile(struct text *line, const struct model_file *f)
{
    const struct json *scenario = json_get(f->file.run, "scenario");
    const char *path = at_text(scenario, "path");
    text_puts(line, f->timeline_count > 0 ? "cupel profile --memory " : "cupel profile ");
    escape_shell(line, *path ? path : at_text(scenario, "name"));
}

void section_reproduce(struct document *d, const struct model_file *f, int level)
{
    (void)level;
    const struct json *run = f->file.run, *scenario = json_get(run, "scenario");
    const char *path = at_text(scenario, "path"), *commit = at_text(run, "environment.commit");
    bool is_profile = strcmp(at_text(run, "tool"), "profile") == 0;
    struct text line = {0};
    if (strcmp(at_text(run, "tool"), "bench") == 0) {
        add_bench(&line, f);
    } else if (strcmp(at_text(run, "tool"), "profile") == 0) {
        add_profile(&line, f);
    } else if (strcmp(at_text(run, "tool"), "gate") == 0 && f->cell_count > 0) {
        text_puts(&line, "cupel gate");
        if (*path) {
            text_puts(&line, " --scenario ");
            escape_shell(&line, path);
        }
        add_gate_side(&line, d->arena, "base", json_get(f->cells[0].record, "base"));
        add_gate_side(&line, d->arena, "new", json_get(f->cells[0].record, "new"));
        if (json_kind(at(f->cells[0].record, "base.command")) == JSON_ARRAY)
            add_command_words(&line, scenario, at(f->cells[0].record, "base"));
        add_judging(&line, json_get(run, "judging"));
    } else {
        text_printf(&line, "cupel %s ", is_profile ? "profile" : "run");
        escape_shell(&line, *path ? path : at_text(scenario, "name"));
    }
    add_inputs_set(&line, d->arena, f);
    text_puts(&line, " --seed ");
    escape_shell(&line, words_json(d->arena, json_get(run, "seed")));
    document_add(d, BLOCK_TEXT, "%s, on this machine or another (commit %s):",
                 is_profile ? "The same work, sampled" : "The same pairs, in the same order",
                 *commit ? commit : WORDS_NONE);
    document_add(d, BLOCK_CODE, "%s", line.p);
    text_done(&line);
}
