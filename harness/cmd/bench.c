/* cupel bench: what commands take, alone or against each other. */
#include "harness/cmd/command.h"

#include "harness/cmd/bench_plan.h"
#include "harness/cmd/bench_table.h"
#include "harness/cmd/settings.h"

#include "harness/base/log.h"
#include "harness/export/export_after.h"
#include "harness/result/record.h"

#include <math.h>
#include <string.h>

enum { OVERHEAD_RUNS = 21, RUNS_MIN = 2 };

struct bench_settings {
    struct opt_texts vs, parameter, name, export;
    const char *setup, *cleanup, *runs, *metric, *seed, *out;
    double budget, precision;
    long warmup;
    bool quiet;
    struct external_settings external;
};

static const char *const metrics[] = {"wall", "cpu", NULL};

#define AT(field) .offset = offsetof(struct bench_settings, field)

/* clang-format off */
static const struct opt bench_options[] = {
    {.name = "vs", .kind = OPT_TEXTS, AT(vs), .arg = "CMD",
     .help = "another command, held against the first; may be repeated"},
    {.name = "parameter", .kind = OPT_TEXTS, AT(parameter), .arg = "NAME=VALUES",
     .help = "{NAME} in commands stands for each of A,B,C or LO:HI[:STEP]; may be repeated: "
             "every combination"},
    {.name = "name", .kind = OPT_TEXTS, AT(name), .arg = "TEXT",
     .help = "what a command is called in tables and records, in the order of the commands"},
    {.name = "metric", .kind = OPT_TEXT, AT(metric), .arg = "M", .choices = metrics,
     .fallback = "wall",
     .help = "which time the table and the ratios are of; the record has both"},
    {.name = "runs", .kind = OPT_TEXT, AT(runs), .arg = "N|MIN..MAX", .fallback = "10..1000",
     .help = "how many of each command"},
    {.name = "budget", .kind = OPT_REAL, AT(budget), .arg = "SECONDS", .min = 0, .max = 86400,
     .fallback = "0",
     .help = "no run begins later, once there are the fewest; 0: 3 a command, 60 with --precision"},
    {.name = "precision", .kind = OPT_REAL, AT(precision), .arg = "PERCENT", .min = 0, .max = 1000,
     .fallback = "0",
     .help = "enough when intervals are within this much; 0: not asked for"},
    {.name = "warmup", .kind = OPT_INT, AT(warmup), .arg = "N", .min = 0, .max = 100000,
     .fallback = "0",
     .help = "runs of each command that are thrown away first"},
    {.name = "setup", .kind = OPT_TEXT, AT(setup), .arg = "CMD",
     .help = "run once before the first run"},
    {.name = "cleanup", .kind = OPT_TEXT, AT(cleanup), .arg = "CMD",
     .help = "run once after the last run, also after a failure"},
    EXTERNAL_ROWS(struct bench_settings),
    SETTINGS_RESULT_ROWS(struct bench_settings),
    OPT_END,
};
/* clang-format on */

/* ---- the rule -------------------------------------------------------------------------------- */

static bool parse_runs(const char *text, struct bench_rule *r, struct err *e)
{
    const char *dots = strstr(text, "..");
    struct str low = {text, dots ? (size_t)(dots - text) : strlen(text)};
    struct str high = dots ? str_of(dots + 2) : low;
    long min, max;
    if (!str_to_long(low, &min) || !str_to_long(high, &max) || min < RUNS_MIN || max < min ||
        max > STATS_MAX)
        return err_input(e, "--runs: expected N or MIN..MAX from %d to %d, found \"%.40s\"",
                         RUNS_MIN, STATS_MAX, text);
    r->min = (int)min;
    r->max = (int)max;
    return true;
}

static bool make_rule(const struct bench_settings *s, int n, struct bench_rule *r, struct err *e)
{
    double usual = s->precision > 0 ? 60 : 3;
    *r = (struct bench_rule){
        .warm_up = (int)s->warmup,
        .budget_ns = (int64_t)((s->budget > 0 ? s->budget : usual * n) * 1e9),
        .precision = s->precision / 100,
        .metric = strcmp(s->metric, "cpu") == 0 ? PROBE_CPU : PROBE_WALL,
    };
    return parse_runs(s->runs, r, e);
}

/* ---- records --------------------------------------------------------------------------------- */

static struct json *parameters_json(const struct bench_plan *p, int number)
{
    struct json *o = json_object();
    for (int i = 0; i < p->parameters.n; i++)
        json_put_text(o, p->parameters.v[i].name, parameters_value(&p->parameters, number, i));
    return o;
}

static struct json *comparison_json(const struct bench_group *g, int i, bool complete)
{
    struct cell_result pairs;
    benchmark_pairs(&g->benchmarks[0], &g->benchmarks[i], &g->commands[i].against, &pairs);
    struct json *record = record_comparison(&pairs, NULL, complete);
    cell_done(&pairs);
    struct stats_interval r = bench_ratio(g, i);
    struct json *o = json_put_object(record, "simultaneous");
    json_put_text(o, "metric", probe_metrics[g->rule.metric].name);
    json_put_number(o, "comparisons", g->n - 1);
    json_put_number(o, "level", bench_level(g));
    json_put_number(o, "ratio", r.estimate);
    json_put_number(o, "lower", r.low > 0 ? r.low : (double)NAN);
    json_put_number(o, "upper", r.high);
    return record;
}

static bool record_group(const struct bench_plan *p, const struct bench_combination *c,
                         const struct bench_group *g, struct campaign *to, bool complete,
                         struct err *e)
{
    bool ok = true;
    for (int i = 0; i < g->n && g->rounds > 0 && ok; i++)
        ok = campaign_record(
            to, benchmark_record(&g->benchmarks[i], parameters_json(p, c->number), complete), e);
    for (int i = 1; i < g->n && g->rounds >= RECORD_MIN_PAIRS && ok; i++)
        ok = campaign_record(to, comparison_json(g, i, complete), e);
    return ok;
}

/* ---- measuring ------------------------------------------------------------------------------- */

struct bench {
    const struct bench_settings *settings;
    const struct bench_plan *plan;
    struct bench_rule rule;
    struct campaign campaign;
    struct bench_shown shown;
    struct probe_slice overhead;
};

/* What is run once: it must succeed; the clean-up also runs after a Ctrl-C. */
static bool run_aside(struct bench *b, const char *option, const char *const *argv, bool despite,
                      struct err *e)
{
    const struct external_options *o = &b->campaign.runner.external.options;
    struct external x = {
        .options = {.timeout_s = o->timeout_s,
                    .show_output = o->show_output,
                    .despite_interruption = despite}
    };
    struct external_result unused;
    bool ok = !argv || external_run(&x, argv, NULL, &unused, e) || err_prefix(e, "%s", option);
    external_done(&x);
    return ok;
}

static void fail_group(struct bench *b, const struct bench_combination *c, const struct err *why)
{
    struct err unused;
    if (!campaign_failed(&b->campaign, &c->commands[0].cell, why, &unused))
        log_error("%s", unused.text);
}

static bool measure_group(struct bench *b, const struct bench_combination *c, struct err *e)
{
    struct err other;
    struct bench_group g = {.commands = c->commands, .n = b->plan->commands, .rule = b->rule};
    bool ok = run_aside(b, "--setup", c->setup, false, e);
    if (ok) {
        ok = bench_measure(&g, &b->campaign, e);
        if (!run_aside(b, "--cleanup", c->cleanup, true, &other))
            ok = ok && err_set(e, other.code, "%s", other.text);
    }
    for (int i = 0; i < g.n && g.benchmarks; i++)
        benchmark_set_overhead(&g.benchmarks[i], &b->overhead);
    if (!record_group(b->plan, c, &g, &b->campaign, ok, &other))
        ok = ok && err_set(e, other.code, "%s", other.text);
    if (g.rounds > 0)
        bench_table_add(&b->shown, &g, &b->overhead);
    if (!ok)
        fail_group(b, c, e);
    b->campaign.cells_done += ok;
    bench_done(&g);
    return ok;
}

static bool measure_all(struct bench *b, struct err *e)
{
    bool shell = b->settings->external.shell;
    const struct bench_group like = {.n = b->plan->commands, .rule = b->rule};
    bool ok =
        external_overhead(&b->campaign.runner.external, OVERHEAD_RUNS, shell, &b->overhead, e);
    bench_table_begin(&b->shown, &like);
    for (int i = 0; i < b->plan->parameters.combinations && ok; i++)
        ok = measure_group(b, &b->plan->combinations[i], e);
    progress_end(&b->campaign.progress);
    bench_table_end(&b->shown, &b->overhead, shell, stdout);
    return ok;
}

static bool bench_all(struct bench *b, uint64_t seed, struct err *e)
{
    const struct bench_settings *s = b->settings;
    int combinations = b->plan->parameters.combinations, others = b->plan->commands - 1;
    const char *first = b->plan->combinations[0].commands[0].cell.name;
    const struct campaign_options options = {
        .tool = "bench",
        .name = "bench",
        .title = others ? arena_format(b->plan->arena, "%s against %d other%s", first, others,
                                       others > 1 ? "s" : "")
                        : first,
        .margin_percent = 10,
        .seed = seed,
        .out = s->out,
        .inputs = json_object(),
        .cells = combinations,
        .pairs_planned = (long)combinations * b->rule.max,
    };
    if (!campaign_open(&b->campaign, &options, e))
        return false;
    b->campaign.runner.external.options = b->plan->external;
    bool ok = measure_all(b, e);
    const char *path = arena_text(b->plan->arena, b->campaign.writer.path);
    struct err closing;
    printf("results: %s\n", path);
    if (!campaign_close(&b->campaign, ok, &closing))
        ok = ok && err_set(e, closing.code, "%s", closing.text);
    return export_after(&s->export, path, ok, e);
}

static enum err_code run_bench(const struct invocation *in, struct err *e)
{
    const struct bench_settings *s = in->settings;
    log_set_quiet(s->quiet);
    uint64_t seed;
    const struct bench_request request = {.words = in->words,
                                          .vs = s->vs,
                                          .names = s->name,
                                          .parameters = s->parameter,
                                          .setup = s->setup,
                                          .cleanup = s->cleanup,
                                          .external = &s->external};
    struct bench_plan plan;
    struct bench b = {.settings = s, .plan = &plan};
    bool ok = export_after_check(&s->export, s->out, e) && settings_seed(s->seed, &seed, e) &&
              bench_plan_make(&plan, &request, in->arena, e) &&
              make_rule(s, plan.commands, &b.rule, e) && bench_all(&b, seed, e);
    return ok ? ERR_OK : e->code;
}

const struct command command_bench = {
    .name = "bench",
    .arguments = "'CMD' [--vs 'CMD']... | -- CMD ARGS...",
    .summary = "measure commands: one alone, or several by turns",
    .details =
        "One command: median with exact bounds (order statistics). Several: in each round each "
        "runs\n"
        "once, in an order drawn anew; ratio to the first by Hodges-Lehmann over the rounds with "
        "exact\n"
        "signed-rank bounds, which hold together at 95 % (Bonferroni). Nothing is subtracted or "
        "removed.\n"
        "Commands print into pipes, standard input is empty; no shell runs unless --shell asks for "
        "it.\n"
        "{{NAME}} gives a plain {NAME}; without --parameter braces are left alone.\n"
        "  cupel bench -- ./sort --size 1000\n"
        "  cupel bench './old x' --vs './new x' --check-output --precision 1\n"
        "  cupel bench './sort --size {n}' --parameter n=1000,2000,4000 --prepare 'rm -f cache'",
    .options = bench_options,
    .settings_size = sizeof(struct bench_settings),
    .min_words = 1,
    .max_words = -1,
    .run = run_bench,
};
