#include "reports/escape.h"

#include <ctype.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"
#define ELLIPSIS    "\xE2\x80\xA6"

/* The next character of *s, made printable; *s moves behind it. {NULL} at the end. */
static struct str next_character(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    if (*p == '\0')
        return (struct str){NULL, 0};
    size_t n = str_utf8_bytes(*s, strnlen(*s, 4));
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
