#include "reports/section.h"

#include "reports/plot_break_even.h"
#include "reports/scale.h"
#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

bool section_has_scales(const struct model_file *f, struct arena *a)
{
    return scale_series(f, a).count > 0;
}

static void add_value(struct table *t, enum words_kind kind, double value)
{
    table_number(t, value, words(t->arena, kind, value));
}

static void add_interval(struct table *t, const struct scale_series *s, enum words_kind kind,
                         struct stats_interval i)
{
    table_about(t, tip_series(t->arena, s, kind, i.low, i.high));
    add_value(t, kind, i.estimate);
    table_number(t, i.low, words_interval(t->arena, kind, i.low, i.high));
}

/* ---- fixed cost and cost for each ---------------------------------------------------------------- */

/* A line is called one unless both a test and the eye say no: many pairs find any bend. */
static bool is_line(const struct stats_line *line)
{
    return !(line->misfit_p < 0.01 && line->worst_miss > 0.05);
}

static const char *line_words(struct arena *a, const struct stats_line *line)
{
    if (!isfinite(line->misfit_p))
        return "not tested";
    return arena_format(a, "%s (F %s, p %s)", is_line(line) ? "yes" : "no",
                        words(a, WORDS_PLAIN, line->misfit_f), words(a, WORDS_P, line->misfit_p));
}

static void add_line(struct table *t, const struct scale_series *s, const char *name,
                     const struct stats_line *line, double set_up)
{
    table_about(t, tip_series(t->arena, s, WORDS_TIME, (double)NAN, (double)NAN));
    table_text(t, name);
    add_value(t, WORDS_TIME, set_up);
    add_interval(t, s, WORDS_TIME, line->fixed);
    add_interval(t, s, WORDS_TIME, line->each);
    table_about(t, tip_series(t->arena, s, WORDS_TIME, (double)NAN, (double)NAN));
    double in_backtests = line->fixed.estimate / line->each.estimate;
    add_value(t, WORDS_PLAIN, in_backtests > 0 ? in_backtests : (double)NAN);
    table_toned(t, is_line(line) ? TONE_PLAIN : TONE_BAD, line->misfit_p,
                line_words(t->arena, line));
    table_number(t, line->worst_miss,
                 arena_format(t->arena, "%.1f %% at %s", 100 * line->worst_miss,
                              words(t->arena, WORDS_COUNT, line->worst_x)));
}

static bool has_line(const struct table *t, const char *name)
{
    for (int row = 0; row < table_rows(t); row++)
        if (strcmp(table_row(t, row)->text, name) == 0)
            return true;
    return false;
}

/* The base stands once a set of layers: many comparisons share it. */
static void add_sides(struct table *t, const struct scale_series *s)
{
    const struct json *record = s->points[s->count - 1].cell->record;
    const char *base = scale_side_label(t->arena, s, "base");
    struct stats_line line = scale_fit(s, SCALE_BASE, t->arena);
    if (line.n > 0 && !has_line(t, base))
        add_line(t, s, base, &line, at_number(record, "base.prepare.cpu_ns"));
    line = scale_fit(s, SCALE_NEW, t->arena);
    if (line.n > 0)
        add_line(t, s, s->name, &line, at_number(record, "new.prepare.cpu_ns"));
}

void section_fixed_cost(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Side",                           false},
        {"Set-up, timed apart",            true },
        {"Fixed cost",                     true },
        {"95 % interval",                  true },
        {"Per backtest",                   true },
        {"95 % interval",                  true },
        {"Fixed cost in backtests",        true },
        {"A straight line?",               false},
        {"Largest miss of a scale's mean", true },
    };
    (void)level;
    struct scale_list list = scale_series(f, d->arena);
    struct table *t = table_new(
        d->arena, "CPU time = fixed cost + cost per backtest x backtests, set-up and work together",
        columns, COUNT(columns));
    for (int i = 0; i < list.count; i++)
        add_sides(t, &list.series[i]);
    document_table(d, t);
    document_add(d, BLOCK_TEXT,
                 "Fitted over all pairs of all scales by weighted least squares (weights: 1 / "
                 "variance of the scale). F and p test the scales' means against the line: \"no\" "
                 "stands where p is below 0.01 and a mean lies more than 5 %% off, so that the "
                 "growth is not linear and the two figures beside it describe no scale well.");
}

/* ---- break-even ---------------------------------------------------------------------------------- */

static const char *pays_words(struct arena *a, const struct stats_break_even *even)
{
    switch (even->kind) {
    case STATS_ALWAYS: return "at every number";
    case STATS_NEVER: return "at no number";
    case STATS_FROM:
        return arena_format(a, "proven from %s on", words(a, WORDS_COUNT, ceil(even->high)));
    case STATS_UNTIL:
        return arena_format(a, "%sdearer from %s on",
                            even->low > 1 ? arena_format(a, "up to %s; proven ",
                                                         words(a, WORDS_COUNT, floor(even->low)))
                                          : "no: proven ",
                            words(a, WORDS_COUNT, ceil(even->high)));
    case STATS_UNPROVEN: break;
    }
    return "not proven";
}

static enum tone pays_tone(enum stats_break_even_kind kind)
{
    static const enum tone tones[] = {
        [STATS_ALWAYS] = TONE_GOOD, [STATS_NEVER] = TONE_BAD,      [STATS_FROM] = TONE_GOOD,
        [STATS_UNTIL] = TONE_BAD,   [STATS_UNPROVEN] = TONE_PLAIN,
    };
    return tones[kind];
}

/* "8.2 (6.1..11)": where the line is 0. */
static const char *even_words(struct arena *a, const struct stats_break_even *even)
{
    if (!isfinite(even->high))
        return WORDS_NONE;
    return arena_format(a, "%s (%s..%s)",
                        isfinite(even->x) ? words(a, WORDS_PLAIN, even->x) : "below 1",
                        words(a, WORDS_PLAIN, even->low), words(a, WORDS_PLAIN, even->high));
}

/* "1: slower, 5: -, 25: faster": what was measured, whatever the line says. */
static const char *measured_words(struct arena *a, const struct scale_series *s)
{
    static const char *const words_of[STATS_DIRECTION_COUNT] = {
        [STATS_UNDECIDED] = WORDS_NONE, [STATS_LOWER] = "cheaper", [STATS_HIGHER] = "dearer"};
    const char *list = "";
    for (int i = 0; i < s->count; i++) {
        struct stats_t_test test = scale_difference(s->points[i].cell, a);
        list =
            arena_format(a, "%s%s%s: %s", list, i ? ", " : "",
                         words(a, WORDS_COUNT, s->points[i].backtests), words_of[test.direction]);
    }
    return list;
}

static void add_break_even(struct table *t, const struct scale_series *s)
{
    struct stats_line line = scale_fit(s, SCALE_DIFFERENCE, t->arena);
    if (line.n == 0)
        return;
    struct stats_break_even even = stats_break_even(&line, 1);
    double largest = s->points[s->count - 1].backtests;
    bool beyond = isfinite(even.high) && even.high > largest;
    table_text(t, s->name);
    add_interval(t, s, WORDS_TIME, line.fixed);
    add_interval(t, s, WORDS_TIME, line.each);
    table_about(t, tip_series(t->arena, s, WORDS_PLAIN, even.low, even.high));
    table_toned(t, pays_tone(even.kind), even.high,
                arena_format(t->arena, "%s%s", pays_words(t->arena, &even),
                             beyond ? ", beyond what was measured" : ""));
    table_number(t, even.x, even_words(t->arena, &even));
    table_text(t, measured_words(t->arena, s));
    table_toned(t, line.misfit_p < 0.01 ? TONE_BAD : TONE_PLAIN, line.misfit_p,
                words(t->arena, WORDS_P, line.misfit_p));
}

void section_break_even(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Comparison",                       false},
        {"Fixed cost, new less base",        true },
        {"95 % interval",                    true },
        {"Per backtest, new less base",      true },
        {"95 % interval",                    true },
        {"Cheaper",                          false},
        {"Break-even (not proven within)",   true },
        {"Measured, by number of backtests", false},
        {"Misfit, p",                        true },
    };
    (void)level;
    struct scale_list list = scale_series(f, d->arena);
    struct table *t = table_new(
        d->arena, "From how many backtests on the new side costs less CPU time, set-up included",
        columns, COUNT(columns));
    for (int i = 0; i < list.count; i++)
        add_break_even(t, &list.series[i]);
    document_table(d, t);
    document_add(
        d, BLOCK_TEXT,
        "The differences of the pairs are fitted as a line; the break-even is where it is "
        "0, and within its bounds (Fieller, 95 %%) neither side is proven the cheaper. Where "
        "the misfit's p is small the difference is no line: what was measured at each "
        "number then says more.");
    for (int i = 0; i < list.count; i++)
        plot_break_even(d, &list.series[i]);
}
