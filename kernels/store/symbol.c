#include "kernels/store/symbol.h"

#include "kernels/store/bundle.h"

#include <string.h>

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
    return str_is_utf8(s) ? word_fault(s) : "is not valid UTF-8";
}

char *text_shown(char *out, size_t size, struct str s)
{
    size_t n = s.n < size - 1 ? s.n : size - 1;
    bool valid = str_is_utf8((struct str){s.p, n});
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool second = i > 0 && (unsigned char)s.p[i - 1] == 0xc2 && c >= 0x80 && c < 0xa0;
        out[i] = is_control(s, i) || second || (c >= 0x80 && !valid) ? '?' : s.p[i];
    }
    out[n] = '\0';
    return out;
}
