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

/* What most of a row's numbers have is said once, of the row; NULL: nothing. */
static const char *tip_of_row(const struct table *t, int row)
{
    const struct cell *cells = table_row(t, row);
    const char *most = NULL;
    for (int c = 0, best = 0; c < t->column_count; c++) {
        int same = 0;
        for (int k = c; k < t->column_count; k++)
            same += cells[c].tip && cells[k].tip == cells[c].tip;
        most = same > best ? cells[c].tip : most;
        best = same > best ? same : best;
    }
    return most;
}

static void add_tip(const char *tip, struct text *out)
{
    if (tip)
        add_element(" title=\"", tip, "\"", out);
}

static void add_cell(const struct table *t, const struct cell *cell, int column, const char *said,
                     struct text *out)
{
    const char *width = t->columns[column].numeric        ? "n"
                        : strlen(cell->text) >= long_text ? "long"
                                                          : "w";
    text_printf(out, "<%s class=\"%s%s\"", column ? "td" : "th scope=\"row\"", width,
                tones[cell->tone]);
    if (isfinite(cell->key))
        text_printf(out, " data-key=\"%.12g\"", cell->key);
    add_tip(cell->tip == said ? NULL : cell->tip, out);
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
        const char *tip = tip_of_row(t, row);
        text_puts(out, "<tr");
        add_tip(tip, out);
        text_puts(out, ">");
        for (int c = 0; c < t->column_count; c++)
            add_cell(t, table_row(t, row) + c, c, tip, out);
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

static void add_heading(const struct block *b, const char *id, struct text *out)
{
    text_printf(out, "<h%d id=\"%s\">", b->level, id);
    escape_html(out, b->text);
    text_printf(out,
                "<a class=\"anchor\" href=\"#%s\" tabindex=\"-1\" aria-hidden=\"true\">#</a>"
                "</h%d>\n",
                id, b->level);
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

/* ---- headings and contents ---------------------------------------------------------------------- */

/* An id that no other heading has: links to it outlive a new report. Two dashes stand in no slug. */
static const char *new_id(const struct document *d, const char *text, const char *const *ids, int n)
{
    struct text slug = {0};
    text_puts(&slug, "s-");
    escape_slug(&slug, text, 60);
    const char *id = arena_text(d->arena, slug.p), *free = id;
    text_done(&slug);
    for (int i = 0, same = 1; i < n; i++)
        if (strcmp(ids[i], free) == 0) {
            free = arena_format(d->arena, "%s--%d", id, ++same);
            i = -1;
        }
    return free;
}

/* By number of heading, in order. */
static const char *const *heading_ids(const struct document *d)
{
    int n = 0;
    for (const struct block *b = d->first; b; b = b->next)
        n += b->kind == BLOCK_HEADING;
    const char **ids = ARENA_NEW(d->arena, const char *, n + 1);
    n = 0;
    for (const struct block *b = d->first; b; b = b->next)
        if (b->kind == BLOCK_HEADING) {
            ids[n] = new_id(d, b->text, ids, n);
            n++;
        }
    return ids;
}

/* Links to the headings of the second and, below them, of the third level. */
static void add_contents(const struct document *d, const char *const *ids, struct text *out)
{
    static const char *const steps[4][4] = {
  /* from level, to level */
        [0] = {NULL,                  NULL, "",                    NULL      },
        [2] = {"</li>\n",             NULL, "</li>\n",             "\n<ul>\n"},
        [3] = {"</li>\n</ul></li>\n", NULL, "</li>\n</ul></li>\n", "</li>\n" },
    };
    int level = 0;
    text_puts(out,
              "<nav aria-label=\"Contents\"><details open><summary>Contents</summary>\n<ul>\n");
    for (const struct block *b = d->first; b; b = b->next) {
        const char *id = b->kind == BLOCK_HEADING ? *ids++ : NULL;
        if (!id || b->level > 3 || !steps[level][b->level])
            continue;
        text_puts(out, steps[level][b->level]);
        text_printf(out, "<li><a href=\"#%s\">", id);
        add_element("", b->text, "</a>", out);
        level = b->level;
    }
    text_puts(out, level ? steps[level][0] : "");
    text_puts(out, "</ul></details></nav>\n");
}

static void add_block(const struct block *b, const struct block *before, const char *id,
                      struct text *out)
{
    switch (b->kind) {
    case BLOCK_HEADING: add_heading(b, id, out); break;
    case BLOCK_LEAD: add_element("<p class=\"lead\">", b->text, "</p>\n", out); break;
    case BLOCK_TEXT: add_element("<p>", b->text, "</p>\n", out); break;
    case BLOCK_WARNING:
        add_element("<p class=\"warning\" role=\"note\">", b->text, "</p>\n", out);
        break;
    case BLOCK_ITEM: add_item(b, !before || before->kind != BLOCK_ITEM, out); break;
    case BLOCK_LINK:
        add_element("<p><a href=\"", b->target, "\">", out);
        add_element("", b->text, "</a></p>\n", out);
        break;
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
    text_puts(out, "</style>\n</head>\n<body>\n"
                   "<a class=\"skip\" href=\"#report\">To the report</a>\n");
}

static void write_html(const struct document *d, struct text *out)
{
    const char *const *ids = heading_ids(d), *const *id = ids;
    const struct block *before = NULL;
    add_page_head(d, out);
    add_contents(d, ids, out);
    text_puts(out, "<main id=\"report\">\n");
    for (const struct block *b = d->first; b; before = b, b = b->next) {
        add_block(b, before, *id, out);
        id += b->kind == BLOCK_HEADING;
    }
    text_printf(out, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", style_script);
}

const struct exporter export_html = {"html", "index.html", write_html};
