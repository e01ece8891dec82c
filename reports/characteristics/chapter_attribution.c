/* What each group of layers is worth: Shapley values, alone, left out, with whom it interacts. */
#include "reports/characteristics/chapter.h"

#include "reports/attribution.h"
#include "reports/plot_waterfall.h"

#include <math.h>

/* A log-ratio as a factor of the base's time. */
static void add_factor(struct fill *f, struct table *t, const char *record, const char *rule,
                       struct stats_interval log_ratio)
{
    const struct study *s = studies_find(f->studies, "coalitions");
    struct finding x = fill_figure(f, s, record, rule, "compare.cpu.ratio", WORDS_RATIO,
                                   stats_interval_exp(log_ratio));
    struct finding bounds = fill_bounds(f, &x, WORDS_RATIO);
    x.tone = x.high < 1 ? TONE_GOOD : x.low > 1 ? TONE_BAD : TONE_PLAIN;
    fill_cell(f, t, &x);
    fill_cell(f, t, &bounds);
}

static void add_share(struct fill *f, struct table *t, const char *record, double share)
{
    struct stats_interval x = {100 * share, (double)NAN, (double)NAN, 0};
    struct finding cell = fill_figure(f, studies_find(f->studies, "coalitions"), record,
                                      "shapley-share", "compare.cpu.ratio", WORDS_SHARE, x);
    fill_cell(f, t, &cell);
}

static void add_groups(struct fill *f, const struct attribution *g)
{
    static const struct column columns[] = {
        {"Group",                   false},
        {"Worth (Shapley), factor", true },
        {"95 % interval",           true },
        {"Of the whole, log scale", true },
        {"Alone, factor",           true },
        {"95 % interval, alone",    true },
        {"Left out of all, factor", true },
        {"95 % interval, left out", true },
    };
    struct arena *a = f->document->arena;
    const struct shapley_values *v = &g->values;
    struct table *t = table_new(
        a,
        arena_format(a, "What each group is worth, %s scale: factors of the base's CPU time",
                     g->scale),
        columns, COUNT(columns));
    for (int i = 0; i < g->groups; i++) {
        const char *record = arena_format(a, "%s/%s", g->scale, g->names[i]);
        fill_label(f, t, g->names[i]);
        add_factor(f, t, record, "shapley-factor", v->share[i]);
        add_share(f, t, record, v->share[i].estimate / v->whole.estimate);
        add_factor(f, t, record, "shapley-alone", v->alone[i]);
        add_factor(f, t, record, "shapley-last", v->last[i]);
    }
    document_table(f->document, t);
    struct finding whole =
        fill_figure(f, studies_find(f->studies, "coalitions"), g->scale, "shapley-whole",
                    "compare.cpu.ratio", WORDS_RATIO, stats_interval_exp(v->whole));
    struct finding parts[] = {whole, fill_bounds(f, &whole, WORDS_RATIO)};
    fill_say(f, BLOCK_TEXT,
             "All groups together: a factor of {} ({}), which the factors of the first column "
             "multiply to.",
             parts, COUNT(parts));
}

static void add_interactions(struct fill *f, const struct attribution *g)
{
    enum { STRONGEST = 5 };
    static const struct column columns[] = {
        {"Groups",              false},
        {"Interaction, factor", true },
        {"95 % interval",       true },
        {"Meaning",             false},
    };
    struct arena *a = f->document->arena;
    const struct shapley_values *v = &g->values;
    struct table *t =
        table_new(a, arena_format(a, "The strongest interactions, %s scale", g->scale), columns,
                  COUNT(columns));
    for (int i = 0; i < v->pairs && i < STRONGEST; i++) {
        const struct shapley_pair *p = &v->pair[i];
        fill_label(f, t, arena_format(a, "%s and %s", g->names[p->a], g->names[p->b]));
        add_factor(f, t, arena_format(a, "%s/%s+%s", g->scale, g->names[p->a], g->names[p->b]),
                   "shapley-pair", p->index);
        fill_label(f, t,
                   p->index.low > 0    ? "together less than apart: they save the same time"
                   : p->index.high < 0 ? "together more than apart"
                                       : "not proven");
    }
    if (table_rows(t) > 0)
        document_table(f->document, t);
}

static void add_stand_ins(struct fill *f, const struct attribution *g)
{
    static const struct column columns[] = {
        {"Set of groups",         false},
        {"Is worth what this is", false},
        {"Why it cannot be",      false},
    };
    const char *what = arena_format(
        f->document->arena, "Sets of groups that cannot be, and whose worth they take, %s scale",
        g->scale);
    if (g->stand_in_count == 0)
        return;
    struct table *t = table_new(f->document->arena, what, columns, COUNT(columns));
    for (int i = 0; i < g->stand_in_count; i++) {
        fill_label(f, t, g->stand_ins[i].coalition);
        fill_label(f, t, g->stand_ins[i].stands_for);
        fill_label(f, t, g->stand_ins[i].reason);
    }
    document_add(f->document, BLOCK_FOLD, "%s", what);
    document_table(f->document, t);
    document_add(f->document, BLOCK_FOLD_END, "%s", "");
}

static void add_scale(struct fill *f, const struct attribution *g)
{
    struct arena *a = f->document->arena;
    fill_heading(f, 3, arena_format(a, "Attribution at %s scale", g->scale));
    if (g->reason) {
        struct finding missing = fill_missing(f, studies_find(f->studies, "coalitions"), g->reason);
        fill_say(f, BLOCK_TEXT, "{}.", &missing, 1);
        return;
    }
    add_groups(f, g);
    plot_waterfall(f->document, arena_format(a, "scale %s", g->scale), g->names, &g->values);
    add_interactions(f, g);
    add_stand_ins(f, g);
}

void chapter_attribution(struct fill *f)
{
    fill_heading(f, 2, "Attribution: What Each Group of Layers Is Worth");
    if (!fill_has(f, "coalitions"))
        return;
    const struct study *s = studies_find(f->studies, "coalitions");
    if (!study_model(s))
        return;
    document_add(
        f->document, BLOCK_TEXT,
        "A group's worth depends on what is on already. The Shapley value is its mean over all "
        "orders in which the groups can be "
        "switched on; every set of groups was measured against no layer, in pairs of its own.");
    struct attribution_list list = attribution_of(study_model(s), f->document->arena);
    for (int i = 0; i < list.count; i++)
        add_scale(f, &list.rows[i]);
}
