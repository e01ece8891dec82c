#include "harness/flame/flame_page.h"

#include "harness/flame/flame_assets.h"
#include "harness/flame/flame_diff.h"
#include "harness/flame/flame_diff_top.h"
#include "harness/flame/flame_graph.h"
#include "harness/flame/flame_markup.h"
#include "harness/flame/flame_words.h"

#include <math.h>

enum { ROWS_MAX = 200 };

struct writing {
    const struct stacks *before, *after;
    const struct flame_page *page;
    const char *names[2], *title;
    struct flame_diff_row *rows;
    int count;
    struct arena arena;
    struct text *out;
};

static void add(struct writing *w, const char *open, const char *raw, const char *close)
{
    text_puts(w->out, open);
    flame_markup(w->out, raw);
    text_puts(w->out, close);
}

static void add_head(struct writing *w)
{
    text_puts(w->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta name=\"color-scheme\" content=\"light dark\">\n");
    add(w, "<title>", w->title, "</title>\n<style>\n");
    text_puts(w->out, flame_assets_page_style);
    flame_graph_style(w->out);
    text_puts(w->out, "</style>\n</head>\n<body>\n<main>\n");
}

/* ---- the sentence ------------------------------------------------------------------------------ */

static void add_change(struct writing *w, const struct flame_diff_row *row)
{
    add(w, "", row->frame.name, " (");
    flame_words_points(w->out, row->self_change.estimate);
    text_puts(w->out, ")");
}

/* The first three that are no noise. */
static void add_lead(struct writing *w)
{
    int shown = 0;
    while (shown < w->count && shown < 3 && w->rows[shown].shown)
        shown++;
    text_puts(w->out, "<p class=\"lead\">");
    if (shown == 0)
        text_puts(w->out, "No function's share changed beyond noise.");
    else
        text_puts(w->out, "Changed most, in points of the whole before: ");
    for (int i = 0; i < shown; i++) {
        text_puts(w->out, i ? ", " : "");
        add_change(w, &w->rows[i]);
    }
    text_puts(w->out, shown ? ".</p>\n" : "</p>\n");
}

static void add_opening(struct writing *w)
{
    add(w, "<h1>", w->title, "</h1>\n");
    if (w->page->subtitle)
        add(w, "<p class=\"quiet\">", w->page->subtitle, "</p>\n");
    add_lead(w);
    if (w->page->scale.factor > 0)
        text_printf(w->out, "<p>The same work cost %.3f times as much after as before.</p>\n",
                    w->page->scale.factor);
}

/* ---- the pictures ------------------------------------------------------------------------------ */

static void add_graph(struct writing *w, enum flame_side side)
{
    const struct stacks *s = side == FLAME_BEFORE ? w->before : w->after;
    struct text words = {0};
    flame_words_weight(&words, s->unit, stacks_total(s));
    const char *given = side == FLAME_BEFORE ? w->page->before_subtitle : w->page->after_subtitle;
    struct flame_graph g = {
        .id = side == FLAME_BEFORE ? "flame-before" : "flame-after",
        .title = arena_format(&w->arena, "%s: %s", side == FLAME_BEFORE ? "Before" : "After",
                              w->names[side]),
        .subtitle = given ? given : words.p,
        .icicle = true, /* the roots of both stand at the same height */
    };
    text_puts(w->out, "<figure>\n");
    flame_graph_inline(s, &g, w->out);
    text_puts(w->out, "</figure>\n");
    text_done(&words);
}

static void add_difference(struct writing *w, bool by_before)
{
    struct flame_diff d = {
        .before = w->names[FLAME_BEFORE],
        .after = w->names[FLAME_AFTER],
        .id = by_before ? "flame-reverse" : "flame-diff",
        .title = by_before ? "The difference, as wide as before: what vanished is seen"
                           : "The difference, as wide as after: what is new is seen",
        .by_before = by_before,
        .icicle = true,
        .scale = w->page->scale,
    };
    text_puts(w->out, "<figure>\n");
    flame_diff_inline(w->before, w->after, &d, w->out);
    text_puts(w->out, "</figure>\n");
}

/* ---- the table --------------------------------------------------------------------------------- */

static void add_share(struct writing *w, double share)
{
    text_printf(w->out, "<td class=\"n\" data-key=\"%.9g\">", share);
    flame_words_share(w->out, share);
    text_puts(w->out, "</td>");
}

static void add_delta(struct writing *w, struct stats_interval change)
{
    bool shown = flame_diff_is_shown(change);
    text_printf(w->out, "<td class=\"n%s\" data-key=\"%.9g\">",
                !shown                ? ""
                : change.estimate > 0 ? " more"
                                      : " less",
                change.estimate);
    flame_words_points(w->out, change.estimate);
    text_puts(w->out, "</td>");
}

static void add_row(struct writing *w, const struct flame_diff_row *row)
{
    struct text where = {0};
    flame_words_place(&where, &row->frame);
    add(w, "<tr><th scope=\"row\">", row->frame.name, "</th>");
    add_share(w, row->self_share[FLAME_BEFORE]);
    add_share(w, row->self_share[FLAME_AFTER]);
    add_delta(w, row->self_change);
    text_puts(w->out, "<td class=\"n\">");
    if (isfinite(row->self_change.low) && row->self_change.high > row->self_change.low) {
        flame_words_points(w->out, row->self_change.low);
        text_puts(w->out, " to ");
        flame_words_points(w->out, row->self_change.high);
    }
    text_puts(w->out, "</td>");
    add_share(w, row->total_share[FLAME_BEFORE]);
    add_share(w, row->total_share[FLAME_AFTER]);
    add_delta(w, row->total_change);
    text_printf(w->out, "<td>%s</td>", row->shown ? "yes" : "no");
    add(w, "<td class=\"where\">", where.p ? where.p : "", "</td></tr>\n");
    text_done(&where);
}

static void add_table(struct writing *w)
{
    static const char *const heads[] = {"Self before",  "Self after",  "Self change", "Its bounds",
                                        "Total before", "Total after", "Total change"};
    int rows = w->count < ROWS_MAX ? w->count : ROWS_MAX;
    text_puts(w->out, "<h2>Functions</h2>\n<div class=\"box\" tabindex=\"0\" role=\"region\" "
                      "aria-label=\"Functions\"><table class=\"sorts\" id=\"functions\"><caption>");
    text_printf(w->out,
                "%d of %d functions, most changed first. Shares of each side's own whole; changes "
                "in points of "
                "the whole before",
                rows, w->count);
    if (w->page->scale.factor > 0)
        text_printf(w->out, ", each share after counted %.3f times", w->page->scale.factor);
    text_puts(w->out, ". ");
    text_puts(w->out, w->before->unit == STACKS_SAMPLES
                          ? "Bounds: Newcombe's for the difference of two shares, 95 % for all "
                            "rows together, samples "
                            "taken as independent.</caption>\n"
                          : "These weights are no samples: their noise is not known.</caption>\n");
    text_puts(w->out, "<thead><tr><th scope=\"col\">Function</th>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        text_printf(w->out, "<th scope=\"col\" class=\"n\">%s</th>", heads[i]);
    text_puts(
        w->out,
        "<th scope=\"col\">Beyond noise</th><th scope=\"col\">Where</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < rows; i++)
        add_row(w, &w->rows[i]);
    text_puts(w->out, "</tbody></table></div>\n");
}

void flame_page_write(const struct stacks *before, const struct stacks *after,
                      const struct flame_page *page, struct text *out)
{
    struct writing w = {
        .before = before,
        .after = after,
        .page = page,
        .names = {page->before ? page->before : "before", page->after ? page->after : "after"},
        .out = out
    };
    w.title =
        page->title ? page->title : arena_format(&w.arena, "From %s to %s", w.names[0], w.names[1]);
    w.rows =
        flame_diff_top(before, after, page->scale.factor > 0 ? page->scale : stats_scale_exact(1),
                       &w.arena, &w.count);
    add_head(&w);
    add_opening(&w);
    text_puts(out, "<h2>Side by side</h2>\n<div class=\"sides\">\n");
    add_graph(&w, FLAME_BEFORE);
    add_graph(&w, FLAME_AFTER);
    text_puts(out, "</div>\n<h2>The difference</h2>\n<div class=\"sides\">\n");
    add_difference(&w, false);
    add_difference(&w, true);
    text_puts(out, "</div>\n");
    add_table(&w);
    text_puts(out, "</main>\n<script>\n");
    flame_graph_script(out);
    text_puts(out, flame_assets_page_script);
    text_puts(out, "</script>\n</body>\n</html>\n");
    arena_done(&w.arena);
}
