#include "reports/section.h"

#include "reports/words.h"

#include <math.h>
#include <string.h>

/* ---- one metric of one benchmark ---------------------------------------------------------------- */

void section_judged_verdict(struct table *t, const char *verdict)
{
    bool good = strcmp(verdict, "PASS") == 0, bad = strcmp(verdict, "FAIL") == 0;
    /* Another metric had decided before this one was. */
    bool is_open = strcmp(verdict, "CONTINUE") == 0;
    table_toned(t,
                good  ? TONE_GOOD
                : bad ? TONE_BAD
                      : TONE_PLAIN,
                (double)NAN, is_open ? "not decided" : verdict);
}

static void add_value(struct table *t, enum words_kind kind, double value)
{
    table_number(t, value, words(t->arena, kind, value));
}

struct table *section_judged_table(struct arena *a, const char *caption)
{
    static const struct column columns[] = {
        {"Comparison",  false},
        {"Metric",      false},
        {"Kind",        false},
        {"Gate",        false},
        {"Margin",      true },
        {"Lower bound", true },
        {"Upper bound", true },
        {"Base",        true },
        {"New",         true },
    };
    return table_new(a, caption, columns, COUNT(columns));
}

void section_judged_row(struct table *t, const struct model_cell *cell, const struct json *row,
                        const char *tip)
{
    bool is_time = strcmp(at_text(row, "unit"), "ns") == 0;
    table_about(t, tip);
    table_text(t, cell->id);
    table_text(t, at_text(row, "metric"));
    table_text(t, at_text(row, "kind"));
    section_judged_verdict(t, at_text(row, "verdict"));
    add_value(t, WORDS_PERCENT, at_number(row, "margin_percent"));
    add_value(t, WORDS_RATIO, at_number(row, "lower"));
    add_value(t, WORDS_RATIO, at_number(row, "upper"));
    add_value(t, is_time ? WORDS_TIME : WORDS_COUNT, at_number(row, "base"));
    add_value(t, is_time ? WORDS_TIME : WORDS_COUNT, at_number(row, "new"));
}

/* ---- against a stored baseline ------------------------------------------------------------------- */

bool section_has_judged(const struct model_file *f, struct arena *a)
{
    (void)a;
    return f->judged_count > 0;
}

const char *section_judged_sentence(struct arena *a, const struct model_file *f)
{
    int fail = 0;
    for (int i = 0; i < f->judged_count; i++)
        fail += json_bool(at(f->judged[i].record, "gate.fails"));
    return arena_format(a, "%d benchmark%s against the stored baseline %s: %s.", f->judged_count,
                        f->judged_count == 1 ? "" : "s", at_text(f->judged[0].record, "baseline"),
                        fail ? arena_format(a, "%d fail%s", fail, fail == 1 ? "s" : "")
                             : "none fails");
}

void section_judged(struct document *d, const struct model_file *f, int level)
{
    (void)level;
    document_add(
        d, BLOCK_TEXT,
        "Base: as stored in %s. Exact counts decide; stored times were measured on another "
        "occasion and are shown only.",
        at_text(f->judged[0].record, "baseline"));
    struct table *t = section_judged_table(d->arena, "This build against a stored baseline");
    for (int i = 0; i < f->judged_count; i++) {
        const struct model_cell *cell = &f->judged[i];
        const struct json *rows = at(cell->record, "gate.judged");
        const char *tip =
            arena_format(d->arena, "%s in %s, gate.judged; no interval", cell->id, cell->file);
        for (const struct json *row = json_first(rows); row; row = json_next(row))
            section_judged_row(t, cell, row, tip);
    }
    document_table(d, t);
}
