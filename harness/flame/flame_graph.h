/* A flame graph: a profile as one picture, an SVG of its own that works from a file, without a network.
 *
 *     flame_graph_write(&stacks, &(struct flame_graph){.title = "base", .subtitle = "2,041 samples"}, &out);
 *
 * Each box is a function on a stack; its width is its share of all samples, what it called stands on it.
 * Without the script the picture stands still, without style sheets it has the light page's colours.
 *
 * What tests and pages may rely on:
 *   svg.cupel-flame#ID   data-kind ("graph", "diff"), data-unit, data-total, data-rows, data-root ("bottom", "top");
 *                        class "live" once the script runs, "searching" while something is looked for
 *   g.frames             role tree
 *   g.frame              role treeitem, aria-level, aria-label "NAME: share; weight; ...", tabindex (0 on one, -1 on the
 *                        others), data-name, -depth (0: all), -start and -share (0..1 of the whole), -weight, -self; in a
 *                        difference data-mark ("+2.3") and data-change (points). Holds a rect and a text. Class
 *                        "match": found; "zoomed", "above": the zoomed one, what it stands on; hidden: display none
 *   g.key                a colour of the legend
 *   made by the script, HTML within foreignObject: .heading .under input.search button.next output.matched (data-share)
 *                        button.reset button.flip .crumbs > button.crumb (aria-current on the last) .status (role
 *                        status, aria-live) .tip-inside (strong: the name; a span a line) .notes .hint; and rect.ring
 *   keys on a frame      up and down: away from and to the root as drawn; left, right: beside; Home: the zoomed one; End: the
 *                        deepest; Enter or space: zoom; n: next match; Escape: zoom and search are reset; / or Ctrl-F: search;
 *                        i: the root at the top or at the bottom
 */
#ifndef CUPEL_FLAME_FLAME_GRAPH_H
#define CUPEL_FLAME_FLAME_GRAPH_H

#include "harness/base/str.h"
#include "harness/flame/stacks.h"

#include <stdbool.h>

/* Texts are raw and may hold anything. Zero is a valid value: a graph without a title. */
struct flame_graph {
    const char *title, *subtitle; /* subtitle: what was sampled, by what; NULL: the weight of all */
    const char
        *id; /* unlike those of other pictures on the page: letters, digits, '-'; NULL: "flame" */
    bool icicle;  /* the root at the top */
    double least; /* share below which frames are left out; 0: FLAME_BOXES_LEAST */
};

/* The whole file. An empty profile is a picture of one sentence. */
void flame_graph_write(const struct stacks *s, const struct flame_graph *g, struct text *out);

/* The <svg> alone, for a page that has the style sheet and, below all pictures or in its head, the script: each once,
 * however many pictures (flame_diff.h uses the same). They name only what is in svg.cupel-flame. */
void flame_graph_inline(const struct stacks *s, const struct flame_graph *g, struct text *out);
void flame_graph_style(struct text *out);  /* what goes into <style> */
void flame_graph_script(struct text *out); /* what goes into <script> */

#endif
