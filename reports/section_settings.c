#include "reports/section.h"

#include "reports/scale.h"
#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

static const char workers_setting[] = "workers";

static bool is_workers(const struct scale_setting *s)
{
    return strcmp(s->name, workers_setting) == 0;
}

/* Does a cell compare two values of one setting, of workers or of another? */
static bool compares(const struct model_cell *cell, bool workers, struct scale_setting *s)
{
    return scale_setting_of(cell->record, s) && is_workers(s) == workers;
}

static bool any_compares(const struct model_file *f, bool workers)
{
    struct scale_setting unused;
    for (int i = 0; i < f->cell_count; i++)
        if (compares(&f->cells[i], workers, &unused))
            return true;
    return false;
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

/* ---- workers ------------------------------------------------------------------------------------- */

bool section_has_workers(const struct model_file *f, struct arena *a)
{
    (void)a;
    return any_compares(f, true);
}

/* Not given: the default, one. */
static double workers_of(const struct json *value)
{
    return value ? json_number(value) : 1;
}

/* What the kernel could not measure itself queueing for: several processes queue apart. */
static const char *wall_metric(const struct json *record)
{
    return at(record, "compare.net") ? "net" : "wall";
}

static const struct json *wall_of(const struct json *record)
{
    return json_get(json_get(record, "compare"), wall_metric(record));
}

static void add_workers(struct table *t, const struct model_cell *cell,
                        const struct scale_setting *s, double cores)
{
    const struct json *record = cell->record, *wall = wall_of(record);
    double before = workers_of(s->base), after = workers_of(s->new);
    double speed_up = 1 / at_number(wall, "ratio");
    table_about(t, tip_contrast(t->arena, cell, wall_metric(record)));
    table_text(t, cell->scale);
    table_text(t, at_text(record, "new.layers"));
    add_value(t, WORDS_COUNT, before);
    add_value(t, WORDS_COUNT, after);
    add_value(t, WORDS_TIMES, speed_up);
    table_number(t, speed_up,
                 words_interval(t->arena, WORDS_RATIO, 1 / at_number(wall, "upper"),
                                1 / at_number(wall, "lower")));
    add_value(t, WORDS_LEVEL, speed_up * before / after);
    add_value(t, WORDS_LEVEL, speed_up * before / fmin(after, fmax(cores, before)));
    table_about(t, tip_contrast(t->arena, cell, "cpu"));
    add_interval(t, at(record, "compare.cpu"));
    table_about(t, tip_field(t->arena, cell, "new.totals"));
    add_value(t, WORDS_BYTES, scale_total(record, "new", "resident_peak"));
    add_value(t, WORDS_BYTES, scale_total(record, "new", "child_resident_peak"));
}

void section_workers(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Scale",                  false},
        {"Layers",                 false},
        {"Workers, base",          true },
        {"Workers, new",           true },
        {"Speed-up",               true },
        {"Its interval",           true },
        {"Efficiency a worker",    true },
        {"Efficiency a core used", true },
        {"CPU time, ratio",        true },
        {"Its interval",           true },
        {"Parent, peak resident",  true },
        {"Largest worker, peak",   true },
    };
    (void)level;
    double cores = at_number(f->file.run, "environment.cores_allowed");
    cores = isfinite(cores) ? cores : at_number(f->file.run, "environment.cores_online");
    struct table *t =
        table_new(d->arena, "Workers: wall time less queueing of the parent, speed-up and memory",
                  columns, COUNT(columns));
    struct scale_setting s;
    for (int i = 0; i < f->cell_count; i++)
        if (compares(&f->cells[i], true, &s))
            add_workers(t, &f->cells[i], &s, cores);
    document_table(d, t);
    document_add(d, BLOCK_TEXT,
                 "Efficiency is speed-up over workers; \"a core used\" counts no more workers than "
                 "the %s core%s of this machine. A worker's memory has in it what it shares with "
                 "its parent, so that workers times that size is an upper bound.",
                 words(d->arena, WORDS_COUNT, cores), cores == 1 ? "" : "s");
}

/* ---- other settings -------------------------------------------------------------------------------- */

bool section_has_settings(const struct model_file *f, struct arena *a)
{
    (void)a;
    return any_compares(f, false);
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
    table_about(t, tip_contrast(t->arena, cell, wall_metric(record)));
    add_interval(t, wall_of(record));
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
        if (compares(&f->cells[i], false, &s))
            add_setting(t, &f->cells[i], &s);
    document_table(d, t);
}
