#include "tests/browser/checks.h"

#include "harness/base/io.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 900 };

/* ---- the browser ------------------------------------------------------------------------------- */

int check_start(void **state)
{
    struct err e;
    *state = NULL;
    if (!browser_is_there()) {
        if (getenv("CUPEL_NO_BROWSER"))
            return 0;
        print_error("# chromium and chromedriver are not installed (Debian packages chromium and "
                    "chromium-driver; `make check` installs them; CUPEL_NO_BROWSER=1 skips)\n");
        return -1;
    }
    *state = browser_open(test_folder("chromium"), &e);
    if (!*state)
        print_error("# %s\n", e.text);
    return *state ? 0 : -1;
}

int check_end(void **state)
{
    browser_close(*state);
    return 0;
}

struct browser *check_browser(void **state)
{
    if (!*state) {
        print_message("# no chromium and chromedriver here, and CUPEL_NO_BROWSER is set\n");
        skip();
    }
    return *state;
}

/* ---- questions ----------------------------------------------------------------------------------- */

/* The functions of checks.js stand before the script. */
static struct json *answer_of(struct browser *b, const char *script)
{
    struct text whole = {0};
    struct err e;
    assert_ok(io_read_file("tests/browser/checks.js", &whole, &e), &e);
    text_puts(&whole, script);
    struct json *value = browser_run(b, whole.p, &e);
    text_done(&whole);
    assert_ok(value != NULL, &e);
    return value;
}

static struct json *value_of(struct browser *b, const char *expression)
{
    struct text script = {0};
    text_printf(&script, "\nreturn %s;", expression);
    struct json *value = answer_of(b, script.p);
    text_done(&script);
    return value;
}

void check_click(struct browser *b, const char *selector)
{
    struct err e;
    assert_ok(browser_click(b, selector, &e), &e);
}

void check_press(struct browser *b, const char *keys)
{
    struct err e;
    assert_ok(browser_keys(b, keys, &e), &e);
}

void check_js(struct browser *b, const char *call)
{
    struct text complaints = {0};
    struct json *list = value_of(b, call);
    for (const struct json *c = json_first(list); c; c = json_next(c))
        text_printf(&complaints, "\n#   %s", json_text(c));
    bool good = json_kind(list) == JSON_ARRAY && json_count(list) == 0;
    json_free(list);
    if (!good)
        print_error("# %s:%s\n", call, complaints.p ? complaints.p : " no list");
    text_done(&complaints);
    assert_true(good);
}

const char *check_text(struct browser *b, const char *expression)
{
    static char kept[4096];
    struct json *value = value_of(b, expression);
    snprintf(kept, sizeof kept, "%s", json_text(value));
    json_free(value);
    return kept;
}

double check_number(struct browser *b, const char *expression)
{
    struct json *value = value_of(b, expression);
    double number = json_number(value);
    json_free(value);
    return number;
}

void check_true(struct browser *b, const char *expression)
{
    struct text script = {0};
    text_printf(
        &script,
        "\nreturn (async () => { for (let n = 0; n < 100; n++) { if (await (%s)) return true; "
        "await new Promise(done => setTimeout(done, 20)); } return false; })();",
        expression);
    struct json *value = answer_of(b, script.p);
    bool good = json_bool(value);
    json_free(value);
    text_done(&script);
    if (!good)
        fail_msg("not so: %s", expression);
}

/* ---- pages ------------------------------------------------------------------------------------------ */

static void prefer(struct browser *b, const char *feature, const char *value)
{
    struct err e;
    assert_ok(browser_prefer(b, feature, value, &e), &e);
}

static void drop_logs(struct browser *b)
{
    struct err e;
    struct json *console = browser_log(b, "browser", &e), *more = browser_log(b, "performance", &e);
    json_free(console);
    json_free(more);
}

void check_open(struct browser *b, const char *path, int width)
{
    struct text url = {0};
    struct err e;
    text_printf(&url, "file://%s", path);
    drop_logs(b);
    prefer(b, "prefers-color-scheme", "light");
    assert_ok(browser_size(b, width, HEIGHT, width == CHECK_PHONE, &e), &e);
    assert_ok(browser_go(b, url.p, &e), &e);
    text_done(&url);
}

struct browser *check_drawn(void **state, void (*draw)(void), const char *path, int width)
{
    static bool is_drawn;
    struct browser *b = check_browser(state);
    if (!is_drawn)
        draw();
    is_drawn = true;
    check_open(b, path, width);
    return b;
}

static void check_console(struct browser *b)
{
    struct err e;
    struct json *said = browser_log(b, "browser", &e);
    assert_ok(said != NULL, &e);
    int messages = json_count(said);
    for (const struct json *m = json_first(said); m; m = json_next(m))
        print_error("# console: %s\n", json_text(json_get(m, "message")));
    json_free(said);
    assert_int_equal(messages, 0);
}

/* The URL that an entry of the performance log says was asked for; "" when it says something else. */
static struct json *request_of(const struct json *entry)
{
    struct err e;
    struct json *whole =
        json_parse(str_of(json_text(json_get(entry, "message"))), "performance log", &e);
    const struct json *message = json_get(whole, "message");
    bool asks = strcmp(json_text(json_get(message, "method")), "Network.requestWillBeSent") == 0;
    const struct json *request = json_get(json_get(message, "params"), "request");
    struct json *url = asks ? json_copy(json_get(request, "url")) : NULL;
    json_free(whole);
    return url;
}

static void check_requests(struct browser *b, const char *path)
{
    struct err e;
    int own = 0, foreign = 0;
    struct json *entries = browser_log(b, "performance", &e);
    assert_ok(entries != NULL, &e);
    for (const struct json *entry = json_first(entries); entry; entry = json_next(entry)) {
        struct json *url = request_of(entry);
        const char *asked = json_text(url);
        bool is_own = strncmp(asked, "file://", 7) == 0 && strcmp(asked + 7, path) == 0;
        own += is_own;
        foreign += url && !is_own;
        if (url && !is_own)
            print_error("# the page asked for %s\n", asked);
        json_free(url);
    }
    json_free(entries);
    assert_int_equal(foreign, 0);
    assert_int_equal(own, 1);
}

void check_quiet(struct browser *b, const char *path)
{
    check_requests(b, path);
    check_console(b);
}

void check_page(struct browser *b, const char *path)
{
    struct err e;
    char as_phone[40];
    bool is_page =
        !strstr(path, ".svg"); /* a picture says nothing of a viewport: a narrow window */
    check_open(b, path, CHECK_DESKTOP);
    check_js(b, "(unfold(), pictures())");
    check_js(b, "words()");
    check_js(b, "foreignElements()");
    check_js(b, "contrast()");
    check_js(b, "sideways(1280)");
    prefer(b, "prefers-color-scheme", "dark");
    check_js(b, "contrast()");
    prefer(b, "prefers-reduced-motion", "reduce");
    check_js(b, "motion()");
    assert_ok(browser_size(b, CHECK_PHONE, HEIGHT, is_page, &e), &e);
    snprintf(as_phone, sizeof as_phone, "sideways(%d)", CHECK_PHONE);
    check_js(b, as_phone);
    check_quiet(b, path);
}

/* ---- reports ------------------------------------------------------------------------------------------ */

const char *check_report(const char *results, const char *name)
{
    static char folder[PATH_MAX];
    struct text line = {0};
    assert_non_null(realpath(test_folder(name), folder));
    text_printf(&line, "\"$CUPEL\" report %s --out '%s' >/dev/null", results, folder);
    int status = system(line.p);
    text_done(&line);
    assert_int_equal(status, 0);
    return folder;
}
