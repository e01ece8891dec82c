#include "harness/base/opt.h"

#include <stdio.h>

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
