#include "kernels/store/symbol.h"

#include "kernels/store/bundle.h"

#include <string.h>

/* Rows of the Unicode table: lead bytes, range of the second byte, length. */
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

/* How many bytes the character at p takes; 0 when it is not valid. */
static size_t character_bytes(const unsigned char *p, size_t left)
{
    const struct utf8_form *form = NULL;
    for (size_t i = 0; i < sizeof utf8_forms / sizeof *utf8_forms && !form; i++)
        if (p[0] >= utf8_forms[i].lead_lo && p[0] <= utf8_forms[i].lead_hi)
            form = &utf8_forms[i];
    if (!form || form->bytes > left)
        return 0;
    if (form->bytes > 1 && (p[1] < form->second_lo || p[1] > form->second_hi))
        return 0;
    for (size_t i = 2; i < form->bytes; i++)
        if (p[i] < 0x80 || p[i] > 0xbf)
            return 0;
    return form->bytes;
}

bool utf8_is_valid(struct str s)
{
    size_t step;
    for (size_t i = 0; i < s.n; i += step)
        if ((step = character_bytes((const unsigned char *)s.p + i, s.n - i)) == 0)
            return false;
    return true;
}

static bool is_control(struct str s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    bool second_set = c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0; /* U+0080.. */
    return c < ' ' || c == 0x7f || second_set;
}

/* The words of --symbols: a symbol of that name could not be chosen. */
static const char *word_fault(struct str s)
{
    static const char longest[] = "longest:";
    if (str_is(s, "all"))
        return "is a word of --symbols, which means every symbol";
    if (s.n >= sizeof longest - 1 && memcmp(s.p, longest, sizeof longest - 1) == 0)
        return "starts with longest:, a word of --symbols";
    return NULL;
}

const char *symbol_fault(struct str s)
{
    static const struct {
        char c;
        const char *fault;
    } refused[] = {
        {'/',  "holds a slash"       },
        {'\\', "holds a backslash"   },
        {',',  "holds a comma"       },
        {'"',  "holds a double quote"},
        {'\'', "holds a quote"       },
    };
    if (s.n == 0)
        return "is empty";
    if (s.n > BUNDLE_SYMBOL_MAX)
        return "is longer than 63 bytes";
    if (s.p[0] == '.')
        return "starts with a dot";
    if (s.p[0] == ' ' || s.p[s.n - 1] == ' ')
        return "starts or ends with a blank";
    for (size_t i = 0; i < s.n; i++)
        if (is_control(s, i))
            return "holds a control character";
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (memchr(s.p, refused[i].c, s.n))
            return refused[i].fault;
    return utf8_is_valid(s) ? word_fault(s) : "is not valid UTF-8";
}

char *text_shown(char *out, size_t size, struct str s)
{
    size_t n = s.n < size - 1 ? s.n : size - 1;
    bool valid = utf8_is_valid((struct str){s.p, n});
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool second = i > 0 && (unsigned char)s.p[i - 1] == 0xc2 && c >= 0x80 && c < 0xa0;
        out[i] = is_control(s, i) || second || (c >= 0x80 && !valid) ? '?' : s.p[i];
    }
    out[n] = '\0';
    return out;
}
