#include "reports/section.h"

#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

/* ---- totals of a whole run -------------------------------------------------------------------- */

static const struct json *total(const struct json *totals, const char *name)
{
    for (const struct json *t = json_first(totals); t; t = json_next(t))
        if (strcmp(at_text(t, "name"), name) == 0)
            return t;
    return NULL;
}

static void add_total(struct table *t, const char *name, const char *unit, double base,
                      double value)
{
    if (!isfinite(base) && !isfinite(value))
        return;
    table_text(t, name);
    table_number(t, base, words_unit(t->arena, base, unit));
    table_number(t, value, words_unit(t->arena, value, unit));
    table_number(t, value / base,
                 base > 0 ? words(t->arena, WORDS_RATIO, value / base) : WORDS_NONE);
    if (base == value)
        table_tone_row(t, table_rows(t) - 1, TONE_DIM);
}

static void add_totals(struct document *d, const struct model_cell *cell)
{
    static const struct column columns[] = {
        {"Reading",    false},
        {"Base",       true },
        {"New",        true },
        {"New / base", true }
    };
    struct table *t =
        table_new(d->arena, arena_format(d->arena, "%s: totals of a whole run", cell->id), columns,
                  COUNT(columns));
    const struct json *base = at(cell->record, "base.totals"),
                      *now = at(cell->record, "new.totals");
    table_about(t, tip_field(t->arena, cell, "totals"));
    for (const struct json *v = json_first(base); v; v = json_next(v))
        add_total(t, at_text(v, "name"), at_text(v, "unit"), at_number(v, "value"),
                  at_number(total(now, at_text(v, "name")), "value"));
    for (const struct json *v = json_first(now); v; v = json_next(v))
        if (!total(base, at_text(v, "name")))
            add_total(t, at_text(v, "name"), at_text(v, "unit"), (double)NAN,
                      at_number(v, "value"));
    if (table_rows(t) == 0)
        return;
    document_add(d, BLOCK_FOLD, "%s: %d readings", cell->id, table_rows(t));
    document_table(d, t);
    document_add(d, BLOCK_FOLD_END, "%s", "");
}

/* ---- what could not be read -------------------------------------------------------------------- */

static bool listed(const struct table *t, const char *name, const char *reason)
{
    for (int row = 0; row < table_rows(t); row++)
        if (strcmp(table_row(t, row)[0].text, name) == 0 &&
            strcmp(table_row(t, row)[1].text, reason) == 0)
            return true;
    return false;
}

static void list_unavailable(struct table *t, const struct json *totals)
{
    for (const struct json *v = json_first(totals); v; v = json_next(v)) {
        const char *name = at_text(v, "name"), *reason = at_text(v, "reason");
        if (json_kind(json_get(v, "value")) == JSON_NUMBER)
            continue;
        if (!*reason)
            reason = "no reason given";
        if (listed(t, name, reason))
            continue;
        table_text(t, name);
        table_text(t, reason);
    }
}

static void add_unavailable(struct document *d, const struct model_file *f)
{
    static const struct column columns[] = {
        {"Reading", false},
        {"Why not", false}
    };
    struct table *t = table_new(d->arena, "Not available on this machine", columns, COUNT(columns));
    for (int i = 0; i < f->cell_count; i++) {
        list_unavailable(t, at(f->cells[i].record, "base.totals"));
        list_unavailable(t, at(f->cells[i].record, "new.totals"));
    }
    if (table_rows(t) > 0)
        document_table(d, t);
}

/* ---- set-up and the harness's own cost ----------------------------------------------------------- */

static void add_costs(struct document *d, const struct model_file *f)
{
    static const struct column columns[] = {
        {"Comparison",                   false},
        {"Side",                         false},
        {"Set-up, CPU",                  true },
        {"Set-up, wall",                 true },
        {"Empty slice, CPU",             true },
        {"Empty slice, wall less queue", true },
        {"Empty slice, wall",            true },
    };
    static const char *const paths[] = {"prepare.cpu_ns", "prepare.wall_ns", "overhead.cpu",
                                        "overhead.net", "overhead.wall"};
    struct table *t = table_new(
        d->arena,
        "Timed apart: set-up (median of the pairs), and what measuring an empty slice costs",
        columns, COUNT(columns));
    for (int i = 0; i < 2 * f->cell_count; i++) {
        const struct model_cell *cell = &f->cells[i / 2];
        const char *side = i % 2 ? "new" : "base";
        table_about(
            t, tip_field(t->arena, cell, arena_format(t->arena, "%s.prepare, overhead", side)));
        table_text(t, cell->id);
        table_text(t, side);
        for (int p = 0; p < COUNT(paths); p++) {
            double ns = at_number(json_get(cell->record, side), paths[p]);
            table_number(t, ns, words(d->arena, WORDS_TIME, ns));
        }
    }
    if (table_drop_empty(t) > 2)
        document_table(d, t);
}

/* Kernels are asked, commands are not. */
static bool was_probed(const struct json *side)
{
    static const char *const readings[] = {"totals", "prepare", "overhead"};
    for (int i = 0; i < COUNT(readings); i++)
        if (json_first(json_get(side, readings[i])))
            return true;
    return false;
}

bool section_has_probes(const struct model_file *f, struct arena *a)
{
    (void)a;
    for (int i = 0; i < f->cell_count; i++)
        if (was_probed(json_get(f->cells[i].record, "base")) ||
            was_probed(json_get(f->cells[i].record, "new")))
            return true;
    return false;
}

void section_probes(struct document *d, const struct model_file *f, int level)
{
    (void)level;
    for (int i = 0; i < f->cell_count; i++)
        add_totals(d, &f->cells[i]);
    add_unavailable(d, f);
    add_costs(d, f);
}
