/* What is not given: variables, then the preset that is chosen. */
#include "harness/base/opt_row.h"

#include <stdlib.h>
#include <string.h>

enum opt_origin *opt_origins(const struct opt *rows, struct arena *a)
{
    int n = 0;
    while (rows[n].name)
        n++;
    return ARENA_NEW(a, enum opt_origin, n + 1);
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
        chooser->name ? *(const char *const *)opt_const_field(chooser, settings) : NULL;
    for (const struct opt_preset *p = chooser->presets; chosen && p->preset; p++)
        if (strcmp(p->preset, chosen) == 0 && same_setting(p->name, row->name))
            return p->value;
    return NULL;
}

static bool settle_row(const struct opt *rows, void *settings, const struct opt *row,
                       enum opt_origin *origin, struct arena *a, struct err *e)
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
    *origin = OPT_SETTLED;
    return opt_row_set(&named, settings, value, a, e);
}

bool opt_settle(const struct opt *rows, void *settings, enum opt_origin *origins, struct arena *a,
                struct err *e)
{
    for (int i = 0; rows[i].name; i++)
        if (origins[i] == OPT_OF_FALLBACK &&
            !settle_row(rows, settings, &rows[i], &origins[i], a, e))
            return false;
    return true;
}
