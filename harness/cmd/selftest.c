/* cupel selftest: is the gate right on this machine, today, and what can it see here? */
#include "harness/cmd/commands.h"
#include "harness/cmd/settings.h"
#include "harness/cmd/table.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/gate/capability.h"
#include "harness/gate/selftest.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

struct selftest_settings {
    const char *seed, *out;
    bool json, quiet;
};

#define AT(field) offsetof(struct selftest_settings, field)

/* clang-format off */
static const struct opt selftest_options[] = {
    {.name = "json", .kind = OPT_FLAG, .offset = AT(json),
     .help = "one JSON object instead of the tables"},
    {.name = "out", .kind = OPT_TEXT, .offset = AT(out), .arg = "FILE",
     .help = "keep the records of the checks in this results file"},
    SETTINGS_SEED_ROW(struct selftest_settings),
    SETTINGS_QUIET_ROW(struct selftest_settings),
    OPT_END,
};
/* clang-format on */

/* ---- for people -------------------------------------------------------------------------------- */

static void print_check(struct table *t, const struct selftest_check *check,
                        const struct selftest_row *row)
{
    struct text ratio = {0}, pairs = {0}, seconds = {0}, expected = {0}, came = {0};
    char of[UNITS_TEXT];
    const struct judged *j = &row->judged;
    bool timed = row->has_judged && j->kind == JUDGED_TIMING;
    text_printf(&expected, "exit %d", check->status);
    text_printf(&came, "exit %d", row->status);
    text_puts(&ratio, timed ? units_ratio(of, j->ratio.estimate) : "-");
    text_puts(&pairs, "-");
    if (timed) {
        text_clear(&pairs);
        text_printf(&pairs, "%d", j->pairs);
    }
    text_printf(&seconds, "%.1f s", row->seconds);
    table_row(t, check->title, expected.p, came.p,
              row->has_judged ? gate_verdict_word(j->verdict) : "-", ratio.p, pairs.p, seconds.p,
              selftest_word(row->verdict), NULL);
    text_done(&ratio);
    text_done(&pairs);
    text_done(&seconds);
    text_done(&expected);
    text_done(&came);
}

static void print_checks(const struct selftest *t)
{
    struct table table = {0};
    table_row(&table, "check", "expected", "came", "verdict", "ratio", "pairs", "time",
              "the gate is", NULL);
    for (int i = 0; i < t->done; i++)
        print_check(&table, &selftest_checks[i], &t->rows[i]);
    table_print(&table, stdout);
    table_done(&table);
    for (int i = 0; i < t->done; i++)
        if (t->rows[i].verdict != SELFTEST_RIGHT && t->rows[i].why.text[0])
            printf("%s: %s\n", selftest_checks[i].name, t->rows[i].why.text);
}

static void print_detectable(const char *comma, const char *title, double percent)
{
    if (percent > 100)
        printf("%s no less than double in %s", comma, title);
    else if (!isnan(percent))
        printf("%s %.1f %% in %s", comma, percent, title);
}

static void print_machine(const struct capability *c)
{
    char start[UNITS_TEXT], wall[UNITS_TEXT], cpu[UNITS_TEXT];
    printf("with %d pairs this machine shows a slowdown of", c->pairs);
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        print_detectable(m ? "," : "", probe_metrics[m].title, c->detectable_percent[m]);
    printf("\na worker process takes %s to start; clocks move by %s (wall) and %s (CPU)\n",
           units_time(start, c->start_ns), units_time(wall, c->clock_ns[0]),
           units_time(cpu, c->clock_ns[1]));
    printf("governor %s, boost %s, load %.2f on %.0f CPUs, pinning %s, ASLR %s\n", c->governor,
           c->boost, c->load, c->cpus, c->can_pin ? "allowed" : "refused",
           c->aslr != 0 ? "on" : "off");
    printf("hardware counters: %s; instructions under valgrind: %s\n",
           c->counters[0] ? c->counters : "available", c->valgrind[0] ? c->valgrind : "available");
    for (int i = 0; i < capability_advice_count; i++)
        if (capability_advice[i].is_so(c))
            printf("warning: %s\n", capability_advice[i].text);
}

/* ---- for programs ------------------------------------------------------------------------------ */

static struct json *check_json(const struct selftest_check *check, const struct selftest_row *row)
{
    struct json *o = json_object();
    json_put_text(o, "check", check->name);
    json_put_text(o, "title", check->title);
    json_put_number(o, "expected_status", check->status);
    json_put_number(o, "status", row->status);
    json_put_bool(o, "right", row->verdict == SELFTEST_RIGHT);
    json_put_number(o, "seconds", row->seconds);
    json_put_text(o, "error", row->why.text[0] ? row->why.text : NULL);
    json_put(o, "judged", judged_to_json(&row->judged, row->has_judged ? 1 : 0));
    return o;
}

static void print_json(const struct selftest *t, const struct capability *c)
{
    struct json *o = json_object();
    json_put_text(o, "record", "selftest");
    json_put_text(o, "verdict", selftest_word(t->verdict));
    struct json *checks = json_put_array(o, "checks");
    for (int i = 0; i < t->done; i++)
        json_push(checks, check_json(&selftest_checks[i], &t->rows[i]));
    json_put(o, "machine", capability_to_json(c));
    struct text out = {0};
    json_print_pretty(o, &out);
    printf("%s\n", out.p);
    text_done(&out);
    json_free(o);
}

/* ---- the run ----------------------------------------------------------------------------------- */

static const char *temporary_results(struct arena *a)
{
    return arena_format(a, "%s/cupel-selftest-%ld.jsonl", io_passing_folder(NULL), (long)getpid());
}

static bool check_all(const struct selftest_settings *s, const char *results, struct selftest *t,
                      struct capability *c, struct arena *a, struct err *e)
{
    struct campaign campaign;
    struct campaign_options options = {.tool = "selftest",
                                       .name = "selftest",
                                       .title = "the gate gates itself",
                                       .margin_percent = gate_rule_default.margin_percent,
                                       .out = results,
                                       .inputs = json_object(),
                                       .cells = SELFTEST_CHECKS - 1, /* one has none */
                                       .pairs_planned = 2 * gate_rule_default.cap};
    if (!settings_seed(s->seed, &options.seed, e)) {
        json_free(options.inputs);
        return false;
    }
    if (!campaign_open(&campaign, &options, e))
        return false;
    bool ok = selftest_run(t, &campaign, a, e) && capability_read(c, results, "equal-sides", e);
    if (ok)
        capability_measure(c, &campaign.runner);
    struct err closing;
    if (!campaign_close(&campaign, ok, &closing))
        ok = ok && err_set(e, closing.code, "%s", closing.text);
    return ok;
}

static void print_all(const struct selftest_settings *s, const struct selftest *t,
                      const struct capability *c)
{
    if (s->json) {
        print_json(t, c);
        return;
    }
    print_checks(t);
    print_machine(c);
    printf("the gate is %s on this machine\n", selftest_word(t->verdict));
}

static enum err_code run_selftest(const struct invocation *in, struct err *e)
{
    static const enum err_code codes[] = {[SELFTEST_RIGHT] = ERR_OK,
                                          [SELFTEST_DOUBT] = ERR_INCONCLUSIVE,
                                          [SELFTEST_WRONG] = ERR_REGRESSION};
    const struct selftest_settings *s = in->settings;
    struct selftest t;
    struct capability c;
    struct err unused;
    log_set_quiet(s->quiet);
    const char *results = s->out ? s->out : temporary_results(in->arena);
    bool ok = check_all(s, results, &t, &c, in->arena, e);
    if (!s->out && io_exists(results) && !io_remove(results, &unused))
        log_warn("%s", unused.text);
    if (!ok)
        return e->code;
    print_all(s, &t, &c);
    return codes[t.verdict];
}

const struct command command_selftest = {
    .name = "selftest",
    .arguments = "[OPTIONS]",
    .summary = "is the gate right on this machine, today, and what can it see here",
    .details =
        "Two equal sides must pass, a planted +15 % must fail, one more allocation and one more "
        "fsync\n"
        "must fail, other results and an empty result must be refused: through the gate itself, "
        "in\n"
        "less than a minute. Then what this machine can show, and what to do where something is "
        "in\n"
        "the way.\n\n"
        "Exit status 0: all as it must be; 1: the gate is wrong here; 3: it could not tell.",
    .options = selftest_options,
    .settings_size = sizeof(struct selftest_settings),
    .run = run_selftest,
};
