/* Colours of a flame graph: the hue says where a function comes from, its shade tells it from its
 * neighbours. The same function has the same colour in every picture.
 *
 *     const char *room = flame_colour_room(&frame, buffer);      // "kernels/backtest", "libc.so.6"
 *     struct flame_colour c = flame_colour(&frame);              // c.hue, c.shade
 *
 * Hues are Paul Tol's "light" scheme (personal.sron.nl/~pault, 2021), made for dark text and for any
 * colour vision; harness/flame/flame.css has them, and those of dark pages.
 */
#ifndef CUPEL_FLAME_FLAME_COLOUR_H
#define CUPEL_FLAME_FLAME_COLOUR_H

#include "harness/flame/stacks.h"

enum { FLAME_HUES = 8, FLAME_SHADES = 4, FLAME_ROOM_TEXT = 64 };

struct flame_colour {
    int hue, shade; /* classes hHUE and sSHADE of the style sheet */
};

struct flame_colour flame_colour(const struct stacks_frame *f);

/* The room of a function: the first two folders of a file that has a relative path, else the module, else
 * "unknown". Returns out. */
char *flame_colour_room(const struct stacks_frame *f, char out[FLAME_ROOM_TEXT]);

/* "#ee8866": the hue on a light page, for viewers without style sheets. */
const char *flame_colour_light(int hue);

#endif
