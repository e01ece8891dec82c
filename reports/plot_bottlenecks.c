#include "reports/plot_bottlenecks.h"

#include "reports/palette.h"
#include "reports/plot_rows.h"
#include "reports/words.h"

#include <math.h>

/* Of the two points of a row: a little above and below its middle, so that whiskers do not cover each
 * other. */
static const struct {
    const char *name;
    enum palette colour;
    int point;
    double lift;
} sides[] = {
    {"before", PALETTE_BASE, 5, 0.13 },
    {"after",  PALETTE_NEW,  7, -0.13},
};

static struct stats_interval share(const struct bottleneck *b, int side)
{
    struct stats_interval i = side == 0 ? b->before : b->after;
    bool known = isfinite(i.low) && isfinite(i.high);
    return (struct stats_interval){100 * i.estimate, 100 * (known ? i.low : i.estimate),
                                   100 * (known ? i.high : i.estimate), i.coverage};
}

/* Without the interval: the whiskers show it, and the table has it. */
static const char *percent(struct arena *a, struct stats_interval i)
{
    return isfinite(i.estimate) ? arena_format(a, "%.1f", i.estimate) : WORDS_NONE;
}

static bool has_after(const struct bottlenecks *b)
{
    for (int i = 0; i < b->count; i++)
        if (isfinite(b->rows[i].after.estimate))
            return true;
    return false;
}

static void add_data(struct text *script, const struct bottlenecks *b, int side)
{
    text_printf(script, "$%s << EOD\n", sides[side].name);
    for (int i = 0; i < b->count; i++) {
        struct stats_interval s = share(&b->rows[i], side);
        if (isfinite(s.estimate))
            text_printf(script, "%.12g %.12g %.12g %.12g\n", s.estimate,
                        b->count - i + sides[side].lift, s.low, s.high);
    }
    text_puts(script, "EOD\n");
}

static void add_row(struct text *script, struct arena *a, const struct bottlenecks *b, int i)
{
    struct stats_interval before = share(&b->rows[i], 0), after = share(&b->rows[i], 1);
    int y = b->count - i;
    plot_rows_name(script, a, y, b->rows[i].title);
    plot_rows_value(script, a, y,
                    isfinite(after.estimate) ? arena_format(a, "%s \xE2\x86\x92 %s %%",
                                                            percent(a, before), percent(a, after))
                                             : arena_format(a, "%s %%", percent(a, before)));
    if (isfinite(before.estimate) && isfinite(after.estimate))
        text_printf(script,
                    "set arrow from first %.12g, first %d to first %.12g, first %d nohead lc rgb "
                    "%s lw 1 dt 3\n",
                    before.estimate, y, after.estimate, y, palette_gnuplot(PALETTE_QUIET));
}

/* Above the picture, where no row stands. */
static void add_key(struct text *script, struct arena *a, const struct bottlenecks *b, int shown)
{
    const char *const names[] = {b->before, b->after};
    for (int side = 0; side < shown; side++)
        plot_label(
            script,
            arena_format(a, "%s %s", side == 0 ? "\xE2\x96\xA0" : "\xE2\x97\x8F", names[side]),
            arena_format(a, "graph %.2f, graph 1 offset 0,0.7", 0.02 + 0.5 * side), "left",
            palette_gnuplot(sides[side].colour));
}

static void add_script(struct text *script, struct arena *a, const struct bottlenecks *b)
{
    int shown = has_after(b) ? COUNT(sides) : 1;
    struct plot_rows rows = {
        .count = b->count, .hi = 1, .label = "share of the samples, percent (95 % intervals)"};
    for (int i = 0; i < b->count; i++)
        for (int side = 0; side < shown; side++)
            plot_rows_widen(&rows, share(&b->rows[i], side).high);
    rows.hi *= 1.06;
    plot_rows_frame(script, &rows);
    add_key(script, a, b, shown);
    for (int i = 0; i < b->count; i++)
        add_row(script, a, b, i);
    for (int side = 0; side < shown; side++)
        add_data(script, b, side);
    for (int side = 0; side < shown; side++)
        text_printf(script,
                    "%s$%s using 1:2:3:4 with xerrorbars lc rgb %s lw 2 pt %d ps 0.7 notitle",
                    side ? ", " : "plot ", sides[side].name, palette_gnuplot(sides[side].colour),
                    sides[side].point);
    text_puts(script, "\n");
}

void plot_bottlenecks(struct document *d, const char *about, const struct bottlenecks *b)
{
    if (b->count == 0)
        return;
    struct figure *f = document_figure(d, "bottlenecks", about);
    f->width = PLOT_ROWS_WIDTH;
    f->height = plot_rows_height(b->count);
    f->title = arena_format(d->arena, "Where the samples fell%s%s", *about ? ": " : "", about);
    f->description = arena_format(d->arena,
                                  "Shares of the samples of %d parts%s with 95 %% intervals; the "
                                  "figures stand in the table.",
                                  b->count, has_after(b) ? " before and after" : "");
    add_script(&f->script, d->arena, b);
}
