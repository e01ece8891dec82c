/* C: the names of includes in quotes. Source: C17 5.1.1.2 (phases of translation) and 6.10; what gcc and clang
 * take beyond it: a carriage return alone ends a line, blanks may stand behind a backslash that joins lines. */
#include "kernels/capture/capture_needs.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Characters after lines that end in a backslash were joined; every line end is '\n'. */
struct reader {
    const char *p, *end;
    int line;         /* of the character at p */
    bool is_raw_open; /* a raw string had no end: there is no other one either */
};

static bool is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\f' || c == '\v';
}

/* How many bytes the line end at p takes; 0: there is none. */
static size_t line_end(const char *p, const char *end)
{
    if (p == end || (*p != '\n' && *p != '\r'))
        return 0;
    return *p == '\r' && end - p > 1 && p[1] == '\n' ? 2 : 1;
}

/* How many bytes are a backslash, blanks and a line end. */
static size_t joint(const char *p, const char *end)
{
    if (p == end || *p != '\\')
        return 0;
    const char *after = p + 1;
    while (after < end && is_blank(*after))
        after++;
    size_t n = line_end(after, end);
    return n ? (size_t)(after - p) + n : 0;
}

/* Steps over joined lines, so that p is at a character, or at the end. */
static void join_lines(struct reader *r)
{
    for (size_t n; (n = joint(r->p, r->end)) > 0; r->line++)
        r->p += n;
}

static int peek(struct reader *r)
{
    join_lines(r);
    if (r->p == r->end)
        return EOF;
    return line_end(r->p, r->end) ? '\n' : (unsigned char)*r->p;
}

static int take(struct reader *r)
{
    int c = peek(r);
    if (c == EOF)
        return c;
    r->p += c == '\n' ? line_end(r->p, r->end) : 1;
    r->line += c == '\n';
    return c;
}

static bool take_if(struct reader *r, int c)
{
    return peek(r) == c && take(r) == c;
}

static void skip_line(struct reader *r)
{
    while (peek(r) != EOF && peek(r) != '\n')
        take(r);
}

/* After its first two characters. */
static bool skip_comment(struct reader *r)
{
    for (int before = 0, c; (c = take(r)) != EOF; before = c)
        if (before == '*' && c == '/')
            return true;
    return false;
}

/* Blanks and comments within a line. False: a comment without an end. */
static bool skip_blanks(struct reader *r)
{
    for (;;) {
        int c = peek(r);
        if (is_blank(c)) {
            take(r);
            continue;
        }
        struct reader ahead = *r;
        if (c != '/' || !take_if(&ahead, '/') || (peek(&ahead) != '*' && peek(&ahead) != '/'))
            return true;
        *r = ahead;
        if (take(r) == '/')
            skip_line(r);
        else if (!skip_comment(r))
            return false;
    }
}

/* After its first quote, to the other one or the end of the line. */
static void skip_quoted(struct reader *r, int quote)
{
    for (int c; (c = peek(r)) != EOF && c != '\n';) {
        take(r);
        if (c == '\\')
            take(r);
        else if (c == quote)
            return;
    }
}

/* ---- raw strings of C++ ----------------------------------------------------------------------- */

/* The letters and digits in front of a character: the prefix of a string, or a number. */
struct word {
    char text[3];
    size_t n; /* of all of it */
};

static void extend(struct word *w, int c)
{
    if (!isalnum(c) && c != '_') {
        w->n = 0;
        return;
    }
    if (w->n < sizeof w->text)
        w->text[w->n] = (char)c;
    w->n++;
}

static bool is_number(const struct word *w)
{
    return w->n > 0 && isdigit((unsigned char)w->text[0]);
}

static bool is_raw_prefix(const struct word *w)
{
    static const char *const prefixes[] = {"R", "LR", "uR", "UR", "u8R"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (str_is((struct str){w->text, w->n}, prefixes[i]))
            return true;
    return false;
}

/* After the first quote: mark( ... )mark", in which no lines are joined. Where it ends, or NULL. */
static const char *find_raw_end(const struct reader *r)
{
    enum { MARK_MAX = 16 };
    size_t n = 0, left = (size_t)(r->end - r->p);
    while (n < left && n < MARK_MAX && !strchr("( )\\\t\v\f\r\n\"", r->p[n]))
        n++;
    if (n == left || r->p[n] != '(')
        return NULL;
    for (const char *p = r->p + n + 1; (size_t)(r->end - p) >= n + 2; p++)
        if (*p == ')' && memcmp(p + 1, r->p, n) == 0 && p[n + 1] == '"')
            return p + n + 2;
    return NULL;
}

/* False: it is none. */
static bool skip_raw(struct reader *r)
{
    const char *after = r->is_raw_open ? NULL : find_raw_end(r);
    r->is_raw_open = !after;
    while (after && r->p < after) {
        size_t n = line_end(r->p, after);
        r->line += n > 0;
        r->p += n ? n : 1;
    }
    return after;
}

/* ---- directives ------------------------------------------------------------------------------- */

enum { NAME_MAX_BYTES = 1024 };

static size_t take_word(struct reader *r, char *out, size_t size)
{
    size_t n = 0;
    for (int c; isalnum(c = peek(r)) || c == '_'; take(r))
        if (n + 1 < size)
            out[n++] = (char)c;
    out[n] = '\0';
    return n;
}

static bool is_include(const char *word)
{
    static const char *const words[] = {"include", "include_next", "import", "embed"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* After the first quote of its name. */
static void take_name(struct reader *r, const struct capture_c *to)
{
    char name[NAME_MAX_BYTES];
    size_t n = 0;
    int line = r->line, c;
    while ((c = peek(r)) != EOF && c != '\n' && c != '"' && n < sizeof name) {
        name[n++] = (char)c;
        take(r);
    }
    if (c == '"' && n > 0 && !memchr(name, '\0', n))
        to->take(to->context, line, (struct str){name, n});
    else
        to->doubt(to->context, line, "an #include that is not understood");
}

/* After the '#'. The rest of its line is left to the caller. */
static void directive(struct reader *r, const struct capture_c *to)
{
    char word[16];
    skip_blanks(r);
    take_word(r, word, sizeof word);
    if (!is_include(word))
        return;
    int line = r->line;
    skip_blanks(r);
    int c = peek(r);
    if (c == '"') {
        take(r);
        take_name(r, to);
    } else if (c == '<')
        skip_line(r);
    else
        to->doubt(to->context, line, "an #include of a macro is not followed");
}

/* '#' has two other forms: %: and, with question marks, a trigraph. After its first character. */
static bool is_mark(struct reader *r, int c)
{
    struct reader ahead = *r;
    bool is = (c == '%' && take_if(&ahead, ':')) ||
              (c == '?' && take_if(&ahead, '?') && take_if(&ahead, '='));
    if (is)
        *r = ahead;
    return is || c == '#';
}

/* After a character of code, which the word stands in front of. */
static void skip_literal(struct reader *r, int c, const struct word *before)
{
    if (c == '"' && is_raw_prefix(before) && skip_raw(r))
        return;
    if (c == '"' || (c == '\'' && !is_number(before)))
        skip_quoted(r, c);
}

void capture_c_parse(struct str text, const struct capture_c *to)
{
    struct reader r = {.p = text.p, .end = text.p + text.n, .line = 1};
    struct word word = {0};
    bool at_start = true; /* of a line */
    for (int c;;) {
        int line = r.line;
        const char *behind = r.p;
        if (!skip_blanks(&r))
            to->doubt(to->context, line, "a comment without an end");
        if (r.p != behind)
            word.n = 0;
        if ((c = take(&r)) == EOF)
            return;
        if (at_start && is_mark(&r, c))
            directive(&r, to);
        else
            skip_literal(&r, c, &word);
        at_start = c == '\n';
        extend(&word, is_number(&word) && c == '\'' ? '0' : c);
    }
}
