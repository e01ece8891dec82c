#include "harness/base/str.h"

#include <errno.h>
#include <assert.h>
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

void text_reserve(struct text *t, size_t more)
{
    reserve(t, more);
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

enum { PRINTED_USUALLY = 63 };

void text_printf(struct text *t, const char *format, ...)
{
    va_list args, again;
    reserve(t, PRINTED_USUALLY);
    size_t room = t->capacity - t->n;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(t->p + t->n, room, format, args);
    va_end(args);
    if ((size_t)n >= room) {
        reserve(t, (size_t)n);
        vsnprintf(t->p + t->n, (size_t)n + 1, format, again);
    }
    va_end(again);
    t->n += (size_t)n;
}

/* ---- doubles ---------------------------------------------------------------------------------- */

enum { DIGITS = 17, LEAST_POWER = -4, MOST_POWER = 14 };

__extension__ typedef unsigned __int128 wide;

/* 10^(i + LEAST_POWER); those below 1 are the doubles next to it. */
static const double tens[] = {1e-4, 1e-3, 1e-2, 1e-1, 1e0,  1e1,  1e2,  1e3,  1e4,
                              1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                              1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20};

static double ten_to(int power)
{
    assert(power >= LEAST_POWER && power <= DIGITS - 1 - LEAST_POWER);
    return tens[power - LEAST_POWER];
}

/* The power of ten of the first digit, or one more: a double that is not below 10^-4 is not below the
 * double next to 10^-4 either. */
static int power_above(double x)
{
    int power = LEAST_POWER;
    while (power < MOST_POWER && x >= ten_to(power + 1))
        power++;
    return power;
}

/* The first 17 digits of x, rounded to even: x * 10^(16 - power) = v / 2^shift with a v of at most
 * 53 + 67 bits. false: the first would be 0, the power is one too large. */
static bool digits_of(double x, int power, uint64_t *digits)
{
    int exponent;
    uint64_t significand = (uint64_t)ldexp(frexp(x, &exponent), 53);
    wide v = significand * (wide)ten_to(DIGITS - 1 - power);
    int shift = 53 - exponent; /* 3..66 */
    wide half = (wide)1 << (shift - 1), rest = v & (half * 2 - 1);
    *digits = (uint64_t)(v >> shift);
    if (*digits < (uint64_t)ten_to(DIGITS - 1))
        return false;
    *digits += rest > half || (rest == half && (*digits & 1));
    return true;
}

/* Two digits a division. Writes them so that they end at `end`; returns where they begin. */
static char *digits_before(char *end, uint64_t x)
{
    static const char pairs[] = "0001020304050607080910111213141516171819"
                                "2021222324252627282930313233343536373839"
                                "4041424344454647484950515253545556575859"
                                "6061626364656667686970717273747576777879"
                                "8081828384858687888990919293949596979899";
    for (; x >= 10; x /= 100)
        memcpy(end -= 2, pairs + 2 * (x % 100), 2);
    if (x > 0)
        *--end = (char)('0' + x);
    return end;
}

bool str_is_plain(const char *value)
{
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p < ' ' || strchr("\",\\", *p))
            return false;
    return true;
}

void text_add_csv(struct text *t, const char *value)
{
    if (str_is_plain(value)) {
        text_puts(t, value);
        return;
    }
    text_puts(t, "\"");
    for (const char *p = value; *p; p++) {
        text_add(t, p, 1);
        if (*p == '"')
            text_add(t, p, 1);
    }
    text_puts(t, "\"");
}

size_t str_print_whole(uint64_t x, char out[STR_WHOLE])
{
    char text[STR_WHOLE + 1], *end = text + sizeof text, *begin = digits_before(end, x);
    if (x == 0)
        *--begin = '0';
    size_t n = (size_t)(end - begin);
    memcpy(out, begin, n);
    return n;
}

static size_t place(uint64_t digits, int power, char *out)
{
    char text[DIGITS + 1];
    int n = DIGITS;
    memset(text, '0', sizeof text); /* before digits that are fewer */
    digits_before(text + DIGITS, digits);
    while (n > 1 && n > power + 1 && text[n - 1] == '0')
        n--;
    char *p = out;
    for (int i = power; i < 0; i++) {
        *p++ = '0';
        if (i == power)
            *p++ = '.';
    }
    for (int i = 0; i < n; i++) {
        if (i > 0 && i == power + 1)
            *p++ = '.';
        *p++ = text[i];
    }
    return (size_t)(p - out);
}

/* 10^-4 <= x < 10^15: what printf shows without an exponent and what fits into 128 bits. */
static size_t print_usual(double x, char *out)
{
    uint64_t digits;
    int power = power_above(x);
    if (!digits_of(x, power, &digits))
        digits_of(x, --power, &digits);
    if (digits == (uint64_t)ten_to(DIGITS)) {
        digits /= 10;
        power++;
    }
    return place(digits, power, out);
}

void text_add_double(struct text *t, double x)
{
    double size = fabs(x);
    bool whole = size < 1e15 && (double)(uint64_t)size == size;
    if (!whole && !(size >= 1e-4 && size < 1e15)) {
        text_printf(t, "%.17g", x);
        return;
    }
    reserve(t, 2 * DIGITS);
    if (signbit(x))
        t->p[t->n++] = '-';
    char *out = t->p + t->n;
    t->n += whole ? str_print_whole((uint64_t)size, out) : print_usual(size, out);
    t->p[t->n] = '\0';
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
