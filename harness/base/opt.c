#include "harness/base/opt.h"

#include "harness/base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *field(const struct opt *row, void *settings)
{
    return (char *)settings + row->offset;
}

static const void *const_field(const struct opt *row, const void *settings)
{
    return (const char *)settings + row->offset;
}

bool opt_texts_hold(const struct opt_texts *list, const char *text)
{
    for (int i = 0; i < list->n; i++)
        if (strcmp(list->v[i], text) == 0)
            return true;
    return false;
}

const struct opt *opt_find(const struct opt *rows, struct str name)
{
    for (const struct opt *row = rows; row->name; row++)
        if (str_is(name, row->name))
            return row;
    return NULL;
}

static bool set_number(const struct opt *row, void *settings, double number, const char *shown,
                       struct err *e)
{
    bool whole = row->kind == OPT_INT;
    if (!(number >= row->min && number <= row->max) || (whole && number != floor(number)))
        return err_input(e, "%s: expected a %s from %.15g to %.15g, found %s", row->name,
                         whole ? "whole number" : "number", row->min, row->max, shown);
    if (whole)
        *(long *)field(row, settings) = (long)number;
    else
        *(double *)field(row, settings) = number;
    return true;
}

static bool set_number_text(const struct opt *row, void *settings, const char *value, struct err *e)
{
    double number;
    char shown[80];
    snprintf(shown, sizeof shown, "\"%.60s\"", value);
    if (!str_to_double(str_of(value), &number))
        number = (double)NAN;
    return set_number(row, settings, number, shown, e);
}

static bool set_choice(const struct opt *row, void *settings, const char *value, struct arena *a,
                       struct err *e)
{
    bool known = row->choices == NULL;
    struct text list = {0};
    for (const char *const *c = row->choices; c && *c; c++) {
        known = known || strcmp(*c, value) == 0;
        text_printf(&list, "%s%s", c == row->choices ? "" : ", ", *c);
    }
    if (known)
        *(const char **)field(row, settings) = arena_text(a, value);
    else
        err_input(e, "%s: expected one of %s, found \"%.60s\"", row->name, list.p, value);
    text_done(&list);
    return known;
}

static bool set_flag(const struct opt *row, void *settings, const char *value, struct err *e)
{
    bool yes = strcmp(value, "true") == 0;
    if (!yes && strcmp(value, "false") != 0)
        return err_input(e, "%s: expected true or false, found \"%.60s\"", row->name, value);
    *(bool *)field(row, settings) = yes;
    return true;
}

static void add_text(const struct opt *row, void *settings, const char *value, struct arena *a)
{
    struct opt_texts *list = field(row, settings);
    const char **grown = ARENA_NEW(a, const char *, list->n + 1);
    for (int i = 0; i < list->n; i++)
        grown[i] = list->v[i];
    grown[list->n] = arena_text(a, value);
    *list = (struct opt_texts){grown, list->n + 1};
}

static bool set_row(const struct opt *row, void *settings, const char *value, struct arena *a,
                    struct err *e)
{
    switch (row->kind) {
    case OPT_FLAG: return set_flag(row, settings, value, e);
    case OPT_INT:
    case OPT_REAL: return set_number_text(row, settings, value, e);
    case OPT_TEXT: return set_choice(row, settings, value, a, e);
    case OPT_TEXTS: add_text(row, settings, value, a); return true;
    case OPT_OBJECT:
    case OPT_ARRAY: break;
    }
    return err_input(e, "%s: can only be set in a file", row->name);
}

static void clear_row(const struct opt *row, void *settings)
{
    switch (row->kind) {
    case OPT_FLAG: *(bool *)field(row, settings) = false; break;
    case OPT_INT: *(long *)field(row, settings) = 0; break;
    case OPT_REAL: *(double *)field(row, settings) = 0; break;
    case OPT_TEXT: *(const char **)field(row, settings) = NULL; break;
    case OPT_TEXTS: *(struct opt_texts *)field(row, settings) = (struct opt_texts){0}; break;
    case OPT_OBJECT:
    case OPT_ARRAY: *(const struct json **)field(row, settings) = NULL; break;
    }
}

static void default_row(const struct opt *row, void *settings, struct arena *a)
{
    struct err unused;
    clear_row(row, settings);
    if (row->fallback && !set_row(row, settings, row->fallback, a, &unused))
        clear_row(row, settings);
}

void opt_defaults(const struct opt *rows, void *settings, struct arena *a)
{
    for (const struct opt *row = rows; row->name; row++)
        default_row(row, settings, a);
}

bool opt_set(const struct opt *rows, void *settings, const char *name, const char *value,
             struct arena *a, struct err *e)
{
    const struct opt *row = opt_find(rows, str_of(name));
    if (!row)
        return err_input(e, "%.60s: no such setting", name);
    return set_row(row, settings, value, a, e);
}

/* ---- what is not given ------------------------------------------------------------------------ */

/* Where the value of each row came from, by its index. */
enum origin { OF_FALLBACK, GIVEN, SETTLED };

static enum origin *origins_new(const struct opt *rows, struct arena *a)
{
    int n = 0;
    while (rows[n].name)
        n++;
    return ARENA_NEW(a, enum origin, n + 1);
}

static bool same_setting(const char *a, const char *b)
{
    while (*a && (*a == *b || (strchr("_-", *a) && strchr("_-", *b) && *b)))
        a++, b++;
    return *a == *b;
}

/* The value that the chosen preset has for the row; NULL: none. */
static const char *preset_value(const struct opt *rows, const void *settings, const struct opt *row)
{
    const struct opt *chooser = rows;
    while (chooser->name && !chooser->presets)
        chooser++;
    const char *chosen =
        chooser->name ? *(const char *const *)const_field(chooser, settings) : NULL;
    for (const struct opt_preset *p = chooser->presets; chosen && p->preset; p++)
        if (strcmp(p->preset, chosen) == 0 && same_setting(p->name, row->name))
            return p->value;
    return NULL;
}

static bool settle_row(const struct opt *rows, void *settings, const struct opt *row,
                       enum origin *origin, struct arena *a, struct err *e)
{
    struct opt named = *row; /* an error names where the value came from */
    const char *value = row->env ? getenv(row->env) : NULL;
    if (value && *value) {
        named.name = row->env;
    } else {
        value = preset_value(rows, settings, row);
        if (!value)
            return true;
    }
    *origin = SETTLED;
    return set_row(&named, settings, value, a, e);
}

static bool settle(const struct opt *rows, void *settings, enum origin *origins, struct arena *a,
                   struct err *e)
{
    for (int i = 0; rows[i].name; i++)
        if (origins[i] == OF_FALLBACK && !settle_row(rows, settings, &rows[i], &origins[i], a, e))
            return false;
    return true;
}

/* ---- words ------------------------------------------------------------------------------------ */

/* One word that starts with "--". *used tells how many words of argv it took. */
static bool take_option(const struct opt *rows, void *settings, enum origin *origins, int argc,
                        char **argv, int *used, struct arena *a, struct err *e)
{
    struct str value = str_of(argv[0] + 2);
    struct str name = str_cut(&value, '=');
    const struct opt *row = opt_find(rows, name);
    *used = 1;
    if (!row)
        return err_input(e, "unknown option %.60s", argv[0]);
    origins[row - rows] = GIVEN;
    if (row->kind == OPT_FLAG && !value.p) {
        *(bool *)field(row, settings) = true;
        return true;
    }
    if (!value.p) {
        if (argc < 2)
            return err_input(e, "--%s: expected %s after it", row->name, row->arg);
        value = str_of(argv[1]);
        *used = 2;
    }
    return set_row(row, settings, value.p, a, e) || err_prefix(e, "option");
}

bool opt_from_args(const struct opt *rows, void *settings, int argc, char **argv,
                   struct opt_texts *positional, struct arena *a, struct err *e)
{
    const char **words = ARENA_NEW(a, const char *, argc + 1);
    enum origin *origins = origins_new(rows, a);
    int n = 0, used;
    for (int i = 0; i < argc; i += used) {
        used = 1;
        if (strcmp(argv[i], "--") == 0) {
            for (i++; i < argc; i++)
                words[n++] = argv[i];
            break;
        }
        if (strncmp(argv[i], "--", 2) == 0) {
            if (!take_option(rows, settings, origins, argc - i, argv + i, &used, a, e))
                return false;
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            return err_input(e, "unknown option %.60s", argv[i]);
        } else {
            words[n++] = argv[i];
        }
    }
    *positional = (struct opt_texts){words, n};
    return settle(rows, settings, origins, a, e);
}

/* ---- JSON ------------------------------------------------------------------------------------- */

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
        add_text(row, settings, json_text(v), a);
    }
    return true;
}

static bool set_part(const struct opt *row, void *settings, const struct json *value,
                     enum json_kind kind, struct err *e)
{
    if (json_kind(value) != kind)
        return wrong_kind(row, value, json_kind_name(kind), e);
    *(const struct json **)field(row, settings) = value;
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
        *(bool *)field(row, settings) = json_bool(value);
        return true;
    case OPT_INT:
    case OPT_REAL:
        if (json_kind(value) != JSON_NUMBER)
            return wrong_kind(row, value, "a number", e);
        snprintf(shown, sizeof shown, "%.17g", json_number(value));
        return set_number(row, settings, json_number(value), shown, e);
    case OPT_TEXT:
        if (json_kind(value) != JSON_TEXT)
            return wrong_kind(row, value, "text", e);
        return set_choice(row, settings, json_text(value), a, e);
    case OPT_TEXTS: return set_list(row, settings, value, a, e);
    case OPT_OBJECT: return set_part(row, settings, value, JSON_OBJECT, e);
    case OPT_ARRAY: return set_part(row, settings, value, JSON_ARRAY, e);
    }
    return false;
}

static bool take_members(const struct opt *rows, void *settings, enum origin *origins,
                         const struct json *object, struct arena *a, struct err *e)
{
    if (json_kind(object) != JSON_OBJECT)
        return err_input(e, "expected an object of settings, found %s",
                         json_kind_name(json_kind(object)));
    for (const struct json *v = json_first(object); v; v = json_next(v)) {
        const struct opt *row = opt_find(rows, str_of(json_key(v)));
        if (!row)
            return err_input(e, "%.60s: no such field", json_key(v));
        default_row(row, settings, a);
        if (json_kind(v) == JSON_NULL)
            continue;
        origins[row - rows] = GIVEN;
        if (row->kind == OPT_TEXTS)
            clear_row(row, settings);
        if (!set_json(row, settings, v, a, e))
            return false;
    }
    return settle(rows, settings, origins, a, e);
}

bool opt_from_json(const struct opt *rows, void *settings, const struct json *object,
                   struct arena *a, struct err *e)
{
    return take_members(rows, settings, origins_new(rows, a), object, a, e);
}

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
    const void *at = const_field(row, settings);
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
    enum origin *origins = origins_new(rows, a);
    if (!take_members(rows, settings, origins, object, a, e))
        return false;
    for (int i = 0; rows[i].name; i++) {
        if (origins[i] != SETTLED)
            continue;
        json_remove(object, rows[i].name); /* a null */
        put_row(&rows[i], settings, object);
    }
    return true;
}

bool opt_complete(const struct opt *rows, const void *settings, struct err *e)
{
    for (const struct opt *row = rows; row->name; row++) {
        const void *at = const_field(row, settings);
        bool missing = (row->kind == OPT_TEXT && !*(const char *const *)at) ||
                       (row->kind == OPT_TEXTS && ((const struct opt_texts *)at)->n == 0) ||
                       (row->kind >= OPT_OBJECT && !*(const struct json *const *)at);
        if (row->required && missing)
            return err_input(e, "%s: missing, expected %s: %s", row->name, row->arg, row->help);
    }
    return true;
}

static void help_range(const struct opt *row, struct text *out)
{
    const char *open = " (";
    const char *value = row->fallback ? row->fallback : "";
    if (row->choices) {
        for (const char *const *c = row->choices; *c; c++)
            text_printf(out, "%s%s", c == row->choices ? open : " | ", *c);
        open = "; ";
    } else if (row->kind == OPT_INT || row->kind == OPT_REAL) {
        text_printf(out, "%s%.15g..%.15g", open, row->min, row->max);
        open = "; ";
    }
    if (row->fallback || row->required) {
        text_printf(out, "%s%s%s", open, row->fallback ? "default " : "required", value);
        open = "; ";
    }
    if (row->env) {
        text_printf(out, "%senvironment %s", open, row->env);
        open = "; ";
    }
    if (open[0] == ';')
        text_puts(out, ")");
}

void opt_help(const struct opt *rows, struct text *out)
{
    for (const struct opt *row = rows; row->name; row++) {
        char head[64];
        snprintf(head, sizeof head, "--%s%s%s", row->name, row->arg ? " " : "",
                 row->arg ? row->arg : "");
        text_printf(out, "  %-26s %s", head, row->help);
        help_range(row, out);
        text_puts(out, "\n");
    }
}
