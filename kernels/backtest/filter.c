#include "kernels/backtest/filter.h"

#include <assert.h>
#include <math.h>
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

/* ---- evaluation ------------------------------------------------------------------------------- */

/* Ordered so that `and` is the less of two, `or` the greater, `not` the negative. */
enum truth { NO = -1, UNKNOWN = 0, YES = 1 };

/* From the least to the most that it may be: the same where values are exact. */
struct range {
    int lo, hi; /* enum truth */
};

static int compare(enum bt_filter_kind kind, double a, double b)
{
    if (isnan(a) || isnan(b))
        return UNKNOWN;
    bool holds = kind == BT_FILTER_GT   ? a > b
                 : kind == BT_FILTER_GE ? a >= b
                 : kind == BT_FILTER_LT ? a < b
                 : kind == BT_FILTER_LE ? a <= b
                 : kind == BT_FILTER_EQ ? a == b
                                        : a != b;
    return holds ? YES : NO;
}

static int combine(enum bt_filter_kind kind, int a, int b)
{
    return (a < b) == (kind == BT_FILTER_AND) ? a : b;
}

static struct bt_estimate side_value(const struct bt_filter_side *side, bt_filter_estimate *value,
                                     const void *what)
{
    return side->metric ? value(what, side->metric) : (struct bt_estimate){side->number, 0};
}

static struct range judge_comparison(const struct bt_filter_op *op, bt_filter_estimate *value,
                                     const void *what)
{
    struct bt_estimate a = side_value(&op->left, value, what);
    struct bt_estimate b = side_value(&op->right, value, what);
    if (bt_estimates_meet(a, b))
        return (struct range){NO, YES};
    int truth = compare(op->kind, a.value, b.value);
    return (struct range){truth, truth};
}

enum bt_filter_verdict bt_filter_judge(const struct bt_filter *f, bt_filter_estimate *value,
                                       const void *what)
{
    struct range stack[BT_FILTER_OPS_MAX];
    int n = 0;
    for (int i = 0; i < f->n; i++) {
        const struct bt_filter_op *op = &f->op[i];
        if (op->kind < BT_FILTER_NOT) {
            stack[n++] = judge_comparison(op, value, what);
        } else if (op->kind == BT_FILTER_NOT) {
            assert(n >= 1);
            stack[n - 1] = (struct range){-stack[n - 1].hi, -stack[n - 1].lo};
        } else {
            assert(n >= 2);
            n--;
            stack[n - 1].lo = combine(op->kind, stack[n - 1].lo, stack[n].lo);
            stack[n - 1].hi = combine(op->kind, stack[n - 1].hi, stack[n].hi);
        }
    }
    assert(n == 1);
    return stack[0].lo == YES   ? BT_FILTER_PASSES
           : stack[0].hi == YES ? BT_FILTER_UNSURE
                                : BT_FILTER_FAILS;
}

struct exact {
    bt_filter_value *value;
    const void *what;
};

static struct bt_estimate exact_value(const void *what, const struct bt_metric *metric)
{
    const struct exact *exact = what;
    return (struct bt_estimate){exact->value(exact->what, metric), 0};
}

bool bt_filter_passes(const struct bt_filter *f, bt_filter_value *value, const void *what)
{
    return bt_filter_judge(f, exact_value, &(struct exact){value, what}) == BT_FILTER_PASSES;
}

struct rows {
    const struct bt_row *v;
    int n;
};

static double mean_of_rows(const void *what, const struct bt_metric *metric)
{
    const struct rows *rows = what;
    return bt_metric_mean(metric, rows->v, rows->n);
}

bool bt_filter_passes_rows(const struct bt_filter *f, const struct bt_row *rows, int n)
{
    return bt_filter_passes(f, mean_of_rows, &(struct rows){rows, n});
}

static struct bt_estimate estimate_of_rows(const void *what, const struct bt_metric *metric)
{
    const struct rows *rows = what;
    return bt_metric_estimate(metric, rows->v, rows->n);
}

enum bt_filter_verdict bt_filter_judge_rows(const struct bt_filter *f, const struct bt_row *rows,
                                            int n)
{
    return bt_filter_judge(f, estimate_of_rows, &(struct rows){rows, n});
}

/* ---- what it reads ---------------------------------------------------------------------------- */

static uint64_t bit_of(const struct bt_filter_side *side)
{
    return side->metric ? (uint64_t)1 << (side->metric - bt_metrics) : 0;
}

uint64_t bt_filter_metrics(const struct bt_filter *f)
{
    uint64_t bits = 0;
    for (int i = 0; i < f->n; i++)
        bits |= bit_of(&f->op[i].left) | bit_of(&f->op[i].right);
    return bits;
}

bool bt_filter_is_core(const struct bt_filter *f)
{
    uint64_t bits = bt_filter_metrics(f);
    for (int i = 0; bt_metrics[i].name; i++)
        if ((bits >> i & 1) && !bt_metrics[i].core)
            return false;
    return true;
}
