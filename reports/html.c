#include "reports/escape.h"
#include "reports/export.h"
#include "reports/palette.h"
#include "reports/style.h"

#include <math.h>
#include <string.h>

static const size_t long_text = 48; /* characters from which a cell's text may be broken */

static const char *const tones[] = {
    [TONE_PLAIN] = "", [TONE_GOOD] = " good", [TONE_BAD] = " bad", [TONE_DIM] = " dim"};

static void add_element(const char *open, const char *text, const char *close, struct text *out)
{
    text_puts(out, open);
    escape_html(out, text);
    text_puts(out, close);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void add_head(const struct table *t, struct text *out)
{
    text_puts(out, "<thead><tr>");
    for (int c = 0; c < t->column_count; c++) {
        text_printf(out, "<th scope=\"col\"%s>", t->columns[c].numeric ? " class=\"n\"" : "");
        add_element("", t->columns[c].heading, "</th>", out);
    }
    text_puts(out, "</tr></thead>\n");
}

static void add_cell(const struct table *t, const struct cell *cell, int column, struct text *out)
{
    const char *width = t->columns[column].numeric        ? "n"
                        : strlen(cell->text) >= long_text ? "long"
                                                          : "w";
    text_printf(out, "<%s class=\"%s%s\"", column ? "td" : "th scope=\"row\"", width,
                tones[cell->tone]);
    if (isfinite(cell->key))
        text_printf(out, " data-key=\"%.12g\"", cell->key);
    if (cell->tip)
        add_element(" title=\"", cell->tip, "\"", out);
    add_element(">", cell->text, column ? "</td>" : "</th>", out);
}

static void add_table(const struct table *t, struct text *out)
{
    text_puts(out, "<div class=\"box\" tabindex=\"0\" role=\"region\"");
    add_element(" aria-label=\"", t->caption, "\">", out);
    add_element("<table><caption>", t->caption, "</caption>\n", out);
    add_head(t, out);
    text_puts(out, "<tbody>\n");
    for (int row = 0; row < table_rows(t); row++) {
        text_puts(out, "<tr>");
        for (int c = 0; c < t->column_count; c++)
            add_cell(t, table_row(t, row) + c, c, out);
        text_puts(out, "</tr>\n");
    }
    text_puts(out, "</tbody></table></div>\n");
}

/* ---- the other blocks -------------------------------------------------------------------------- */

static void add_figure(const struct figure *f, struct text *out)
{
    add_element("<figure><figcaption>", f->title, "</figcaption>\n", out);
    text_add(out, f->svg.p, f->svg.n);
    text_puts(out, "</figure>\n");
}

static void add_heading(const struct block *b, int number, struct text *out)
{
    text_printf(out, "<h%d id=\"h%d\">", b->level, number);
    escape_html(out, b->text);
    text_printf(out, "</h%d>\n", b->level);
}

static void add_code(const char *text, struct text *out)
{
    add_element("<div class=\"code\"><pre><code>", text,
                "</code></pre><button type=\"button\" hidden>Copy</button></div>\n", out);
}

static void add_item(const struct block *b, bool first, struct text *out)
{
    bool last = !b->next || b->next->kind != BLOCK_ITEM;
    add_element(first ? "<ul>\n<li>" : "<li>", b->text, last ? "</li>\n</ul>\n" : "</li>\n", out);
}

/* Links to the headings of the second level; they are numbered as add_heading numbers them. */
static void add_contents(const struct document *d, struct text *out)
{
    int number = 0;
    text_puts(out, "<nav aria-label=\"Contents\"><ul>\n");
    for (const struct block *b = d->first; b; b = b->next) {
        number += b->kind == BLOCK_HEADING;
        if (b->kind != BLOCK_HEADING || b->level != 2)
            continue;
        text_printf(out, "<li><a href=\"#h%d\">", number);
        add_element("", b->text, "</a></li>\n", out);
    }
    text_puts(out, "</ul></nav>\n");
}

static void add_block(const struct block *b, const struct block *before, int headings,
                      struct text *out)
{
    switch (b->kind) {
    case BLOCK_HEADING: add_heading(b, headings, out); break;
    case BLOCK_LEAD: add_element("<p class=\"lead\">", b->text, "</p>\n", out); break;
    case BLOCK_TEXT: add_element("<p>", b->text, "</p>\n", out); break;
    case BLOCK_WARNING:
        add_element("<p class=\"warning\" role=\"note\">", b->text, "</p>\n", out);
        break;
    case BLOCK_ITEM: add_item(b, !before || before->kind != BLOCK_ITEM, out); break;
    case BLOCK_CODE: add_code(b->text, out); break;
    case BLOCK_TABLE: add_table(b->table, out); break;
    case BLOCK_FIGURE: add_figure(b->figure, out); break;
    case BLOCK_GRID: text_puts(out, "<div class=\"grid\">\n"); break;
    case BLOCK_GRID_END: text_puts(out, "</div>\n"); break;
    case BLOCK_FOLD: add_element("<details><summary>", b->text, "</summary>\n", out); break;
    case BLOCK_FOLD_END: text_puts(out, "</details>\n"); break;
    }
}

/* The policy in the head refuses every connection: the page is what stands in its file. */
static void add_page_head(const struct document *d, struct text *out)
{
    text_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n");
    add_element("<title>", d->title, "</title>\n<style>\n", out);
    palette_css(out);
    text_puts(out, style_sheet);
    text_puts(out, "</style>\n</head>\n<body>\n<main>\n");
}

static void write_html(const struct document *d, struct text *out)
{
    const struct block *before = NULL;
    bool contents = false;
    int headings = 0;
    add_page_head(d, out);
    for (const struct block *b = d->first; b; before = b, b = b->next) {
        if (b->kind == BLOCK_HEADING && b->level == 2 && !contents) {
            add_contents(d, out);
            contents = true;
        }
        headings += b->kind == BLOCK_HEADING;
        add_block(b, before, headings, out);
    }
    text_printf(out, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", style_script);
}

const struct exporter export_html = {"html", "index.html", write_html};
