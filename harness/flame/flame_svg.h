/* The drawing that all flame graphs share: frames as boxes, a legend, notes; the style sheet and the script that make it
 * searchable and zoomable. What a frame is called and coloured, its maker says.
 *
 *     struct flame_svg picture = {.id = "flame", .title = "base", .rows = 3, ...};
 *     flame_svg_write(&picture, FLAME_SVG_FILE, &out);
 *
 * flame_graph.h says what of it others may rely on.
 */
#ifndef CUPEL_FLAME_FLAME_SVG_H
#define CUPEL_FLAME_FLAME_SVG_H

#include "harness/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* A whole file with style sheet and script; or the <svg> element alone, for a page that has
 * flame_svg_style() and flame_svg_script() once. */
enum flame_svg_form { FLAME_SVG_FILE, FLAME_SVG_INLINE };

struct flame_svg_frame {
    int depth;
    double start, share;          /* of the width, 0..1 */
    uint64_t weight, self;        /* of the side whose shares these are */
    const char *name, *mark;      /* mark: before the name ("+2.3"), or "" */
    const char *about;            /* facts with "; " between them: the tooltip's lines */
    const char *classes, *colour; /* colour: for viewers without style sheets */
    double change;                /* points of share; NAN: no difference is drawn */
};

struct flame_svg_key {
    const char *classes, *colour, *text;
};

/* Texts are raw: they are made safe here. */
struct flame_svg {
    const char *id; /* letters, digits, '-' */
    const char *title, *subtitle;
    const char *kind, *unit; /* data-kind, data-unit */
    bool icicle;             /* the root is at the top */
    uint64_t total;
    int rows, frame_count, key_count;
    const struct flame_svg_frame *frames; /* a parent, then its children with all that is theirs */
    const struct flame_svg_key *keys;
    const char *note; /* below the picture */
};

/* Without frames the note is the picture. */
void flame_svg_write(const struct flame_svg *picture, enum flame_svg_form form, struct text *out);

void flame_svg_style(struct text *out);
void flame_svg_script(struct text *out);

#endif
