#include "reports/attribution.h"

#include <math.h>
#include <string.h>

static const struct json *coalition_of(const struct json *record)
{
    return json_get(record, "coalition");
}

/* ---- sets of groups -------------------------------------------------------------------------------- */

static int group_named(const struct attribution *row, struct str name)
{
    for (int i = 0; i < row->groups; i++)
        if (str_is(name, row->names[i]))
            return i;
    return -1;
}

/* -1: it names what is no group. */
static int set_of(const struct attribution *row, const struct json *coalition)
{
    int set = 0;
    for (const struct json *v = json_first(coalition); v; v = json_next(v)) {
        int i = group_named(row, str_of(json_text(v)));
        if (i < 0)
            return -1;
        set |= 1 << i;
    }
    return set;
}

const char *attribution_coalition(struct arena *a, const struct attribution *row, int set)
{
    const char *words = "";
    for (int i = 0; i < row->groups; i++)
        if (set >> i & 1)
            words = arena_format(a, "%s%s%s", words, *words ? " + " : "", row->names[i]);
    return *words ? words : "nothing";
}

static int size_of(int set)
{
    return __builtin_popcount((unsigned)set);
}

/* ---- the cells of one scale ------------------------------------------------------------------------ */

struct cells {
    struct shapley_cell cell[1 << SHAPLEY_EXACT_MAX];
    bool is_measured[1 << SHAPLEY_EXACT_MAX];
    int stands_for[1 << SHAPLEY_EXACT_MAX];
};

static bool is_of(const struct model_cell *cell, const struct attribution *row)
{
    return coalition_of(cell->record) && strcmp(cell->scale, row->scale) == 0;
}

/* The largest coalition is that of all groups: it has their names and order. */
static void find_groups(struct attribution *row, const struct model_file *f)
{
    const struct json *largest = NULL;
    for (int i = 0; i < f->cell_count; i++) {
        const struct json *coalition = coalition_of(f->cells[i].record);
        if (is_of(&f->cells[i], row) && json_count(coalition) > json_count(largest)) {
            largest = coalition;
            row->base_ns = at_number(f->cells[i].record, "base.metrics.cpu.median");
        }
    }
    for (const struct json *v = json_first(largest); v; v = json_next(v)) {
        if (row->groups == SHAPLEY_EXACT_MAX) {
            row->reason = "more groups than all coalitions can be worked out for (6)";
            return;
        }
        row->names[row->groups++] = json_text(v);
    }
}

static struct shapley_cell cell_of(const struct json *record)
{
    const struct json *cpu = at(record, "compare.cpu");
    struct stats_interval log_ratio = {log(at_number(cpu, "ratio")), log(at_number(cpu, "lower")),
                                       log(at_number(cpu, "upper")), at_number(cpu, "level")};
    return shapley_cell_of(log_ratio, (int)at_number(cpu, "pairs"));
}

static void find_cells(struct attribution *row, struct cells *c, const struct model_file *f,
                       struct arena *a)
{
    for (int i = 0; i < f->cell_count && !row->reason; i++) {
        if (!is_of(&f->cells[i], row))
            continue;
        int set = set_of(row, coalition_of(f->cells[i].record));
        if (set <= 0) {
            row->reason =
                arena_format(a, "%s: a group that the largest coalition has not", f->cells[i].id);
            return;
        }
        c->cell[set] = cell_of(f->cells[i].record);
        row->cells += !c->is_measured[set];
        c->is_measured[set] = true;
        if (!isfinite(c->cell[set].se))
            row->reason = arena_format(a, "%s: no interval", f->cells[i].id);
    }
}

/* ---- coalitions that cannot be --------------------------------------------------------------------- */

static const struct json *skipped(const struct attribution *row, const struct model_file *f,
                                  int set)
{
    for (const struct json *r = json_first(f->file.records); r; r = json_next(r))
        if (result_is(r, "skipped") && coalition_of(r) &&
            strcmp(at_text(r, "scale"), row->scale) == 0 && set_of(row, coalition_of(r)) == set)
            return r;
    return NULL;
}

/* The one the record names, else the largest part of it that was measured; of equal ones the first. */
static int stand_in(const struct attribution *row, const struct cells *c, const struct json *record,
                    int set)
{
    int best = 0, named = set_of(row, json_get(record, "worth"));
    if (json_get(record, "worth") && named >= 0 && (named == 0 || c->is_measured[named]))
        return named;
    for (int part = set - 1; part > 0; part--)
        if ((part & set) == part && c->is_measured[part] && size_of(part) >= size_of(best))
            best = part;
    return best;
}

static void fill_gaps(struct attribution *row, struct cells *c, const struct model_file *f,
                      struct arena *a)
{
    row->stand_ins = ARENA_NEW(a, struct attribution_stand_in, 1 << row->groups);
    for (int set = 0; set < 1 << row->groups && !row->reason; set++) {
        c->stands_for[set] = set;
        if (set == 0 || c->is_measured[set])
            continue;
        const struct json *record = skipped(row, f, set);
        if (!record) {
            row->reason = arena_format(a, "the coalition %s is not in the file",
                                       attribution_coalition(a, row, set));
            return;
        }
        c->stands_for[set] = stand_in(row, c, record, set);
        row->stand_ins[row->stand_in_count++] = (struct attribution_stand_in){
            attribution_coalition(a, row, set), attribution_coalition(a, row, c->stands_for[set]),
            at_text(record, "reason")};
    }
}

static void solve(struct attribution *row, const struct model_file *f, struct arena *a)
{
    struct cells *c = ARENA_NEW(a, struct cells, 1);
    find_groups(row, f);
    find_cells(row, c, f, a);
    if (!row->reason)
        fill_gaps(row, c, f, a);
    if (row->reason)
        return;
    const struct shapley_game game = {row->groups, c->cell, c->stands_for};
    row->values = shapley_exact(&game, 0.95);
    if (row->values.players == 0)
        row->reason = "the cells cannot be put together";
}

static bool has_scale(const struct attribution_list *list, const char *scale)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->rows[i].scale, scale) == 0)
            return true;
    return false;
}

struct attribution_list attribution_of(const struct model_file *f, struct arena *a)
{
    struct attribution_list list = {ARENA_NEW(a, struct attribution, f->scale_count), 0};
    for (int i = 0; i < f->cell_count; i++) {
        const struct model_cell *cell = &f->cells[i];
        if (!coalition_of(cell->record) || has_scale(&list, cell->scale))
            continue;
        list.rows[list.count] = (struct attribution){.scale = cell->scale, .file = f->file.path};
        solve(&list.rows[list.count++], f, a);
    }
    return list;
}
