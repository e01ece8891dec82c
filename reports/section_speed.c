#include "reports/section.h"

#include "reports/plot_ladder.h"
#include "reports/speed.h"
#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>

bool section_has_speed(const struct model_file *f, struct arena *a)
{
    (void)a;
    return speed_has(f);
}

static void add_value(struct table *t, enum words_kind kind, double value)
{
    table_number(t, value, words(t->arena, kind, value));
}

static void add_share(struct table *t, double share)
{
    table_number(t, share,
                 isfinite(share) ? arena_format(t->arena, "%.3g %%", 100 * share) : WORDS_NONE);
}

static void add_row(struct table *t, const struct speed_row *row)
{
    table_about(t, tip_records(t->arena, row->first, row->last, row->count, WORDS_PLAIN,
                               row->ns.low, row->ns.high));
    table_text(t, row->scale);
    table_text(t, row->name);
    add_value(t, WORDS_COUNT, row->bar_backtests);
    add_value(t, WORDS_PLAIN, row->ns.estimate);
    table_number(t, row->ns.low, words_interval(t->arena, WORDS_PLAIN, row->ns.low, row->ns.high));
    add_value(t, WORDS_PLAIN, row->min);
    add_value(t, WORDS_COUNT, floor(row->backtests_per_s));
    add_share(t, row->dense_ns / row->ns.estimate);
    add_value(t, WORDS_PLAIN, row->instructions);
    add_share(t, row->issue_share);
    table_number(t, row->contended, arena_format(t->arena, "%d of %d", row->contended, row->count));
}

void section_speed(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Workload",               false},
        {"Layers",                 false},
        {"Bar-backtests",          true },
        {"ns a bar-backtest",      true },
        {"95 % interval",          true },
        {"Fastest",                true },
        {"Backtests a second",     true },
        {"Of the dense ceiling",   true },
        {"Instructions",           true },
        {"Of the issue ceiling",   true },
        {"Pairs on a shared core", true },
    };
    (void)level;
    struct speed_list list = speed_rows(f, d->arena);
    struct table *t = table_new(
        d->arena, "CPU time, one core; a bar-backtest is one bar of one symbol of one backtest",
        columns, COUNT(columns));
    for (int i = 0; i < list.count; i++)
        add_row(t, &list.rows[i]);
    document_table(d, t);
    document_add(
        d, BLOCK_TEXT,
        "The dense ceiling is what 12 independent vector operations a bar of 4 combinations take "
        "on "
        "this machine, measured beside the pairs: a kernel that looks at every bar cannot be "
        "faster, "
        "one that looks at trades only can (above 100 %%). The issue ceiling is what the counted "
        "instructions take at the best rate measured. A pair is on a shared core when a loop of "
        "independent instructions beside it ran at less than 94 %% of the run's best.");
    for (int i = 0; i < f->scale_count; i++)
        plot_ladder(d, &list, f->scales[i]);
}
