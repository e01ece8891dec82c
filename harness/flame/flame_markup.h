/* Text made safe for XML and HTML: names of functions and titles may hold anything.
 *
 *     flame_markup(out, "<script>");        // &lt;script&gt;
 */
#ifndef CUPEL_FLAME_FLAME_MARKUP_H
#define CUPEL_FLAME_FLAME_MARKUP_H

#include "harness/base/str.h"

/* For text and for attribute values in " quotes. Control characters become spaces, bytes that are no
 * UTF-8, and the two characters that XML refuses, become U+FFFD. */
void flame_markup(struct text *out, const char *s);

/* As much of it as fits into `columns` of a monospaced font, an ellipsis last where it was cut; nothing
 * when there is room for less than three. East Asian characters take two. */
void flame_markup_fit(struct text *out, const char *s, int columns);

/* A place in a picture: at most two digits behind the point, none that say nothing. */
void flame_markup_number(struct text *out, double x);

#endif
