/* Pictures of pages for the README: PNGs of what a browser shows. Decides nothing.
 *
 *     bench_pictures PAGE PICTURE.png [light|dark [WIDTH HEIGHT [SCRIPT]]]
 *
 * SCRIPT runs in the page before the picture is taken.
 */
#include "tests/browser/webdriver.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *argument(int argc, char **argv, int i, const char *otherwise)
{
    return argc > i ? argv[i] : otherwise;
}

static bool show(struct browser *b, int argc, char **argv, struct err *e)
{
    char path[PATH_MAX], url[PATH_MAX + 10];
    int width = atoi(argument(argc, argv, 4, "1280")),
        height = atoi(argument(argc, argv, 5, "860"));
    if (!realpath(argv[1], path))
        return err_system(e, "%s", argv[1]);
    snprintf(url, sizeof url, "file://%s", path);
    if (!browser_size(b, width, height, width < 600 && !strstr(path, ".svg"), e) ||
        !browser_prefer(b, "prefers-color-scheme", argument(argc, argv, 3, "light"), e) ||
        !browser_go(b, url, e))
        return false;
    struct text script = {0};
    text_printf(&script, "%s; return new Promise(done => setTimeout(done, 200, 1))",
                argument(argc, argv, 6, ""));
    struct json *done = browser_run(b, script.p, e);
    text_done(&script);
    json_free(done);
    return done && browser_picture(b, argv[2], e);
}

int main(int argc, char **argv)
{
    struct err e;
    char folder[] = "/tmp/pictures-XXXXXX";
    if (argc < 3 || !mkdtemp(folder)) {
        fprintf(stderr,
                "usage: bench_pictures PAGE PICTURE.png [light|dark [WIDTH HEIGHT [SCRIPT]]]\n");
        return 2;
    }
    struct browser *b = browser_open(folder, &e);
    bool ok = b && show(b, argc, argv, &e);
    if (!ok)
        fprintf(stderr, "%s\n", e.text);
    browser_close(b);
    return ok ? 0 : 1;
}
