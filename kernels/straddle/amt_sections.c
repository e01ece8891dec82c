#include "kernels/straddle/amt_parts.h"

#include <stdio.h>
#include <string.h>

enum { FIELD_BYTES = 120, SCHEDULES_MAX = 1000 };

/* "expiry_schedules.schedule7" */
static const char *field_of(char out[FIELD_BYTES], const char *section, struct str key)
{
    snprintf(out, FIELD_BYTES, "%s.%s", section, key.p);
    return out;
}

/* ---- settings ------------------------------------------------------------------------------ */

/* Straddles need none of them; what is no number is a mistake for whoever does. */
bool amt_check_settings(const struct amt_reading *r, struct err *e)
{
    static const char *const numbers[] = {"aum", "leverage"};
    const struct yaml_value *section = yaml_value_get(r->root, "backtest");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const struct yaml_value *v = section ? yaml_value_get(section, numbers[i]) : NULL;
        char field[FIELD_BYTES];
        double ignored;
        if (v && !yaml_value_is_null(v) &&
            (v->kind != YAML_TEXT || !str_to_double(v->text, &ignored)))
            return amt_expected(r, v, field_of(field, "backtest", str_of(numbers[i])),
                                "a finite number", e);
    }
    return true;
}

/* ---- schedules ----------------------------------------------------------------------------- */

static bool read_schedule(struct amt_reading *r, struct str name, const struct yaml_value *list,
                          struct amt_schedule *out, struct err *e)
{
    char field[FIELD_BYTES];
    field_of(field, "expiry_schedules", name);
    if (list->kind != YAML_LIST || list->n > AMT_PARTS_MAX)
        return amt_expected(r, list, field, "a list of at most 64 entries", e);
    const char **entries = amt_keep(r, sizeof *entries * (size_t)list->n);
    *out = (struct amt_schedule){amt_keep_text(r, name), entries, list->n};
    for (int i = 0; i < list->n; i++) {
        if (list->values[i]->kind != YAML_TEXT)
            return amt_expected(r, list->values[i], field, "entries as text", e);
        entries[i] = amt_keep_text(r, list->values[i]->text);
    }
    return true;
}

bool amt_read_schedules(struct amt_reading *r, struct amt *out, struct err *e)
{
    const struct yaml_value *section = yaml_value_get(r->root, "expiry_schedules");
    if (!section || yaml_value_is_null(section))
        return true;
    if (section->kind != YAML_MAPPING || section->n > SCHEDULES_MAX)
        return amt_expected(r, section, "expiry_schedules", "a mapping of at most 1000 lists", e);
    struct amt_schedule *schedules = amt_keep(r, sizeof *schedules * (size_t)section->n);
    out->schedules = schedules;
    out->schedule_count = section->n;
    for (int i = 0; i < section->n; i++)
        if (!read_schedule(r, section->keys[i]->text, section->values[i], &schedules[i], e))
            return false;
    return true;
}

/* ---- rule tables --------------------------------------------------------------------------- */

/* A list of texts, `n` of them where n is not -1. */
static bool check_texts(const struct amt_reading *r, const struct yaml_value *list, int n,
                        const char *field, struct err *e)
{
    char what[64];
    if (n < 0 && (list->kind != YAML_LIST || list->n == 0 || list->n > AMT_PARTS_MAX))
        return amt_expected(r, list, field, "a list of 1 to 64 texts", e);
    snprintf(what, sizeof what, "a list of %d texts, one a column", n);
    if (n >= 0 && (list->kind != YAML_LIST || list->n != n))
        return amt_expected(r, list, field, what, e);
    for (int i = 0; i < list->n; i++)
        if (list->values[i]->kind != YAML_TEXT)
            return amt_expected(r, list->values[i], field, "text", e);
    return true;
}

static bool check_table(const struct amt_reading *r, struct str name,
                        const struct yaml_value *table, struct err *e)
{
    const struct yaml_value *columns = yaml_value_get(table, "Columns");
    const struct yaml_value *types = yaml_value_get(table, "Types");
    const struct yaml_value *rows = yaml_value_get(table, "Rows");
    char field[FIELD_BYTES];
    field_of(field, name.p, str_of(columns ? "Rows" : "Columns"));
    if (!columns || !rows)
        return err_input(e, "%s:%ld: %s: expected a list, found nothing", r->file, table->line,
                         field);
    if (!check_texts(r, columns, -1, field_of(field, name.p, str_of("Columns")), e) ||
        (types && !check_texts(r, types, columns->n, field_of(field, name.p, str_of("Types")), e)))
        return false;
    field_of(field, name.p, str_of("Rows"));
    if (yaml_value_is_null(rows))
        return true;
    if (rows->kind != YAML_LIST)
        return amt_expected(r, rows, field, "a list of rows", e);
    for (int i = 0; i < rows->n; i++)
        if (!check_texts(r, rows->values[i], columns->n, field, e))
            return false;
    return true;
}

static bool is_table(const struct yaml_value *v)
{
    return v->kind == YAML_MAPPING && v->n <= AMT_PARTS_MAX &&
           (yaml_value_get(v, "Columns") || yaml_value_get(v, "Rows"));
}

bool amt_check_tables(const struct amt_reading *r, struct err *e)
{
    for (int i = 0; i < r->root->n; i++)
        if (is_table(r->root->values[i]) &&
            !check_table(r, r->root->keys[i]->text, r->root->values[i], e))
            return false;
    return true;
}
