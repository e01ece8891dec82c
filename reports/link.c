#include "reports/link.h"

#include "harness/base/io.h"
#include "harness/base/str.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

enum { PARTS_MAX = PATH_MAX / 2 };

/* The names of a path from the root on, without "." and "..". -1: too many. */
static int parts_of(struct arena *a, const char *path, const char **parts)
{
    char here[PATH_MAX] = "";
    if (path[0] != '/' && !getcwd(here, sizeof here))
        return -1;
    char *at = arena_text(a, arena_format(a, "%s/%s", here, path)), *rest;
    int n = 0;
    for (char *part = strtok_r(at, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        if (strcmp(part, "..") == 0)
            n -= n > 0;
        else if (strcmp(part, ".") != 0 && n == PARTS_MAX)
            return -1;
        else if (strcmp(part, ".") != 0)
            parts[n++] = part;
    }
    return n;
}

static void add_part(struct text *out, const char *part)
{
    for (const unsigned char *c = (const unsigned char *)part; *c; c++)
        if (isalnum(*c) || strchr("-._~+,=", *c))
            text_add(out, (const char *)c, 1);
        else
            text_printf(out, "%%%02X", *c);
}

const char *link_to(struct arena *a, const char *folder, const char *path)
{
    const char **from = ARENA_NEW(a, const char *, PARTS_MAX);
    const char **to = ARENA_NEW(a, const char *, PARTS_MAX);
    int n = parts_of(a, folder, from), m = parts_of(a, path, to), same = 0;
    struct text out = {0};
    if (n < 0 || m < 1 || !io_exists(path))
        return NULL;
    while (same < n && same < m - 1 && strcmp(from[same], to[same]) == 0)
        same++;
    for (int i = same; i < n; i++)
        text_puts(&out, "../");
    for (int i = same; i < m; i++) {
        add_part(&out, to[i]);
        text_puts(&out, i + 1 < m ? "/" : "");
    }
    const char *link = arena_text(a, out.p);
    text_done(&out);
    return link;
}
