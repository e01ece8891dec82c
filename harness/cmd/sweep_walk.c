#include "harness/cmd/sweep_walk.h"

#include "harness/base/log.h"
#include "harness/cmd/sweep_table.h"
#include "harness/cmd/table.h"

#include <math.h>
#include <stdlib.h>

/* ---- gathering -------------------------------------------------------------------------------- */

static int params_of(const struct sweep_walk *w)
{
    return w->plan->strategy->param_count;
}

static int column_of(const struct sweep_walk *w, enum bt_phase phase)
{
    int column = params_of(w);
    for (int p = 0; p < (int)phase; p++)
        column += w->has[p];
    return column;
}

static double *cell(const struct sweep_walk *w, int window, int column)
{
    return &w->value[(long)window * w->columns + column];
}

void sweep_walk_open(struct sweep_walk *w, const struct bt_plan *plan)
{
    *w = (struct sweep_walk){.plan = plan, .columns = plan->strategy->param_count};
    for (int r = 0; r < plan->range_count; r++) {
        const struct bt_role *role = &plan->roles[r];
        w->has[role->phase] = true;
        w->windows = role->window + 1 > w->windows ? role->window + 1 : w->windows;
    }
    for (int p = 0; p < BT_PHASES; p++)
        w->columns += w->has[p];
    size_t n = (size_t)w->windows * (size_t)w->columns;
    w->value = mem_alloc(MEM_BASE, n * sizeof *w->value);
    for (size_t i = 0; i < n; i++)
        w->value[i] = (double)NAN;
}

void sweep_walk_done(struct sweep_walk *w)
{
    mem_free(MEM_BASE, w->value);
    w->value = NULL;
}

void sweep_walk_observe(struct sweep_walk *w, const struct bt_result *r)
{
    const struct bt_role *role = &w->plan->roles[r->range];
    if (role->phase != BT_TRAIN)
        *cell(w, role->window, column_of(w, role->phase)) =
            bt_metric_mean(bt_objective_metric(w->plan->objective), r->rows, w->plan->symbol_count);
}

void sweep_walk_take_best(struct sweep_walk *w, const struct bt_selection *selection)
{
    double values[BT_PARAMS_MAX];
    for (int i = 0; i < w->windows; i++) {
        const struct bt_best *best = &selection->best[i];
        if (best->combination < 0)
            continue; /* nothing of its training is defined */
        bt_combination(&w->plan->combinations, best->combination, values);
        for (int p = 0; p < params_of(w); p++)
            *cell(w, i, p) = values[p];
        *cell(w, i, column_of(w, BT_TRAIN)) = best->value.value;
    }
}

/* ---- what it says ----------------------------------------------------------------------------- */

static double of_mean(const struct bt_spread *s)
{
    return s->mean;
}
static double of_median(const struct bt_spread *s)
{
    return s->median;
}
static double of_deviation(const struct bt_spread *s)
{
    return s->deviation;
}
static double of_min(const struct bt_spread *s)
{
    return s->min;
}
static double of_max(const struct bt_spread *s)
{
    return s->max;
}

static const struct {
    const char *name;
    double (*of)(const struct bt_spread *spread);
} aggregates[] = {
    {"mean",      of_mean     },
    {"median",    of_median   },
    {"sd",        of_deviation},
    {"min",       of_min      },
    {"max",       of_max      },
    {"variation", bt_variation},
};

enum { AGGREGATES = sizeof aggregates / sizeof *aggregates };

static struct bt_spread spread_of(const struct sweep_walk *w, int column)
{
    double *v = mem_alloc(MEM_BASE, 2 * (size_t)w->windows * sizeof *v);
    for (int i = 0; i < w->windows; i++)
        v[i] = *cell(w, i, column);
    struct bt_spread spread = bt_spread_of(v, w->windows, v + w->windows);
    mem_free(MEM_BASE, v);
    return spread;
}

/* Rows of the table: the windows, then the aggregates. */
static int rows_of(const struct sweep_walk *w)
{
    return w->windows + AGGREGATES;
}

static const char *row_name(const struct sweep_walk *w, int row, char out[16])
{
    if (row >= w->windows)
        return aggregates[row - w->windows].name;
    snprintf(out, 16, "w%02d", row + 1);
    return out;
}

static double row_value(const struct sweep_walk *w, int row, int column)
{
    if (row < w->windows)
        return *cell(w, row, column);
    struct bt_spread spread = spread_of(w, column);
    return aggregates[row - w->windows].of(&spread);
}

static const char *column_name(const struct sweep_walk *w, int column)
{
    if (column < params_of(w))
        return w->plan->strategy->params[column].name;
    for (int p = 0; p < BT_PHASES; p++)
        if (w->has[p] && column == column_of(w, (enum bt_phase)p))
            return bt_phase_names[p];
    return "";
}

/* Of a window, or of the means. */
static bool falls_short(const struct sweep_walk *w, int row)
{
    return w->has[BT_VALIDATION] && row <= w->windows &&
           bt_test_falls_short(row_value(w, row, column_of(w, BT_VALIDATION)),
                               row_value(w, row, column_of(w, BT_TEST)));
}

/* ---- for people ------------------------------------------------------------------------------- */

static const char *shown(struct arena *a, double value)
{
    return isnan(value) ? "-" : arena_format(a, "%.4g", value);
}

_Static_assert((int)BT_PARAMS_MAX + (int)BT_PHASES + 2 <= (int)TABLE_COLUMNS, "a line has room");

static void say_table(const struct sweep_walk *w)
{
    struct table t = {0};
    char name[16];
    const char *cells[TABLE_COLUMNS] = {"window"};
    int n = w->columns;
    for (int row = -1; row < rows_of(w); row++) {
        cells[0] = row < 0 ? "window" : row_name(w, row, name);
        for (int c = 0; c < n; c++)
            cells[c + 1] = row < 0 ? column_name(w, c) : shown(&t.arena, row_value(w, row, c));
        cells[n + 1] = row >= 0 && falls_short(w, row) ? "falls short" : "";
        table_cells(&t, cells, n + 2);
    }
    table_print(&t, stderr);
    table_done(&t);
}

static void say_stability(const struct sweep_walk *w)
{
    struct text line = {0};
    for (int p = 0; p < params_of(w); p++) {
        struct bt_spread spread = spread_of(w, p);
        double variation = bt_variation(&spread);
        text_printf(&line, "%s %s", p ? "," : "", column_name(w, p));
        if (isnan(variation))
            text_puts(&line, " is unknown (too few windows)");
        else
            text_printf(&line, " %s (varies by %.3g)",
                        bt_is_stable(&spread) ? "is stable" : "is not stable", variation);
    }
    if (line.n)
        log_info("best parameters over the windows (stable below %g):%s", BT_STABLE_BELOW, line.p);
    text_done(&line);
}

static void warn(const struct sweep_walk *w)
{
    enum { NAMED = 8 };
    char name[16];
    int n = 0;
    struct text names = {0};
    for (int i = 0; i < w->windows; i++)
        if (falls_short(w, i) && n++ < NAMED)
            text_printf(&names, "%s%s", n > 1 ? ", " : "", row_name(w, i, name));
    if (n)
        log_warn("the test is worth less than %g of the validation in %d of %d windows (%s%s)%s",
                 BT_TEST_SHARE, n, w->windows, names.p, n > NAMED ? ", ..." : "",
                 falls_short(w, w->windows) ? ", and on average" : "");
    text_done(&names);
}

void sweep_walk_say(const struct sweep_walk *w)
{
    if (!log_is_quiet()) {
        log_info("walk-forward: %s of the best of each training, mean over symbols",
                 w->plan->objective->name);
        say_table(w);
    }
    say_stability(w);
    warn(w);
}

/* ---- for programs ----------------------------------------------------------------------------- */

static void add_fields(const struct sweep_walk *w, int row, struct emitter *out)
{
    char name[16];
    emitter_text(out, "window", row_name(w, row, name));
    for (int c = 0; c < w->columns; c++)
        emitter_number(out, column_name(w, c), row_value(w, row, c));
    if (w->has[BT_VALIDATION])
        emitter_text(out, "falls_short",
                     row > w->windows      ? ""
                     : falls_short(w, row) ? "yes"
                                           : "no");
}

static bool write_rows(const struct sweep_walk *w, struct emitter *out, struct err *e)
{
    emitter_head(out);
    add_fields(w, 0, out);
    if (!emitter_end(out, e) || !sweep_table_describe(out, "walk-forward", w->plan, e))
        return false;
    for (int row = 0; row < rows_of(w); row++) {
        emitter_begin(out);
        add_fields(w, row, out);
        if (!emitter_end(out, e))
            return false;
    }
    return true;
}

bool sweep_walk_write(const struct sweep_walk *w, const char *format, const char *path,
                      struct err *e)
{
    struct emitter out;
    bool ok = emitter_open(&out, format, path, e) && write_rows(w, &out, e);
    if (ok)
        return emitter_commit(&out, e);
    emitter_abandon(&out);
    return false;
}
