/* Python: which imports a file has: the parser looks at the beginnings of statements. Source: the Python
 * language reference, 7.11 (the import statement). */
#include "kernels/capture/capture_tokens.h"

#include <string.h>

struct parser {
    struct python_lexer lexer;
    enum python_token token; /* the one that is looked at */
    struct str before[2];    /* names in front of it, with dots between: a.b.; n 0: none */
    struct text module;
    int level;
};

static void advance(struct parser *p)
{
    const struct str none = {"", 0};
    if (p->token == T_NAME) {
        p->before[0] = p->before[1];
        p->before[1] = p->lexer.text;
    } else if (p->token != T_DOTS)
        p->before[0] = p->before[1] = none;
    p->token = capture_tokens_next(&p->lexer);
}

static bool is_word(const struct parser *p, const char *word)
{
    return p->token == T_NAME && str_is(p->lexer.text, word);
}

static bool ends_statement(enum python_token t)
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

/* Calls by which more is imported than import statements say: their names, and those in front of them. */
static const struct {
    const char *before[2], *name, *doubt;
} calls[] = {
    {{NULL, NULL},    "__import__",              "an import at run time is not followed"  },
    {{NULL, NULL},    "import_module",           "an import at run time is not followed"  },
    {{NULL, NULL},    "spec_from_file_location", "an import at run time is not followed"  },
    {{NULL, NULL},    "load_source",             "an import at run time is not followed"  },
    {{NULL, "runpy"}, "run_path",                "an import at run time is not followed"  },
    {{NULL, "runpy"}, "run_module",              "an import at run time is not followed"  },
    {{"sys", "path"}, "append",                  "sys.path is changed: it is not followed"},
    {{"sys", "path"}, "insert",                  "sys.path is changed: it is not followed"},
    {{"sys", "path"}, "extend",                  "sys.path is changed: it is not followed"},
};

static const char *doubt_of_call(const struct parser *p)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        bool fits = is_word(p, calls[i].name);
        for (int k = 0; k < 2; k++)
            fits = fits && (!calls[i].before[k] || str_is(p->before[k], calls[i].before[k]));
        if (fits)
            return calls[i].doubt;
    }
    return NULL;
}

static void check_call(struct parser *p)
{
    const char *doubt = doubt_of_call(p);
    int line = p->lexer.at_line;
    advance(p);
    if (doubt && p->token == T_OPEN)
        capture_tokens_doubt(&p->lexer, line, doubt);
}

/* At the first word of a statement, up to the token that is to be looked at next. */
static void statement(struct parser *p)
{
    bool is_from = is_word(p, "from");
    int line = p->lexer.at_line;
    if (!is_from && !is_word(p, "import")) {
        check_call(p);
        return;
    }
    advance(p);
    if (!(is_from ? from_statement(p) : import_statement(p)))
        capture_tokens_doubt(&p->lexer, line, "an import that is not understood");
}

void capture_python_parse(struct str text, const struct capture_python *to)
{
    struct parser p = {
        .lexer = {.p = text.p, .end = text.p + text.n, .line = 1, .to = to}
    };
    bool at_start = true;
    text_puts(&p.module, "");
    for (advance(&p); p.token != T_END;) {
        bool opens = ends_statement(p.token) || (p.token == T_COLON && p.lexer.depth == 0);
        if (opens || !at_start)
            check_call(&p);
        else
            statement(&p);
        at_start = opens;
    }
    if (p.lexer.depth > 0)
        capture_tokens_doubt(&p.lexer, p.lexer.line, "a bracket without its end");
    text_done(&p.module);
}
