#include "reports/section.h"

#include "reports/plot_roofline.h"
#include "reports/words.h"

#include <math.h>

bool section_has_roofline(const struct model_file *f, struct arena *a)
{
    struct roofline r;
    return roofline_of(f, a, &r);
}

static void add_ceilings(struct document *d, const struct roofline *r, const char *file)
{
    static const struct column columns[] = {
        {"Ceiling of one core",                                  false},
        {"Rate",                                                 true },
        {"Working set",                                          true },
        {"Operations a byte at which it is no longer the limit", true },
    };
    struct table *t =
        table_new(d->arena, "Ceilings, measured in this run", columns, COUNT(columns));
    table_about(t,
                arena_format(d->arena, "the ceilings record in %s: the best of a few runs", file));
    table_text(t, arena_format(d->arena, "operations on doubles (%s)", r->flops_by));
    table_number(t, r->flops_per_s, arena_format(d->arena, "%.3g x 10^9 /s", r->flops_per_s / 1e9));
    table_text(t, WORDS_NONE);
    table_text(t, WORDS_NONE);
    for (int i = 0; i < ROOFLINE_LEVELS; i++) {
        double rate = r->level[i].bytes_per_s, ridge = r->flops_per_s / rate;
        table_text(t, arena_format(d->arena, "reading from %s", r->level[i].name));
        table_number(t, rate,
                     isfinite(rate) ? arena_format(d->arena, "%.3g GB/s", rate / 1e9) : WORDS_NONE);
        table_number(t, r->level[i].working_bytes,
                     words(d->arena, WORDS_BYTES, r->level[i].working_bytes));
        table_number(t, ridge, words(d->arena, WORDS_PLAIN, ridge));
    }
    document_table(d, t);
}

static void add_points(struct document *d, const struct roofline *r, const char *file)
{
    static const struct column columns[] = {
        {"Layers",                      false},
        {"Operations a byte",           true },
        {"10^9 operations a second",    true },
        {"95 % interval",               true },
        {"Of the most",                 true },
        {"ns a bar-backtest",           true },
        {"Instructions a bar-backtest", true },
        {"Counted",                     false},
    };
    struct table *t = table_new(d->arena, "Sets of layers under the roof", columns, COUNT(columns));
    for (int i = 0; i < r->count; i++) {
        const struct roofline_point *p = &r->points[i];
        struct stats_interval f = p->flops_per_s;
        table_about(
            t,
            arena_format(d->arena,
                         "%s in %s: metrics.cpu of %d pairs, over operations counted from the code",
                         p->name, file, p->pairs));
        table_text(t, p->name);
        table_number(t, p->intensity, words(d->arena, WORDS_PLAIN, p->intensity));
        table_number(t, f.estimate, words(d->arena, WORDS_PLAIN, f.estimate / 1e9));
        table_number(t, f.low, words_interval(d->arena, WORDS_PLAIN, f.low / 1e9, f.high / 1e9));
        table_number(t, f.estimate / r->flops_per_s,
                     words(d->arena, WORDS_LEVEL, f.estimate / r->flops_per_s));
        table_number(t, p->bar_ns, words(d->arena, WORDS_PLAIN, p->bar_ns));
        table_number(t, p->instructions, words(d->arena, WORDS_PLAIN, p->instructions));
        table_text(t, p->nominal ? "nominal" : "yes");
    }
    document_table(d, t);
}

void section_roofline(struct document *d, const struct model_file *f, int level)
{
    struct roofline r;
    (void)level;
    if (!roofline_of(f, d->arena, &r))
        return;
    add_ceilings(d, &r, f->file.path);
    add_points(d, &r, f->file.path);
    plot_roofline(d, f->title, &r);
    document_add(
        d, BLOCK_TEXT,
        "Operations and bytes of a bar-backtest are counted from the code of accounting and "
        "metrics: 12 operations and 73 bytes bar by bar (numerics/account.c, metrics.c), 8 and "
        "8.125 four combinations at a time (numerics/dense.h). What makes the signals is in the "
        "time and "
        "not in the count, so that a point stands rather too low. Bytes are those that the core "
        "loads "
        "and stores, wherever they come from: the line of the memory that holds them is the limit. "
        "Nominal: the layer `events` looks at trades only and does fewer operations than "
        "counted, so that it may stand above the roof.");
}
