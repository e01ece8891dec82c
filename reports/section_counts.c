#include "reports/section.h"

#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

/* A count by its key: what ends in bytes is shown as such. */
static enum words_kind kind_of(const char *key)
{
    return strstr(key, "bytes") ? WORDS_BYTES : WORDS_COUNT;
}

static const char *ratio_words(struct arena *a, double base, double value)
{
    if (isfinite(base) && isfinite(value) && base == value)
        return "equal";
    if (base == 0 && value > 0)
        return "only new";
    return words(a, WORDS_RATIO, value / base);
}

static void add_count(struct table *t, const char *key, double base, double value)
{
    enum words_kind kind = kind_of(key);
    table_text(t, key);
    table_number(t, base, words(t->arena, kind, base));
    table_number(t, value, words(t->arena, kind, value));
    table_number(t, base > 0 ? value / base : (double)NAN, ratio_words(t->arena, base, value));
    if (base == value)
        table_tone_row(t, table_rows(t) - 1, TONE_DIM);
}

static struct table *count_table(struct document *d, const struct model_cell *cell)
{
    static const struct column columns[] = {
        {"Count",      false},
        {"Base",       true },
        {"New",        true },
        {"New / base", true }
    };
    struct table *t = table_new(d->arena, arena_format(d->arena, "%s: what one run did", cell->id),
                                columns, COUNT(columns));
    const struct json *base = at(cell->record, "base.counts"),
                      *now = at(cell->record, "new.counts");
    table_about(t, tip_field(t->arena, cell, "counts"));
    for (const struct json *v = json_first(base); v; v = json_next(v))
        add_count(t, json_key(v), json_number(v), json_number(json_get(now, json_key(v))));
    for (const struct json *v = json_first(now); v; v = json_next(v))
        if (!json_get(base, json_key(v)))
            add_count(t, json_key(v), (double)NAN, json_number(v));
    return t;
}

static int differing(const struct table *t)
{
    int n = 0;
    for (int row = 0; row < table_rows(t); row++)
        n += table_row(t, row)->tone != TONE_DIM;
    return n;
}

static const char *exactness(const struct model_cell *cell)
{
    bool exact = json_bool(at(cell->record, "base.counts_exact")) &&
                 json_bool(at(cell->record, "new.counts_exact"));
    return exact ? "Every pair counted the same."
                 : "The pairs did not all count the same: the first pair's counts are shown.";
}

bool section_has_counts(const struct model_file *f, struct arena *a)
{
    (void)a;
    for (int i = 0; i < f->cell_count; i++)
        if (json_first(at(f->cells[i].record, "base.counts")) ||
            json_first(at(f->cells[i].record, "new.counts")))
            return true;
    return false;
}

void section_counts(struct document *d, const struct model_file *f, int level)
{
    (void)level;
    document_add(
        d, BLOCK_TEXT,
        "Counts are exact where time is noisy. Rows whose two sides are equal are dimmed.");
    for (int i = 0; i < f->cell_count; i++) {
        struct table *t = count_table(d, &f->cells[i]);
        if (table_rows(t) == 0) {
            document_add(d, BLOCK_TEXT, "%s: no counts (an outside command counts nothing).",
                         f->cells[i].id);
            continue;
        }
        document_add(d, BLOCK_FOLD, "%s: %d of %d counts differ", f->cells[i].id, differing(t),
                     table_rows(t));
        document_table(d, t);
        document_add(d, BLOCK_TEXT, "%s", exactness(&f->cells[i]));
        document_add(d, BLOCK_FOLD_END, "%s", "");
    }
}
