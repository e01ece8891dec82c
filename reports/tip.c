#include "reports/tip.h"

#include <math.h>
#include <string.h>

static double pairs_of(const struct model_cell *cell)
{
    return (double)json_count(json_get(cell->record, "pairs"));
}

static const char *pairs_words(struct arena *a, double pairs)
{
    return arena_format(a, "%s pair%s", words(a, WORDS_COUNT, pairs), pairs == 1 ? "" : "s");
}

/* ", 95 % interval of WHAT LOW..HIGH", or nothing. */
static const char *interval_words(struct arena *a, const char *what, enum words_kind kind,
                                  double level, double low, double high)
{
    if (!isfinite(low) || !isfinite(high))
        return "";
    return arena_format(a, ", %s interval%s%s %s", words(a, WORDS_LEVEL, level),
                        *what ? " of " : "", what, words_interval(a, kind, low, high));
}

static const char *from_record(struct arena *a, const struct model_cell *cell, const char *field,
                               const char *interval)
{
    return arena_format(a, "%s in %s, %s: %s%s", cell->id, cell->file, field,
                        pairs_words(a, pairs_of(cell)), interval);
}

const char *tip_contrast(struct arena *a, const struct model_cell *cell, const char *metric)
{
    const struct json *contrast = json_get(json_get(cell->record, "compare"), metric);
    return from_record(a, cell, arena_format(a, "compare.%s", metric),
                       interval_words(a, "new / base", WORDS_RATIO, at_number(contrast, "level"),
                                      at_number(contrast, "lower"), at_number(contrast, "upper")));
}

const char *tip_side(struct arena *a, const struct model_cell *cell, const char *side,
                     const char *metric)
{
    const char *field = arena_format(a, "%s.metrics.%s", side, metric);
    const struct json *summary = at(cell->record, field);
    return from_record(a, cell, field,
                       interval_words(a, "the mean", WORDS_TIME, at_number(summary, "level"),
                                      at_number(summary, "t_lower"),
                                      at_number(summary, "t_upper")));
}

const char *tip_bounds(struct arena *a, const struct model_cell *cell, const char *field,
                       const struct json *judged)
{
    const char *bounds =
        words_interval(a, WORDS_RATIO, at_number(judged, "lower"), at_number(judged, "upper"));
    return from_record(a, cell, field, arena_format(a, ", one-sided bounds %s", bounds));
}

const char *tip_field(struct arena *a, const struct model_cell *cell, const char *field)
{
    return from_record(a, cell, field, ", no interval");
}

const char *tip_records(struct arena *a, const struct model_cell *first,
                        const struct model_cell *last, double pairs, enum words_kind kind,
                        double low, double high)
{
    const char *to = first == last ? "" : arena_format(a, " .. %s", last->id);
    return arena_format(a, "%s%s in %s: %s%s", first->id, to, first->file, pairs_words(a, pairs),
                        interval_words(a, "", kind, 0.95, low, high));
}

const char *tip_series(struct arena *a, const struct scale_series *s, enum words_kind kind,
                       double low, double high)
{
    double pairs = 0;
    for (int i = 0; i < s->count; i++)
        pairs += pairs_of(s->points[i].cell);
    return tip_records(a, s->points[0].cell, s->points[s->count - 1].cell, pairs, kind, low, high);
}

const char *tip_command(struct arena *a, const struct json *benchmark, const char *file)
{
    const struct json *median = at(benchmark, "median.wall");
    return arena_format(a, "%s in %s: %d runs%s", at_text(benchmark, "id"), file,
                        json_count(json_get(benchmark, "runs")),
                        interval_words(a, "the median", WORDS_TIME, at_number(median, "level"),
                                       at_number(median, "lower"), at_number(median, "upper")));
}
