#include "reports/plot_break_even.h"

#include "reports/plot_xy.h"
#include "reports/words.h"

#include "harness/stats/describe.h"

#include <math.h>

enum { WIDTH = 720, HEIGHT = 360, STEPS = 61 };

struct side {
    const char *name; /* of its data blocks and of the side */
    enum scale_cost cost;
    enum palette colour;
    int point;
    struct stats_line line;
    struct stats_interval *at; /* measured, one a point of the series: means */
};

struct plot {
    struct side side[2];
    struct stats_break_even even;
    struct plot_axis x, y;
    double unit_ns; /* of the y axis */
};

static const struct {
    const char *label;
    double ns;
} units[] = {
    {"CPU time of one run, ns (logarithmic axis)",        1  },
    {"CPU time of one run, \xC2\xB5s (logarithmic axis)", 1e3},
    {"CPU time of one run, ms (logarithmic axis)",        1e6},
    {"CPU time of one run, s (logarithmic axis)",         1e9},
};

static struct stats_interval measured(const struct model_cell *cell, enum scale_cost cost,
                                      struct arena *a)
{
    const struct json *pairs = json_get(cell->record, "pairs");
    double *v = ARENA_NEW(a, double, json_count(pairs));
    int n = 0;
    for (const struct json *p = json_first(pairs); p; p = json_next(p))
        v[n++] = scale_pair_cost(p, cost);
    return stats_describe(v, n, 0.95).mean;
}

static bool find_side(struct plot *p, struct side *side, const struct scale_series *s,
                      struct arena *a)
{
    side->line = scale_fit(s, side->cost, a);
    side->at = ARENA_NEW(a, struct stats_interval, s->count);
    for (int i = 0; i < s->count; i++) {
        side->at[i] = measured(s->points[i].cell, side->cost, a);
        plot_axis_widen(&p->y, side->at[i].estimate);
        plot_axis_widen(&p->y, side->at[i].low);
        plot_axis_widen(&p->y, side->at[i].high);
    }
    return side->line.n > 0;
}

/* From the fewest backtests to the most, and to the break-even where that lies near. */
static void find_axes(struct plot *p, const struct scale_series *s)
{
    enum { BEYOND = 10 };
    double least = s->points[0].backtests, most = s->points[s->count - 1].backtests;
    p->x.lo = least / 1.3;
    p->x.hi = most * 1.3;
    if (isfinite(p->even.high) && p->even.high < BEYOND * most)
        p->x.hi = fmax(p->x.hi, p->even.high * 1.3);
    int unit = 0;
    while (unit < COUNT(units) - 1 && p->y.hi > 2e3 * units[unit].ns)
        unit++;
    p->unit_ns = units[unit].ns;
    p->y.label = units[unit].label;
    for (int i = 0; i < 2; i++)
        plot_axis_widen(&p->y, stats_line_at(&p->side[i].line, p->x.hi));
    p->y.lo /= 1.3 * p->unit_ns;
    p->y.hi *= 1.2 / p->unit_ns;
}

static void add_data(struct text *script, const struct plot *p, const struct side *side,
                     const struct scale_series *s)
{
    text_printf(script, "$%s << EOD\n", side->name);
    for (int i = 0; i < s->count; i++) {
        struct stats_interval at = side->at[i];
        bool known = isfinite(at.low) && at.low > 0;
        text_printf(script, "%.12g %.12g %.12g %.12g\n", s->points[i].backtests,
                    at.estimate / p->unit_ns, (known ? at.low : at.estimate) / p->unit_ns,
                    (known ? at.high : at.estimate) / p->unit_ns);
    }
    text_printf(script, "EOD\n$%sfit << EOD\n", side->name);
    for (int i = 0; i < STEPS; i++) {
        double x = plot_axis_at(&p->x, i, STEPS), y = stats_line_at(&side->line, x) / p->unit_ns;
        if (y > 0)
            text_printf(script, "%.12g %.12g\n", x, y);
    }
    text_printf(script, "EOD\n$%sband << EOD\n", side->name);
    for (int i = 0; i < STEPS; i++) {
        double x = plot_axis_at(&p->x, i, STEPS);
        struct stats_interval y = stats_line_interval(&side->line, x);
        if (y.high > 0)
            text_printf(script, "%.12g %.12g %.12g\n", x, fmax(y.low / p->unit_ns, p->y.lo),
                        y.high / p->unit_ns);
    }
    text_puts(script, "EOD\n");
}

/* Beside the curve's right end: the dearer one leans up. */
static void add_name(struct text *script, struct arena *a, const struct plot *p, int i)
{
    double y = stats_line_at(&p->side[i].line, p->x.hi);
    double other = stats_line_at(&p->side[1 - i].line, p->x.hi);
    bool up = y > other || (y == other && i == 0);
    y = fmin(fmax(y / p->unit_ns, p->y.lo), p->y.hi);
    plot_label(
        script, p->side[i].name,
        arena_format(a, "first %.12g, first %.12g offset 0.7,%s", p->x.hi, y, up ? "0.4" : "-0.4"),
        "left", palette_gnuplot(p->side[i].colour));
}

static void add_crossing(struct text *script, struct arena *a, const struct plot *p)
{
    const struct stats_break_even *e = &p->even;
    const char *word = stats_break_even_word(e->kind);
    if (!isfinite(e->high)) {
        plot_label(script,
                   arena_format(a, "no crossing: new side cheaper %s%s",
                                e->kind == STATS_UNPROVEN ? "is " : "", word),
                   "graph 1, graph 1 offset 0,0.8", "right", palette_gnuplot(PALETTE_QUIET));
        return;
    }
    plot_xy_stripe(script, fmax(e->low, p->x.lo), fmin(e->high, p->x.hi), PALETTE_INK);
    if (isfinite(e->x) && e->x > p->x.lo && e->x < p->x.hi)
        plot_xy_mark(script, e->x, PALETTE_INK, "dt 2");
    plot_label(script,
               arena_format(a, "break-even %s (not proven within %s)",
                            isfinite(e->x) ? words(a, WORDS_PLAIN, e->x) : "below 1",
                            words_interval(a, WORDS_PLAIN, e->low, e->high)),
               "graph 1, graph 1 offset 0,0.8", "right", palette_gnuplot(PALETTE_INK));
}

static void add_script(struct text *script, struct arena *a, const struct plot *p,
                       const struct scale_series *s)
{
    struct text plot = {0};
    plot_xy_frame(script, &p->x, &p->y, HEIGHT, 0.88);
    add_crossing(script, a, p);
    for (int i = 0; i < 2; i++) {
        const struct side *side = &p->side[i];
        add_data(script, p, side, s);
        add_name(script, a, p, i);
        plot_xy_band(&plot, arena_format(a, "%sband", side->name), side->colour);
        plot_xy_line(&plot, arena_format(a, "%sfit", side->name), side->colour, "");
        plot_xy_points(&plot, side->name, side->colour, side->point);
    }
    text_add(script, plot.p, plot.n);
    text_puts(script, "\n");
    text_done(&plot);
}

void plot_break_even(struct document *d, const struct scale_series *s)
{
    struct plot p = {
        .side = {{.name = "base", .cost = SCALE_BASE, .colour = PALETTE_BASE, .point = 5},
                 {.name = "new", .cost = SCALE_NEW, .colour = PALETTE_NEW, .point = 7}                                            },
        .x = {.logarithmic = true,                                                      .label = "backtests (logarithmic axis)"},
        .y = {.lo = INFINITY,                                                           .logarithmic = true                    }
    };
    struct stats_line difference = scale_fit(s, SCALE_DIFFERENCE, d->arena);
    bool fitted = difference.n > 0;
    for (int i = 0; i < 2; i++)
        fitted = find_side(&p, &p.side[i], s, d->arena) && fitted;
    if (!fitted)
        return;
    p.even = stats_break_even(&difference, 1);
    find_axes(&p, s);
    struct figure *f = document_figure(d, "break-even", s->name);
    f->width = WIDTH;
    f->height = HEIGHT;
    f->title = arena_format(d->arena, "%s: CPU time against the number of backtests", s->name);
    f->description = arena_format(
        d->arena,
        "Cost of base and new side at %d numbers of backtests with 95 %% intervals, the fitted "
        "lines with their bands, and the break-even; the figures stand in the table of this "
        "section.",
        s->count);
    add_script(&f->script, d->arena, &p, s);
}
