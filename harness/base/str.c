#include "harness/base/str.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 63 }; /* characters of the longest number that is read */

struct str str_of(const char *text)
{
    return (struct str){text, strlen(text)};
}

bool str_equal(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *text)
{
    return str_equal(a, str_of(text));
}

struct str str_cut(struct str *rest, char separator)
{
    const char *at = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
    struct str head = *rest;
    if (!at) {
        *rest = (struct str){NULL, 0};
        return head;
    }
    head.n = (size_t)(at - rest->p);
    *rest = (struct str){at + 1, rest->n - head.n - 1};
    return head;
}

char *str_copy(struct arena *a, struct str s)
{
    char *copy = arena_alloc_raw(a, s.n + 1);
    if (s.n)
        memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    return copy;
}

/* strtol and strtod skip leading blanks; a number here starts with a digit, sign or point. */
static bool number_text(struct str s, char out[NUMBER_MAX + 1])
{
    if (s.n == 0 || s.n > NUMBER_MAX || !strchr("+-.0123456789", s.p[0]))
        return false;
    memcpy(out, s.p, s.n);
    out[s.n] = '\0';
    return strlen(out) == s.n && !strpbrk(out, "xXnN");
}

bool str_to_long(struct str s, long *out)
{
    char text[NUMBER_MAX + 1], *end;
    if (!number_text(s, text))
        return false;
    errno = 0;
    *out = strtol(text, &end, 10);
    return *end == '\0' && end != text && errno == 0;
}

bool str_to_double(struct str s, double *out)
{
    char text[NUMBER_MAX + 1], *end;
    if (!number_text(s, text))
        return false;
    *out = strtod(text, &end);
    return *end == '\0' && end != text && isfinite(*out);
}

/* Rows of the Unicode table (RFC 3629: no overlong form, no surrogate): lead bytes, range of the second byte, length. */
static const struct utf8_form {
    unsigned char lead_lo, lead_hi, second_lo, second_hi;
    size_t bytes;
} utf8_forms[] = {
    {0x00, 0x7f, 0x00, 0x00, 1},
    {0xc2, 0xdf, 0x80, 0xbf, 2},
    {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4},
    {0xf4, 0xf4, 0x80, 0x8f, 4},
};

size_t str_utf8_bytes(const char *p, size_t left)
{
    const unsigned char *u = (const unsigned char *)p;
    const struct utf8_form *form = NULL;
    for (size_t i = 0; left > 0 && i < sizeof utf8_forms / sizeof *utf8_forms && !form; i++)
        if (u[0] >= utf8_forms[i].lead_lo && u[0] <= utf8_forms[i].lead_hi)
            form = &utf8_forms[i];
    if (!form || form->bytes > left)
        return 0;
    if (form->bytes > 1 && (u[1] < form->second_lo || u[1] > form->second_hi))
        return 0;
    for (size_t i = 2; i < form->bytes; i++)
        if (u[i] < 0x80 || u[i] > 0xbf)
            return 0;
    return form->bytes;
}

bool str_is_utf8(struct str s)
{
    size_t step;
    for (size_t i = 0; i < s.n; i += step)
        if ((step = str_utf8_bytes(s.p + i, s.n - i)) == 0)
            return false;
    return true;
}

static void reserve(struct text *t, size_t more)
{
    size_t needed = t->n + more + 1;
    if (needed <= t->capacity)
        return;
    size_t grown = t->capacity * 2;
    t->capacity = grown > needed ? grown : needed + 64;
    t->p = mem_resize(MEM_BASE, t->p, t->capacity);
}

void text_add(struct text *t, const char *bytes, size_t n)
{
    reserve(t, n);
    if (n)
        memcpy(t->p + t->n, bytes, n);
    t->n += n;
    t->p[t->n] = '\0';
}

void text_puts(struct text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

void text_printf(struct text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    reserve(t, (size_t)n);
    vsnprintf(t->p + t->n, (size_t)n + 1, format, again);
    va_end(again);
    t->n += (size_t)n;
}

void text_clear(struct text *t)
{
    t->n = 0;
    if (t->p)
        t->p[0] = '\0';
}

void text_done(struct text *t)
{
    mem_free(MEM_BASE, t->p);
    *t = (struct text){0};
}
