#include "reports/plot_roofline.h"

#include "reports/plot_xy.h"
#include "reports/words.h"

#include <math.h>
#include <stdlib.h>

enum { WIDTH = 720, HEIGHT = 420 };

static const double giga = 1e9;

/* Of the picture's width, where the axes end; the left end and both ends of the height are plot_xy's. */
#define LEFT  0.13
#define RIGHT 0.97

struct plot {
    const struct roofline *r;
    struct plot_axis x, y;
    const struct roofline_point **points; /* the fastest first */
};

static int fastest_first(const void *a, const void *b)
{
    double x = (*(const struct roofline_point *const *)a)->flops_per_s.estimate;
    double y = (*(const struct roofline_point *const *)b)->flops_per_s.estimate;
    return (x < y) - (x > y);
}

static bool is_known(const struct roofline_level *level)
{
    return isfinite(level->bytes_per_s) && level->bytes_per_s > 0;
}

static void find_axes(struct plot *p)
{
    const struct roofline *r = p->r;
    p->x = (struct plot_axis){INFINITY, 0, true,
                              "operations on doubles a byte loaded or stored (logarithmic axis)"};
    p->y = (struct plot_axis){INFINITY, r->flops_per_s / giga, true,
                              "operations a second, 10^9 (logarithmic axis)"};
    for (int i = 0; i < r->count; i++) {
        plot_axis_widen(&p->x, r->points[i].intensity);
        plot_axis_widen(&p->y, r->points[i].flops_per_s.estimate / giga);
        plot_axis_widen(&p->y, r->points[i].flops_per_s.low / giga);
        plot_axis_widen(&p->y, r->points[i].flops_per_s.high / giga);
    }
    for (int i = 0; i < ROOFLINE_LEVELS; i++)
        if (is_known(&r->level[i])) /* where the slope meets the flat */
            plot_axis_widen(&p->x, r->flops_per_s / r->level[i].bytes_per_s);
    p->x.lo /= 4;
    p->x.hi *= 25; /* names stand right of the points, the flat's under its end */
    p->y.lo /= 2;
    p->y.hi *= 2;
}

/* Of a line that grows as its x does, in degrees of the picture. */
static double angle_of(const struct plot *p)
{
    double up = (HEIGHT - 102) / log(p->y.hi / p->y.lo);
    double along = (RIGHT - LEFT) * WIDTH / log(p->x.hi / p->x.lo);
    return atan2(up, along) * 180 / acos(-1);
}

/* The slopes end where they reach the flat; those that begin below the picture begin at its edge. */
static void add_ceilings(struct text *script, struct text *plot, struct arena *a,
                         const struct plot *p)
{
    double most = p->r->flops_per_s / giga, leftmost = p->x.hi;
    for (int i = 0; i < ROOFLINE_LEVELS; i++) {
        const struct roofline_level *level = &p->r->level[i];
        if (!is_known(level))
            continue;
        double rate = level->bytes_per_s / giga, ridge = most / rate;
        double from = fmax(p->x.lo, p->y.lo / rate);
        /* Levels may be nearly as fast as each other: their names stand at different places, the lower
         * ones' below their lines. */
        double named = fmin(from * 1.15 * pow(2.4, i % 3), fmax(ridge / 2.4, from * 1.15));
        leftmost = fmin(leftmost, ridge);
        text_printf(script, "$level%d << EOD\n%.12g %.12g\n%.12g %.12g\nEOD\n", i, from,
                    from * rate, ridge, most);
        plot_xy_line(plot, arena_format(a, "level%d", i), PALETTE_BASE, i % 2 ? "dt 2" : "");
        plot_label(script, arena_format(a, "%s %.3g GB/s", level->name, rate),
                   arena_format(a, "first %.12g, first %.12g offset %s", named, named * rate,
                                i < 2 ? "0,0.7" : "0.9,-0.5"),
                   arena_format(a, "left rotate by %.1f", angle_of(p)),
                   palette_gnuplot(PALETTE_BASE));
    }
    text_printf(script, "$flat << EOD\n%.12g %.12g\n%.12g %.12g\nEOD\n", leftmost, most, p->x.hi,
                most);
    plot_xy_line(plot, "flat", PALETTE_INK, "");
    plot_label(script, arena_format(a, "flat: %.3g x 10^9 a second by %s", most, p->r->flops_by),
               "graph 1, graph 1 offset 0,0.8", "right", palette_gnuplot(PALETTE_INK));
}

/* Names right of the points, pushed down where they would cover each other. */
static void add_names(struct text *script, struct arena *a, const struct plot *p)
{
    enum { LINES = 22 }; /* of text that the picture's height takes */
    double step = pow(p->y.hi / p->y.lo, 1.0 / LINES), last = INFINITY;
    for (int i = 0; i < p->r->count; i++) {
        const struct roofline_point *point = p->points[i];
        double y = fmin(point->flops_per_s.estimate / giga, last / step);
        last = y;
        plot_label(script,
                   arena_format(a, "%s%s %s", point->name, point->nominal ? " (nominal)" : "",
                                words(a, WORDS_PLAIN, point->flops_per_s.estimate / giga)),
                   arena_format(a, "first %.12g, first %.12g offset 1.2,0", point->intensity, y),
                   "left", palette_gnuplot(point->nominal ? PALETTE_QUIET : PALETTE_NEW));
    }
}

static void add_points(struct text *script, struct text *plot, const struct plot *p)
{
    static const char *const names[] = {"counted", "nominal"};
    for (int nominal = 0; nominal < 2; nominal++) {
        int n = 0;
        text_printf(script, "$%s << EOD\n", names[nominal]);
        for (int i = 0; i < p->r->count; i++) {
            const struct roofline_point *point = p->points[i];
            struct stats_interval f = point->flops_per_s;
            bool known = isfinite(f.low) && isfinite(f.high) && f.low > 0;
            if (point->nominal != nominal)
                continue;
            text_printf(script, "%.12g %.12g %.12g %.12g\n", point->intensity, f.estimate / giga,
                        (known ? f.low : f.estimate) / giga, (known ? f.high : f.estimate) / giga);
            n++;
        }
        text_puts(script, "EOD\n");
        if (n > 0)
            plot_xy_points(plot, names[nominal], nominal ? PALETTE_QUIET : PALETTE_NEW,
                           nominal ? PLOT_RING : 7);
    }
}

static void add_script(struct text *script, struct arena *a, const struct plot *p)
{
    struct text plot = {0};
    plot_xy_frame(script, &p->x, &p->y, HEIGHT, RIGHT);
    add_ceilings(script, &plot, a, p);
    add_names(script, a, p);
    add_points(script, &plot, p);
    text_add(script, plot.p, plot.n);
    text_puts(script, "\n");
    text_done(&plot);
}

void plot_roofline(struct document *d, const char *about, const struct roofline *r)
{
    struct plot p = {.r = r,
                     .points = ARENA_NEW(d->arena, const struct roofline_point *, r->count)};
    for (int i = 0; i < r->count; i++)
        p.points[i] = &r->points[i];
    qsort(p.points, (size_t)r->count, sizeof *p.points, fastest_first);
    find_axes(&p);
    struct figure *f = document_figure(d, "roofline", about);
    f->width = WIDTH;
    f->height = HEIGHT;
    f->title = arena_format(d->arena, "Roofline%s%s", *about ? ": " : "", about);
    f->description = arena_format(d->arena,
                                  "Operations a second of %d sets of layers against operations a "
                                  "byte, under the ceilings of one core measured in the same run; "
                                  "the figures stand in the tables of this section.",
                                  r->count);
    add_script(&f->script, d->arena, &p);
}
