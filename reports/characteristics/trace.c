#include "reports/characteristics/trace.h"

static void put_source(struct json *entry, const struct finding *x)
{
    json_put_text(entry, "file", x->study ? x->study->file : NULL);
    json_put_text(entry, "record", x->record);
    json_put_text(entry, "rule", x->rule);
    struct json *fields = json_put_array(entry, "fields");
    for (int i = 0; i < MEASURE_FIELDS; i++)
        if (x->fields[i])
            json_push(fields, json_of_text(x->fields[i]));
    json_put_number(entry, "value", x->value);
    json_put_number(entry, "low", x->low);
    json_put_number(entry, "high", x->high);
}

void trace_add(struct fill *f, const char *table, const char *row, const char *column,
               const struct finding *x)
{
    struct json *entry = json_object();
    json_put_text(entry, "section", f->section);
    json_put_text(entry, "table", table);
    json_put_text(entry, "row", row);
    json_put_text(entry, "column", column);
    json_put_text(entry, "kind", x->kind);
    json_put_text(entry, "text", x->text);
    if (x->rule || x->study)
        put_source(entry, x);
    json_push(f->trace, entry);
}
