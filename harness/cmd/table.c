#include "harness/cmd/table.h"

#include "harness/base/err.h"

#include <stdarg.h>
#include <string.h>

void table_cells(struct table *t, const char *const *cells, int n)
{
    struct table_line *line = ARENA_NEW(&t->arena, struct table_line, 1);
    for (; line->n < n && line->n < TABLE_COLUMNS; line->n++) {
        char *cell = arena_text(&t->arena, cells[line->n]);
        err_one_line(cell); /* names of functions and commands may hold anything */
        line->cell[line->n] = cell;
    }
    if (t->last)
        t->last->next = line;
    else
        t->first = line;
    t->last = line;
}

void table_row(struct table *t, const char *first, ...)
{
    const char *cells[TABLE_COLUMNS];
    int n = 0;
    va_list args;
    va_start(args, first);
    for (const char *c = first; c && n < TABLE_COLUMNS; c = va_arg(args, const char *))
        cells[n++] = c;
    va_end(args);
    table_cells(t, cells, n);
}

/* Columns on the screen: bytes that continue a UTF-8 character take none. */
static int width_of(const char *text)
{
    int width = 0;
    for (const char *p = text; *p; p++)
        width += (*p & 0xc0) != 0x80;
    return width;
}

static void print_cell(const char *text, int width, int is_first, FILE *out)
{
    int pad = width - width_of(text);
    if (is_first)
        fprintf(out, "%s%*s", text, pad, "");
    else
        fprintf(out, "  %*s%s", pad, "", text);
}

void table_print(const struct table *t, FILE *out)
{
    if (t->first == t->last)
        return; /* a heading alone says nothing */
    int width[TABLE_COLUMNS] = {0};
    for (const struct table_line *l = t->first; l; l = l->next)
        for (int c = 0; c < l->n; c++)
            if (width_of(l->cell[c]) > width[c])
                width[c] = width_of(l->cell[c]);
    for (const struct table_line *l = t->first; l; l = l->next) {
        for (int c = 0; c < l->n; c++)
            print_cell(l->cell[c], width[c], c == 0, out);
        fputc('\n', out);
    }
}

void table_done(struct table *t)
{
    arena_done(&t->arena);
    t->first = t->last = NULL;
}
