/* cupel run: a scenario's comparisons, measured and recorded. */
#include "harness/cmd/commands.h"
#include "harness/cmd/notes.h"
#include "harness/cmd/settings.h"
#include "harness/cmd/table.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/cmd/run_speed.h"
#include "harness/export/export_after.h"
#include "harness/result/ceilings.h"
#include "harness/result/record.h"
#include "harness/run/campaign.h"
#include "harness/run/inputs.h"
#include "harness/run/instructions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct run_settings {
    const char *layers, *kernel, *seed, *out, *state_dir;
    long pairs;
    struct opt_texts set, export, scales, comparisons;
    bool instructions, ceilings, quiet;
};

#define AT(field) offsetof(struct run_settings, field)

/* clang-format off */
static const struct opt run_options[] = {
    {.name = "layers", .kind = OPT_TEXT, .offset = AT(layers), .arg = "SET",
     .help = "compare only: no layer against these (all, none, a,b or all,-a)"},
    {.name = "kernel", .kind = OPT_TEXT, .offset = AT(kernel), .arg = "PATH.so",
     .help = "instead of the scenario's: of a shared object"},
    {.name = "scale", .kind = OPT_TEXTS, .offset = AT(scales), .arg = "NAME",
     .help = "only this scale of the scenario; may be repeated"},
    {.name = "comparison", .kind = OPT_TEXTS, .offset = AT(comparisons), .arg = "NAME",
     .help = "only the comparison of this name; may be repeated"},
    {.name = "pairs", .kind = OPT_INT, .offset = AT(pairs), .arg = "N", .min = SCENARIO_PAIRS_MIN,
     .max = SCENARIO_PAIRS_MAX,
     .help = "pairs of fresh processes per comparison, instead of the scenario's"},
    SETTINGS_SET_ROW(struct run_settings),
    SETTINGS_STATE_DIR_ROW(struct run_settings),
    {.name = "instructions", .kind = OPT_FLAG, .offset = AT(instructions),
     .help = "count those of one run of each side too, under valgrind (slow)"},
    {.name = "ceilings", .kind = OPT_FLAG, .offset = AT(ceilings),
     .help = "measure what one core can do at best too, for a roofline: operations a second, "
             "bytes a second from each level of memory (a second, before the first pair)"},
    SETTINGS_RESULT_ROWS(struct run_settings),
    OPT_END,
};
/* clang-format on */

/* ---- the table at the end ------------------------------------------------------------------- */

struct shown {
    struct table table;
    struct text cost; /* the harness's own, of a slice */
    struct run_speed speed;
};

static void show_heading(struct table *t)
{
    table_row(t, "comparison", "base CPU", "new CPU", "ratio", "95 % interval", "change", "times",
              "net wall", "pairs", "verdict", NULL);
}

static void show_row(struct table *t, const struct cell_result *r)
{
    char base[UNITS_TEXT], new[UNITS_TEXT], ratio[UNITS_TEXT], change[UNITS_TEXT];
    char times[UNITS_TEXT], net[UNITS_TEXT], lower[UNITS_TEXT], upper[UNITS_TEXT];
    struct stats_comparison cpu = record_contrast(r, PROBE_CPU);
    struct stats_comparison wall = record_contrast(r, PROBE_NET);
    struct text interval = {0}, pairs = {0};
    text_printf(&interval, "%s..%s", units_ratio(lower, cpu.ratio.low),
                units_ratio(upper, cpu.ratio.high));
    text_printf(&pairs, "%d", r->count);
    table_row(t, r->cell->id, units_time(base, record_median(r, SIDE_BASE, PROBE_CPU)),
              units_time(new, record_median(r, SIDE_NEW, PROBE_CPU)),
              units_ratio(ratio, cpu.ratio.estimate), interval.p,
              units_change(change, cpu.ratio.estimate), units_ratio(times, cpu.times),
              units_ratio(net, cell_has_metric(r, PROBE_NET) ? wall.ratio.estimate : (double)NAN),
              pairs.p, record_verdict(r), NULL);
    text_done(&interval);
    text_done(&pairs);
}

static void show(struct shown *shown, const struct cell_result *r)
{
    show_row(&shown->table, r);
    run_speed_add(&shown->speed, r);
    const struct json *cost = r->sides[SIDE_BASE].overhead;
    if (shown->cost.n || !json_get(cost, "cpu"))
        return;
    char cpu[UNITS_TEXT], wall[UNITS_TEXT];
    text_printf(&shown->cost, "the harness's own cost of a slice: %s CPU, %s wall\n",
                units_time(cpu, json_number(json_get(cost, "cpu"))),
                units_time(wall, json_number(json_get(cost, "wall"))));
}

static void show_end(struct shown *shown)
{
    table_print(&shown->table, stdout);
    fputs(shown->cost.p ? shown->cost.p : "", stdout);
    run_speed_print(&shown->speed, stdout);
    run_speed_done(&shown->speed);
    table_done(&shown->table);
    text_done(&shown->cost);
}

/* ---- measuring ------------------------------------------------------------------------------ */

static bool wants_more(void *context, const struct cell_result *so_far)
{
    (void)context;
    return so_far->count < so_far->cell->pairs;
}

static const char *outcome(void *context, const struct cell_result *result)
{
    (void)context;
    return record_verdict(result);
}

/* Those of both sides of a kernel's cell; counted: by side, NULL: nobody asked. */
static bool count_instructions(struct campaign *c, struct json *counted, struct cell_result *r,
                               struct err *e)
{
    const struct plan_side *sides[SIDES] = {&r->cell->base, &r->cell->new};
    bool ok = true;
    for (int s = 0; s < SIDES && counted && ok; s++)
        ok = instructions_of(sides[s], counted, &r->sides[s], &c->runner, e);
    return ok || err_prefix(e, "%s", r->cell->id);
}

/* One cell to its record and table row. A cell that fails is recorded before the error goes up. */
static bool measure(struct campaign *c, const struct plan_cell *cell, struct json *counted,
                    struct shown *shown, struct err *e)
{
    if (cell->skipped)
        return campaign_skip(c, cell, e);
    const struct campaign_rule rule = {
        .wants_more = wants_more, .outcome = outcome, .pairs_max = cell->pairs};
    struct cell_result result;
    bool ok =
        campaign_cell(c, cell, &rule, &result, e) && count_instructions(c, counted, &result, e);
    struct err unused;
    if (result.count >= RECORD_MIN_PAIRS &&
        !campaign_record(c, record_comparison(&result, NULL, ok), &unused))
        ok = ok && err_set(e, unused.code, "%s", unused.text);
    if (ok)
        show(shown, &result);
    else if (!campaign_failed(c, cell, e, &unused))
        log_error("%s", unused.text);
    cell_done(&result);
    return ok;
}

static bool measure_all(struct campaign *c, const struct plan *plan, bool instructions,
                        struct err *e)
{
    struct shown shown = {0};
    struct json *counted = instructions ? json_object() : NULL;
    show_heading(&shown.table);
    bool ok = true;
    for (int i = 0; i < plan->count && ok; i++)
        ok = measure(c, &plan->cells[i], counted, &shown, e);
    json_free(counted);
    progress_end(&c->progress);
    show_end(&shown);
    return ok && (c->cells_done > 0 || err_input(e, "nothing was measured"));
}

/* To the results file and to the screen. */
static bool measure_ceilings(struct campaign *c, struct err *e)
{
    struct ceiling_roofline ceilings;
    struct text shown = {0};
    ceiling_roofline(&ceilings);
    ceilings_text(&ceilings, &shown);
    fputs(shown.p, stdout);
    text_done(&shown);
    return result_writer_add(&c->writer, ceilings_record(&ceilings), e);
}

static long pairs_of(const struct plan *plan)
{
    long pairs = 0;
    for (int i = 0; i < plan->count; i++)
        pairs += plan->cells[i].skipped ? 0 : plan->cells[i].pairs;
    return pairs;
}

static bool run_plan(const struct run_settings *s, const struct scenario *scenario,
                     const struct plan *plan, struct json *inputs, uint64_t seed, struct err *e)
{
    struct campaign c;
    const struct campaign_options options = {
        .tool = "run",
        .name = scenario->name,
        .title = scenario->title,
        .path = scenario->path,
        .kernel = scenario->kernel,
        .margin_percent = scenario->margin_percent,
        .seed = seed,
        .out = s->out,
        .state = s->state_dir ? s->state_dir : scenario->state_dir,
        .inputs = inputs,
        .cells = plan->count,
        .pairs_planned = pairs_of(plan),
    };
    if (!campaign_open(&c, &options, e))
        return false;
    notes_synthetic(c.inputs, stdout);
    bool ok = !(s->ceilings || scenario->ceilings) || measure_ceilings(&c, e);
    ok = ok && measure_all(&c, plan, s->instructions || scenario->instructions, e);
    struct text path = {0};
    text_puts(&path, c.writer.path);
    struct err closing;
    if (!campaign_close(&c, ok, &closing))
        ok = ok && err_set(e, closing.code, "%s", closing.text);
    printf("results: %s\n", path.p);
    ok = export_after(&s->export, path.p, ok, e);
    text_done(&path);
    return ok;
}

static enum err_code run_run(const struct invocation *in, struct err *e)
{
    const struct run_settings *s = in->settings;
    log_set_quiet(s->quiet);
    uint64_t seed;
    struct scenario scenario;
    struct plan plan;
    struct json *settings = NULL, *inputs = json_object();
    if (!export_after_check(&s->export, s->out, e) || !settings_seed(s->seed, &seed, e) ||
        !scenario_read(&scenario, in->words.v[0], in->arena, e))
        goto out_inputs;
    if (s->kernel)
        scenario.kernel = s->kernel;
    settings = settings_overrides(&s->set, scenario.kernel, in->arena, e);
    const struct plan_overrides over = {s->layers, s->pairs, settings};
    if (!settings || !scenario_choose(&scenario, &s->scales, e) ||
        !plan_make(&plan, &scenario, &over, in->arena, e))
        goto out_scenario;
    if (plan_choose(&plan, &s->comparisons, e) &&
        inputs_prepare(&plan, &scenario, inputs, in->arena, e)) {
        bool ok = run_plan(s, &scenario, &plan, inputs, seed, e);
        inputs = NULL; /* the campaign has it */
        e->code = ok ? ERR_OK : e->code;
    }
    plan_done(&plan);
out_scenario:
    scenario_done(&scenario);
out_inputs:
    json_free(settings);
    json_free(inputs);
    return e->code;
}

const struct command command_run = {
    .name = "run",
    .arguments = "SCENARIO [OPTIONS]",
    .summary = "measure a scenario's comparisons by pairs of fresh processes",
    .details =
        "SCENARIO is a JSON file, or the name of one in ./scenarios or of the installed ones.\n"
        "Each comparison takes at least 10 pairs; the ratio is new/base of CPU time, the\n"
        "Hodges-Lehmann estimate over the pairs, its interval is exact (signed rank).\n"
        "The results of both sides must be the same: if not, the exit status is 4.",
    .options = run_options,
    .settings_size = sizeof(struct run_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_run,
};
