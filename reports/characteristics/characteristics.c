#include "reports/characteristics/characteristics.h"

#include "reports/characteristics/chapter.h"

#include <string.h>

/* As in the paper whose tables these are; attribution, storage, straddles, capture and roofline are ours. */
static void (*const chapters[])(struct fill *f) = {
    chapter_summary,   chapter_methodology, chapter_scales,     chapter_layer1,      chapter_layer2,
    chapter_layer3,    chapter_phase6b,     chapter_cumulative, chapter_attribution, chapter_memory,
    chapter_workflows, chapter_storage,     chapter_straddles,  chapter_capture,     chapter_flame,
    chapter_roofline,  chapter_statistics,  chapter_regression, chapter_limits,      chapter_advice,
    chapter_archive,
};

/* ---- what must not be ------------------------------------------------------------------------------- */

static bool is_placeholder(const char *text)
{
    static const char *const placeholders[] = {"",     "TBD", "n/a", "N/A",     "nan",
                                               "-nan", "inf", "-",   WORDS_NONE};
    for (int i = 0; i < COUNT(placeholders); i++)
        if (strcmp(text, placeholders[i]) == 0)
            return true;
    return strstr(text, "XXX") != NULL || strstr(text, WORDS_NONE) != NULL;
}

static bool check_table(const struct table *t, struct err *e)
{
    if (t->count == 0 || t->count % t->column_count != 0)
        return err_input(e, "table \"%s\": %d cells do not fill its %d columns", t->caption,
                         t->count, t->column_count);
    for (int i = 0; i < t->count; i++)
        if (is_placeholder(t->cells[i].text))
            return err_input(
                e, "table \"%s\", row \"%s\", column \"%s\": no figure and no reason, but \"%s\"",
                t->caption, table_row(t, i / t->column_count)->text,
                t->columns[i % t->column_count].heading, t->cells[i].text);
    return true;
}

/* Every cell of every table went through the filling, which traces it. */
static bool check(const struct document *d, const struct json *trace, struct err *e)
{
    int cells = 0, traced = 0;
    for (const struct block *b = d->first; b; b = b->next) {
        if (!b->table)
            continue;
        if (!check_table(b->table, e))
            return false;
        cells += b->table->count;
    }
    for (const struct json *entry = json_first(trace); entry; entry = json_next(entry))
        traced += *at_text(entry, "table") != '\0';
    return cells == traced ||
           err_input(e, "%d cells stand in tables, %d are traced", cells, traced);
}

/* ---- the document ----------------------------------------------------------------------------------- */

static void warn(struct fill *f)
{
    const struct studies *s = f->studies;
    bool synthetic = false;
    for (int i = 0; i < s->count; i++)
        synthetic = synthetic || (study_model(&s->list[i]) && study_model(&s->list[i])->synthetic);
    if (synthetic)
        document_add(f->document, BLOCK_WARNING, "Prices are synthetic: nobody traded at them.");
    if (!s->complete)
        document_add(f->document, BLOCK_WARNING,
                     "INCOMPLETE: not all studies were measured; what is missing says so.");
}

bool characteristics_build(struct document *d, const struct studies *s, struct json **trace,
                           struct err *e)
{
    struct fill f = {
        .document = d, .studies = s, .trace = json_array(), .chapter = "", .section = ""};
    d->title = "Performance Characteristics";
    d->markdown = "characteristics.md";
    d->folder = "figures";
    document_heading(d, 1, d->title);
    document_add(d, BLOCK_TEXT, "Measured on %s at effort %s, commit %s.", s->date, s->effort,
                 *s->commit ? s->commit : "unknown");
    warn(&f);
    for (int i = 0; i < COUNT(chapters); i++)
        chapters[i](&f);
    *trace = f.trace;
    return check(d, f.trace, e) || err_prefix(e, "characteristics");
}
