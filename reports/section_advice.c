#include "reports/section.h"

#include "reports/scale.h"
#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

/* What a reader calls small, medium and large: heading, backtests. */
#define SIZES(X)                                                                                   \
    X("25 backtests", 25)                                                                          \
    X("400 backtests", 400)                                                                        \
    X("10,000 backtests", 10000)

#define SIZE_COLUMN(heading, backtests) {heading, true},

static const double sizes[] = {
#define BACKTESTS(heading, backtests) backtests,
    SIZES(BACKTESTS)
#undef BACKTESTS
};

bool section_has_advice(const struct model *m, struct arena *a)
{
    for (int i = 0; i < m->count; i++)
        if (section_has_scales(&m->files[i], a) || section_has_settings(&m->files[i], a) ||
            section_has_workers(&m->files[i], a))
            return true;
    return false;
}

static const double dear_percent = 1; /* a layer that costs less is left to what else it does */

/* ---- layers -------------------------------------------------------------------------------------- */

/* The saving at a size, as a share of what the base takes there: "on, -48 % (-50..-46)". */
static void add_size(struct table *t, const struct stats_line *base,
                     const struct stats_line *difference, double backtests)
{
    struct stats_interval d = stats_line_interval(difference, backtests);
    double cost = stats_line_at(base, backtests), share = 100 * d.estimate / cost;
    bool cheaper = d.high<0, dearer = 100 * d.low / cost> dear_percent;
    const char *word = cheaper ? "on" : dearer ? "off" : "either";
    enum tone tone = cheaper ? TONE_GOOD : dearer ? TONE_BAD : TONE_PLAIN;
    if (!(cost > 0)) { /* a line far below what was measured says nothing */
        table_number(t, (double)NAN, WORDS_NONE);
        return;
    }
    table_toned(t, tone, share,
                arena_format(t->arena, "%s: %+.1f %% (%+.1f..%+.1f)", word, share,
                             100 * d.low / cost, 100 * d.high / cost));
}

static void add_layer(struct table *t, const struct model_file *f, const struct scale_series *s)
{
    struct stats_line base = scale_fit(s, SCALE_BASE, t->arena);
    struct stats_line difference = scale_fit(s, SCALE_DIFFERENCE, t->arena);
    double most = s->points[s->count - 1].backtests;
    if (base.n == 0 || difference.n == 0)
        return;
    table_about(t, tip_series(t->arena, s, WORDS_TIME, (double)NAN, (double)NAN));
    table_text(t, s->name);
    table_text(t, f->title);
    for (int i = 0; i < COUNT(sizes); i++)
        add_size(t, &base, &difference, sizes[i]);
    table_number(t, most, words(t->arena, WORDS_COUNT, most));
}

static void add_layers(struct document *d, const struct model *m)
{
    static const struct column columns[] = {
        {"Comparison",    false},
        {"Of",            false},
        SIZES(SIZE_COLUMN){"Most measured", true },
    };
    struct table *t =
        table_new(d->arena, "Layers by the fitted lines: change of CPU time, 95 % interval",
                  columns, COUNT(columns));
    for (int i = 0; i < m->count; i++) {
        struct scale_list list = scale_series(&m->files[i], d->arena);
        for (int k = 0; k < list.count; k++)
            add_layer(t, &m->files[i], &list.series[k]);
    }
    if (table_rows(t) == 0)
        return;
    document_table(d, t);
    document_add(d, BLOCK_TEXT,
                 "On: proven cheaper at that size; off: proven dearer by more than %g %%; either: "
                 "neither, so that memory, counts and what the layer is for decide. Beyond the "
                 "most that was measured the figure is the line's, not a "
                 "measurement.",
                 dear_percent);
}

/* ---- settings ------------------------------------------------------------------------------------ */

/* Wall time decides for workers, CPU time for the rest. */
static const struct json *deciding(const struct json *record, const struct scale_setting *s)
{
    bool workers = strcmp(s->name, "workers") == 0;
    const struct json *net = at(record, "compare.net");
    return workers && net ? net : at(record, workers ? "compare.wall" : "compare.cpu");
}

static const char *value_words(struct arena *a, const struct json *value)
{
    return value ? words_json(a, value) : "the default";
}

static void add_setting(struct document *d, const struct model_cell *cell)
{
    struct scale_setting s;
    if (!scale_setting_of(cell->record, &s))
        return;
    const struct json *c = deciding(cell->record, &s);
    double ratio = at_number(c, "ratio"), lower = at_number(c, "lower"),
           upper = at_number(c, "upper");
    bool better = upper < 1;
    bool worse = lower > 1;
    document_add(
        d, BLOCK_ITEM, "%s: %s %s%s%s%s: %s (%s) of the %s time", cell->id, s.name,
        value_words(d->arena, better ? s.new : s.base), better || worse ? " rather than " : " or ",
        value_words(d->arena, better ? s.base : s.new),
        better || worse ? "" : ", no difference proven", words(d->arena, WORDS_RATIO, ratio),
        words_interval(d->arena, WORDS_RATIO, lower, upper),
        strcmp(s.name, "workers") == 0 ? "wall" : "CPU");
}

void section_advice(struct document *d, const struct model *m, int level)
{
    (void)level;
    document_add(d, BLOCK_TEXT,
                 "From the measurements above, for this machine and these data; each line says by "
                 "how much and how sure that is.");
    add_layers(d, m);
    for (int i = 0; i < m->count; i++)
        for (int k = 0; k < m->files[i].cell_count; k++)
            add_setting(d, &m->files[i].cells[k]);
}
