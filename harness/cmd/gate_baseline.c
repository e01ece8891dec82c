#include "harness/cmd/gate_baseline.h"

#include "harness/cmd/gate_table.h"
#include "harness/cmd/notes.h"

#include "harness/base/log.h"
#include "harness/base/mem.h"
#include "harness/export/export_after.h"
#include "harness/gate/baseline_judge.h"
#include "harness/run/campaign.h"
#include "harness/run/environment.h"
#include "harness/run/environment_fingerprint.h"

#include <stdlib.h>
#include <string.h>

struct walk {
    const struct gate_baseline *gate;
    struct campaign campaign;
    struct arena *arena;
    struct suite_row *rows;
    int count, status;
};

/* ---- before anything is measured ------------------------------------------------------------- */

static bool check_cell(void *context, const struct plan_cell *cell, const char *layers,
                       const struct json *settings, struct err *e)
{
    struct walk *w = context;
    const struct baseline *b = w->gate->baseline;
    const char *id = baseline_id(cell->scale, layers, w->arena);
    const struct json *stored = baseline_find(b, id);
    if (!stored)
        return err_input(e, "%s: no benchmark \"%s\": save it again with --refresh", b->path, id);
    return baseline_same_work(stored, settings, e);
}

/* What is stored and not in the scenario any more. */
static bool nothing_is_missing(const struct walk *w, struct err *e)
{
    const struct baseline *b = w->gate->baseline;
    const struct scenario *s = w->gate->scenario;
    for (const struct json *v = json_first(b->benchmarks); v; v = json_next(v)) {
        const char *scale = json_text(json_get(v, "scale"));
        int i = 0;
        while (i < s->scale_count && strcmp(s->scales[i].name, scale) != 0)
            i++;
        if (i == s->scale_count)
            return err_input(e, "%s: benchmark \"%s\" is missing: scenario %s has no scale \"%s\"",
                             b->path, json_text(json_get(v, "id")), s->name, scale);
    }
    return true;
}

static const char *fact(const struct json *facts, const char *name)
{
    const char *text = json_text(json_get(facts, name));
    return *text ? text : "?";
}

static void name_the_machine(const struct baseline *b)
{
    static const struct environment_source here = {0};
    struct json *now = environment_facts(&here);
    const struct json *then = json_get(b->document, "environment");
    const char *stored = json_text(json_get(b->document, "fingerprint"));
    char hex[ENVIRONMENT_FINGERPRINT];
    environment_fingerprint(now, hex);
    if (strcmp(hex, stored) != 0)
        log_warn("%s is of another machine or build, %s (%s, %s); here %s (%s, %s)", b->path,
                 stored, fact(then, "cpu_model"), fact(then, "compiler"), hex,
                 fact(now, "cpu_model"), fact(now, "compiler"));
    json_free(now);
}

/* ---- one benchmark --------------------------------------------------------------------------- */

static struct json *record_of(const struct walk *w, const struct plan_cell *cell, const char *id,
                              const struct json *stored, const struct judged *rows, int n)
{
    const struct judged *worst = &rows[judged_worst(rows, n)];
    struct json *o = json_object();
    json_put_text(o, "record", "judged");
    json_put_text(o, "id", id);
    json_put_text(o, "scale", cell->scale);
    json_put_text(o, "kernel", cell->new.kernel->name);
    json_put_text(o, "layers", cell->new.layer_set);
    json_put_text(o, "baseline", w->gate->baseline->path);
    json_put_text(o, "digest", json_text(json_get(stored, "digest")));
    struct json *gate = json_put_object(o, "gate");
    json_put_text(gate, "verdict", gate_verdict_word(worst->verdict));
    json_put_bool(gate, "fails", worst->fails);
    json_put_text(gate, "metric", metric_rows[worst->metric].name);
    json_put_number(gate, "margin_percent", worst->margin_percent);
    json_put(gate, "judged", judged_to_json(rows, n));
    return o;
}

static void tell(const char *id, const struct judged *row)
{
    if (row->reason[0])
        log_warn("%s: %s: %s", id, metric_rows[row->metric].name, row->reason);
    if (row->kind == JUDGED_ADVISORY && row->lower > 1 + row->margin_percent / 100)
        log_warn("%s: %s: ADVISORY: %.1f %% slower than the stored time, which was another hour",
                 id, metric_rows[row->metric].name, (row->ratio.estimate - 1) * 100);
}

static void keep(struct walk *w, const char *id, const struct judged *rows, int n)
{
    w->rows = mem_resize(MEM_BASE, w->rows, (size_t)(w->count + n) * sizeof *w->rows);
    for (int i = 0; i < n; i++) {
        w->rows[w->count++] = (struct suite_row){id, rows[i], false};
        w->status = judged_worse(w->status, judged_exit_status(&rows[i]));
        tell(id, &rows[i]);
    }
}

/* Instructions are counted when the baseline has them and nobody chose others. */
static struct judging to_measure(const struct judging *j, const struct json *stored)
{
    struct judging wanted = *j;
    bool has = json_get(json_get(stored, "exact"), metric_rows[METRIC_INSTRUCTIONS].name) != NULL;
    wanted.wanted[METRIC_INSTRUCTIONS] =
        has && (j->wanted[METRIC_INSTRUCTIONS] || !judging_wants_exact(j));
    return wanted;
}

/* So that the results file tells it, too; *why stays. */
static bool failed(struct walk *w, const struct plan_cell *cell, const char *id,
                   const struct err *why)
{
    struct plan_cell named = *cell;
    struct err other;
    named.id = id;
    if (!campaign_failed(&w->campaign, &named, why, &other))
        log_error("%s", other.text);
    return false;
}

static bool judge_cell(void *context, const struct plan_cell *cell, const char *layers,
                       const struct json *settings, struct err *e)
{
    (void)settings;
    struct walk *w = context;
    const struct gate_baseline *g = w->gate;
    const char *id = baseline_id(cell->scale, layers, w->arena);
    const struct json *stored = baseline_find(g->baseline, id);
    const struct judging wanted = to_measure(g->judging, stored);
    struct baseline_measured m;
    struct judged rows[METRIC_COUNT];
    int n;
    if (!baseline_measure(&m, cell, &wanted, &w->campaign.runner, e) ||
        !baseline_same_results(stored, &m, e) ||
        !baseline_judge(stored, &m, g->judging, g->times_fail, rows, &n, e))
        return failed(w, cell, id, e);
    w->campaign.cells_done++;
    keep(w, id, rows, n);
    return campaign_record(&w->campaign, record_of(w, cell, id, stored, rows, n), e);
}

/* ---- all ------------------------------------------------------------------------------------- */

static const char *worst_word(const struct walk *w)
{
    int worst = 0;
    for (int i = 1; i < w->count; i++)
        if (judged_worst((const struct judged[]){w->rows[worst].judged, w->rows[i].judged}, 2))
            worst = i;
    return w->count ? gate_verdict_word(w->rows[worst].judged.verdict) : NULL;
}

static bool judge_all(struct walk *w, const struct opt_texts *sets, struct err *e)
{
    const struct gate_baseline *g = w->gate;
    struct json *known = json_object();
    bool ok = baseline_walk(g->scenario, sets, g->overrides, known, w->arena, judge_cell, w, e);
    json_free(known);
    gate_table_print(w->rows, w->count, stdout);
    w->campaign.is_judged = true;
    w->campaign.status = ok ? w->status : err_exit_status(e->code);
    w->campaign.verdict = ok ? worst_word(w) : NULL;
    const char *path = arena_text(w->arena, w->campaign.writer.path);
    printf("results: %s\n", path);
    struct err closing;
    if (!campaign_close(&w->campaign, ok, &closing))
        ok = ok && err_set(e, closing.code, "%s", closing.text);
    return export_after(g->export, path, ok, e);
}

static bool open_campaign(struct walk *w, struct json *inputs, struct err *e)
{
    const struct gate_baseline *g = w->gate;
    const struct campaign_options options = {
        .tool = "gate",
        .name = g->scenario->name,
        .title = g->scenario->title,
        .path = g->scenario->path,
        .kernel = g->scenario->kernel,
        .margin_percent = g->judging->margin[METRIC_CPU],
        .judging = g->judging,
        .seed = strtoull(json_text(json_get(g->baseline->document, "seed")), NULL, 10),
        .out = g->out,
        .state = g->scenario->state_dir,
        .inputs = inputs,
        .cells = json_count(g->baseline->benchmarks),
    };
    return campaign_open(&w->campaign, &options, e);
}

bool gate_baseline_run(const struct gate_baseline *g, int *status, struct arena *a, struct err *e)
{
    struct walk w = {.gate = g, .arena = a};
    struct opt_texts sets = baseline_sets(g->baseline, a);
    struct json *inputs = json_object();
    if (!nothing_is_missing(&w, e) ||
        !baseline_walk(g->scenario, &sets, g->overrides, inputs, a, check_cell, &w, e) ||
        !baseline_same_inputs(g->baseline, inputs, e)) {
        json_free(inputs);
        return false;
    }
    if (!open_campaign(&w, inputs, e))
        return false;
    name_the_machine(g->baseline);
    notes_synthetic(w.campaign.inputs, stdout);
    bool ok = judge_all(&w, &sets, e);
    *status = w.status;
    mem_free(MEM_BASE, w.rows);
    return ok;
}
