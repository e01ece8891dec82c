#include "reports/document.h"

#include "reports/escape.h"

#include <stdarg.h>
#include <stdio.h>

static struct block *append(struct document *d, enum block_kind kind)
{
    struct block *b = ARENA_NEW(d->arena, struct block, 1);
    b->kind = kind;
    b->text = "";
    if (d->last)
        d->last->next = b;
    else
        d->first = b;
    d->last = b;
    return b;
}

void document_heading(struct document *d, int level, const char *text)
{
    struct block *b = append(d, BLOCK_HEADING);
    b->level = level;
    b->text = text;
}

void document_add(struct document *d, enum block_kind kind, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = ARENA_NEW(d->arena, char, n + 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    append(d, kind)->text = text;
}

void document_table(struct document *d, struct table *t)
{
    append(d, BLOCK_TABLE)->table = t;
}

void document_link(struct document *d, const char *text, const char *target)
{
    struct block *b = append(d, BLOCK_LINK);
    b->text = text;
    b->target = target;
}

struct figure *document_figure(struct document *d, const char *kind, const char *about)
{
    struct text name = {0};
    struct figure *f = ARENA_NEW(d->arena, struct figure, 1);
    text_printf(&name, "%s-%d", kind, ++d->figures);
    size_t bare = name.n;
    text_puts(&name, "-");
    escape_slug(&name, about, 40);
    if (name.n == bare + 1)
        name.p[bare] = '\0';
    f->name = arena_text(d->arena, name.p);
    text_done(&name);
    append(d, BLOCK_FIGURE)->figure = f;
    return f;
}

void document_done(struct document *d)
{
    for (struct block *b = d->first; b; b = b->next)
        if (b->figure) {
            text_done(&b->figure->script);
            text_done(&b->figure->svg);
        }
}
