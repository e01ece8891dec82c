/* A headless Chromium, driven through chromedriver (W3C WebDriver over HTTP). One is started for a test
 * program and ended with it; its profile is a folder of the program's own that is removed again.
 *
 *     struct browser *b = browser_open(test_folder("chromium"), &e);
 *     browser_go(b, "file:///tmp/report/index.html", &e);
 *     struct json *title = browser_run(b, "return document.title", &e);
 *     browser_close(b);
 *
 * Every function that fails says what was asked and what chromedriver answered. Answers are the
 * caller's: json_free.
 */
#ifndef CUPEL_TESTS_BROWSER_WEBDRIVER_H
#define CUPEL_TESTS_BROWSER_WEBDRIVER_H

#include "harness/base/err.h"
#include "harness/base/json.h"

struct browser;

/* Are chromium and chromedriver installed? */
bool browser_is_there(void);

/* folder: empty, for the profile. NULL on error. */
struct browser *browser_open(const char *folder, struct err *e) MUST_CHECK;
void browser_close(struct browser *b); /* removes the folder; NULL is fine */

bool browser_go(struct browser *b, const char *url, struct err *e) MUST_CHECK;

/* px of the page. As a phone: with touch, and a page that says nothing of its viewport is 980 wide. */
bool browser_size(struct browser *b, int width, int height, bool phone, struct err *e) MUST_CHECK;

/* The value that a script returns; it may be awaited. NULL on error. */
struct json *browser_run(struct browser *b, const char *script, struct err *e) MUST_CHECK;

/* The mouse's click, a finger's tap, and the mouse over the middle of the first element that a CSS
 * selector finds. */
bool browser_click(struct browser *b, const char *selector, struct err *e) MUST_CHECK;
bool browser_tap(struct browser *b, const char *selector, struct err *e) MUST_CHECK;
bool browser_hover(struct browser *b, const char *selector, struct err *e) MUST_CHECK;

/* Keys as if typed, those of BROWSER_KEY among them. */
bool browser_keys(struct browser *b, const char *keys, struct err *e) MUST_CHECK;
#define BROWSER_TAB   "\xEE\x80\x84"
#define BROWSER_ENTER "\xEE\x80\x87"
#define BROWSER_ESC   "\xEE\x80\x8C"
#define BROWSER_LEFT  "\xEE\x80\x92"
#define BROWSER_UP    "\xEE\x80\x93"
#define BROWSER_RIGHT "\xEE\x80\x94"
#define BROWSER_DOWN  "\xEE\x80\x95"

/* A command of the DevTools protocol; parameters as JSON text. Its result, NULL on error. */
struct json *browser_command(struct browser *b, const char *name, const char *parameters,
                             struct err *e) MUST_CHECK;

/* prefers-color-scheme, prefers-reduced-motion and the like: "prefers-color-scheme", "dark". */
bool browser_prefer(struct browser *b, const char *feature, const char *value,
                    struct err *e) MUST_CHECK;

/* What came since the last call: "browser" (the console), "performance" (requests and more). */
struct json *browser_log(struct browser *b, const char *type, struct err *e) MUST_CHECK;

/* A PNG of what the window shows. */
bool browser_picture(struct browser *b, const char *path, struct err *e) MUST_CHECK;

#endif
