#include "reports/section.h"

#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>

/* Counts that the layers are there to lower, in the order of the table: key, heading. */
#define WORKS(X)                                                                                   \
    X("checkpoint_reads", "Checkpoint reads")                                                      \
    X("checkpoint_writes", "Checkpoint writes")                                                    \
    X("result_writes", "Result writes")                                                            \
    X("results_parsed", "Results parsed")                                                          \
    X("opens", "Files opened")                                                                     \
    X("fsyncs", "Syncs")                                                                           \
    X("bundle_opens", "Bundles opened")                                                            \
    X("asset_lists", "Asset lists")                                                                \
    X("rows_scanned", "Rows scanned")

#define WORK_COLUMN(key, heading) {heading, true},

static const char *const keys[] = {
#define KEY(key, heading) key,
    WORKS(KEY)
#undef KEY
};

static double count_of(const struct json *record, const char *side, const char *key)
{
    return json_number(json_get(json_get(json_get(record, side), "counts"), key));
}

static bool counts_work(const struct json *record)
{
    return isfinite(count_of(record, "base", keys[0])) &&
           isfinite(count_of(record, "new", keys[0]));
}

bool section_has_work(const struct model_file *f, struct arena *a)
{
    (void)a;
    for (int i = 0; i < f->cell_count; i++)
        if (counts_work(f->cells[i].record))
            return true;
    return false;
}

static const char *count_words(struct arena *a, double count)
{
    return words(a, WORDS_COUNT, count);
}

/* "400 -> 1", or the one number that both counted. Sorted by what is left. */
static void add_count(struct table *t, double base, double now)
{
    if (base == now)
        table_toned(t, TONE_DIM, now, count_words(t->arena, now));
    else
        table_number(t, now,
                     arena_format(t->arena, "%s \xE2\x86\x92 %s", count_words(t->arena, base),
                                  count_words(t->arena, now)));
}

void section_work(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Comparison", false},
        {"Backtests",  true },
        WORKS(WORK_COLUMN)
    };
    (void)level;
    struct table *t = table_new(d->arena, "What a run did: base \xE2\x86\x92 new, exact", columns,
                                COUNT(columns));
    for (int i = 0; i < f->cell_count; i++) {
        const struct json *record = f->cells[i].record;
        if (!counts_work(record))
            continue;
        table_about(t, tip_field(t->arena, &f->cells[i], "counts"));
        table_text(t, f->cells[i].id);
        double backtests = count_of(record, "base", "backtests");
        table_number(t, backtests, count_words(d->arena, backtests));
        for (int k = 0; k < COUNT(keys); k++)
            add_count(t, count_of(record, "base", keys[k]), count_of(record, "new", keys[k]));
    }
    document_table(d, t);
}
