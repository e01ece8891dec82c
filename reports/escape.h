/* Text from a results file, made safe for the language that it is put into. Names in a file may
 * hold anything: quotes, braces, newlines, tags, bytes that are no UTF-8.
 *
 *     escape_html(out, "<script>");        // &lt;script&gt;
 *
 * Every function appends to `out`. Control characters (newlines among them) become spaces, bytes
 * that are no UTF-8 become U+FFFD.
 */
#ifndef CUPEL_REPORTS_ESCAPE_H
#define CUPEL_REPORTS_ESCAPE_H

#include "harness/base/str.h"

void escape_html(struct text *out, const char *s);     /* text and attribute values in " quotes */
void escape_markdown(struct text *out, const char *s); /* inline text, table cells included */
void escape_gnuplot(struct text *out, const char *s);  /* with its single quotes around it */
void escape_shell(struct text *out, const char *s);    /* one word, quoted only where needed */

/* The name of a file: lower-case letters, digits and dashes, at most `max` of them. */
void escape_slug(struct text *out, const char *s, size_t max);

/* At most `max` characters (not bytes); a cut one ends in an ellipsis. */
void escape_clip(struct text *out, const char *s, int max);

#endif
