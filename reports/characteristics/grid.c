#include "reports/characteristics/grid.h"

#include <string.h>

const struct measure grid_base_time = MEASURE("value", WORDS_TIME, "base.metrics.~.median");
const struct measure grid_new_time = MEASURE("value", WORDS_TIME, "new.metrics.~.median");
const struct measure grid_base_call =
    MEASURE("quotient", WORDS_TIME, "base.metrics.~.median", "base.counts.slot_calls");
const struct measure grid_new_call =
    MEASURE("quotient", WORDS_TIME, "new.metrics.~.median", "new.counts.slot_calls");
const struct measure grid_saving = MEASURE_RATIO("saving", WORDS_SHARE);
const struct measure grid_saving_bounds = MEASURE_BOUNDS("saving", WORDS_SHARE);
const struct measure grid_times = MEASURE_RATIO("times", WORDS_TIMES);
const struct measure grid_times_bounds = MEASURE_BOUNDS("times", WORDS_TIMES);
const struct measure grid_saved =
    MEASURE("difference", WORDS_TIME, "base.metrics.~.median", "new.metrics.~.median");
const struct measure grid_p = MEASURE("value", WORDS_P, "compare.~.signed_rank_p");

const struct measure grid_base_mean = MEASURE_BETWEEN(
    "value", WORDS_TIME, "base.metrics.~.mean", "base.metrics.~.t_lower", "base.metrics.~.t_upper");
const struct measure grid_base_bounds = {"value",
                                         WORDS_TIME,
                                         {"base.metrics.~.mean"},
                                         "base.metrics.~.t_lower",
                                         "base.metrics.~.t_upper",
                                         true};
const struct measure grid_new_mean = MEASURE_BETWEEN(
    "value", WORDS_TIME, "new.metrics.~.mean", "new.metrics.~.t_lower", "new.metrics.~.t_upper");
const struct measure grid_new_bounds = {
    "value", WORDS_TIME, {"new.metrics.~.mean"}, "new.metrics.~.t_lower", "new.metrics.~.t_upper",
    true};
const struct measure grid_saved_mean =
    MEASURE_BETWEEN("negated", WORDS_TIME, "compare.~.welch.difference", "compare.~.welch.lower",
                    "compare.~.welch.upper");
const struct measure grid_saved_bounds = {"negated",
                                          WORDS_TIME,
                                          {"compare.~.welch.difference"},
                                          "compare.~.welch.lower",
                                          "compare.~.welch.upper",
                                          true};

const struct grid_column grid_total[GRID_USUAL] = {
    GRID_BEFORE_AFTER("Baseline", &grid_base_time, "Optimized", &grid_new_time),
};
const struct grid_column grid_call[GRID_USUAL] = {
    GRID_BEFORE_AFTER("Baseline", &grid_base_call, "Optimized", &grid_new_call),
};
const struct grid_column grid_value[GRID_VALUE] = {
    GRID_COLUMN("Value", &grid_saving),
    GRID_COLUMN("95 % interval", &grid_saving_bounds),
};

static const struct measure *measure_of(const struct grid *g, const struct grid_row *r, int c)
{
    return r->own[c] ? r->own[c] : g->columns[c].measure;
}

static struct finding find(const struct fill *f, const struct grid *g, const struct grid_row *r,
                           int c)
{
    const char *name = g->columns[c].name ? g->columns[c].name : r->name;
    struct pick p = {
        r->study ? r->study : g->study, g->kind, name, r->scale, r->metric, *measure_of(g, r, c)};
    return fill_find(f, &p);
}

static void add_row(struct fill *f, struct table *t, const struct grid *g, const struct grid_row *r)
{
    const char *told = NULL;
    fill_label(f, t, r->label);
    for (int c = 0; c < g->column_count; c++) {
        if (measure_of(g, r, c))
            fill_next(f, t, find(f, g, r, c), &told);
        else
            fill_label(f, t, r->note);
    }
}

static struct finding first_of(const struct fill *f, const struct grid *g, const struct grid_row *r)
{
    int c = 0;
    while (c < g->column_count - 1 && !measure_of(g, r, c))
        c++;
    return find(f, g, r, c);
}

/* Is no row there, and all for the same reason? Then a sentence says more than a table. */
static bool is_nothing(const struct fill *f, const struct grid *g, struct finding *why)
{
    *why = first_of(f, g, &g->rows[0]);
    for (int i = 0; i < g->row_count; i++) {
        struct finding x = first_of(f, g, &g->rows[i]);
        if (!fill_is_missing(&x) || strcmp(x.text, why->text) != 0)
            return false;
    }
    return true;
}

/* The comparison of the row that the improvement is of. */
static const char *compared(const struct grid *g, const struct grid_row *r)
{
    for (int c = 0; c < g->column_count; c++)
        if (g->columns[c].measure == &grid_saving && g->columns[c].name)
            return g->columns[c].name;
    return r->name;
}

/* Do the medians of the two sides say the contrary of what the pairs prove? They may, where the machine's speed changes. */
static bool is_contrary(const struct fill *f, const struct grid *g, const struct grid_row *r)
{
    static const struct measure ratio = MEASURE_RATIO("value", WORDS_TIMES);
    const struct study *s = studies_find(f->studies, r->study ? r->study : g->study);
    const struct json *record = study_record(s, "comparison", compared(g, r), r->scale);
    const char *metric = r->metric ? r->metric : "cpu";
    struct arena *a = f->document->arena;
    double base = json_number(measure_at(record, measure_path(a, "base.metrics.~.median", metric)));
    double new = json_number(measure_at(record, measure_path(a, "new.metrics.~.median", metric)));
    struct measured m = measure_take(record, &ratio, metric, a);
    return record && ((m.high < 1 && new > base) || (m.low > 1 && new < base));
}

static bool shows(const struct grid *g, const struct measure *m)
{
    for (int c = 0; c < g->column_count; c++)
        if (g->columns[c].measure == m)
            return true;
    return false;
}

static void say_contrary(struct fill *f, const struct grid *g)
{
    if (!shows(g, &grid_base_time) || !shows(g, &grid_saving))
        return;
    for (int i = 0; i < g->row_count; i++)
        if (is_contrary(f, g, &g->rows[i]))
            document_add(f->document, BLOCK_TEXT,
                         "%s: the two medians go the other way than the improvement. They are each "
                         "side's own, the improvement is of pairs that were measured at the same "
                         "time: where the machine's speed changes from pair to pair, only the "
                         "pairs compare like with like.",
                         g->rows[i].label);
}

void grid_fill(struct fill *f, const struct grid *g)
{
    struct arena *a = f->document->arena;
    struct finding why;
    if (is_nothing(f, g, &why)) {
        fill_say(f, BLOCK_TEXT, arena_format(a, "%s: {}.", g->caption), &why, 1);
        return;
    }
    struct column *columns = ARENA_NEW(a, struct column, g->column_count + 1);
    columns[0] = (struct column){g->first, false};
    for (int c = 0; c < g->column_count; c++)
        columns[c + 1] = (struct column){g->columns[c].heading, g->columns[c].measure != NULL};
    struct table *t = table_new(a, g->caption, columns, g->column_count + 1);
    for (int i = 0; i < g->row_count; i++)
        add_row(f, t, g, &g->rows[i]);
    document_table(f->document, t);
    say_contrary(f, g);
}

bool grid_section(struct fill *f, int level, const char *heading, const struct grid *tables,
                  int count)
{
    fill_heading(f, level, heading);
    if (!fill_has(f, tables[0].study))
        return false;
    for (int i = 0; i < count; i++)
        grid_fill(f, &tables[i]);
    return true;
}

void grid_interval_line(struct fill *f, const char *study, const char *label, const char *name,
                        const char *scale, const char *metric)
{
    struct pick parts[] = {
        FILL_PICK(study, name, scale, metric, grid_saving),
        FILL_PICK(study, name, scale, metric, grid_saving_bounds),
        FILL_PICK(study, name, scale, metric, grid_p),
    };
    fill_say_picks(
        f, BLOCK_TEXT,
        arena_format(f->document->arena,
                     "%s: time saved {}, 95 %% interval {}; p {} (two-sided, signed rank).", label),
        parts, COUNT(parts));
}
