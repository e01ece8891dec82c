/* C: the names of includes in quotes. */
#include "kernels/capture/capture_needs.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Characters after lines that end in a backslash were joined. */
struct reader {
    const char *p, *end;
    int line; /* of the character at p */
};

/* Steps over joined lines, so that p is at a character, or at the end. */
static void join_lines(struct reader *r)
{
    for (;;) {
        size_t left = (size_t)(r->end - r->p);
        size_t n = left > 1 && r->p[0] == '\\' && r->p[1] == '\n'                      ? 2
                   : left > 2 && r->p[0] == '\\' && r->p[1] == '\r' && r->p[2] == '\n' ? 3
                                                                                       : 0;
        if (n == 0)
            return;
        r->p += n;
        r->line++;
    }
}

static int peek(struct reader *r)
{
    join_lines(r);
    return r->p < r->end ? (unsigned char)*r->p : EOF;
}

static int take(struct reader *r)
{
    int c = peek(r);
    if (c != EOF)
        r->p++;
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
        if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
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

void capture_c_parse(struct str text, const struct capture_c *to)
{
    struct reader r = {text.p, text.p + text.n, 1};
    bool at_start = true; /* of a line */
    for (int before = '\n', c;; before = c) {
        int line = r.line;
        if (!skip_blanks(&r))
            to->doubt(to->context, line, "a comment without an end");
        if ((c = take(&r)) == EOF)
            return;
        if (c == '\n') {
            at_start = true;
            continue;
        }
        if (c == '#' && at_start)
            directive(&r, to);
        else if (c == '"' || (c == '\'' && !isdigit(before)))
            skip_quoted(&r, c);
        at_start = false;
    }
}

/* ---- resolving -------------------------------------------------------------------------------- */

static void doubt(void *context, int line, const char *what)
{
    const struct capture_source *s = context;
    capture_doubt(s->found->plan, s->found->arena, "%s:%d: %s", s->place, line, what);
}

static void include(void *context, int line, struct str name)
{
    const struct capture_source *s = context;
    struct arena *a = s->found->arena;
    const char *text = str_copy(a, name), *from[] = {s->folder, ""};
    bool leaves = !capture_paths_join(s->folder, text, a);
    for (int i = 0; i < 2; i++) {
        const char *place = capture_paths_join(from[i], text, a);
        if (place && capture_found_take(s->found, place))
            return;
    }
    capture_doubt(s->found->plan, a, "%s:%d: \"%s\" %s", s->place, line, text,
                  leaves ? "leaves the project: left out" : "is not in the project");
}

void capture_needs_c(const struct capture_source *s)
{
    capture_c_parse(s->text, &(struct capture_c){include, doubt, (void *)(uintptr_t)s});
}
