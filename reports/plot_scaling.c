#include "reports/plot_scaling.h"

#include "reports/plot_xy.h"
#include "reports/words.h"

#include <math.h>

enum { WIDTH = 460, HEIGHT = 330, STEPS = 61 };

/* One of the two figures: what is drawn of a speed-up at a number of workers. */
struct view {
    const char *kind, *title, *label;
    bool logarithmic, efficiency;
    double ceiling; /* of the y axis; 0: by what is there */
};

static const struct view views[] = {
    {"scaling",    "speed-up",   "speed-up over one worker (logarithmic axis)",       true,  false, 0},
    {"efficiency", "efficiency", "efficiency a worker (speed-up / workers), percent", false, true,
     115                                                                                             },
};

static double shown(const struct view *v, double speed_up, double workers)
{
    return v->efficiency ? 100 * speed_up / workers : speed_up;
}

static void widen(struct plot_axis *y, const struct view *v, struct stats_interval i, double n)
{
    plot_axis_widen(y, shown(v, i.estimate, n));
    plot_axis_widen(y, shown(v, i.low, n));
    plot_axis_widen(y, shown(v, i.high, n));
}

/* Workers up to twice of what there is, so that a forecast has its place. */
static void find_axes(const struct scaling_series *s, const struct view *v, struct plot_axis *x,
                      struct plot_axis *y)
{
    double most = s->points[s->count - 1].workers;
    *x = (struct plot_axis){0.85, 2 * fmax(most, isfinite(s->cores) ? s->cores : 1), true,
                            "worker processes (logarithmic axis)"};
    *y = (struct plot_axis){v->efficiency ? 0 : 1, v->ceiling, v->logarithmic, v->label};
    for (int i = 0; i < s->count; i++)
        widen(y, v, s->points[i].speed_up, s->points[i].workers);
    const struct usl_fit *curve = scaling_curve(s);
    if (curve)
        widen(y, v, usl_at(curve, x->hi), x->hi);
    if (v->logarithmic) {
        y->lo /= 1.15;
        y->hi = fmax(y->hi, isfinite(s->cores) ? s->cores : 2) * 1.3;
    }
}

static void add_curve(struct text *script, const struct view *v, const struct usl_fit *f,
                      const struct plot_axis *x, const struct plot_axis *y)
{
    struct plot_axis from_one = *x;
    from_one.lo = 1;
    text_puts(script, "$curve << EOD\n");
    for (int i = 0; i < STEPS; i++) {
        double n = plot_axis_at(&from_one, i, STEPS);
        text_printf(script, "%.12g %.12g\n", n, shown(v, usl_at(f, n).estimate, n));
    }
    text_puts(script, "EOD\n$band << EOD\n");
    for (int i = 0; i < STEPS && f->kind == USL_FITTED; i++) {
        double n = plot_axis_at(&from_one, i, STEPS);
        struct stats_interval at = usl_at(f, n);
        text_printf(script, "%.12g %.12g %.12g\n", n, fmax(shown(v, at.low, n), y->lo),
                    fmin(shown(v, at.high, n), y->hi));
    }
    text_puts(script, "EOD\n");
}

static void add_points(struct text *script, const struct scaling_series *s, const struct view *v,
                       bool oversubscribed)
{
    text_printf(script, "$%s << EOD\n", oversubscribed ? "shared" : "own");
    for (int i = 0; i < s->count; i++) {
        const struct scaling_point *p = &s->points[i];
        bool known = isfinite(p->speed_up.low) && isfinite(p->speed_up.high);
        struct stats_interval u = p->speed_up;
        if (p->oversubscribed == oversubscribed)
            text_printf(script, "%.12g %.12g %.12g %.12g\n", p->workers,
                        shown(v, u.estimate, p->workers),
                        shown(v, known ? u.low : u.estimate, p->workers),
                        shown(v, known ? u.high : u.estimate, p->workers));
    }
    text_puts(script, "EOD\n");
}

/* Numbers of workers are powers of two, mostly. */
static void add_tics(struct text *script, const struct plot_axis *x)
{
    for (long n = 1; (double)n <= x->hi; n *= 2)
        text_printf(script, "%s'%ld' %ld", n == 1 ? "set xtics (" : ", ", n, n);
    text_puts(script, ")\n");
}

/* Beyond the cores, or beyond what was measured, whichever comes first. */
static void add_extrapolation(struct text *script, struct arena *a, const struct scaling_series *s,
                              const struct plot_axis *x)
{
    double most = s->points[s->count - 1].workers;
    double from = isfinite(s->cores) ? fmin(s->cores, most) : most;
    plot_xy_stripe(script, from, x->hi, PALETTE_QUIET);
    plot_xy_mark(script, from, PALETTE_QUIET, "dt 2");
    plot_label(script, from == s->cores ? arena_format(a, "%g cores", s->cores) : "last measured",
               arena_format(a, "first %.12g, graph 0.04 offset -0.5,0", from), "right",
               palette_gnuplot(PALETTE_QUIET));
    plot_label(script, "extrapolation",
               arena_format(a, "first %.12g, graph 0.04 offset 0.5,0", from), "left",
               palette_gnuplot(PALETTE_QUIET));
}

static bool any(const struct scaling_series *s, bool oversubscribed)
{
    for (int i = 0; i < s->count; i++)
        if (s->points[i].oversubscribed == oversubscribed)
            return true;
    return false;
}

static void add_ideal(struct text *script, const struct view *v, const struct plot_axis *x)
{
    text_printf(script, "$ideal << EOD\n1 %.12g\n%.12g %.12g\nEOD\n", shown(v, 1, 1), x->hi,
                shown(v, x->hi, x->hi));
}

/* What the marks are, in the corner that points and curve leave free. */
static void add_key(struct text *script, struct arena *a, const struct scaling_series *s,
                    const struct view *v)
{
    const struct usl_fit *curve = scaling_curve(s);
    double y = v->efficiency ? 0.78 : 0.22;
    const struct {
        bool is_there;
        const char *words;
        enum palette colour;
    } rows[] = {
        {any(s, true),                "\xE2\x97\x8B more workers than cores",   PALETTE_BASE},
        {curve && curve == &s->fit,     "\xE2\x80\x94 scalability law", PALETTE_NEW      },
        {curve && curve != &s->fit,     "- - law of all points: no forecast", PALETTE_NEW},
    };
    for (int i = 0; i < COUNT(rows); i++)
        if (rows[i].is_there) {
            plot_label(script, rows[i].words, arena_format(a, "graph 0.97, graph %.2f", y), "right",
                       palette_gnuplot(rows[i].colour));
            y -= 0.08;
        }
}

static void add_script(struct text *script, struct arena *a, const struct scaling_series *s,
                       const struct view *v)
{
    struct plot_axis x, y;
    struct text plot = {0};
    const struct usl_fit *curve = scaling_curve(s);
    find_axes(s, v, &x, &y);
    plot_xy_frame(script, &x, &y, HEIGHT, 0.96);
    add_tics(script, &x);
    add_extrapolation(script, a, s, &x);
    add_ideal(script, v, &x);
    add_key(script, a, s, v);
    plot_xy_line(&plot, "ideal", PALETTE_QUIET, "dt 3");
    if (curve) {
        add_curve(script, v, curve, &x, &y);
        if (curve->kind == USL_FITTED)
            plot_xy_band(&plot, "band", PALETTE_NEW);
        plot_xy_line(&plot, "curve", PALETTE_NEW, curve == &s->fit ? "" : "dt 2");
    }
    for (int shared = 0; shared < 2; shared++)
        if (any(s, shared)) {
            add_points(script, s, v, shared);
            plot_xy_points(&plot, shared ? "shared" : "own", PALETTE_BASE, shared ? PLOT_RING : 7);
        }
    text_add(script, plot.p, plot.n);
    text_puts(script, "\n");
    text_done(&plot);
}

void plot_scaling(struct document *d, const struct scaling_series *s)
{
    document_add(d, BLOCK_GRID, "%s", "");
    for (int i = 0; i < COUNT(views); i++) {
        struct figure *f = document_figure(d, views[i].kind, s->label);
        f->width = WIDTH;
        f->height = HEIGHT;
        f->title = arena_format(d->arena, "%s: %s against workers", s->label, views[i].title);
        f->description = arena_format(
            d->arena,
            "%s at %d numbers of workers with intervals, the line of no loss, and where it can be "
            "fitted the Universal Scalability Law; the figures stand in the table.",
            views[i].title, s->count);
        add_script(&f->script, d->arena, s, &views[i]);
    }
    document_add(d, BLOCK_GRID_END, "%s", "");
}
