#include "kernels/backtest/space.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Beyond this a range has been mistyped. */
static const double values_max = 1e7;

enum { SHOWN = 60 }; /* bytes of a text that a message repeats */

static int shown(struct str text)
{
    return (int)(text.n < SHOWN ? text.n : SHOWN);
}

static bool malformed(const struct bt_param *p, struct str text, struct err *e)
{
    return err_input(e, "param: %s: expected %s=LO:HI[:STEP] or %s=A,B,C, found \"%.*s\"", p->name,
                     p->name, p->name, shown(text), text.p);
}

static bool in_range(const struct bt_param *p, double value, struct err *e)
{
    if (value >= p->min && value <= p->max && (!p->whole || value == floor(value)))
        return true;
    return err_input(e, "param: %s: expected %s from %.15g to %.15g %s, found %.15g", p->name,
                     p->whole ? "whole numbers" : "numbers", p->min, p->max, p->unit, value);
}

/* ---- ranges ----------------------------------------------------------------------------------- */

/* An end counts as reached when rounding alone keeps a step from it. */
static bool make_steps(const struct bt_param *p, struct bt_axis *out, struct err *e)
{
    double n = floor((out->hi - out->lo) / out->step * (1 + 1e-12) + 1e-9) + 1;
    if (n > values_max)
        return err_input(e, "param: %s: more than %.0f values", p->name, values_max);
    out->kind = BT_AXIS_STEPS;
    out->n = (long)n;
    return true;
}

/* A step so small that two values would be one double is none. */
static bool step_is_good(const struct bt_param *p, const struct bt_axis *axis)
{
    return axis->step > 0 && axis->lo + axis->step > axis->lo && axis->hi + axis->step > axis->hi &&
           (!p->whole || axis->step == floor(axis->step));
}

static bool parse_range(const struct bt_param *p, struct str text, struct bt_axis *out,
                        struct err *e)
{
    double part[3] = {0, 0, 1}; /* lo, hi, step */
    int given = 0;
    for (struct str rest = text; rest.p; given++)
        if (given == 3 || !str_to_double(str_cut(&rest, ':'), &part[given]))
            return malformed(p, text, e);
    struct bt_axis axis = {.lo = part[0], .hi = part[1], .step = part[2]};
    if (!in_range(p, axis.lo, e) || !in_range(p, axis.hi, e))
        return false;
    bool continuous = given == 2 && !p->whole && axis.lo < axis.hi;
    if (!(axis.lo <= axis.hi) || (!continuous && !step_is_good(p, &axis)))
        return err_input(e, "param: %s: expected LO <= HI and a%s STEP > 0, found \"%.*s\"",
                         p->name, p->whole ? " whole" : "", shown(text), text.p);
    *out = axis;
    if (!continuous)
        return make_steps(p, out, e);
    out->kind = BT_AXIS_UNIFORM;
    return true;
}

static const char log_word[] = "log:";

static bool is_log(struct str text)
{
    return text.n >= strlen(log_word) && memcmp(text.p, log_word, strlen(log_word)) == 0;
}

static bool parse_log(const struct bt_param *p, struct str text, struct bt_axis *out, struct err *e)
{
    struct str rest = text;
    double lo = 0, hi = 0;
    str_cut(&rest, ':');
    bool two = str_to_double(str_cut(&rest, ':'), &lo) && rest.p && str_to_double(rest, &hi);
    if (!two || !(lo > 0) || !(lo <= hi))
        return err_input(e, "param: %s: expected %s=log:LO:HI with 0 < LO <= HI, found \"%.*s\"",
                         p->name, p->name, shown(text), text.p);
    if (!in_range(p, lo, e) || !in_range(p, hi, e))
        return false;
    *out = (struct bt_axis){.kind = BT_AXIS_LOG, .lo = lo, .hi = hi, .step = 1};
    if (lo < hi && !p->whole)
        return true;
    bool ok = make_steps(p, out, e);
    out->kind = lo < hi ? BT_AXIS_LOG : BT_AXIS_STEPS;
    return ok;
}

/* ---- lists ------------------------------------------------------------------------------------ */

static bool parse_list(const struct bt_param *p, struct str text, struct arena *a,
                       struct bt_axis *out, struct err *e)
{
    long commas = 0, n = 0;
    for (size_t i = 0; i < text.n; i++)
        commas += text.p[i] == ',';
    double *v = ARENA_NEW(a, double, commas + 1);
    for (struct str rest = text; rest.p; n++) {
        if (!str_to_double(str_cut(&rest, ','), &v[n]))
            return malformed(p, text, e);
        if (!in_range(p, v[n], e))
            return false;
        v[n] += 0.0; /* -0 and 0 are one value, and one id */
        for (long i = 0; i < n; i++)
            if (v[i] == v[n])
                return err_input(e, "param: %s: %.15g is listed twice", p->name, v[n]);
    }
    *out = (struct bt_axis){.kind = BT_AXIS_LIST, .listed = v, .n = n};
    return true;
}

/* ---- parameters ------------------------------------------------------------------------------- */

static const struct bt_param *param_named(const struct bt_strategy *s, struct str name)
{
    for (int i = 0; i < s->param_count; i++)
        if (str_is(name, s->params[i].name))
            return &s->params[i];
    return NULL;
}

static bool unknown_param(const struct bt_strategy *s, const char *text, struct err *e)
{
    if (s->param_count == 0)
        return err_input(e, "param: strategy %s has no parameters, found \"%.60s\"", s->name, text);
    struct text names = {0};
    for (int i = 0; i < s->param_count; i++)
        text_printf(&names, "%s%s", i ? ", " : "", s->params[i].name);
    err_input(e, "param: expected NAME=VALUES with NAME one of %s (strategy %s), found \"%.60s\"",
              names.p, s->name, text);
    text_done(&names);
    return false;
}

static bool parse_axis(const struct bt_strategy *s, const char *text, struct arena *a,
                       struct bt_space *out, struct err *e)
{
    struct str values = str_of(text);
    const struct bt_param *p = param_named(s, str_cut(&values, '='));
    if (!p || !values.p)
        return unknown_param(s, text, e);
    struct bt_axis *axis = &out->axis[p - s->params];
    if (axis->kind)
        return err_input(e, "param: %s is given twice", p->name);
    if (is_log(values))
        return parse_log(p, values, axis, e);
    return memchr(values.p, ':', values.n) ? parse_range(p, values, axis, e)
                                           : parse_list(p, values, a, axis, e);
}

static bool fill_in(const struct bt_param *p, struct bt_axis *axis, struct err *e)
{
    if (axis->kind)
        return true;
    if (!p->optional)
        return err_input(e, "param: %s is missing (%s, %s): expected %s=LO:HI[:STEP] or %s=A,B",
                         p->name, p->help, p->unit, p->name, p->name);
    *axis = (struct bt_axis){.kind = BT_AXIS_LIST, .listed = &p->fallback, .n = 1};
    return true;
}

bool bt_space_parse(const struct bt_strategy *strategy, struct opt_texts texts, struct arena *a,
                    struct bt_space *out, struct err *e)
{
    assert(strategy->param_count <= BT_PARAMS_MAX);
    *out = (struct bt_space){.strategy = strategy};
    for (int i = 0; i < texts.n; i++)
        if (!parse_axis(strategy, texts.v[i], a, out, e))
            return false;
    for (int i = 0; i < strategy->param_count; i++)
        if (!fill_in(&strategy->params[i], &out->axis[i], e))
            return false;
    return true;
}

double bt_axis_value(const struct bt_axis *axis, long i)
{
    assert(i >= 0 && i < axis->n);
    if (axis->listed)
        return axis->listed[i];
    double value = axis->lo + (double)i * axis->step;
    return value < axis->hi ? value : axis->hi;
}

int64_t bt_space_size(const struct bt_space *space)
{
    int64_t size = 1;
    for (int i = 0; i < space->strategy->param_count; i++) {
        int64_t n = space->axis[i].n;
        if (n == 0 || size > ((int64_t)1 << 62) / n)
            return 0;
        size *= n;
    }
    return size;
}
