#include "reports/section.h"

#include "reports/scale.h"
#include "reports/scaling.h"
#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

/* Does a cell compare two values of one setting? Workers have a section of their own. */
static bool compares(const struct model_cell *cell, struct scale_setting *s)
{
    return scale_setting_of(cell->record, s) && strcmp(s->name, "workers") != 0;
}

static void add_value(struct table *t, enum words_kind kind, double value)
{
    table_number(t, value, words(t->arena, kind, value));
}

static void add_interval(struct table *t, const struct json *contrast)
{
    double lower = at_number(contrast, "lower"), upper = at_number(contrast, "upper");
    add_value(t, WORDS_RATIO, at_number(contrast, "ratio"));
    table_number(t, lower, words_interval(t->arena, WORDS_RATIO, lower, upper));
}

bool section_has_settings(const struct model_file *f, struct arena *a)
{
    struct scale_setting unused;
    (void)a;
    for (int i = 0; i < f->cell_count; i++)
        if (compares(&f->cells[i], &unused))
            return true;
    return false;
}

static const char *value_words(struct arena *a, const struct json *value)
{
    return value ? words_json(a, value) : "default";
}

static void add_setting(struct table *t, const struct model_cell *cell,
                        const struct scale_setting *s)
{
    static const char *const counts[] = {"writes", "fsyncs", "checkpoint_writes"};
    const struct json *record = cell->record;
    table_about(t, tip_contrast(t->arena, cell, "cpu"));
    table_text(t, cell->scale);
    table_text(t, s->name);
    table_number(t, json_number(s->base), value_words(t->arena, s->base));
    table_number(t, json_number(s->new), value_words(t->arena, s->new));
    add_interval(t, at(record, "compare.cpu"));
    table_about(t, tip_contrast(t->arena, cell, scaling_wall_metric(record)));
    add_interval(t, scaling_wall(record));
    table_about(t, tip_field(t->arena, cell, "totals"));
    add_value(t, WORDS_RATIO,
              scale_total(record, "new", "resident_peak") /
                  scale_total(record, "base", "resident_peak"));
    table_about(t, tip_field(t->arena, cell, "new.counts"));
    for (int i = 0; i < COUNT(counts); i++) {
        double count = at_number(json_get(json_get(record, "new"), "counts"), counts[i]);
        add_value(t, WORDS_COUNT, count);
    }
}

void section_settings(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Scale",                  false},
        {"Setting",                false},
        {"Base",                   true },
        {"New",                    true },
        {"CPU time, ratio",        true },
        {"Its interval",           true },
        {"Wall less queue, ratio", true },
        {"Its interval",           true },
        {"Peak resident, ratio",   true },
        {"Writes, new",            true },
        {"Syncs, new",             true },
        {"Checkpoint writes, new", true },
    };
    (void)level;
    struct table *t = table_new(d->arena, "One setting, two values, the same layers: new / base",
                                columns, COUNT(columns));
    struct scale_setting s;
    for (int i = 0; i < f->cell_count; i++)
        if (compares(&f->cells[i], &s))
            add_setting(t, &f->cells[i], &s);
    document_table(d, t);
}
