/* What the page carries besides its text, both inline: the style sheet page.css, whose colours are
 * palette.h's variables, and the script page.js, without which the page is whole but still.
 */
#ifndef CUPEL_REPORTS_STYLE_H
#define CUPEL_REPORTS_STYLE_H

extern const char style_sheet[];
extern const char style_script[];

#endif
