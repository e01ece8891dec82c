#include "reports/plot_samples.h"

#include "reports/decided.h"
#include "reports/palette.h"
#include "reports/plot.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 360, HEIGHT = 460 };

static const double half_box = 0.22;

static const double log_axis_from = 4; /* largest over smallest value */

struct side {
    const char *name;
    enum palette colour;
    int x;
};

static const struct side sides[] = {
    {"base", PALETTE_BASE, 1},
    {"new",  PALETTE_NEW,  2}
};

struct values {
    double *ns;
    int *order; /* indexes by value */
    int n;
};

static void sort(struct values *v)
{
    for (int i = 0; i < v->n; i++) {
        int at = i;
        for (; at > 0 && v->ns[v->order[at - 1]] > v->ns[i]; at--)
            v->order[at] = v->order[at - 1];
        v->order[at] = i;
    }
}

/* Of one side, by the clock that decided. */
static const struct json *summary_of(const struct json *record, const char *side)
{
    return json_get(at(json_get(record, side), "metrics"), decided_metric(record));
}

static struct values values_of(struct arena *a, const struct json *record, const char *side)
{
    const struct json *list = at(summary_of(record, side), "values");
    int n = json_count(list);
    struct values v = {.ns = ARENA_NEW(a, double, n), .order = ARENA_NEW(a, int, n)};
    for (const struct json *one = json_first(list); one; one = json_next(one))
        v.ns[v.n++] = json_number(one);
    sort(&v);
    return v;
}

/* Hyndman and Fan's type 7, as R's and NumPy's default. */
static double quantile(const struct values *v, double p)
{
    double h = (v->n - 1) * p;
    int lo = (int)floor(h), hi = lo + 1 < v->n ? lo + 1 : lo;
    double below = v->ns[v->order[lo]], above = v->ns[v->order[hi]];
    return below + (h - lo) * (above - below);
}

/* Points of one side spread sideways by the golden ratio: evenly, and the same at every drawing. */
static double jitter(int pair)
{
    double turn = pair * 0.6180339887498949;
    return 0.32 * (turn - floor(turn) - 0.5);
}

struct unit {
    double ns;
    const char *name;
};

static struct unit unit_for(double largest_ns)
{
    static const struct unit units[] = {
        {1e9, "s" },
        {1e6, "ms"},
        {1e3, "us"},
        {1,   "ns"}
    };
    int i = 0;
    while (i < 3 && largest_ns < units[i].ns)
        i++;
    return units[i];
}

struct axis {
    double lo, hi; /* ns */
    struct unit unit;
    bool logarithmic;
};

static struct axis axis_for(double lo, double hi)
{
    struct axis axis = {.unit = unit_for(hi), .logarithmic = lo > 0 && hi / lo > log_axis_from};
    double room = axis.logarithmic ? pow(hi / lo, 0.08) : (hi - lo) * 0.08 + hi * 1e-3;
    axis.lo = axis.logarithmic ? lo / room : fmax(0, lo - room);
    axis.hi = axis.logarithmic ? hi * room : hi + room;
    return axis;
}

/* 0 at the foot of the axis, 1 at its top. */
static double axis_height(struct axis axis, double ns)
{
    return axis.logarithmic ? log(ns / axis.lo) / log(axis.hi / axis.lo)
                            : (ns - axis.lo) / (axis.hi - axis.lo);
}

static bool outlier(const struct json *record, const char *side, int pair)
{
    const struct json *list = at(summary_of(record, side), "outliers");
    for (const struct json *o = json_first(list); o; o = json_next(o))
        if (at_number(o, "pair") == pair)
            return true;
    return false;
}

/* ---- upper panel: both sides ------------------------------------------------------------------ */

static void add_box(struct text *s, struct arena *a, const struct side *side,
                    const struct values *v, struct unit unit)
{
    const char *colour = palette_gnuplot(side->colour);
    double median = quantile(v, 0.5) / unit.ns;
    text_printf(s,
                "set object rectangle from %.2f, %.12g to %.2f, %.12g fc rgb %s fs transparent "
                "solid 0.18 noborder\n",
                side->x - half_box, quantile(v, 0.25) / unit.ns, side->x + half_box,
                quantile(v, 0.75) / unit.ns, colour);
    text_printf(s, "set arrow from %.2f, %.12g to %.2f, %.12g nohead lc rgb %s lw 2.5\n",
                side->x - half_box, median, side->x + half_box, median, colour);
    plot_label(s, words(a, WORDS_TIME, quantile(v, 0.5)),
               arena_format(a, "%.2f, %.12g", side->x + half_box + 0.05, median), "left", colour);
}

/* An outlier is a cross with its pair's number, and no dot. */
static void add_points(struct text *s, const struct json *record, const struct side *side,
                       const struct values *v, struct unit unit)
{
    text_printf(s, "$%s << EOD\n", side->name);
    for (int i = 0; i < v->n; i++)
        text_printf(s, "%.4f %.12g %d\n", side->x + jitter(i + 1), v->ns[i] / unit.ns,
                    outlier(record, side->name, i + 1));
    text_puts(s, "EOD\n");
}

static const double line_height = 0.065; /* of a name, in heights of the panel */

/* A height for a name that does not lie on the median's. */
static double clear_of(double median, double height)
{
    if (fabs(height - median) > line_height)
        return height;
    return height >= median ? median + line_height : median - line_height;
}

/* The outliers' pairs by value, those that lie too close for a line each on one line: two are
 * named, the rest counted (the table names all). */
static void add_outlier_names(struct text *s, struct arena *a, const struct json *record,
                              const struct side *side, const struct values *v, struct axis axis)
{
    struct text name = {0};
    double last = 0;
    int named = 0;
    for (int rank = 0; rank <= v->n; rank++) {
        int pair = rank < v->n ? v->order[rank] + 1 : 0;
        if (pair && !outlier(record, side->name, pair))
            continue;
        double height = pair ? axis_height(axis, v->ns[pair - 1]) : 2;
        if (named && height - last > line_height) {
            if (named > 2)
                text_printf(&name, " +%d", named - 2);
            plot_label(s, name.p,
                       arena_format(a, "first %.2f, graph %.4f", side->x + half_box + 0.05,
                                    clear_of(axis_height(axis, quantile(v, 0.5)), last)),
                       "left font ',11'", palette_gnuplot(PALETTE_QUIET));
            text_clear(&name);
            named = 0;
        }
        last = height;
        if (pair && ++named <= 2)
            text_printf(&name, "%s%d", named == 1 ? "pair " : ", ", pair);
    }
    text_done(&name);
}

/* Beside an axis at a place of its own: gnuplot's axis labels move with the tics' width. */
static void add_axis_name(struct text *s, const char *name)
{
    plot_label(s, name, "screen 0.035, graph 0.5", "center rotate by 90",
               palette_gnuplot(PALETTE_INK));
}

static void add_side_axes(struct text *s, struct arena *a, const char *title, struct axis axis)
{
    text_printf(
        s,
        "set lmargin at screen 0.22\nset rmargin at screen 0.97\nset tmargin at screen 0.98\n"
        "set bmargin at screen 0.46\nset xrange [0.5:2.9]\nset xtics ('base' 1, 'new' 2)\n"
        "%sset yrange [%.12g:%.12g]\n",
        axis.logarithmic ? "set logscale y\n" : "", axis.lo / axis.unit.ns, axis.hi / axis.unit.ns);
    plot_tics(s, "y", axis.lo / axis.unit.ns, axis.hi / axis.unit.ns, axis.logarithmic, 5);
    add_axis_name(s, arena_format(a, "%s (%s%s)", title, axis.unit.name,
                                  axis.logarithmic ? ", log axis" : ""));
}

static void add_sides(struct text *s, struct arena *a, const struct json *record)
{
    struct values v[] = {values_of(a, record, "base"), values_of(a, record, "new")};
    struct axis axis = axis_for(fmin(quantile(&v[0], 0), quantile(&v[1], 0)),
                                fmax(quantile(&v[0], 1), quantile(&v[1], 1)));
    add_side_axes(s, a, decided_title(decided_metric(record)), axis);
    for (int i = 0; i < 2; i++) {
        add_box(s, a, &sides[i], &v[i], axis.unit);
        add_points(s, record, &sides[i], &v[i], axis.unit);
        add_outlier_names(s, a, record, &sides[i], &v[i], axis);
    }
    for (int i = 0; i < 2; i++)
        text_printf(
            s,
            "%s$%s using 1:($3 > 0 ? NaN : $2) with points pt 7 ps 0.55 lc rgb %s title '%s', "
            "$%s using 1:($3 > 0 ? $2 : NaN) with points pt 2 ps 0.8 lw 2 lc rgb %s "
            "title '%s, outliers'",
            i ? ", " : "plot ", sides[i].name, palette_gnuplot(sides[i].colour), sides[i].name,
            sides[i].name, palette_gnuplot(sides[i].colour), sides[i].name);
    text_puts(s, "\n");
}

/* ---- lower panel: the ratio of every pair ------------------------------------------------------ */

static void add_ratio_points(struct text *s, const struct json *pairs, const char *metric,
                             double *lo, double *hi)
{
    int number = 1;
    text_puts(s, "$ratios << EOD\n");
    for (const struct json *p = json_first(pairs); p; p = json_next(p), number++) {
        double ratio = exp(at_number(json_get(p, "log_ratio"), metric));
        *lo = fmin(*lo, ratio);
        *hi = fmax(*hi, ratio);
        text_printf(s, "%d %.12g %d\n", number, ratio,
                    strcmp(at_text(p, "first"), "base") == 0 ? 7 : 6);
    }
    text_puts(s, "EOD\n");
}

static void add_estimate(struct text *s, const struct json *by, double lo, double hi)
{
    double lower = at_number(by, "lower"), upper = at_number(by, "upper");
    const char *ink = palette_gnuplot(PALETTE_INK);
    if (isfinite(lower) && isfinite(upper))
        text_printf(s,
                    "set object rectangle from graph 0, first %.12g to graph 1, first %.12g "
                    "fc rgb %s fs transparent solid 0.13 noborder behind\n",
                    lower, upper, ink);
    text_printf(
        s, "set arrow from graph 0, first %.12g to graph 1, first %.12g nohead lc rgb %s lw 2\n",
        at_number(by, "ratio"), at_number(by, "ratio"), ink);
    if (lo < 1 && hi > 1)
        text_printf(s,
                    "set arrow from graph 0, first 1 to graph 1, first 1 nohead lc rgb %s dt 2\n",
                    palette_gnuplot(PALETTE_QUIET));
}

static void add_ratios(struct text *s, const struct json *record)
{
    const char *metric = decided_metric(record);
    const struct json *by = decided_contrast(record, metric), *pairs = json_get(record, "pairs");
    double lo = at_number(by, "ratio"), hi = lo;
    text_puts(s, "unset object\nunset arrow\nunset label\nunset logscale\n");
    add_ratio_points(s, pairs, metric, &lo, &hi);
    lo = fmin(lo, isfinite(at_number(by, "lower")) ? at_number(by, "lower") : lo);
    hi = fmax(hi, isfinite(at_number(by, "upper")) ? at_number(by, "upper") : hi);
    double room = (hi - lo) * 0.12 + hi * 1e-3;
    add_estimate(s, by, lo - room, hi + room);
    text_puts(s, "set xtics autofreq\n");
    plot_tics(s, "y", lo - room, hi + room, false, 3);
    add_axis_name(s, "new / base");
    text_printf(s,
                "set tmargin at screen 0.36\nset bmargin at screen 0.14\n"
                "set xrange [0.3:%d.7]\nset yrange [%.12g:%.12g]\n"
                "set xlabel 'pair'\n"
                "plot $ratios using 1:2:3 with points pt variable ps 0.6 lc rgb %s "
                "title 'ratio of the pair'\n",
                json_count(pairs), lo - room, hi + room, palette_gnuplot(PALETTE_INK));
}

void plot_samples(struct document *d, const struct model_cell *cell)
{
    struct figure *f = document_figure(d, "samples", cell->id);
    f->width = WIDTH;
    f->height = HEIGHT;
    f->title = arena_format(d->arena, "%s: every pair", cell->id);
    f->description = arena_format(
        d->arena,
        "Strip and box plot of the %s of %d pairs, base and new, over the ratio of every "
        "pair with its estimate and interval.",
        decided_title(decided_metric(cell->record)), json_count(json_get(cell->record, "pairs")));
    plot_preamble(&f->script);
    text_puts(&f->script, "set multiplot\n");
    add_sides(&f->script, d->arena, cell->record);
    add_ratios(&f->script, cell->record);
    text_puts(&f->script, "unset multiplot\n");
}
