#include "harness/flame/flame_markup.h"

#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"
#define ELLIPSIS    "\xE2\x80\xA6"

/* The next character of *s as it may stand in XML; *s moves behind it. {NULL} at the end. */
static struct str next_character(const char **s)
{
    if (**s == '\0')
        return (struct str){NULL, 0};
    size_t n = str_utf8_bytes(*s, strnlen(*s, 4));
    struct str c = {*s, n};
    unsigned char first = (unsigned char)**s;
    *s += n ? n : 1;
    if (n == 0 ||
        (n == 3 && (memcmp(c.p, "\xEF\xBF\xBE", 3) == 0 || memcmp(c.p, "\xEF\xBF\xBF", 3) == 0)))
        return str_of(REPLACEMENT);
    return first < 0x20 || first == 0x7F ? str_of(" ") : c;
}

static void add_character(struct text *out, struct str c)
{
    static const struct {
        char from;
        const char *to;
    } rows[] = {
        {'&',  "&amp;" },
        {'<',  "&lt;"  },
        {'>',  "&gt;"  },
        {'"',  "&quot;"},
        {'\'', "&#39;" },
    };
    for (size_t i = 0; c.n == 1 && i < sizeof rows / sizeof *rows; i++)
        if (c.p[0] == rows[i].from) {
            text_puts(out, rows[i].to);
            return;
        }
    text_add(out, c.p, c.n);
}

void flame_markup(struct text *out, const char *s)
{
    for (struct str c = next_character(&s); c.p; c = next_character(&s))
        add_character(out, c);
}

/* From U+1100 on, by the lead byte: three bytes from E1 84 80. */
static int columns_of(struct str c)
{
    return c.n >= 3 && memcmp(c.p, "\xE1\x84\x80", 3) >= 0 && memcmp(c.p, ELLIPSIS, 3) != 0 ? 2 : 1;
}

static int columns_in(const char *s)
{
    int columns = 0;
    for (struct str c = next_character(&s); c.p; c = next_character(&s))
        columns += columns_of(c);
    return columns;
}

void flame_markup_fit(struct text *out, const char *s, int columns)
{
    if (columns < 3)
        return;
    if (columns_in(s) <= columns) {
        flame_markup(out, s);
        return;
    }
    int left = columns - 1;
    for (struct str c = next_character(&s); c.p && columns_of(c) <= left; c = next_character(&s)) {
        add_character(out, c);
        left -= columns_of(c);
    }
    text_puts(out, ELLIPSIS);
}

void flame_markup_number(struct text *out, double x)
{
    char digits[40];
    int n = snprintf(digits, sizeof digits, "%.2f", x);
    while (n > 0 && digits[n - 1] == '0')
        n--;
    n -= n > 0 && digits[n - 1] == '.';
    text_add(out, digits, (size_t)n);
}
