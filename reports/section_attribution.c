#include "reports/section.h"

#include "reports/attribution.h"
#include "reports/plot_waterfall.h"
#include "reports/words.h"

#include <math.h>

bool section_has_attribution(const struct model_file *f, struct arena *a)
{
    return attribution_of(f, a).count > 0;
}

static void add_factor(struct table *t, struct stats_interval log_ratio)
{
    struct stats_interval factor = stats_interval_exp(log_ratio);
    enum tone tone = factor.high < 1 ? TONE_GOOD : factor.low > 1 ? TONE_BAD : TONE_PLAIN;
    table_toned(t, tone, factor.estimate, words(t->arena, WORDS_RATIO, factor.estimate));
    table_number(t, factor.low, words_interval(t->arena, WORDS_RATIO, factor.low, factor.high));
}

static void add_part(struct table *t, double part)
{
    table_number(t, part, words(t->arena, WORDS_LEVEL, part));
}

static const char *tip_of(struct arena *a, const struct attribution *row)
{
    return arena_format(a, "%d coalitions%s%s in %s, compare.cpu: 95 %% intervals from theirs",
                        row->cells, *row->scale ? " of scale " : "", row->scale, row->file);
}

static void add_groups(struct document *d, const struct attribution *row)
{
    static const struct column columns[] = {
        {"Group",                  false},
        {"Shapley value, factor",  true },
        {"95 % interval",          true },
        {"Share of the logarithm", true },
        {"Alone, factor",          true },
        {"95 % interval",          true },
        {"Added last, factor",     true },
        {"95 % interval",          true },
    };
    const struct shapley_values *v = &row->values;
    struct table *t = table_new(d->arena,
                                arena_format(d->arena,
                                             "What each group is worth%s%s: factors of CPU time, "
                                             "new / base, that multiply to the last row",
                                             *row->scale ? " at scale " : "", row->scale),
                                columns, COUNT(columns));
    table_about(t, tip_of(d->arena, row));
    for (int i = 0; i < row->groups; i++) {
        table_text(t, row->names[i]);
        add_factor(t, v->share[i]);
        add_part(t, v->share[i].estimate / v->whole.estimate);
        add_factor(t, v->alone[i]);
        add_factor(t, v->last[i]);
    }
    table_text(t, "all together");
    add_factor(t, v->whole);
    add_part(t, 1);
    for (int i = 0; i < 4; i++)
        table_number(t, (double)NAN, WORDS_NONE);
    document_table(d, t);
}

static void add_pairs(struct document *d, const struct attribution *row)
{
    static const struct column columns[] = {
        {"Groups",              false},
        {"Interaction, factor", true },
        {"95 % interval",       true },
        {"Together",            false},
    };
    struct table *t =
        table_new(d->arena, "Shapley interaction index of each pair, the strongest first", columns,
                  COUNT(columns));
    table_about(t, tip_of(d->arena, row));
    for (int i = 0; i < row->values.pairs; i++) {
        const struct shapley_pair *p = &row->values.pair[i];
        table_text(t, arena_format(d->arena, "%s and %s", row->names[p->a], row->names[p->b]));
        add_factor(t, p->index);
        table_text(t, p->index.high < 0  ? "more than the product of both"
                      : p->index.low > 0 ? "less: they save the same"
                                         : "no interaction proven");
    }
    if (row->values.pairs > 0)
        document_table(d, t);
}

static void add_stand_ins(struct document *d, const struct attribution *row)
{
    static const struct column columns[] = {
        {"Coalition", false},
        {"Worth as",  false},
        {"Why",       false},
    };
    struct table *t = table_new(d->arena, "Coalitions that cannot be: one needs another's layers",
                                columns, COUNT(columns));
    for (int i = 0; i < row->stand_in_count; i++) {
        table_text(t, row->stand_ins[i].coalition);
        table_text(t, row->stand_ins[i].stands_for);
        table_text(t, row->stand_ins[i].reason);
    }
    if (row->stand_in_count == 0)
        return;
    document_add(d, BLOCK_FOLD, "Coalitions that cannot be (%d)", row->stand_in_count);
    document_table(d, t);
    document_add(d, BLOCK_FOLD_END, "%s", "");
}

static void add_scale(struct document *d, const struct attribution *row, int level)
{
    if (*row->scale)
        document_heading(d, level, arena_format(d->arena, "Scale %s", row->scale));
    if (row->reason) {
        document_add(d, BLOCK_TEXT, "Not worked out: %s.", row->reason);
        return;
    }
    add_groups(d, row);
    plot_waterfall(d, *row->scale ? arena_format(d->arena, "scale %s", row->scale) : "", row->names,
                   &row->values);
    add_pairs(d, row);
    add_stand_ins(d, row);
}

void section_attribution(struct document *d, const struct model_file *f, int level)
{
    struct attribution_list list = attribution_of(f, d->arena);
    for (int i = 0; i < list.count; i++)
        add_scale(d, &list.rows[i], level);
    document_add(
        d, BLOCK_TEXT,
        "Each group's share is its mean effect over all orders in which the groups can be switched "
        "on (Shapley 1953), of the logarithm of new / base, so that the factors multiply to the "
        "ratio of all. Alone is against the base, added last is against all others. The "
        "intervals are Student's, from the intervals of the coalitions' own pairs. An interaction "
        "(Grabisch and Roubens 1999) above 1 says that two groups save in part the same.");
}
