/* Source: the Python language reference, 2 (lexical analysis). */
#include "kernels/capture/capture_tokens.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void capture_tokens_doubt(const struct python_lexer *l, int line, const char *what)
{
    l->to->doubt(l->to->context, line, what);
}

static int at(const struct python_lexer *l, size_t i)
{
    return (size_t)(l->end - l->p) > i ? (unsigned char)l->p[i] : EOF;
}

/* Steps over one character; "\r\n" and a lone "\r" end a line as "\n" does. */
static void step(struct python_lexer *l)
{
    bool is_pair = at(l, 0) == '\r' && at(l, 1) == '\n';
    l->line += at(l, 0) == '\n' || (at(l, 0) == '\r' && !is_pair);
    l->p++;
}

static bool is_line_end(int c)
{
    return c == '\n' || c == '\r';
}

static bool is_name_byte(int c)
{
    return isalnum(c) || c == '_' || (c >= 0x80 && c != EOF);
}

/* ---- strings ---------------------------------------------------------------------------------- */

static bool is_triple(const struct python_lexer *l, int quote)
{
    return at(l, 0) == quote && at(l, 1) == quote && at(l, 2) == quote;
}

/* At its first quote. A backslash keeps the next character from ending it, in raw strings too. */
static void skip_string(struct python_lexer *l)
{
    int quote = at(l, 0), line = l->line;
    bool triple = is_triple(l, quote);
    l->p += triple ? 3 : 1;
    for (int c; (c = at(l, 0)) != EOF;) {
        if (c == '\\' && at(l, 1) != EOF) {
            bool is_pair = at(l, 1) == '\r' && at(l, 2) == '\n';
            step(l);
            step(l);
            if (is_pair)
                step(l);
        } else if (triple ? is_triple(l, quote) : c == quote) {
            l->p += triple ? 3 : 1;
            return;
        } else if (!triple && is_line_end(c))
            break;
        else
            step(l);
    }
    capture_tokens_doubt(l, line, "a string without an end");
}

static bool is_string_prefix(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!strchr("rRbBuUfFtT", name.p[i]))
            return false;
    return name.n <= 2;
}

/* ---- tokens ----------------------------------------------------------------------------------- */

/* Blanks, comments, joined lines; within brackets line ends too. */
static void skip_blanks(struct python_lexer *l)
{
    for (int c; (c = at(l, 0)) != EOF;) {
        if (c == ' ' || c == '\t' || c == '\f' || (is_line_end(c) && l->depth > 0))
            step(l);
        else if (c == '\\' && is_line_end(at(l, 1))) {
            bool is_pair = at(l, 1) == '\r' && at(l, 2) == '\n';
            step(l);
            step(l);
            if (is_pair)
                step(l);
        } else if (c == '#')
            while (at(l, 0) != EOF && !is_line_end(at(l, 0)))
                step(l);
        else
            return;
    }
}

static enum python_token name_token(struct python_lexer *l)
{
    const char *begin = l->p;
    while (is_name_byte(at(l, 0)))
        l->p++;
    l->text = (struct str){begin, (size_t)(l->p - begin)};
    if ((at(l, 0) != '"' && at(l, 0) != '\'') || !is_string_prefix(l->text))
        return isdigit((unsigned char)*begin) ? T_OTHER : T_NAME;
    skip_string(l);
    return T_OTHER;
}

static enum python_token dots_token(struct python_lexer *l)
{
    const char *begin = l->p;
    while (at(l, 0) == '.')
        l->p++;
    l->text = (struct str){begin, (size_t)(l->p - begin)};
    return T_DOTS;
}

static enum python_token mark_token(struct python_lexer *l)
{
    static const struct {
        char c;
        enum python_token token;
        int depth;
    } marks[] = {
        {',', T_COMMA,     0 },
        {'*', T_STAR,      0 },
        {':', T_COLON,     0 },
        {';', T_SEMICOLON, 0 },
        {'(', T_OPEN,      1 },
        {')', T_CLOSE,     -1},
        {'[', T_OTHER,     1 },
        {']', T_OTHER,     -1},
        {'{', T_OTHER,     1 },
        {'}', T_OTHER,     -1},
    };
    int c = at(l, 0);
    step(l);
    if (is_line_end(c))
        return T_LINE;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i].c == c) {
            l->depth += marks[i].depth;
            l->depth = l->depth < 0 ? 0 : l->depth;
            return marks[i].token;
        }
    return T_OTHER;
}

enum python_token capture_tokens_next(struct python_lexer *l)
{
    skip_blanks(l);
    l->at_line = l->line;
    l->text = (struct str){l->p, 1};
    int c = at(l, 0);
    if (c == EOF)
        return T_END;
    if (is_name_byte(c))
        return name_token(l);
    if (c == '.')
        return dots_token(l);
    if (c != '"' && c != '\'')
        return mark_token(l);
    skip_string(l);
    return T_OTHER;
}
