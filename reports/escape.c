#include "reports/escape.h"

#include <ctype.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"
#define ELLIPSIS    "\xE2\x80\xA6"

/* Bytes of the UTF-8 character at p: 0 when it is none (RFC 3629: no overlong form, no surrogate,
 * nothing above U+10FFFF). */
static size_t character_bytes(const unsigned char *p)
{
    static const struct {
        unsigned char first_lo, first_hi, second_lo, second_hi;
        size_t bytes;
    } forms[] = {
        {0x00, 0x7F, 0,    0,    1},
        {0xC2, 0xDF, 0x80, 0xBF, 2},
        {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3},
        {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4},
        {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (p[0] < forms[i].first_lo || p[0] > forms[i].first_hi)
            continue;
        if (forms[i].bytes > 1 && (p[1] < forms[i].second_lo || p[1] > forms[i].second_hi))
            return 0;
        for (size_t b = 2; b < forms[i].bytes; b++)
            if ((p[b] & 0xC0) != 0x80)
                return 0;
        return forms[i].bytes;
    }
    return 0;
}

/* The next character of *s, made printable; *s moves behind it. {NULL} at the end. */
static struct str next_character(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    if (*p == '\0')
        return (struct str){NULL, 0};
    size_t n = character_bytes(p);
    struct str c = {*s, n};
    *s += n ? n : 1;
    if (n == 0)
        return str_of(REPLACEMENT);
    if (*p < 0x20 || *p == 0x7F)
        return str_of(" ");
    return c;
}

struct substitution {
    char from;
    const char *to;
};

static void substitute(struct text *out, const char *s, const struct substitution *rows)
{
    for (struct str c = next_character(&s); c.p; c = next_character(&s)) {
        const struct substitution *row = rows;
        while (row->from && (c.n != 1 || c.p[0] != row->from))
            row++;
        if (row->from)
            text_puts(out, row->to);
        else
            text_add(out, c.p, c.n);
    }
}

void escape_html(struct text *out, const char *s)
{
    static const struct substitution rows[] = {
        {'&',  "&amp;" },
        {'<',  "&lt;"  },
        {'>',  "&gt;"  },
        {'"',  "&quot;"},
        {'\'', "&#39;" },
        {0,    NULL    }
    };
    substitute(out, s, rows);
}

void escape_markdown(struct text *out, const char *s)
{
    static const struct substitution rows[] = {
        {'&',  "&amp;"},
        {'<',  "&lt;" },
        {'>',  "&gt;" },
        {'\\', "\\\\" },
        {'`',  "\\`"  },
        {'*',  "\\*"  },
        {'_',  "\\_"  },
        {'[',  "\\["  },
        {']',  "\\]"  },
        {'|',  "\\|"  },
        {'#',  "\\#"  },
        {'~',  "\\~"  },
        {'$',  "\\$"  },
        {'!',  "\\!"  },
        {0,    NULL   },
    };
    substitute(out, s, rows);
}

/* In single quotes gnuplot expands neither backquotes nor @macros nor backslashes. */
void escape_gnuplot(struct text *out, const char *s)
{
    static const struct substitution rows[] = {
        {'\'', "''"},
        {0,    NULL}
    };
    text_puts(out, "'");
    substitute(out, s, rows);
    text_puts(out, "'");
}

static bool is_plain_word(const char *s)
{
    for (const char *p = s; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("_./:=,@%+-", *p))
            return false;
    return *s != '\0';
}

void escape_shell(struct text *out, const char *s)
{
    static const struct substitution rows[] = {
        {'\'', "'\\''"},
        {0,    NULL   }
    };
    if (is_plain_word(s)) {
        text_puts(out, s);
        return;
    }
    text_puts(out, "'");
    substitute(out, s, rows);
    text_puts(out, "'");
}

void escape_slug(struct text *out, const char *s, size_t max)
{
    size_t start = out->n;
    for (; *s && out->n - start < max; s++) {
        unsigned char c = (unsigned char)*s;
        char lower = isalnum(c) ? (char)tolower(c) : '-';
        if (lower != '-' || (out->n > start && out->p[out->n - 1] != '-'))
            text_add(out, &lower, 1);
    }
    while (out->n > start && out->p[out->n - 1] == '-')
        out->p[--out->n] = '\0';
}

void escape_clip(struct text *out, const char *s, int max)
{
    int n = 0;
    for (const char *p = s; next_character(&p).p;)
        n++;
    int kept = n > max ? max - 1 : n;
    for (int i = 0; i < kept; i++) {
        struct str c = next_character(&s);
        text_add(out, c.p, c.n);
    }
    text_puts(out, n > max ? ELLIPSIS : "");
}
