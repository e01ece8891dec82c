#include "reports/section.h"

#include "reports/decided.h"
#include "reports/plot_forest.h"
#include "reports/tip.h"
#include "reports/words.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

bool section_has_comparisons(const struct model_file *f, struct arena *a)
{
    (void)a;
    return f->cell_count > 0;
}

bool section_has_result(const struct model_file *f, struct arena *a)
{
    (void)a;
    bool found = f->cell_count > 0;
    for (const struct json *r = json_first(f->file.records); r && !found; r = json_next(r))
        found = result_is(r, "failed") || result_is(r, "skipped");
    return found;
}

/* A FAIL that a second run confirms or not is none yet. */
static const char *gate_word(struct arena *a, const struct json *gate)
{
    const char *verdict = at_text(gate, "verdict");
    return json_bool(json_get(gate, "provisional"))
               ? arena_format(a, "%s, to be confirmed", verdict)
               : verdict;
}

/* What it was that decided, when it is not CPU time: a count has no numbers in the sentence. */
static const char *gate_phrase(struct arena *a, const struct json *gate)
{
    const char *metric = at_text(gate, "metric"), *word = gate_word(a, gate);
    return strcmp(metric, "cpu") == 0 || !*metric ? word
                                                  : arena_format(a, "%s by %s", word, metric);
}

/* The sentence is of one comparison: that others fail must stand beside it. */
static const char *all_that_fail(struct arena *a, const struct model_file *f)
{
    int fail = 0, all = 0;
    for (int i = 0; i < f->cell_count; i++) {
        const struct json *gate = json_get(f->cells[i].record, "gate");
        if (json_bool(json_get(gate, "provisional")))
            continue;
        all++;
        fail += json_bool(json_get(gate, "fails"));
    }
    return fail && all > 1 ? arena_format(a, " (%d of %d comparisons fail)", fail, all) : "";
}

const char *section_sentence(struct arena *a, const struct model_file *f)
{
    if (f->cell_count == 0 && f->benchmark_count > 0)
        return section_command_sentence(a, f->benchmarks[0]);
    if (f->cell_count == 0 && f->profile_count > 0)
        return section_profile_sentence(a, f->profiles[f->profile_count - 1]);
    if (f->cell_count == 0 && f->judged_count > 0)
        return section_judged_sentence(a, f);
    if (f->cell_count == 0)
        return section_timeline_sentence(a, f);
    const struct model_cell *cell = model_headline(f);
    const char *metric = decided_metric(cell->record);
    const struct json *by = decided_contrast(cell->record, metric);
    const char *gate = gate_phrase(a, at(cell->record, "gate"));
    const char *interval =
        words_interval(a, WORDS_RATIO, at_number(by, "lower"), at_number(by, "upper"));
    return arena_format(
        a, "%s: %sx the %s of the base, %s interval %s, n=%s pairs%s%s%s: %s%s%s%s.", cell->name,
        words(a, WORDS_RATIO, at_number(by, "ratio")), decided_title(metric),
        words(a, WORDS_LEVEL, at_number(by, "level")), interval,
        words(a, WORDS_COUNT, at_number(by, "pairs")), *cell->scale ? ", at " : "", cell->scale,
        *cell->scale ? " scale" : "", decided_verdict(cell->record, metric),
        *gate ? "; gate: " : "", gate, *gate ? all_that_fail(a, f) : "");
}

/* ---- the table of one scale -------------------------------------------------------------------- */

static enum tone verdict_tone(const char *verdict)
{
    return strcmp(verdict, "faster") == 0   ? TONE_GOOD
           : strcmp(verdict, "slower") == 0 ? TONE_BAD
                                            : TONE_PLAIN;
}

static void add_value(struct table *t, enum words_kind kind, double value)
{
    table_number(t, value, words(t->arena, kind, value));
}

static void add_interval(struct table *t, const struct json *contrast)
{
    double lower = at_number(contrast, "lower"), upper = at_number(contrast, "upper");
    table_number(t, lower, words_interval(t->arena, WORDS_RATIO, lower, upper));
}

static void add_comparison(struct table *t, const struct model_cell *cell, const char *metric)
{
    const struct json *by = decided_contrast(cell->record, metric),
                      *net = at(cell->record, "compare.net");
    const char *verdict = decided_verdict(cell->record, metric);
    const char *median = arena_format(t->arena, "metrics.%s.median", metric);
    bool complete = json_bool(json_get(cell->record, "complete"));
    table_text(t, complete ? cell->name : arena_format(t->arena, "%s (incomplete)", cell->name));
    table_about(t, tip_side(t->arena, cell, "base", metric));
    add_value(t, WORDS_TIME, at_number(json_get(cell->record, "base"), median));
    table_about(t, tip_side(t->arena, cell, "new", metric));
    add_value(t, WORDS_TIME, at_number(json_get(cell->record, "new"), median));
    table_about(t, tip_contrast(t->arena, cell, metric));
    add_value(t, WORDS_RATIO, at_number(by, "ratio"));
    add_interval(t, by);
    add_value(t, WORDS_PERCENT, at_number(by, "percent"));
    add_value(t, WORDS_TIMES, at_number(by, "times"));
    table_toned(t, verdict_tone(verdict), (double)NAN, verdict);
    table_about(t, tip_contrast(t->arena, cell, "net"));
    add_value(t, WORDS_RATIO, at_number(net, "ratio"));
    add_interval(t, net);
    table_about(t, tip_contrast(t->arena, cell, metric));
    add_value(t, WORDS_COUNT, at_number(by, "pairs"));
}

static struct table *new_table(struct arena *a, const char *title, const char *scale)
{
    static const struct column columns[] = {
        {"Comparison",             false},
        {NULL,                     true },
        {NULL,                     true },
        {"New / base",             true },
        {"Interval",               true },
        {"Change",                 true },
        {"Times faster",           true },
        {"Verdict",                false},
        {"Wall less queue, ratio", true },
        {"Its interval",           true },
        {"Pairs",                  true },
    };
    struct column *own = ARENA_NEW(a, struct column, COUNT(columns));
    memcpy(own, columns, sizeof columns);
    own[1].heading = arena_format(a, "%s, base", title);
    own[2].heading = arena_format(a, "%s, new", title);
    const char *caption = arena_format(a, "%s%s%s: medians of the pairs, Hodges-Lehmann ratio",
                                       title, *scale ? " at scale " : "", scale);
    return table_new(a, caption, own, COUNT(columns));
}

static const char *capital(struct arena *a, const char *title)
{
    return arena_format(a, "%c%s", toupper((unsigned char)*title), title + 1);
}

static bool stands_in(const struct model_cell *cell, const char *scale)
{
    return strcmp(cell->scale, scale) == 0;
}

/* What was decided by another clock than CPU time stands by it, before all stand by CPU time. */
static void add_scale_by(struct document *d, const struct model_file *f, const char *scale,
                         const char *metric)
{
    bool is_cpu = strcmp(metric, "cpu") == 0;
    int decided = 0;
    struct table *t = new_table(d->arena, capital(d->arena, decided_title(metric)), scale);
    for (int i = 0; i < f->cell_count; i++) {
        const struct model_cell *cell = &f->cells[i];
        bool decides = strcmp(decided_metric(cell->record), metric) == 0;
        if (!stands_in(cell, scale) || (!decides && !is_cpu))
            continue;
        add_comparison(t, cell, metric);
        decided += decides;
    }
    if (table_rows(t) > 0 && table_drop_empty(t) > 1)
        document_table(d, t);
    if (decided > 0)
        plot_forest(d, f, scale, metric);
}

static void add_scale(struct document *d, const struct model_file *f, const char *scale)
{
    static const char *const metrics[] = {"wall", "net", "cpu"};
    for (int i = 0; i < COUNT(metrics); i++)
        add_scale_by(d, f, scale, metrics[i]);
}

/* ---- gate, skipped, failed ---------------------------------------------------------------------- */

static void add_gate(struct table *t, const struct model_cell *cell, const struct json *gate)
{
    table_about(t, tip_bounds(t->arena, cell, "gate", gate));
    table_text(t, cell->id);
    section_judged_verdict(t, gate_word(t->arena, gate));
    table_text(t, at_text(gate, "policy"));
    table_text(t, at_text(gate, "metric"));
    add_value(t, WORDS_PERCENT, at_number(gate, "margin_percent"));
    add_value(t, WORDS_COUNT, at_number(gate, "look"));
    add_value(t, WORDS_RATIO, at_number(gate, "lower"));
    add_value(t, WORDS_RATIO, at_number(gate, "upper"));
    add_value(t, WORDS_P, at_number(gate, "fail_error"));
    add_value(t, WORDS_P, at_number(gate, "pass_error"));
}

/* Where more than the one metric was judged that decided. */
static void add_all_judged(struct document *d, const struct model_file *f)
{
    struct table *t = section_judged_table(d->arena, "All metrics that were judged");
    bool several = false;
    for (int i = 0; i < f->cell_count; i++) {
        const struct model_cell *cell = &f->cells[i];
        const struct json *rows = json_get(json_get(cell->record, "gate"), "judged");
        several = several || json_count(rows) > 1;
        for (const struct json *row = json_first(rows); row; row = json_next(row))
            section_judged_row(t, cell, row, tip_bounds(d->arena, cell, "gate.judged", row));
    }
    if (several)
        document_table(d, t);
}

static void add_gates(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Comparison",    false},
        {"Gate",          false},
        {"Policy",        false},
        {"Metric",        false},
        {"Margin",        true },
        {"Look",          true },
        {"Lower bound",   true },
        {"Upper bound",   true },
        {"Error of FAIL", true },
        {"Error of PASS", true },
    };
    struct table *t =
        table_new(d->arena, "Verdicts of the gate, bounds one-sided", columns, COUNT(columns));
    for (int i = 0; i < f->cell_count; i++) {
        const struct json *gate = json_get(f->cells[i].record, "gate");
        if (json_kind(gate) == JSON_OBJECT)
            add_gate(t, &f->cells[i], gate);
    }
    if (table_rows(t) == 0)
        return;
    document_heading(d, level, "Gate");
    document_table(d, t);
    add_all_judged(d, f);
}

static void add_unmeasured(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Cell",          false},
        {"What happened", false},
        {"Why",           false}
    };
    struct table *t = table_new(d->arena, "Cells without a measurement", columns, COUNT(columns));
    for (const struct json *r = json_first(f->file.records); r; r = json_next(r)) {
        bool failed = result_is(r, "failed");
        if (!failed && !result_is(r, "skipped"))
            continue;
        table_text(t, at_text(r, "id"));
        table_toned(t, failed ? TONE_BAD : TONE_DIM, (double)NAN, at_text(r, "record"));
        table_text(t, at_text(r, failed ? "error" : "reason"));
    }
    if (table_rows(t) == 0)
        return;
    document_heading(d, level, "Skipped and failed");
    document_table(d, t);
}

void section_result(struct document *d, const struct model_file *f, int level)
{
    for (int i = 0; i < f->scale_count; i++) {
        if (*f->scales[i])
            document_heading(d, level, arena_format(d->arena, "Scale %s", f->scales[i]));
        add_scale(d, f, f->scales[i]);
    }
    add_gates(d, f, level);
    add_unmeasured(d, f, level);
}
