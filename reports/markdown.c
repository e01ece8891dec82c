#include "reports/escape.h"
#include "reports/export.h"

#include <string.h>

static void add_row(const struct table *t, int row, struct text *out)
{
    static const char *const before[] = {"", "**", "**", ""};
    const struct cell *cells = table_row(t, row);
    for (int c = 0; c < t->column_count; c++) {
        text_puts(out, "| ");
        text_puts(out, before[cells[c].tone]);
        escape_markdown(out, cells[c].text);
        text_puts(out, before[cells[c].tone]);
        text_puts(out, " ");
    }
    text_puts(out, "|\n");
}

static void add_table(const struct table *t, struct text *out)
{
    text_puts(out, "*");
    escape_markdown(out, t->caption);
    text_puts(out, "*\n\n");
    for (int c = 0; c < t->column_count; c++) {
        text_puts(out, "| ");
        escape_markdown(out, t->columns[c].heading);
        text_puts(out, " ");
    }
    text_puts(out, "|\n");
    for (int c = 0; c < t->column_count; c++)
        text_puts(out, t->columns[c].numeric ? "| ---: " : "| --- ");
    text_puts(out, "|\n");
    for (int row = 0; row < table_rows(t); row++)
        add_row(t, row, out);
    text_puts(out, "\n");
}

static void add_paragraph(const char *before, const char *text, const char *after, struct text *out)
{
    text_puts(out, before);
    escape_markdown(out, text);
    text_puts(out, after);
}

static void add_figure(const struct document *d, const struct figure *f, struct text *out)
{
    add_paragraph("![", f->title, "", out);
    text_printf(out, "](%s%s%s.svg)\n\n", d->folder ? d->folder : "", d->folder ? "/" : "",
                f->name);
}

/* Names of files that cupel gives have no character that would end the address. */
static void add_link(const struct block *b, struct text *out)
{
    add_paragraph("[", b->text, "](", out);
    text_printf(out, "%s)\n\n", b->target);
}

/* A fence longer than any run of backquotes inside; a newline in the text cannot end it. */
static void add_code(const char *text, struct text *out)
{
    size_t longest = 2, run = 0;
    for (const char *p = text; *p; p++) {
        run = *p == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i <= longest; i++)
            text_puts(out, "`");
        text_puts(out, side == 0 ? "sh\n" : "\n\n");
        if (side == 0) {
            for (const char *p = text; *p; p++)
                text_add(out, (unsigned char)*p < 0x20 ? " " : p, 1);
            text_puts(out, "\n");
        }
    }
}

static void add_fold(const char *summary, struct text *out)
{
    text_puts(out, "<details><summary>");
    escape_html(out, summary);
    text_puts(out, "</summary>\n\n");
}

static void add_block(const struct document *d, const struct block *b, struct text *out)
{
    static const char hashes[] = "#### ";
    bool last_item = !b->next || b->next->kind != BLOCK_ITEM;
    switch (b->kind) {
    case BLOCK_HEADING: add_paragraph(hashes + 4 - b->level, b->text, "\n\n", out); break;
    case BLOCK_LEAD: add_paragraph("**", b->text, "**\n\n", out); break;
    case BLOCK_TEXT: add_paragraph("", b->text, "\n\n", out); break;
    case BLOCK_WARNING: add_paragraph("> **Warning:** ", b->text, "\n\n", out); break;
    case BLOCK_ITEM: add_paragraph("- ", b->text, last_item ? "\n\n" : "\n", out); break;
    case BLOCK_LINK: add_link(b, out); break;
    case BLOCK_CODE: add_code(b->text, out); break;
    case BLOCK_TABLE: add_table(b->table, out); break;
    case BLOCK_FIGURE: add_figure(d, b->figure, out); break;
    case BLOCK_GRID:
    case BLOCK_GRID_END: break;
    case BLOCK_FOLD: add_fold(b->text, out); break;
    case BLOCK_FOLD_END: text_puts(out, "</details>\n\n"); break;
    }
}

static void write_markdown(const struct document *d, struct text *out)
{
    for (const struct block *b = d->first; b; b = b->next)
        add_block(d, b, out);
    out->p[--out->n] = '\0'; /* one newline at the end */
}

const struct exporter export_markdown = {"markdown", "report.md", write_markdown};
