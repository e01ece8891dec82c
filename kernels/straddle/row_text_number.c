/* The shortest decimal text of a double. */
#include "kernels/straddle/row_text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS = 17,
    FEWEST = 15 /* any decimal of so many is told from its neighbours by a double */
};

/* d.ddd * 10^power. */
struct decimal_text {
    char digits[DIGITS + 1]; /* NUL-terminated, without zeros at the end */
    int power;
};

static void drop_zeros(struct decimal_text *d)
{
    size_t n = strlen(d->digits);
    while (n > 1 && d->digits[n - 1] == '0')
        n--;
    d->digits[n] = '\0';
}

/* ---- 0.0001 <= x < 10^15 ----------------------------------------------------------------------- */

__extension__ typedef unsigned __int128 wide;

/* 0 <= n <= 20 */
static wide ten_to(int n)
{
    static const uint64_t tens[] = {1,
                                    10,
                                    100,
                                    1000,
                                    10000,
                                    100000,
                                    1000000,
                                    10000000,
                                    100000000,
                                    1000000000,
                                    10000000000,
                                    100000000000,
                                    1000000000000,
                                    10000000000000,
                                    100000000000000,
                                    1000000000000000,
                                    10000000000000000};
    return n <= 16 ? tens[n] : (wide)tens[16] * tens[n - 16];
}

/* 10^power <= x < 10^(power + 1). Between the powers below 1 and the doubles nearest to them there is no
 * other double. */
static int power_of(double x)
{
    static const double powers[] = {1e-3, 1e-2, 1e-1, 1e0, 1e1,  1e2,  1e3,  1e4,  1e5,
                                    1e6,  1e7,  1e8,  1e9, 1e10, 1e11, 1e12, 1e13, 1e14};
    int i = 0;
    while (i < (int)(sizeof powers / sizeof *powers) && x >= powers[i])
        i++;
    return i - 4;
}

/* x * 10^(16 - power), a number of 17 digits, as value / 2^shift: exactly. A decimal reads back to x when
 * it is nearer than scale / 2 of `value` (halfway between two doubles of this range there are numbers of
 * more than 17 digits only). */
struct scaled {
    wide value, scale;
    int shift;
};

static struct scaled scaled_of(double x, int power)
{
    int exponent;
    uint64_t significand = (uint64_t)ldexp(frexp(x, &exponent), DBL_MANT_DIG);
    wide scale = ten_to(DIGITS - 1 - power);
    return (struct scaled){significand * scale, scale, DBL_MANT_DIG - exponent};
}

/* The multiple of step that is nearest, a tie to the even one. */
static uint64_t nearest(const struct scaled *s, uint64_t step)
{
    wide unit = (wide)step << s->shift;
    uint64_t below = (uint64_t)(s->value >> s->shift) / step;
    wide rest = s->value - below * unit;
    return (below + (2 * rest > unit || (2 * rest == unit && below % 2 == 1))) * step;
}

static bool reads_back(const struct scaled *s, uint64_t digits)
{
    wide at = (wide)digits << s->shift;
    return 2 * (at > s->value ? at - s->value : s->value - at) < s->scale;
}

static void shortest_usual(double x, struct decimal_text *out)
{
    out->power = power_of(x);
    struct scaled s = scaled_of(x, out->power);
    uint64_t digits = nearest(&s, 100);
    if (!reads_back(&s, digits))
        digits = nearest(&s, 10);
    if (!reads_back(&s, digits))
        digits = nearest(&s, 1);
    if (digits == (uint64_t)ten_to(DIGITS - 1) * 10) {
        digits /= 10;
        out->power++;
    }
    for (int i = DIGITS; i-- > 0; digits /= 10)
        out->digits[i] = (char)('0' + digits % 10);
    out->digits[DIGITS] = '\0';
    drop_zeros(out);
}

/* ---- any --------------------------------------------------------------------------------------- */

/* One more in the last place. Of 16 digits of a power of two, which are never all 9. */
static void step_up(char *text)
{
    char *p = strchr(text, 'e');
    while (*--p == '9' || *p == '.')
        if (*p == '9')
            *p = '0';
    ++*p;
}

/* Below a power of two doubles are twice as close as above: the nearest decimal may be out of reach below
 * and the next one above within it. */
static bool try_digits(double x, int n, bool is_power, char text[ROW_TEXT_NUMBER])
{
    snprintf(text, ROW_TEXT_NUMBER, "%.*e", n - 1, x);
    if (strtod(text, NULL) == x)
        return true;
    if (!is_power || n != DIGITS - 1)
        return false;
    step_up(text);
    return strtod(text, NULL) == x;
}

static void shortest_of_any(double x, bool is_power, struct decimal_text *out)
{
    char text[ROW_TEXT_NUMBER];
    int n = x < DBL_MIN ? 1 : FEWEST;
    while (n < DIGITS && !try_digits(x, n, is_power, text))
        n++;
    if (n == DIGITS)
        snprintf(text, sizeof text, "%.*e", DIGITS - 1, x);
    char *exponent = strchr(text, 'e');
    out->power = atoi(exponent + 1);
    out->digits[0] = text[0];
    size_t more = n > 1 ? (size_t)(exponent - text) - 2 : 0;
    memcpy(out->digits + 1, text + 2, more);
    out->digits[1 + more] = '\0';
    drop_zeros(out);
}

/* ---- layout ------------------------------------------------------------------------------------ */

static char *put(char *p, const char *bytes, size_t n)
{
    memcpy(p, bytes, n);
    return p + n;
}

static char *put_zeros(char *p, int n)
{
    for (int i = 0; i < n; i++)
        *p++ = '0';
    return p;
}

static char *put_fixed(char *p, const struct decimal_text *d)
{
    int n = (int)strlen(d->digits), whole = d->power + 1;
    if (whole <= 0) {
        p = put_zeros(put(p, "0.", 2), -whole);
        return put(p, d->digits, (size_t)n);
    }
    if (n <= whole) {
        p = put_zeros(put(p, d->digits, (size_t)n), whole - n);
        return put(p, ".0", 2);
    }
    p = put(put(p, d->digits, (size_t)whole), ".", 1);
    return put(p, d->digits + whole, (size_t)(n - whole));
}

static char *put_scientific(char *p, const struct decimal_text *d)
{
    size_t n = strlen(d->digits);
    *p++ = d->digits[0];
    if (n > 1)
        p = put(put(p, ".", 1), d->digits + 1, n - 1);
    return p + snprintf(p, 8, "e%+03d", d->power);
}

size_t row_text_number(double x, char out[ROW_TEXT_NUMBER])
{
    struct decimal_text d = {"0", 0};
    char *p = out;
    double size = fabs(x);
    int exponent;
    bool is_power = frexp(size, &exponent) == 0.5;
    if (signbit(x))
        *p++ = '-';
    if (size >= 1e-4 && size < 1e15 && !is_power)
        shortest_usual(size, &d);
    else if (size > 0)
        shortest_of_any(size, is_power, &d);
    p = d.power < -4 || d.power > 15 ? put_scientific(p, &d) : put_fixed(p, &d);
    *p = '\0';
    return (size_t)(p - out);
}
