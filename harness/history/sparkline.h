/* A curve of one line: a character a value. */
#ifndef CUPEL_HISTORY_SPARKLINE_H
#define CUPEL_HISTORY_SPARKLINE_H

#include "harness/base/str.h"

#include <stdbool.h>

/* Does the terminal take UTF-8? By LC_ALL, LC_CTYPE, LANG, the first that is set. */
bool sparkline_is_utf8(void);

/* Adds the last `width` of v[n], from their smallest to their largest: eight blocks of UTF-8, or eight
 * characters of ASCII. All equal: the middle. Not a number: a blank. */
void sparkline_add(struct text *out, const double *v, int n, int width, bool is_utf8);

#endif
