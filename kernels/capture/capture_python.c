/* Python: which imports a file has. The lexer knows strings, comments, joined lines and brackets; the
 * parser looks at the beginnings of statements. Source: the Python language reference, 2 (lexical
 * analysis) and 7.11 (the import statement). */
#include "kernels/capture/capture_needs.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum token {
    T_END,
    T_LINE, /* the end of a logical line */
    T_NAME,
    T_DOTS, /* one or more */
    T_COMMA,
    T_STAR,
    T_OPEN,
    T_CLOSE,
    T_COLON,
    T_SEMICOLON,
    T_OTHER, /* numbers, strings, operators, other brackets */
};

struct lexer {
    const char *p, *end;
    int line, depth; /* depth: open brackets */
    struct str text; /* of the token */
    int at_line;     /* where it begins */
    const struct capture_python *to;
};

static void doubt(const struct lexer *l, int line, const char *what)
{
    l->to->doubt(l->to->context, line, what);
}

static int at(const struct lexer *l, size_t i)
{
    return (size_t)(l->end - l->p) > i ? (unsigned char)l->p[i] : EOF;
}

/* Steps over one character; "\r\n" and a lone "\r" end a line as "\n" does. */
static void step(struct lexer *l)
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

static bool is_triple(const struct lexer *l, int quote)
{
    return at(l, 0) == quote && at(l, 1) == quote && at(l, 2) == quote;
}

/* At its first quote. A backslash keeps the next character from ending it, in raw strings too. */
static void skip_string(struct lexer *l)
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
    doubt(l, line, "a string without an end");
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
static void skip_blanks(struct lexer *l)
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

static enum token name_token(struct lexer *l)
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

static enum token dots_token(struct lexer *l)
{
    const char *begin = l->p;
    while (at(l, 0) == '.')
        l->p++;
    l->text = (struct str){begin, (size_t)(l->p - begin)};
    return T_DOTS;
}

static enum token mark_token(struct lexer *l)
{
    static const struct {
        char c;
        enum token token;
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

static enum token next(struct lexer *l)
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

/* ---- statements ------------------------------------------------------------------------------- */

struct parser {
    struct lexer lexer;
    enum token token; /* the one that is looked at */
    struct text module;
    int level;
};

static void advance(struct parser *p)
{
    p->token = next(&p->lexer);
}

static bool is_word(const struct parser *p, const char *word)
{
    return p->token == T_NAME && str_is(p->lexer.text, word);
}

static bool ends_statement(enum token t)
{
    return t == T_LINE || t == T_SEMICOLON || t == T_END;
}

static void tell(const struct parser *p, int line, struct str name)
{
    const struct capture_python *to = p->lexer.to;
    struct capture_import import = {
        .line = line,
        .level = p->level,
        .module = {p->module.p, p->module.n},
        .name = name,
    };
    to->take(to->context, &import);
}

/* a.b.c into p->module. */
static bool dotted_name(struct parser *p)
{
    while (p->token == T_NAME) {
        text_add(&p->module, p->lexer.text.p, p->lexer.text.n);
        advance(p);
        if (p->token != T_DOTS)
            return true;
        if (p->lexer.text.n != 1)
            return false;
        text_add(&p->module, ".", 1);
        advance(p);
    }
    return false;
}

/* `as name`, when it is there. */
static bool skip_alias(struct parser *p)
{
    if (!is_word(p, "as"))
        return true;
    advance(p);
    bool ok = p->token == T_NAME;
    advance(p);
    return ok;
}

/* After `import`: a.b [as c], ... */
static bool import_statement(struct parser *p)
{
    for (int line = p->lexer.at_line;; advance(p)) {
        text_clear(&p->module);
        p->level = 0;
        if (!dotted_name(p) || !skip_alias(p))
            return false;
        tell(p, line, (struct str){"", 0});
        if (p->token != T_COMMA)
            return ends_statement(p->token);
    }
}

/* Dots with blanks between them are one level each too. */
static void take_level(struct parser *p)
{
    for (p->level = 0; p->token == T_DOTS; advance(p))
        p->level += (int)p->lexer.text.n;
}

/* name [as x], ... up to what ends the list. */
static bool name_list(struct parser *p, int line, bool in_brackets)
{
    while (p->token == T_NAME) {
        struct str name = p->lexer.text;
        advance(p);
        if (!skip_alias(p))
            return false;
        tell(p, line, name);
        if (p->token != T_COMMA)
            break;
        advance(p);
    }
    return in_brackets ? p->token == T_CLOSE : ends_statement(p->token);
}

/* After `from`: ..a.b import c, d | (c, d) | * */
static bool from_statement(struct parser *p)
{
    int line = p->lexer.at_line;
    text_clear(&p->module);
    take_level(p);
    bool named = p->token == T_NAME && !is_word(p, "import");
    if ((named && !dotted_name(p)) || (!named && p->level == 0) || !is_word(p, "import"))
        return false;
    advance(p);
    if (p->token == T_STAR) {
        tell(p, line, p->lexer.text);
        return true;
    }
    bool in_brackets = p->token == T_OPEN;
    if (in_brackets)
        advance(p);
    return p->token == T_NAME && name_list(p, line, in_brackets);
}

static void check_run_time_import(struct parser *p)
{
    bool is_one = is_word(p, "__import__") || is_word(p, "import_module");
    int line = p->lexer.at_line;
    advance(p);
    if (is_one && p->token == T_OPEN)
        doubt(&p->lexer, line, "an import at run time is not followed");
}

/* At the first word of a statement, up to the token that is to be looked at next. */
static void statement(struct parser *p)
{
    bool is_from = is_word(p, "from");
    int line = p->lexer.at_line;
    if (!is_from && !is_word(p, "import")) {
        check_run_time_import(p);
        return;
    }
    advance(p);
    if (!(is_from ? from_statement(p) : import_statement(p)))
        doubt(&p->lexer, line, "an import that is not understood");
}

static struct str without_mark(struct str text)
{
    static const char mark[] = "\xef\xbb\xbf";
    bool marked = text.n >= 3 && memcmp(text.p, mark, 3) == 0;
    return marked ? (struct str){text.p + 3, text.n - 3} : text;
}

void capture_python_parse(struct str text, const struct capture_python *to)
{
    text = without_mark(text);
    struct parser p = {
        .lexer = {.p = text.p, .end = text.p + text.n, .line = 1, .to = to}
    };
    bool at_start = true;
    text_puts(&p.module, "");
    for (advance(&p); p.token != T_END;) {
        bool opens = ends_statement(p.token) || (p.token == T_COLON && p.lexer.depth == 0);
        if (opens || !at_start)
            check_run_time_import(&p);
        else
            statement(&p);
        at_start = opens;
    }
    if (p.lexer.depth > 0)
        doubt(&p.lexer, p.lexer.line, "a bracket without its end");
    text_done(&p.module);
}
