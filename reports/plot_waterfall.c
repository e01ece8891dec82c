#include "reports/plot_waterfall.h"

#include "reports/palette.h"
#include "reports/plot_rows.h"
#include "reports/words.h"

#include <math.h>

/* A step from one ratio to the next, with the bounds of where it ends. */
struct step {
    const char *name;
    double from, to, low, high;
    enum palette colour;
    const char *label;
};

struct steps {
    struct step step[SHAPLEY_PLAYERS_MAX + 2];
    int count;
};

static enum palette colour_of(struct stats_interval log_ratio)
{
    return log_ratio.high < 0 ? PALETTE_FASTER : log_ratio.low > 0 ? PALETTE_SLOWER : PALETTE_QUIET;
}

static const char *factor_words(struct arena *a, struct stats_interval log_ratio)
{
    struct stats_interval factor = stats_interval_exp(log_ratio);
    return arena_format(a, "\xC3\x97 %s (%s)", words(a, WORDS_RATIO, factor.estimate),
                        words_interval(a, WORDS_RATIO, factor.low, factor.high));
}

static struct step step_of(struct arena *a, const char *name, double from,
                           struct stats_interval log_ratio)
{
    return (struct step){name,
                         from,
                         from * exp(log_ratio.estimate),
                         from * exp(log_ratio.low),
                         from * exp(log_ratio.high),
                         colour_of(log_ratio),
                         factor_words(a, log_ratio)};
}

static void find_steps(struct steps *s, struct arena *a, const char *const *names,
                       const struct shapley_values *v)
{
    double at = 1;
    s->step[0] = (struct step){"base", 1, 1, 1, 1, PALETTE_QUIET, "1"};
    s->count = 1;
    for (int i = 0; i < v->players; i++) {
        struct step *step = &s->step[s->count++];
        *step = step_of(a, names[i], at, v->share[i]);
        at = step->to;
    }
    s->step[s->count++] = step_of(a, "all together", 1, v->whole);
}

static void add_bar(struct text *script, const struct step *step, int y)
{
    text_printf(script,
                "set object rectangle from first %.12g, first %.2f to first %.12g, first %.2f fc "
                "rgb %s fs transparent solid 0.35 noborder\n",
                fmin(step->from, step->to), y - 0.3, fmax(step->from, step->to), y + 0.3,
                palette_gnuplot(step->colour));
}

/* From the end of a step to the beginning of the one below. */
static void add_link(struct text *script, double at, int y)
{
    text_printf(script,
                "set arrow from first %.12g, first %.2f to first %.12g, first %.2f nohead lc rgb "
                "%s lw 1 dt 3\n",
                at, y - 0.3, at, y - 0.7, palette_gnuplot(PALETTE_QUIET));
}

static void add_points(struct text *script, const struct steps *s)
{
    for (int i = 0; i < s->count; i++)
        text_printf(script, "$step%d << EOD\n%.12g %d %.12g %.12g\nEOD\n", i, s->step[i].to,
                    s->count - i, s->step[i].low, s->step[i].high);
    for (int i = 0; i < s->count; i++)
        text_printf(script,
                    "%s$step%d using 1:2:3:4 with xerrorbars lc rgb %s lw 2 pt %d ps 0.7 notitle",
                    i ? ", " : "plot ", i, palette_gnuplot(s->step[i].colour), i ? 7 : 5);
    text_puts(script, "\n");
}

static void add_script(struct text *script, struct arena *a, const struct steps *s)
{
    struct plot_rows rows = {.count = s->count,
                             .lo = INFINITY,
                             .logarithmic = true,
                             .label = "CPU time as a ratio of the base (logarithmic axis)"};
    for (int i = 0; i < s->count; i++) {
        plot_rows_widen(&rows, s->step[i].to);
        plot_rows_widen(&rows, s->step[i].low);
        plot_rows_widen(&rows, s->step[i].high);
    }
    plot_rows_room(&rows);
    plot_rows_frame(script, &rows);
    plot_rows_line(script, 1, palette_gnuplot(PALETTE_INK), false);
    for (int i = 0; i < s->count; i++) {
        int y = s->count - i;
        plot_rows_name(script, a, y, s->step[i].name);
        plot_rows_value(script, a, y, s->step[i].label);
        add_bar(script, &s->step[i], y);
        if (i < s->count - 1)
            add_link(script, s->step[i].to, y);
    }
    add_points(script, s);
}

void plot_waterfall(struct document *d, const char *about, const char *const *names,
                    const struct shapley_values *v)
{
    if (v->players == 0)
        return;
    struct steps steps;
    struct figure *f = document_figure(d, "waterfall", about);
    find_steps(&steps, d->arena, names, v);
    f->width = PLOT_ROWS_WIDTH;
    f->height = plot_rows_height(steps.count);
    f->title = arena_format(d->arena, "From the base to all groups%s%s", *about ? ": " : "", about);
    f->description = arena_format(
        d->arena,
        "Waterfall: the Shapley value of each of %d groups as a factor of CPU time with its "
        "interval, one after the other, down to all of them; the figures stand in the table.",
        v->players);
    add_script(&f->script, d->arena, &steps);
}
