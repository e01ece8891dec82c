#include "harness/base/opt.h"

#include "harness/base/opt_row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void *opt_field(const struct opt *row, void *settings)
{
    return (char *)settings + row->offset;
}

const void *opt_const_field(const struct opt *row, const void *settings)
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

/* ---- one row ---------------------------------------------------------------------------------- */

bool opt_row_set_number(const struct opt *row, void *settings, double number, const char *shown,
                        struct err *e)
{
    bool whole = row->kind == OPT_INT;
    if (!(number >= row->min && number <= row->max) || (whole && number != floor(number)))
        return err_input(e, "%s: expected a %s from %.15g to %.15g, found %s", row->name,
                         whole ? "whole number" : "number", row->min, row->max, shown);
    if (whole)
        *(long *)opt_field(row, settings) = (long)number;
    else
        *(double *)opt_field(row, settings) = number;
    return true;
}

static bool set_number_text(const struct opt *row, void *settings, const char *value, struct err *e)
{
    double number;
    char shown[80];
    snprintf(shown, sizeof shown, "\"%.60s\"", value);
    if (!str_to_double(str_of(value), &number))
        number = (double)NAN;
    return opt_row_set_number(row, settings, number, shown, e);
}

bool opt_row_set_choice(const struct opt *row, void *settings, const char *value, struct arena *a,
                        struct err *e)
{
    bool known = row->choices == NULL;
    struct text list = {0};
    for (const char *const *c = row->choices; c && *c; c++) {
        known = known || strcmp(*c, value) == 0;
        text_printf(&list, "%s%s", c == row->choices ? "" : ", ", *c);
    }
    if (known)
        *(const char **)opt_field(row, settings) = arena_text(a, value);
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
    *(bool *)opt_field(row, settings) = yes;
    return true;
}

void opt_row_add_text(const struct opt *row, void *settings, const char *value, struct arena *a)
{
    struct opt_texts *list = opt_field(row, settings);
    const char **grown = ARENA_NEW(a, const char *, list->n + 1);
    for (int i = 0; i < list->n; i++)
        grown[i] = list->v[i];
    grown[list->n] = arena_text(a, value);
    *list = (struct opt_texts){grown, list->n + 1};
}

bool opt_row_set(const struct opt *row, void *settings, const char *value, struct arena *a,
                 struct err *e)
{
    switch (row->kind) {
    case OPT_FLAG: return set_flag(row, settings, value, e);
    case OPT_INT:
    case OPT_REAL: return set_number_text(row, settings, value, e);
    case OPT_TEXT: return opt_row_set_choice(row, settings, value, a, e);
    case OPT_TEXTS: opt_row_add_text(row, settings, value, a); return true;
    case OPT_OBJECT:
    case OPT_ARRAY: break;
    }
    return err_input(e, "%s: can only be set in a file", row->name);
}

void opt_row_clear(const struct opt *row, void *settings)
{
    switch (row->kind) {
    case OPT_FLAG: *(bool *)opt_field(row, settings) = false; break;
    case OPT_INT: *(long *)opt_field(row, settings) = 0; break;
    case OPT_REAL: *(double *)opt_field(row, settings) = 0; break;
    case OPT_TEXT: *(const char **)opt_field(row, settings) = NULL; break;
    case OPT_TEXTS: *(struct opt_texts *)opt_field(row, settings) = (struct opt_texts){0}; break;
    case OPT_OBJECT:
    case OPT_ARRAY: *(const struct json **)opt_field(row, settings) = NULL; break;
    }
}

void opt_row_default(const struct opt *row, void *settings, struct arena *a)
{
    struct err unused;
    opt_row_clear(row, settings);
    if (row->fallback && !opt_row_set(row, settings, row->fallback, a, &unused))
        opt_row_clear(row, settings);
}

/* ---- all rows --------------------------------------------------------------------------------- */

void opt_defaults(const struct opt *rows, void *settings, struct arena *a)
{
    for (const struct opt *row = rows; row->name; row++)
        opt_row_default(row, settings, a);
}

bool opt_set(const struct opt *rows, void *settings, const char *name, const char *value,
             struct arena *a, struct err *e)
{
    const struct opt *row = opt_find(rows, str_of(name));
    if (!row)
        return err_input(e, "%.60s: no such setting", name);
    return opt_row_set(row, settings, value, a, e);
}

bool opt_complete(const struct opt *rows, const void *settings, struct err *e)
{
    for (const struct opt *row = rows; row->name; row++) {
        const void *at = opt_const_field(row, settings);
        bool missing = (row->kind == OPT_TEXT && !*(const char *const *)at) ||
                       (row->kind == OPT_TEXTS && ((const struct opt_texts *)at)->n == 0) ||
                       (row->kind >= OPT_OBJECT && !*(const struct json *const *)at);
        if (row->required && missing)
            return err_input(e, "%s: missing, expected %s: %s", row->name, row->arg, row->help);
    }
    return true;
}
