#include "kernels/store/decimal.h"

#include <stdio.h>
#include <strings.h>

enum {
    DIGITS_MAX = 19,   /* 10^19 - 1 fits in 64 bits */
    TICK_EXPONENT = 6, /* a tick is 10^-6 */
    /* From here on no mantissa makes up for the exponent, as a text is far shorter (decimal.h): the
     * number is 0 or out of range. Ten times as much still fits an int. */
    EXPONENT_MAX = 100000000
};

static const int64_t TICKS_MAX = (int64_t)1 << 53;

static const uint64_t power10[DIGITS_MAX + 1] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

static const char *const fault_texts[] = {
#define DECIMAL_TEXT(name, text) text,
    DECIMAL_FAULTS(DECIMAL_TEXT)
#undef DECIMAL_TEXT
};

const char *decimal_fault_text(enum decimal_fault fault)
{
    return fault_texts[fault];
}

/* The digits at p, onto *value; where they end. */
static inline const char *take_digits(const char *p, const char *end, uint64_t *value)
{
    for (; p < end; p++) {
        unsigned digit = (unsigned)(unsigned char)*p - '0';
        if (digit > 9)
            break;
        *value = *value * 10 + digit;
    }
    return p;
}

/* Nearly every field: digits and at most one point, few enough to need no care. */
static inline bool parse_plain(struct str s, struct decimal *out)
{
    if (s.n == 0 || s.n > DIGITS_MAX || (s.n == 1 && s.p[0] == '.'))
        return false;
    uint64_t value = 0;
    const char *end = s.p + s.n, *p = take_digits(s.p, end, &value), *point = end - 1;
    if (p < end && *p == '.') {
        point = p;
        p = take_digits(p + 1, end, &value);
    }
    *out = (struct decimal){.digits = value, .exponent = (int)(point - end) + 1};
    return p == end;
}

static void add_digit(struct decimal *d, unsigned digit, bool after_point)
{
    if (d->digits < power10[DIGITS_MAX - 1]) {
        d->digits = d->digits * 10 + digit;
        d->exponent -= after_point;
    } else {
        d->more |= digit != 0;
        d->exponent += !after_point;
    }
}

/* The digits and the point; returns how many characters they take, 0 when there is no digit. */
static size_t parse_mantissa(struct str s, struct decimal *d)
{
    bool point = false, any = false;
    size_t i = 0;
    for (; i < s.n; i++) {
        unsigned digit = (unsigned)(unsigned char)s.p[i] - '0';
        if (digit <= 9) {
            add_digit(d, digit, point);
            any = true;
        } else if (s.p[i] == '.' && !point) {
            point = true;
        } else {
            break;
        }
    }
    return any ? i : 0;
}

/* `e[+-]digits` as the whole of s. */
static bool parse_exponent(struct str s, int *out)
{
    size_t i = 1;
    if (s.n < 2 || (s.p[0] != 'e' && s.p[0] != 'E'))
        return false;
    bool negative = s.p[1] == '-';
    i += negative || s.p[1] == '+';
    if (i == s.n)
        return false;
    int value = 0;
    for (; i < s.n; i++) {
        unsigned digit = (unsigned)(unsigned char)s.p[i] - '0';
        if (digit > 9)
            return false;
        if (value < EXPONENT_MAX)
            value = value * 10 + (int)digit;
    }
    *out = negative ? -value : value;
    return true;
}

static enum decimal_fault fault_of_word(struct str s)
{
    static const char *const words[] = {"nan", "inf", "infinity"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (s.n == str_of(words[i]).n && strncasecmp(s.p, words[i], s.n) == 0)
            return DECIMAL_NOT_FINITE;
    return DECIMAL_BAD;
}

enum decimal_fault decimal_parse(struct str s, struct decimal *out)
{
    if (parse_plain(s, out))
        return DECIMAL_OK;
    *out = (struct decimal){0};
    if (s.n == 0)
        return DECIMAL_EMPTY;
    if (s.p[0] == '-' || s.p[0] == '+') {
        out->negative = s.p[0] == '-';
        s = (struct str){s.p + 1, s.n - 1};
    }
    size_t used = parse_mantissa(s, out);
    if (used == 0)
        return fault_of_word(s);
    s = (struct str){s.p + used, s.n - used};
    int exponent = 0;
    if (s.n > 0 && !parse_exponent(s, &exponent))
        return DECIMAL_TRAILING;
    out->exponent += exponent;
    return DECIMAL_OK;
}

/* ticks = digits / 10^places, rounded. Half is decided by the kept digits alone: 10^places is even,
 * so a cut-off rest can only lie between two of them. */
static enum decimal_fault round_ticks(const struct decimal *d, int places, int64_t *ticks,
                                      bool *rounded)
{
    __extension__ typedef unsigned __int128 wide;
    if (places > DIGITS_MAX)
        return DECIMAL_TOO_SMALL;
    uint64_t unit = power10[places];
    uint64_t whole = d->digits / unit, rest = d->digits % unit;
    bool up = rest != 0 && rest >= unit - rest;
    uint64_t change = up ? unit - rest : rest;
    *rounded = rest != 0 || d->more;
    if ((wide)change * 10000 > d->digits)
        return DECIMAL_TOO_SMALL;
    if (whole + up > (uint64_t)TICKS_MAX)
        return DECIMAL_TOO_LARGE;
    *ticks = (int64_t)(whole + up);
    return DECIMAL_OK;
}

enum decimal_fault decimal_to_ticks(const struct decimal *d, int64_t *ticks, bool *rounded)
{
    *rounded = false;
    if (d->digits == 0 || d->negative)
        return DECIMAL_NOT_POSITIVE;
    int scale = d->exponent + TICK_EXPONENT;
    if (scale < 0)
        return round_ticks(d, -scale, ticks, rounded);
    if (scale > DIGITS_MAX || d->digits > (uint64_t)TICKS_MAX / power10[scale])
        return DECIMAL_TOO_LARGE;
    *ticks = (int64_t)(d->digits * power10[scale]);
    return DECIMAL_OK;
}

/* Digits below 2^53 and powers up to 10^22 are exact doubles, so one operation rounds once (Clinger
 * 1990). Others go through the C library, in a short form. */
enum decimal_fault decimal_to_volume(const struct decimal *d, double *out)
{
    enum { EXACT_POWER = DIGITS_MAX };
    *out = 0;
    if (d->digits == 0)
        return DECIMAL_OK;
    if (d->negative)
        return DECIMAL_NEGATIVE;
    if (d->digits <= (uint64_t)TICKS_MAX && d->exponent <= 0 && d->exponent >= -EXACT_POWER) {
        *out = (double)d->digits / (double)power10[-d->exponent];
        return DECIMAL_OK;
    }
    char text[48];
    snprintf(text, sizeof text, "%llu%se%d", (unsigned long long)d->digits, d->more ? "1" : "",
             d->exponent - d->more);
    return str_to_double(str_of(text), out) ? DECIMAL_OK : DECIMAL_VOLUME_TOO_LARGE;
}
