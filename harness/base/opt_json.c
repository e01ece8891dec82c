/* Settings from JSON, and to it. */
#include "harness/base/opt_row.h"

#include "harness/base/json.h"

#include <stdio.h>

/* ---- reading ---------------------------------------------------------------------------------- */

static bool wrong_kind(const struct opt *row, const struct json *value, const char *expected,
                       struct err *e)
{
    return err_input(e, "%s: expected %s, found %s", row->name, expected,
                     json_kind_name(json_kind(value)));
}

static bool set_list(const struct opt *row, void *settings, const struct json *list,
                     struct arena *a, struct err *e)
{
    if (json_kind(list) != JSON_ARRAY)
        return wrong_kind(row, list, "an array of texts", e);
    for (const struct json *v = json_first(list); v; v = json_next(v)) {
        if (json_kind(v) != JSON_TEXT)
            return wrong_kind(row, v, "texts in the array", e);
        opt_row_add_text(row, settings, json_text(v), a);
    }
    return true;
}

static bool set_part(const struct opt *row, void *settings, const struct json *value,
                     enum json_kind kind, struct err *e)
{
    if (json_kind(value) != kind)
        return wrong_kind(row, value, json_kind_name(kind), e);
    *(const struct json **)opt_field(row, settings) = value;
    return true;
}

static bool set_json(const struct opt *row, void *settings, const struct json *value,
                     struct arena *a, struct err *e)
{
    char shown[40];
    switch (row->kind) {
    case OPT_FLAG:
        if (json_kind(value) != JSON_BOOL)
            return wrong_kind(row, value, "true or false", e);
        *(bool *)opt_field(row, settings) = json_bool(value);
        return true;
    case OPT_INT:
    case OPT_REAL:
        if (json_kind(value) != JSON_NUMBER)
            return wrong_kind(row, value, "a number", e);
        snprintf(shown, sizeof shown, "%.17g", json_number(value));
        return opt_row_set_number(row, settings, json_number(value), shown, e);
    case OPT_TEXT:
        if (json_kind(value) != JSON_TEXT)
            return wrong_kind(row, value, "text", e);
        return opt_row_set_choice(row, settings, json_text(value), a, e);
    case OPT_TEXTS: return set_list(row, settings, value, a, e);
    case OPT_OBJECT: return set_part(row, settings, value, JSON_OBJECT, e);
    case OPT_ARRAY: return set_part(row, settings, value, JSON_ARRAY, e);
    }
    return false;
}

static bool take_members(const struct opt *rows, void *settings, enum opt_origin *origins,
                         const struct json *object, struct arena *a, struct err *e)
{
    if (json_kind(object) != JSON_OBJECT)
        return err_input(e, "expected an object of settings, found %s",
                         json_kind_name(json_kind(object)));
    for (const struct json *v = json_first(object); v; v = json_next(v)) {
        const struct opt *row = opt_find(rows, str_of(json_key(v)));
        if (!row)
            return err_input(e, "%.60s: no such field", json_key(v));
        opt_row_default(row, settings, a);
        if (json_kind(v) == JSON_NULL)
            continue;
        origins[row - rows] = OPT_GIVEN;
        if (row->kind == OPT_TEXTS)
            opt_row_clear(row, settings);
        if (!set_json(row, settings, v, a, e))
            return false;
    }
    return opt_settle(rows, settings, origins, a, e);
}

bool opt_from_json(const struct opt *rows, void *settings, const struct json *object,
                   struct arena *a, struct err *e)
{
    return take_members(rows, settings, opt_origins(rows, a), object, a, e);
}

/* ---- writing ---------------------------------------------------------------------------------- */

static struct json *list_json(const struct opt_texts *list)
{
    struct json *array = json_array();
    for (int i = 0; i < list->n; i++)
        json_push(array, json_of_text(list->v[i]));
    return array;
}

static struct json *part_json(const struct json *part)
{
    return part ? json_copy(part) : json_of_text(NULL);
}

static void put_row(const struct opt *row, const void *settings, struct json *object)
{
    const void *at = opt_const_field(row, settings);
    switch (row->kind) {
    case OPT_FLAG: json_put_bool(object, row->name, *(const bool *)at); break;
    case OPT_INT: json_put_number(object, row->name, (double)*(const long *)at); break;
    case OPT_REAL: json_put_number(object, row->name, *(const double *)at); break;
    case OPT_TEXT: json_put_text(object, row->name, *(const char *const *)at); break;
    case OPT_TEXTS: json_put(object, row->name, list_json(at)); break;
    case OPT_OBJECT:
    case OPT_ARRAY: json_put(object, row->name, part_json(*(const struct json *const *)at)); break;
    }
}

void opt_to_json(const struct opt *rows, const void *settings, struct json *object)
{
    for (const struct opt *row = rows; row->name; row++)
        put_row(row, settings, object);
}

bool opt_settle_json(const struct opt *rows, void *settings, struct json *object, struct arena *a,
                     struct err *e)
{
    enum opt_origin *origins = opt_origins(rows, a);
    if (!take_members(rows, settings, origins, object, a, e))
        return false;
    for (int i = 0; rows[i].name; i++) {
        if (origins[i] != OPT_SETTLED)
            continue;
        json_remove(object, rows[i].name); /* a null */
        put_row(&rows[i], settings, object);
    }
    return true;
}
