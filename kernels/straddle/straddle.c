#include "kernels/straddle/straddle.h"

#include "kernels/store/symbol.h"

#include <string.h>

enum { FIELDS = 7, NUMBER_DIGITS = 4, SHOWN_BYTES = 48 };

enum field { ENTRY, EXPIRY, TERM, OFFSET, CODE, N, WEIGHT };

static const struct {
    const char *name, *expected;
} field_rows[FIELDS] = {
    {"entry month",  "YYYY-MM or nothing"                           },
    {"expiry month", "YYYY-MM or nothing"                           },
    {"term",         "N, F or nothing"                              },
    {"offset",       "a whole number of at most 4 digits or nothing"},
    {"code",         "F, R, W, BD, OVERRIDE, LB or nothing"         },
    {"n",            "a whole number of at most 4 digits or nothing"},
    {"weight",       "a decimal of at most 15 characters or nothing"},
};

static const char *const codes[] = {
#define STRADDLE_TEXT_OF(name, text) text,
    STRADDLE_CODES(STRADDLE_TEXT_OF)
#undef STRADDLE_TEXT_OF
};

static const char *const terms[] = {"", "N", "F"};

/* ---- reading ------------------------------------------------------------------------------- */

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* Of at most NUMBER_DIGITS; -1: others are among them. */
static int32_t digits(const char *p, size_t n)
{
    int32_t value = 0;
    if (!all_digits((struct str){p, n}))
        return -1;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + p[i] - '0';
    return value;
}

bool straddle_read_month(struct str s, int32_t *month)
{
    if (s.n != 7 || s.p[4] != '-')
        return false;
    int32_t year = digits(s.p, 4), number = digits(s.p + 5, 2);
    *month = straddle_month(year, number);
    return year >= 0 && number >= 1 && number <= 12;
}

bool straddle_read_number(struct str s, int16_t *number)
{
    if (s.n == 0 || s.n > NUMBER_DIGITS || (s.n > 1 && s.p[0] == '0'))
        return false;
    *number = (int16_t)digits(s.p, s.n);
    return *number >= 0;
}

/* Words from the second on: the first is no text. */
static bool read_word(struct str s, const char *const *words, size_t count, uint8_t *out)
{
    for (size_t i = 1; i < count; i++)
        if (str_is(s, words[i])) {
            *out = (uint8_t)i;
            return true;
        }
    return false;
}

bool straddle_read_term(struct str s, uint8_t *term)
{
    return read_word(s, terms, sizeof terms / sizeof *terms, term);
}

bool straddle_read_code(struct str s, uint8_t *code)
{
    return read_word(s, codes, sizeof codes / sizeof *codes, code);
}

/* "12", "33.3": digits, and after a point digits again. */
bool straddle_read_weight(struct str s, char out[STRADDLE_WEIGHT])
{
    struct str rest = s, whole = str_cut(&rest, '.');
    if (s.n >= STRADDLE_WEIGHT || !all_digits(whole) || (rest.p && !all_digits(rest)))
        return false;
    memcpy(out, s.p, s.n);
    out[s.n] = '\0';
    return true;
}

static bool read_field(enum field f, struct str s, struct straddle *out)
{
    if (s.n == 0)
        return true;
    switch (f) {
    case ENTRY: return straddle_read_month(s, &out->entry);
    case EXPIRY: return straddle_read_month(s, &out->expiry);
    case TERM: return straddle_read_term(s, &out->term);
    case OFFSET: return straddle_read_number(s, &out->offset);
    case CODE: return straddle_read_code(s, &out->code);
    case N: return straddle_read_number(s, &out->n);
    case WEIGHT: return straddle_read_weight(s, out->weight);
    }
    return false;
}

static bool bad_frame(struct str text, struct err *e)
{
    char shown[2 * SHOWN_BYTES];
    return err_input(e, "straddle \"%s\": expected 7 fields, each between two \"|\"",
                     text_shown(shown, sizeof shown, text));
}

bool straddle_parse(struct str text, struct straddle *out, struct err *e)
{
    memset(out, 0, sizeof *out); /* its padding too */
    out->entry = out->expiry = out->offset = out->n = STRADDLE_EMPTY;
    if (text.n < 2 || text.p[0] != '|' || text.p[text.n - 1] != '|')
        return bad_frame(text, e);
    struct str rest = {text.p + 1, text.n - 2};
    for (int f = 0; f < FIELDS; f++) {
        char shown[2][SHOWN_BYTES];
        if (!rest.p)
            return bad_frame(text, e);
        struct str field = str_cut(&rest, '|');
        if (!read_field((enum field)f, field, out))
            return err_input(e, "straddle \"%s\": %s: expected %s, found \"%s\"",
                             text_shown(shown[0], SHOWN_BYTES, text), field_rows[f].name,
                             field_rows[f].expected, text_shown(shown[1], SHOWN_BYTES, field));
    }
    return !rest.p || bad_frame(text, e);
}

/* ---- printing ------------------------------------------------------------------------------ */

static char *put(char *p, const char *text)
{
    p = stpcpy(p, text);
    *p = '|';
    return p + 1;
}

/* `n` digits at least, leading zeros where there are fewer. */
static char *put_digits(char *p, int32_t value, int n)
{
    char reversed[12];
    int count = 0;
    for (; count < n || value > 0; value /= 10)
        reversed[count++] = (char)('0' + value % 10);
    while (count > 0)
        *p++ = reversed[--count];
    return p;
}

static char *put_month(char *p, int32_t month)
{
    if (month != STRADDLE_EMPTY) {
        p = put_digits(p, month / 12, 4);
        *p++ = '-';
        p = put_digits(p, month % 12 + 1, 2);
    }
    return put(p, "");
}

static char *put_number(char *p, int16_t number)
{
    return put(number == STRADDLE_EMPTY ? p : put_digits(p, number, 1), "");
}

size_t straddle_print(const struct straddle *s, char out[STRADDLE_TEXT])
{
    char *p = put(out, "");
    p = put_month(p, s->entry);
    p = put_month(p, s->expiry);
    p = put(p, terms[s->term]);
    p = put_number(p, s->offset);
    p = put(p, codes[s->code]);
    p = put_number(p, s->n);
    p = put(p, s->weight);
    *p = '\0';
    return (size_t)(p - out);
}
