#include "kernels/backtest/grid.h"

#include <assert.h>
#include <math.h>

/* Beyond this a sweep has been mistyped: 10 million backtests are days of work. */
static const double combinations_max = 1e7;

/* The listed values of one parameter. */
struct axis {
    double *v;
    long n;
};

static bool malformed(const struct bt_param *p, struct str text, struct err *e)
{
    return err_input(e, "param: %s: expected %s=LO:HI[:STEP] or %s=A,B,C, found \"%.*s\"", p->name,
                     p->name, p->name, (int)(text.n < 60 ? text.n : 60), text.p);
}

static bool in_range(const struct bt_param *p, double value, struct err *e)
{
    if (value >= p->min && value <= p->max && (!p->whole || value == floor(value)))
        return true;
    return err_input(e, "param: %s: expected %s from %.15g to %.15g %s, found %.15g", p->name,
                     p->whole ? "whole numbers" : "numbers", p->min, p->max, p->unit, value);
}

static bool parse_span(const struct bt_param *p, struct str text, struct arena *a, struct axis *out,
                       struct err *e)
{
    double ends[3] = {0, 0, 1}; /* lo, hi, step */
    int given = 0;
    for (struct str rest = text; rest.p; given++)
        if (given == 3 || !str_to_double(str_cut(&rest, ':'), &ends[given]))
            return malformed(p, text, e);
    double lo = ends[0], hi = ends[1], step = ends[2];
    if (!in_range(p, lo, e) || !in_range(p, hi, e))
        return false;
    if (!(lo <= hi) || !(step > 0) || (p->whole && step != floor(step)))
        return err_input(e, "param: %s: expected LO <= HI and a %s STEP > 0, found \"%.*s\"",
                         p->name, p->whole ? "whole" : "", (int)text.n, text.p);
    /* A step that divides the span up to rounding includes the end. */
    double steps = floor((hi - lo) / step * (1 + 1e-12) + 1e-9);
    if (steps + 1 > combinations_max)
        return err_input(e, "param: %s: more than %.0f values", p->name, combinations_max);
    *out = (struct axis){ARENA_NEW(a, double, steps + 1), (long)steps + 1};
    for (long i = 0; i < out->n; i++)
        out->v[i] = fmin(lo + (double)i * step, hi);
    return true;
}

static bool parse_list(const struct bt_param *p, struct str text, struct arena *a, struct axis *out,
                       struct err *e)
{
    long commas = 0;
    for (size_t i = 0; i < text.n; i++)
        commas += text.p[i] == ',';
    *out = (struct axis){ARENA_NEW(a, double, commas + 1), 0};
    for (struct str rest = text; rest.p; out->n++) {
        double value;
        if (!str_to_double(str_cut(&rest, ','), &value))
            return malformed(p, text, e);
        if (!in_range(p, value, e))
            return false;
        for (long i = 0; i < out->n; i++)
            if (out->v[i] == value)
                return err_input(e, "param: %s: %.15g is listed twice", p->name, value);
        out->v[out->n] = value;
    }
    return true;
}

static const struct bt_param *param_named(const struct bt_strategy *s, struct str name)
{
    for (int i = 0; i < s->param_count; i++)
        if (str_is(name, s->params[i].name))
            return &s->params[i];
    return NULL;
}

static void list_names(const struct bt_strategy *s, struct text *out)
{
    for (int i = 0; i < s->param_count; i++)
        text_printf(out, "%s%s", i ? ", " : "", s->params[i].name);
}

static bool unknown_param(const struct bt_strategy *s, const char *text, struct err *e)
{
    struct text names = {0};
    list_names(s, &names);
    err_input(e, "param: expected NAME=VALUES with NAME one of %s (strategy %s), found \"%.60s\"",
              names.p, s->name, text);
    text_done(&names);
    return false;
}

static bool parse_axis(const struct bt_strategy *s, const char *text, struct axis *axes,
                       struct arena *a, struct err *e)
{
    struct str values = str_of(text);
    struct str name = str_cut(&values, '=');
    const struct bt_param *p = param_named(s, name);
    if (!p || !values.p)
        return unknown_param(s, text, e);
    struct axis *axis = &axes[p - s->params];
    if (axis->v)
        return err_input(e, "param: %s is given twice", p->name);
    struct str rest = values;
    str_cut(&rest, ':');
    return rest.p ? parse_span(p, values, a, axis, e) : parse_list(p, values, a, axis, e);
}

static bool all_given(const struct bt_strategy *s, const struct axis *axes, struct err *e)
{
    double combinations = 1;
    for (int i = 0; i < s->param_count; i++) {
        const struct bt_param *p = &s->params[i];
        if (!axes[i].v)
            return err_input(e, "param: %s is missing (%s, %s): expected %s=LO:HI[:STEP] or %s=A,B",
                             p->name, p->help, p->unit, p->name, p->name);
        combinations *= (double)axes[i].n;
    }
    if (combinations > combinations_max)
        return err_input(e, "param: %.0f combinations, expected at most %.0f", combinations,
                         combinations_max);
    return true;
}

/* Counts like a mileage counter, the last parameter fastest. Returns how many are valid; writes
 * them when there is somewhere to write to. */
static long walk(const struct bt_strategy *s, const struct axis *axes, double *into)
{
    long at[BT_PARAMS_MAX] = {0}, valid = 0;
    for (int wheel = 0; wheel >= 0;) {
        double values[BT_PARAMS_MAX];
        for (int i = 0; i < s->param_count; i++) {
            assert(axes[i].v && at[i] < axes[i].n);
            values[i] = axes[i].v[at[i]];
        }
        if (!s->valid || s->valid(values)) {
            for (int i = 0; into && i < s->param_count; i++)
                into[valid * s->param_count + i] = values[i];
            valid++;
        }
        for (wheel = s->param_count - 1; wheel >= 0 && ++at[wheel] == axes[wheel].n; wheel--)
            at[wheel] = 0;
    }
    return valid;
}

bool bt_grid_make(const struct bt_strategy *strategy, struct opt_texts texts, struct arena *a,
                  struct bt_grid *out, struct err *e)
{
    struct axis axes[BT_PARAMS_MAX] = {0};
    for (int i = 0; i < texts.n; i++)
        if (!parse_axis(strategy, texts.v[i], axes, a, e))
            return false;
    if (!all_given(strategy, axes, e))
        return false;
    long count = walk(strategy, axes, NULL);
    if (count == 0)
        return err_input(e, "param: no combination of these values has %s", strategy->rule);
    double *values = ARENA_NEW_RAW(a, double, count * strategy->param_count);
    walk(strategy, axes, values);
    *out = (struct bt_grid){values, count, strategy->param_count};
    return true;
}
