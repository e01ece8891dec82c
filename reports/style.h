/* What the page carries besides its text: one style sheet and a few lines of script, both inline.
 * Colours are palette.h's variables.
 */
#ifndef CUPEL_REPORTS_STYLE_H
#define CUPEL_REPORTS_STYLE_H

extern const char style_sheet[];  /* CSS */
extern const char style_script[]; /* JavaScript: sorts tables, copies a command */

#endif
