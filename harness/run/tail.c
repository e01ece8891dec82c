#include "harness/run/tail.h"

#include "harness/base/str.h"

#include <stdio.h>
#include <string.h>

void tail_add(struct tail *t, const char *bytes, size_t n)
{
    if (n > TAIL_BYTES) {
        bytes += n - TAIL_BYTES;
        n = TAIL_BYTES;
    }
    size_t keep = t->n + n > TAIL_BYTES ? TAIL_BYTES - n : t->n;
    memmove(t->bytes, t->bytes + t->n - keep, keep);
    memcpy(t->bytes + keep, bytes, n);
    t->n = keep + n;
}

static bool is_blank(struct str line)
{
    for (size_t i = 0; i < line.n; i++)
        if (!strchr(" \t\r", line.p[i]) || !line.p[i])
            return false;
    return true;
}

/* Cuts the last line off. */
static struct str last_line(struct str *rest)
{
    size_t n = rest->n, begin = n;
    while (begin > 0 && rest->p[begin - 1] != '\n')
        begin--;
    rest->n = begin ? begin - 1 : 0;
    return (struct str){rest->p + begin, n - begin};
}

/* Puts the line in front of what is there: false when there is no room. */
static bool put_before(struct str line, char text[TAIL_TEXT])
{
    static const char between[] = " | ";
    size_t used = strlen(text), gap = used ? sizeof between - 1 : 0;
    if (!used && line.n >= TAIL_TEXT)
        line = (struct str){line.p + line.n - TAIL_TEXT + 1, TAIL_TEXT - 1};
    if (line.n + gap + used >= TAIL_TEXT)
        return false;
    memmove(text + line.n + gap, text, used + 1);
    for (size_t i = 0; i < line.n; i++)
        text[i] = line.p[i] ? line.p[i] : '?';
    memcpy(text + line.n, between, gap);
    return true;
}

int tail_lines(const struct tail *t, int most, char text[TAIL_TEXT])
{
    struct str rest = {t->bytes, t->n};
    int n = 0;
    text[0] = '\0';
    while (rest.n && n < most) {
        struct str line = last_line(&rest);
        while (line.n && strchr(" \t\r", line.p[line.n - 1]) && line.p[line.n - 1])
            line.n--;
        if (is_blank(line))
            continue;
        if (!put_before(line, text))
            break;
        n++;
    }
    return n;
}
