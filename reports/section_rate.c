#include "reports/section.h"

#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>

static const char *const side_names[] = {"base", "new"};
enum { SIDES_SHOWN = COUNT(side_names) };

static const struct json *rate_of(const struct model_cell *cell, int side)
{
    return json_get(json_get(cell->record, side_names[side]), "rate");
}

bool section_has_rate(const struct model_file *f, struct arena *a)
{
    (void)a;
    for (int i = 0; i < f->cell_count; i++)
        if (rate_of(&f->cells[i], 0) || rate_of(&f->cells[i], 1))
            return true;
    return false;
}

static void add_row(struct table *t, const struct model_cell *cell, int side)
{
    const struct json *rate = rate_of(cell, side);
    double low = floor(at_number(rate, "wall_per_s.lower"));
    double high = floor(at_number(rate, "wall_per_s.upper"));
    double pairs = json_count(json_get(cell->record, "pairs"));
    table_about(t, tip_records(t->arena, cell, cell, pairs, WORDS_COUNT, low, high));
    table_text(t, cell->id);
    table_text(t, side_names[side]);
    table_text(t, at_text(rate, "unit"));
    table_number(t, at_number(rate, "count"),
                 words(t->arena, WORDS_COUNT, at_number(rate, "count")));
    double a_second = floor(at_number(rate, "wall_per_s.estimate"));
    table_number(t, a_second, words(t->arena, WORDS_COUNT, a_second));
    table_number(t, low, words_interval(t->arena, WORDS_COUNT, low, high));
    double of_cpu = floor(at_number(rate, "cpu_per_s.estimate"));
    table_number(t, of_cpu, words(t->arena, WORDS_COUNT, of_cpu));
}

void section_rate(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Comparison",           false},
        {"Side",                 false},
        {"Of",                   false},
        {"In a run",             true },
        {"A second",             true },
        {"95 % interval",        true },
        {"A second of CPU time", true },
    };
    (void)level;
    struct table *t =
        table_new(d->arena, "by the clock; CPU time is that of all processes of a side together",
                  columns, COUNT(columns));
    for (int i = 0; i < f->cell_count; i++)
        for (int side = 0; side < SIDES_SHOWN; side++)
            if (rate_of(&f->cells[i], side))
                add_row(t, &f->cells[i], side);
    document_table(d, t);
}
