#include "kernels/backtest/filter_parse.h"

#include <string.h>

/* ---- tokens ----------------------------------------------------------------------------------- */

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_SIGN, TOKEN_OTHER };

struct token {
    enum token_kind kind;
    struct str text;
    size_t column;
};

struct parser {
    const char *text;
    size_t at;          /* where the token after this one is looked for */
    struct token token; /* the one to be read next */
    struct bt_filter *out;
    int depth;
    struct err *e;
};

static const char *const signs[] = {">=", "<=", "==", "!=", ">", "<", "(", ")", NULL};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t name_bytes(const char *p)
{
    size_t n = 0;
    while (is_letter(p[n]) || (n > 0 && (is_digit(p[n]) || p[n] == '-')))
        n++;
    return n;
}

/* What looks like a number; whether it is one, str_to_double says. */
static size_t number_bytes(const char *p)
{
    size_t n = *p == '-' || *p == '+';
    if (!is_digit(p[n]) && p[n] != '.')
        return 0;
    while (is_digit(p[n]) || is_letter(p[n]) || p[n] == '.' ||
           ((p[n] == '-' || p[n] == '+') && (p[n - 1] == 'e' || p[n - 1] == 'E')))
        n++;
    return n;
}

static size_t sign_bytes(const char *p)
{
    for (int i = 0; signs[i]; i++)
        if (strncmp(p, signs[i], strlen(signs[i])) == 0)
            return strlen(signs[i]);
    return 0;
}

/* A whole character where it is valid UTF-8, so that a message does not cut one. */
static size_t other_bytes(const char *p)
{
    size_t n = str_utf8_bytes(p, strlen(p));
    return n ? n : 1;
}

static void next_token(struct parser *p)
{
    while (p->text[p->at] == ' ' || p->text[p->at] == '\t')
        p->at++;
    const char *here = p->text + p->at;
    struct token t = {
        TOKEN_END, {here, 0},
         p->at + 1
    };
    if (*here == '\0')
        t.kind = TOKEN_END;
    else if ((t.text.n = name_bytes(here)) > 0)
        t.kind = TOKEN_NAME;
    else if ((t.text.n = number_bytes(here)) > 0)
        t.kind = TOKEN_NUMBER;
    else if ((t.text.n = sign_bytes(here)) > 0)
        t.kind = TOKEN_SIGN;
    else
        t = (struct token){
            TOKEN_OTHER, {here, other_bytes(here)},
             t.column
        };
    p->at += t.text.n;
    p->token = t;
}

/* Is it this word or sign? Then goes past it. */
static bool take(struct parser *p, const char *text)
{
    if (!str_is(p->token.text, text))
        return false;
    next_token(p);
    return true;
}

static bool expected(const struct parser *p, const char *what)
{
    const struct token *t = &p->token;
    if (t->kind == TOKEN_END)
        return err_input(p->e, "column %zu: expected %s, found the end", t->column, what);
    return err_input(p->e, "column %zu: expected %s, found \"%.*s\"", t->column, what,
                     (int)(t->text.n < 40 ? t->text.n : 40), t->text.p);
}

/* ---- grammar ---------------------------------------------------------------------------------- */

static bool emit(struct parser *p, struct bt_filter_op op)
{
    if (p->out->n == BT_FILTER_OPS_MAX)
        return err_input(p->e, "column %zu: expected at most %d comparisons and words and, or, not",
                         p->token.column, BT_FILTER_OPS_MAX);
    p->out->op[p->out->n++] = op;
    return true;
}

static bool unknown_metric(const struct parser *p)
{
    struct text names = {0};
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        text_printf(&names, "%s%s", m == bt_metrics ? "" : ", ", m->name);
    err_input(p->e, "column %zu: no metric \"%.*s\": expected a number or one of %s",
              p->token.column, (int)(p->token.text.n < 40 ? p->token.text.n : 40), p->token.text.p,
              names.p);
    text_done(&names);
    return false;
}

static bool is_word(struct str s)
{
    return str_is(s, "and") || str_is(s, "or") || str_is(s, "not");
}

static const struct bt_metric *metric_named(struct str s)
{
    char name[64] = "";
    if (s.n >= sizeof name)
        return NULL;
    for (size_t i = 0; i < s.n; i++)
        name[i] = (char)(s.p[i] == '-' ? '_' : s.p[i]);
    return bt_metric_find((struct str){name, s.n});
}

static bool parse_side(struct parser *p, struct bt_filter_side *out)
{
    if (p->token.kind == TOKEN_NUMBER) {
        if (!str_to_double(p->token.text, &out->number))
            return expected(p, "a number");
    } else if (p->token.kind == TOKEN_NAME && !is_word(p->token.text)) {
        out->metric = metric_named(p->token.text);
        if (!out->metric)
            return unknown_metric(p);
    } else {
        return expected(p, "a metric or a number");
    }
    next_token(p);
    return true;
}

static bool parse_comparison(struct parser *p)
{
    static const char *const comparisons[] = {
        [BT_FILTER_GT] = ">",  [BT_FILTER_GE] = ">=", [BT_FILTER_LT] = "<",
        [BT_FILTER_LE] = "<=", [BT_FILTER_EQ] = "==", [BT_FILTER_NE] = "!=",
    };
    struct bt_filter_op op = {0};
    int kind = 0;
    if (!parse_side(p, &op.left))
        return false;
    while (kind <= BT_FILTER_NE && !str_is(p->token.text, comparisons[kind]))
        kind++;
    if (kind > BT_FILTER_NE)
        return expected(p, "a comparison (> >= < <= == !=)");
    op.kind = (enum bt_filter_kind)kind;
    next_token(p);
    if (!op.left.metric && p->token.kind == TOKEN_NUMBER)
        return expected(p, "a metric on one side of the comparison");
    return parse_side(p, &op.right) && emit(p, op);
}

static bool parse_or(struct parser *p);

static bool parse_unary(struct parser *p)
{
    bool ok;
    if (p->depth == BT_FILTER_DEPTH_MAX)
        return err_input(p->e, "column %zu: expected at most %d levels of ( and not",
                         p->token.column, BT_FILTER_DEPTH_MAX);
    p->depth++;
    if (take(p, "("))
        ok = parse_or(p) && (take(p, ")") || expected(p, "and, or, or )"));
    else if (take(p, "not"))
        ok = parse_unary(p) && emit(p, (struct bt_filter_op){.kind = BT_FILTER_NOT});
    else
        ok = parse_comparison(p);
    p->depth--;
    return ok;
}

static bool parse_and(struct parser *p)
{
    bool ok = parse_unary(p);
    while (ok && take(p, "and"))
        ok = parse_unary(p) && emit(p, (struct bt_filter_op){.kind = BT_FILTER_AND});
    return ok;
}

static bool parse_or(struct parser *p)
{
    bool ok = parse_and(p);
    while (ok && take(p, "or"))
        ok = parse_and(p) && emit(p, (struct bt_filter_op){.kind = BT_FILTER_OR});
    return ok;
}

bool bt_filter_parse(const char *text, struct bt_filter *out, struct err *e)
{
    struct parser p = {.text = text, .out = out, .e = e};
    *out = (struct bt_filter){.n = 0};
    next_token(&p);
    return parse_or(&p) && (p.token.kind == TOKEN_END || expected(&p, "and, or, or the end"));
}
