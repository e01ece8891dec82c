#include "harness/run/parameters.h"

#include "harness/base/str.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- values --------------------------------------------------------------------------------- */

static bool is_name_part(char c, bool first)
{
    return isalpha((unsigned char)c) || c == '_' ||
           (!first && (isdigit((unsigned char)c) || c == '-'));
}

/* How long the name at p is; 0: none. */
static size_t name_length(const char *p)
{
    size_t n = 0;
    while (is_name_part(p[n], n == 0))
        n++;
    return n;
}

/* LO:HI[:STEP] in numbers? Fewer than two colons' worth of them is a list of one text. */
static bool is_range(struct str text, double part[3])
{
    int n = 0;
    part[2] = 1;
    for (struct str rest = text; rest.p; n++)
        if (n == 3 || !str_to_double(str_cut(&rest, ':'), &part[n]))
            return false;
    return n >= 2;
}

/* Two numbers with a colon between them: nobody writes a text like that. */
static bool begins_as_range(struct str text)
{
    double unused;
    struct str rest = text;
    return str_to_double(str_cut(&rest, ':'), &unused) && rest.p &&
           str_to_double(str_cut(&rest, ':'), &unused);
}

/* The k-th value is computed from the first, so that errors do not add up; 15 digits hide the rest. */
static bool fill_range(struct parameter *p, const double part[3], struct arena *a, struct err *e)
{
    double lo = part[0], hi = part[1], step = part[2];
    if (!(lo <= hi && step > 0))
        return err_input(e, "--parameter %s: expected LO:HI[:STEP] with LO <= HI and STEP > 0",
                         p->name);
    double n = floor((hi - lo) / step * (1 + 1e-12)) + 1;
    if (n > PARAMETERS_VALUES_MAX)
        return err_input(e, "--parameter %s: expected at most %d values, found %.0f", p->name,
                         PARAMETERS_VALUES_MAX, n);
    p->n = (int)n;
    p->values = ARENA_NEW(a, const char *, p->n);
    for (int i = 0; i < p->n; i++)
        p->values[i] = arena_format(a, "%.15g", lo + i * step);
    return true;
}

static bool fill_list(struct parameter *p, struct str text, struct arena *a, struct err *e)
{
    p->values = ARENA_NEW(a, const char *, text.n / 2 + 2);
    for (struct str rest = text; rest.p;) {
        struct str value = str_cut(&rest, ',');
        if (p->n == PARAMETERS_VALUES_MAX)
            return err_input(e, "--parameter %s: expected at most %d values", p->name,
                             PARAMETERS_VALUES_MAX);
        if (value.n == 0)
            return err_input(e, "--parameter %s: expected a value between commas, found nothing",
                             p->name);
        p->values[p->n++] = str_copy(a, value);
    }
    return true;
}

static bool parse_one(struct parameters *all, const char *text, struct arena *a, struct err *e)
{
    struct str values = str_of(text);
    struct str name = str_cut(&values, '=');
    struct parameter *p = &all->v[all->n];
    double part[3];
    if (!values.p || name.n == 0 || name_length(text) != name.n)
        return err_input(
            e, "--parameter: expected NAME=VALUE,... or NAME=LO:HI[:STEP], found \"%.60s\"", text);
    *p = (struct parameter){.name = str_copy(a, name)};
    for (int i = 0; i < all->n; i++)
        if (strcmp(all->v[i].name, p->name) == 0)
            return err_input(e, "--parameter %s: given twice", p->name);
    bool range = is_range(values, part);
    if (!range && begins_as_range(values))
        return err_input(e, "--parameter %s: expected LO:HI[:STEP] in numbers, found \"%.60s\"",
                         p->name, values.p);
    bool ok = range ? fill_range(p, part, a, e) : fill_list(p, values, a, e);
    all->n += ok;
    return ok;
}

bool parameters_parse(struct parameters *p, const struct opt_texts *texts, struct arena *a,
                      struct err *e)
{
    *p = (struct parameters){.combinations = 1};
    if (texts->n > PARAMETERS_MAX)
        return err_input(e, "--parameter: expected at most %d of them, found %d", PARAMETERS_MAX,
                         texts->n);
    for (int i = 0; i < texts->n; i++) {
        if (!parse_one(p, texts->v[i], a, e))
            return false;
        if (p->combinations > PARAMETERS_COMBINATIONS_MAX / p->v[i].n)
            return err_input(e, "--parameter %s: more than %d combinations", p->v[i].name,
                             PARAMETERS_COMBINATIONS_MAX);
        p->combinations *= p->v[i].n;
    }
    return true;
}

/* ---- combinations --------------------------------------------------------------------------- */

const char *parameters_value(const struct parameters *p, int combination, int i)
{
    for (int k = p->n - 1; k > i; k--)
        combination /= p->v[k].n;
    return p->v[i].values[combination % p->v[i].n];
}

const char *parameters_text(const struct parameters *p, int combination, struct arena *a)
{
    const char *text = "";
    for (int i = 0; i < p->n; i++)
        text = arena_format(a, "%s%s%s=%s", text, i ? " " : "", p->v[i].name,
                            parameters_value(p, combination, i));
    return text;
}

static const char *value_of(const struct parameters *p, int combination, struct str name)
{
    for (int i = 0; i < p->n; i++)
        if (str_is(name, p->v[i].name))
            return parameters_value(p, combination, i);
    return NULL;
}

/* At a brace: puts what it stands for, gives how many characters it took; 0: an unknown name. */
static size_t put_braced(const struct parameters *p, int combination, const char *at,
                         struct text *out, struct str *name)
{
    bool escaped = at[1] == '{';
    *name = (struct str){at + 1 + escaped, name_length(at + 1 + escaped)};
    const char *end = name->p + name->n;
    bool closed = name->n > 0 && end[0] == '}' && (!escaped || end[1] == '}');
    if (!closed) {
        text_add(out, at, 1);
        return 1;
    }
    const char *value = value_of(p, combination, *name);
    if (escaped)
        text_printf(out, "{%.*s}", (int)name->n, name->p);
    else if (value)
        text_puts(out, value);
    else
        return 0;
    return name->n + (escaped ? 4 : 2);
}

bool parameters_fill(const struct parameters *p, int combination, const char *text,
                     const char **out, struct arena *a, struct err *e)
{
    struct text filled = {0};
    text_puts(&filled, "");
    for (const char *at = text; *at;) {
        struct str name;
        size_t step = 1;
        if (*at == '{' && p->n)
            step = put_braced(p, combination, at, &filled, &name);
        else
            text_add(&filled, at, 1);
        if (step == 0) {
            text_done(&filled);
            return err_input(
                e, "{%.*s}: no --parameter %.*s is given (a plain one is written {{%.*s}})",
                (int)name.n, name.p, (int)name.n, name.p, (int)name.n, name.p);
        }
        at += step;
    }
    *out = arena_text(a, filled.p);
    text_done(&filled);
    return true;
}
