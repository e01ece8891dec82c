#include "reports/characteristics/settings_table.h"

#include <math.h>
#include <string.h>

static void add_setting(struct fill *f, struct table *t, const struct study *s, const char *record,
                        const char *side, const struct json *value)
{
    struct arena *a = f->document->arena;
    const char *field = arena_format(a, "%s.settings.%s", side, json_key(value));
    struct finding x = fill_text(f, s, record, field, words_json(a, value));
    fill_label(f, t, json_key(value));
    fill_cell(f, t, &x);
}

static void add_row(struct fill *f, struct table *t, const char *label, struct finding x)
{
    fill_label(f, t, label);
    fill_cell(f, t, &x);
}

/* The input that the setting "bundle" names: its rows and dates. */
static void add_input(struct fill *f, struct table *t, const struct study *s)
{
    static const struct {
        const char *label, *field;
    } texts[] = {
        {"input: source",    "inputs.bundle.source"},
        {"input: first bar", "inputs.bundle.first" },
        {"input: last bar",  "inputs.bundle.last"  },
    };
    struct pick rows = {s->id, "run", NULL,
                        NULL,  NULL,  MEASURE("value", WORDS_COUNT, "inputs.bundle.rows")};
    struct pick assets = {s->id, "run", NULL,
                          NULL,  NULL,  MEASURE("value", WORDS_COUNT, "inputs.bundle.assets")};
    if (!at(s->has->run, "inputs.bundle"))
        return;
    for (int i = 0; i < COUNT(texts); i++)
        add_row(f, t, texts[i].label,
                fill_text(f, s, "run", texts[i].field, at_text(s->has->run, texts[i].field)));
    add_row(f, t, "input: rows", fill_find(f, &rows));
    add_row(f, t, "input: assets", fill_find(f, &assets));
}

void settings_table(struct fill *f, const char *study, const char *name, const char *scale,
                    const char *caption)
{
    static const struct column columns[] = {
        {"Setting", false},
        {"Value",   false},
    };
    const struct study *s = studies_find(f->studies, study);
    const struct json *record = study_record(s, "comparison", name, scale);
    if (!record) {
        struct finding missing =
            fill_missing(f, s, study_reason(s, name, scale, f->document->arena));
        fill_say(f, BLOCK_TEXT, "{}.", &missing, 1);
        return;
    }
    struct table *t = table_new(f->document->arena, caption, columns, COUNT(columns));
    struct pick backtests =
        FILL_PICK(study, name, scale, NULL, MEASURE("value", WORDS_COUNT, "new.counts.backtests"));
    struct pick bars = FILL_PICK(study, name, scale, NULL,
                                 MEASURE("value", WORDS_COUNT, "new.counts.bar_backtests"));
    add_row(f, t, "backtests", fill_find(f, &backtests));
    add_row(f, t, "bars of all backtests", fill_find(f, &bars));
    const struct json *settings = at(record, "new.settings");
    for (const struct json *v = json_first(settings); v; v = json_next(v))
        if (json_kind(v) != JSON_NULL)
            add_setting(f, t, s, at_text(record, "id"), "new", v);
    add_input(f, t, s);
    document_table(f->document, t);
}
