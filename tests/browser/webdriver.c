#include "tests/browser/webdriver.h"

#include "tests/browser/driver.h"

#include "harness/base/io.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

struct browser {
    struct driver driver;
    char folder[PATH_MAX];
};

static struct json *object_of(const char *key, const char *text)
{
    struct json *object = json_object();
    json_put_text(object, key, text);
    return object;
}

/* ---- start and end ----------------------------------------------------------------------------- */

bool browser_is_there(void)
{
    return system("command -v chromium >/dev/null && command -v chromedriver >/dev/null") == 0;
}

/* As root Chromium has no sandbox. */
static struct json *capabilities(const char *profile)
{
    static const char *const words[] = {
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-extensions",
        "--no-first-run",
        "--remote-debugging-pipe", /* it ends when chromedriver does */
        "--force-color-profile=srgb",
        "--window-size=1280,900"};
    char own[PATH_MAX + 20];
    struct json *body = json_object();
    struct json *always = json_put_object(json_put_object(body, "capabilities"), "alwaysMatch");
    struct json *logs = json_put_object(always, "goog:loggingPrefs");
    json_put_text(logs, "browser", "ALL");
    json_put_text(logs, "performance", "ALL");
    struct json *list = json_put_array(json_put_object(always, "goog:chromeOptions"), "args");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        json_push(list, json_of_text(words[i]));
    snprintf(own, sizeof own, "--user-data-dir=%s", profile);
    json_push(list, json_of_text(own));
    return body;
}

struct browser *browser_open(const char *folder, struct err *e)
{
    struct browser *b = calloc(1, sizeof *b);
    if (!realpath(folder, b->folder)) {
        err_system(e, "%s", folder);
    } else if (driver_open(&b->driver, e) &&
               driver_session(&b->driver, capabilities(b->folder), e)) {
        return b;
    }
    browser_close(b);
    return NULL;
}

void browser_close(struct browser *b)
{
    struct err unheard;
    if (!b)
        return;
    driver_close(&b->driver);
    (void)!io_remove_tree(b->folder, &unheard);
    free(b);
}

/* ---- pages and scripts --------------------------------------------------------------------------- */

bool browser_go(struct browser *b, const char *url, struct err *e)
{
    return driver_tell(&b->driver, "POST", "/url", object_of("url", url), e);
}

struct json *browser_run(struct browser *b, const char *script, struct err *e)
{
    struct json *body = object_of("script", script);
    json_put_array(body, "args");
    return driver_ask(&b->driver, "POST", "/execute/sync", body, e);
}

struct json *browser_command(struct browser *b, const char *name, const char *parameters,
                             struct err *e)
{
    struct json *body = object_of("cmd", name);
    struct json *given = json_parse(str_of(parameters), name, e);
    if (given)
        json_put(body, "params", given);
    return driver_ask(&b->driver, "POST", "/goog/cdp/execute", body, e);
}

static bool command(struct browser *b, const char *name, const char *parameters, struct err *e)
{
    struct json *value = browser_command(b, name, parameters, e);
    json_free(value);
    return value != NULL;
}

bool browser_size(struct browser *b, int width, int height, bool phone, struct err *e)
{
    const char *truth = phone ? "true" : "false";
    char size[200], touch[60];
    snprintf(size, sizeof size,
             "{\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,\"mobile\":%s}", width, height,
             truth);
    snprintf(touch, sizeof touch, "{\"enabled\":%s}", truth);
    return command(b, "Emulation.setDeviceMetricsOverride", size, e) &&
           command(b, "Emulation.setTouchEmulationEnabled", touch, e);
}

bool browser_prefer(struct browser *b, const char *feature, const char *value, struct err *e)
{
    char parameters[300];
    snprintf(parameters, sizeof parameters, "{\"features\":[{\"name\":\"%s\",\"value\":\"%s\"}]}",
             feature, value);
    return command(b, "Emulation.setEmulatedMedia", parameters, e);
}

struct json *browser_log(struct browser *b, const char *type, struct err *e)
{
    return driver_ask(&b->driver, "POST", "/se/log", object_of("type", type), e);
}

/* ---- mouse and keys -------------------------------------------------------------------------------- */

/* The element as WebDriver refers to it. */
static struct json *find(struct browser *b, const char *selector, struct err *e)
{
    struct json *body = object_of("using", "css selector");
    json_put_text(body, "value", selector);
    return driver_ask(&b->driver, "POST", "/element", body, e);
}

static struct json *step_of(struct json *steps, const char *type)
{
    struct json *step = json_object();
    json_put_text(step, "type", type);
    json_push(steps, step);
    return step;
}

/* A sequence of one device: {"actions":[{"type":type,"id":id,"actions":[steps]}]}; kind: of a pointer. */
static struct json *sequence(const char *type, const char *kind, struct json **steps)
{
    struct json *body = json_object(), *source = json_object();
    json_push(json_put_array(body, "actions"), source);
    json_put_text(source, "type", type);
    json_put_text(source, "id", kind);
    if (strcmp(type, "pointer") == 0)
        json_put_text(json_put_object(source, "parameters"), "pointerType", kind);
    *steps = json_put_array(source, "actions");
    return body;
}

/* What a pointer does at the middle of an element. */
enum gesture { HOVER, CLICK, TAP };

static void add_press(struct json *steps)
{
    json_put_number(step_of(steps, "pointerDown"), "button", 0);
    json_put_number(step_of(steps, "pause"), "duration", 50);
    json_put_number(step_of(steps, "pointerUp"), "button", 0);
}

static struct json *gesture_at(const struct json *element, enum gesture gesture)
{
    struct json *steps, *body = sequence("pointer", gesture == TAP ? "touch" : "mouse", &steps);
    struct json *move = step_of(steps, "pointerMove");
    json_put_number(move, "x", 0);
    json_put_number(move, "y", 0);
    json_put_number(move, "duration", 0);
    json_put(move, "origin", json_copy(element));
    if (gesture != HOVER)
        add_press(steps);
    return body;
}

static bool point(struct browser *b, const char *selector, enum gesture gesture, struct err *e)
{
    struct text script = {0};
    text_printf(&script,
                "document.querySelector(`%s`).scrollIntoView({block: 'center', inline: 'center'})",
                selector);
    struct json *element = find(b, selector, e);
    struct json *scrolled = element ? browser_run(b, script.p, e) : NULL;
    bool ok =
        scrolled && driver_tell(&b->driver, "POST", "/actions", gesture_at(element, gesture), e);
    json_free(scrolled);
    json_free(element);
    text_done(&script);
    return ok || err_prefix(e, "%s", selector);
}

bool browser_click(struct browser *b, const char *selector, struct err *e)
{
    return point(b, selector, CLICK, e);
}

bool browser_tap(struct browser *b, const char *selector, struct err *e)
{
    return point(b, selector, TAP, e);
}

bool browser_hover(struct browser *b, const char *selector, struct err *e)
{
    return point(b, selector, HOVER, e);
}

bool browser_keys(struct browser *b, const char *keys, struct err *e)
{
    struct json *steps, *body = sequence("key", "keys", &steps);
    while (*keys) {
        char one[5] = "";
        size_t n = str_utf8_bytes(keys, strlen(keys));
        memcpy(one, keys, n ? n : 1);
        keys += n ? n : 1;
        json_put_text(step_of(steps, "keyDown"), "value", one);
        json_put_text(step_of(steps, "keyUp"), "value", one);
    }
    return driver_tell(&b->driver, "POST", "/actions", body, e);
}

/* ---- pictures ---------------------------------------------------------------------------------------- */

bool browser_picture(struct browser *b, const char *path, struct err *e)
{
    struct json *value = driver_ask(&b->driver, "GET", "/screenshot", json_object(), e);
    if (!value)
        return false;
    struct str base64 = str_of(json_text(value));
    unsigned char *png = malloc(base64.n);
    int n = EVP_DecodeBlock(png, (const unsigned char *)base64.p, (int)base64.n);
    for (size_t i = base64.n; n > 0 && i > 0 && base64.p[i - 1] == '='; i--)
        n--; /* it counts the padding as bytes */
    bool ok = n > 0 ? io_write_file(path, png, (size_t)n, e)
                    : err_set(e, ERR_SYSTEM, "%s: the picture is no base64", path);
    free(png);
    json_free(value);
    return ok;
}
