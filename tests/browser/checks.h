/* What every page of ours must hold, asked of a page in a browser (checks.js); each fails the test with
 * what it found.
 *
 *     struct browser *b = check_browser(state);        // the program's own, started once
 *     check_open(b, path, CHECK_DESKTOP);
 *     check_true(b, "document.title !== ''");
 *     check_page(b, path);
 */
#ifndef CUPEL_TESTS_BROWSER_CHECKS_H
#define CUPEL_TESTS_BROWSER_CHECKS_H

#include "tests/browser/webdriver.h"
#include "tests/test.h"

/* cmocka group fixtures: *state is the browser. Where none is installed and $CUPEL_NO_BROWSER is set, it is
 * NULL and every test is skipped. */
int check_start(void **state);
int check_end(void **state);
struct browser *check_browser(void **state); /* skips when it is NULL */

/* A name that must stay text wherever it is shown. */
#define CHECK_HOSTILE "<script>alert(1)</script>"

enum { CHECK_DESKTOP = 1280, CHECK_PHONE = 390 }; /* windows' widths */

/* Opens a file in a window so wide, light unless asked otherwise; logs of what was before are dropped. */
void check_open(struct browser *b, const char *path, int width);

/* The same of a file that `draw` makes, with all others of the program, before the first is opened. */
struct browser *check_drawn(void **state, void (*draw)(void), const char *path, int width);

/* The mouse on the first element of the selector; keys to whatever has the focus. */
void check_click(struct browser *b, const char *selector);
void check_press(struct browser *b, const char *keys);

/* No complaint by a function of checks.js: "pictures()". */
void check_js(struct browser *b, const char *call);

/* The text, or the number, that an expression gives; the text lives until the next call. */
const char *check_text(struct browser *b, const char *expression);
double check_number(struct browser *b, const char *expression);

/* It is true, or becomes so within two seconds. */
void check_true(struct browser *b, const char *expression);

/* No message of the console, and no request but for the file itself. */
void check_quiet(struct browser *b, const char *path);

/* All of it: quiet, pictures, names, contrast in light and dark, no sideways scroll as a phone. */
void check_page(struct browser *b, const char *path);

/* Draws a report of results files, quoted for the shell, by the program that is tested: the folder's absolute
 * path, which the next call writes over. */
const char *check_report(const char *results, const char *name);

#endif
