#include "reports/speed.h"

#include "harness/stats/describe.h"
#include "harness/stats/hodges_lehmann.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

bool speed_has(const struct model_file *f)
{
    for (int i = 0; i < f->cell_count; i++)
        if (at(f->cells[i].record, "new.throughput"))
            return true;
    return false;
}

/* ---- which sides are the same --------------------------------------------------------------- */

static const char *key_of(const struct json *side, struct arena *a)
{
    return arena_format(a, "%s %s", at_text(side, "layers"),
                        words_json(a, json_get(side, "settings")));
}

static const char *base_name(const struct json *side, struct arena *a)
{
    enum { LAYERS_SHOWN = 2 };
    const char *layers = at_text(side, "layers");
    int n = 1;
    for (const char *p = layers; *p; p++)
        n += *p == ',';
    return n > LAYERS_SHOWN ? arena_format(a, "base: %d layers", n)
                            : arena_format(a, "base: %s", layers);
}

static struct speed_row *row_for(struct speed_list *list, const struct model_cell *cell,
                                 const char *side, struct arena *a)
{
    const struct json *of = json_get(cell->record, side);
    const char *key = key_of(of, a);
    bool is_new = strcmp(side, "new") == 0;
    for (int i = 0; i < list->count; i++) {
        struct speed_row *row = &list->rows[i];
        if (strcmp(row->key, key) != 0 || strcmp(row->scale, cell->scale) != 0)
            continue;
        if (is_new && strncmp(row->name, "base: ", 6) == 0)
            row->name = cell->name;
        return row;
    }
    struct speed_row *row = &list->rows[list->count++];
    *row = (struct speed_row){.scale = cell->scale,
                              .name = is_new ? cell->name : base_name(of, a),
                              .key = key,
                              .bar_backtests = at_number(of, "throughput.bar_backtests"),
                              .dense_ns = NAN,
                              .instructions = NAN,
                              .issue_share = NAN};
    return row;
}

/* ---- what they took ------------------------------------------------------------------------- */

static void add_values(struct speed_row *row, const struct json *side, struct arena *a)
{
    const struct json *values = at(side, "metrics.cpu.values");
    double *all = ARENA_NEW(a, double, row->count + json_count(values));
    for (int i = 0; i < row->count; i++)
        all[i] = row->values[i];
    for (const struct json *v = json_first(values); v && row->count < STATS_MAX; v = json_next(v))
        all[row->count++] = json_number(v) / row->bar_backtests;
    row->values = all;
}

static double dense_of(const struct json *record, struct arena *a)
{
    const struct json *pairs = json_get(record, "pairs");
    double *v = ARENA_NEW(a, double, 2 * json_count(pairs));
    int n = 0;
    for (const struct json *p = json_first(pairs); p; p = json_next(p))
        for (const struct json *c = json_first(json_get(p, "ceilings")); c; c = json_next(c))
            v[n++] = at_number(c, "dense_ns");
    return n > 0 ? stats_median(v, n) : (double)NAN;
}

static void add_side(struct speed_list *list, const struct model_cell *cell, const char *side,
                     struct arena *a)
{
    const struct json *of = json_get(cell->record, side), *said = json_get(of, "throughput");
    if (!said)
        return;
    struct speed_row *row = row_for(list, cell, side, a);
    add_values(row, of, a);
    row->first = row->first ? row->first : cell;
    row->last = cell;
    row->contended += (int)at_number(said, "contended_pairs");
    row->dense_ns = fmin(row->dense_ns, dense_of(cell->record, a));
    if (isfinite(at_number(said, "instructions"))) {
        row->instructions = at_number(said, "instructions");
        row->issue_share = at_number(said, "issue_share");
    }
    row->ns = stats_hodges_lehmann_interval(row->values, row->count, 0.95);
    row->min = row->values[0];
    for (int i = 1; i < row->count; i++)
        row->min = fmin(row->min, row->values[i]);
    row->backtests_per_s =
        at_number(said, "backtests") / (row->ns.estimate * row->bar_backtests) * 1e9;
}

struct speed_list speed_rows(const struct model_file *f, struct arena *a)
{
    struct speed_list list = {ARENA_NEW(a, struct speed_row, 2 * f->cell_count), 0};
    for (int i = 0; i < f->cell_count; i++) {
        add_side(&list, &f->cells[i], "base", a);
        add_side(&list, &f->cells[i], "new", a);
    }
    return list;
}
