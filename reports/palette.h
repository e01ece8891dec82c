/* The one set of colours, after Okabe and Ito: told apart by people with any colour vision, as text
 * readable on the page (contrast of 4.5 and more; their vermilion is darker here for that), for light
 * and for dark pages. gnuplot draws with the light ones; rules made here turn them into the page's
 * by attribute, so that a viewer without style sheets still shows the light picture.
 */
#ifndef CUPEL_REPORTS_PALETTE_H
#define CUPEL_REPORTS_PALETTE_H

#include "harness/base/str.h"

/* name, variable of the style sheet, light, dark */
#define PALETTE(X)                                                                                 \
    X(INK, "ink", 0x1B1F24, 0xE6E8EB)                                                              \
    X(QUIET, "quiet", 0x59626C, 0xA3ADB8)                                                          \
    X(GRID, "grid", 0xDADEE3, 0x373D45)                                                            \
    X(BASE, "base", 0x0072B2, 0x56B4E9)                                                            \
    X(NEW, "new", 0xC25500, 0xE69F00)                                                              \
    X(FASTER, "faster", 0x007A59, 0x2FC399)                                                        \
    X(SLOWER, "slower", 0xB84A00, 0xF0803C)                                                        \
    X(PURPLE, "purple", 0xA34F83, 0xCC79A7)                                                        \
    X(OCHRE, "ochre", 0x8F7200, 0xF0E442)                                                          \
    X(SKY, "sky", 0x3A93C9, 0x9AD1F5)                                                              \
    X(BROWN, "brown", 0x7A5230, 0xC8A078)                                                          \
    X(PAGE, "page", 0xFFFFFF, 0x14171B)

enum palette {
#define PALETTE_ENUM(name, variable, light, dark) PALETTE_##name,
    PALETTE(PALETTE_ENUM)
#undef PALETTE_ENUM
};

/* "'#0072B2'": a colour for a gnuplot command. */
const char *palette_gnuplot(enum palette colour);

/* Definitions of the variables for both schemes, and the rules for svg elements. */
void palette_css(struct text *out);

#endif
