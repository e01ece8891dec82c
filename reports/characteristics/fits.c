#include "reports/characteristics/fits.h"

#include <math.h>
#include <string.h>

bool fits_of(const struct fill *f, const char *name, struct fits *out)
{
    struct arena *a = f->document->arena;
    *out = (struct fits){.study = studies_find(f->studies, FITS_STUDY)};
    const struct model_file *m = study_model(out->study);
    if (!m)
        return false;
    struct scale_list list = scale_series(m, a);
    for (int i = 0; i < list.count && !out->series; i++)
        if (strcmp(list.series[i].name, name) == 0)
            out->series = &list.series[i];
    if (!out->series)
        return false;
    out->base = scale_fit(out->series, SCALE_BASE, a);
    out->new = scale_fit(out->series, SCALE_NEW, a);
    out->difference = scale_fit(out->series, SCALE_DIFFERENCE, a);
    out->most = out->series->points[out->series->count - 1].backtests;
    return out->base.n > 0 && out->new.n > 0 && out->difference.n > 0;
}

struct stats_interval fits_saving(const struct fits *x, double backtests)
{
    struct stats_interval d = stats_line_interval(&x->difference, backtests);
    double cost = stats_line_at(&x->base, backtests);
    if (!(cost > 0))
        return (struct stats_interval){(double)NAN, (double)NAN, (double)NAN, 0};
    return (struct stats_interval){-100 * d.estimate / cost, -100 * d.high / cost,
                                   -100 * d.low / cost, d.coverage};
}

struct finding fits_figure(const struct fill *f, const struct fits *x, const char *rule,
                           enum words_kind as, struct stats_interval value)
{
    return fill_figure(f, x->study, x->series->name, rule, "pairs", as, value);
}

struct finding fits_pays(const struct fill *f, const struct fits *x)
{
    static const char *const words_of[] = {
        [STATS_ALWAYS] = "cheaper at every number",    [STATS_NEVER] = "dearer at every number",
        [STATS_FROM] = "proven cheaper from %s on",    [STATS_UNTIL] = "proven dearer from %s on",
        [STATS_UNPROVEN] = "not proven at any number",
    };
    struct arena *a = f->document->arena;
    struct stats_break_even even = stats_break_even(&x->difference, 1);
    const char *text = words_of[even.kind];
    const char *gap = strstr(text, "%s");
    if (gap)
        text = arena_format(a, "%.*s%s%s", (int)(gap - text), text,
                            words(a, WORDS_COUNT, ceil(even.high)), gap + 2);
    struct finding out = fill_text(f, x->study, x->series->name, "pairs", text);
    out.rule = "line-pays";
    out.value = even.high;
    out.tone = even.kind == STATS_ALWAYS || even.kind == STATS_FROM ? TONE_GOOD
               : even.kind == STATS_UNPROVEN                        ? TONE_PLAIN
                                                                    : TONE_BAD;
    return out;
}

struct finding fits_break_even(const struct fill *f, const struct fits *x)
{
    struct arena *a = f->document->arena;
    struct stats_break_even even = stats_break_even(&x->difference, 1);
    if (!isfinite(even.high)) {
        bool never = even.kind == STATS_NEVER || even.kind == STATS_UNPROVEN;
        struct finding out =
            fill_text(f, x->study, x->series->name, "pairs", never ? "none" : "below 1");
        out.rule = "line-pays";
        return out;
    }
    /* A crossing below 1 is none that is asked about: shown as that, traced as what it is. */
    double crossing = -x->difference.fixed.estimate / x->difference.each.estimate;
    struct stats_interval i = {isfinite(crossing) ? crossing : even.low, even.low, even.high, 0};
    struct finding out = fits_figure(f, x, "line-break-even", WORDS_PLAIN, i);
    out.text =
        arena_format(a, "%s (%s)", isfinite(even.x) ? words(a, WORDS_PLAIN, even.x) : "below 1",
                     words_interval(a, WORDS_PLAIN, even.low, even.high));
    return out;
}
