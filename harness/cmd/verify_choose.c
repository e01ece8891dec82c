#include "harness/cmd/verify_choose.h"

#include "kernels/backtest/backtest.h"
#include "kernels/registry.h"
#include "kernels/shared_object.h"

#include <string.h>

/* The name of level i; NULL past the last. */
typedef const char *level_name(int i);

static const char *strategy_name(int i)
{
    return subject_strategies[i].name;
}

static const char *search_name(int i)
{
    return subject_searches[i].name;
}

static const char *fill_name(int i)
{
    return bt_fill_names[i];
}

static const char *state_name(int i)
{
    return states[i].name;
}

static int find_level(level_name *name, struct str wanted)
{
    for (int i = 0; name(i); i++)
        if (str_is(wanted, name(i)))
            return i;
    return -1;
}

static bool unknown_level(const char *option, level_name *name, struct str wanted, struct err *e)
{
    struct text list = {0};
    for (int i = 0; name(i); i++)
        text_printf(&list, "%s%s", i ? ", " : "", name(i));
    err_input(e, "%s: expected all, or some of %s, found \"%.*s\"", option, list.p,
              (int)(wanted.n < 40 ? wanted.n : 40), wanted.p);
    text_done(&list);
    return false;
}

static bool add_level(struct matrix_levels *out, int value, const char *option, struct err *e)
{
    for (int i = 0; i < out->n; i++)
        if (out->v[i] == value)
            return true;
    if (out->n == MATRIX_LEVELS_MAX)
        return err_input(e, "%s: expected at most %d", option, MATRIX_LEVELS_MAX);
    out->v[out->n++] = value;
    return true;
}

static bool parse_names(const char *option, const char *text, level_name *name,
                        struct matrix_levels *out, struct err *e)
{
    if (strcmp(text, "all") == 0) {
        for (int i = 0; name(i); i++)
            if (!add_level(out, i, option, e))
                return false;
        return true;
    }
    for (struct str rest = str_of(text); rest.p;) {
        struct str wanted = str_cut(&rest, ',');
        int i = find_level(name, wanted);
        if (i < 0 ? !unknown_level(option, name, wanted, e) : !add_level(out, i, option, e))
            return false;
    }
    return true;
}

static bool parse_workers(const char *text, struct matrix_levels *out, struct err *e)
{
    for (struct str rest = str_of(text); rest.p;) {
        struct str number = str_cut(&rest, ',');
        long n;
        if (!str_to_long(number, &n) || n < 1 || n > 1024)
            return err_input(e, "workers: expected numbers from 1 to 1024, found \"%.*s\"",
                             (int)(number.n < 40 ? number.n : 40), number.p);
        if (!add_level(out, (int)n, "workers", e))
            return false;
    }
    return true;
}

/* The values are the user's: nobody else knows which make sense. */
static bool choose_own(const struct verify_settings *s, struct matrix *m, struct arena *a,
                       struct err *e)
{
    struct subject_strategy *own = ARENA_NEW(a, struct subject_strategy, 2);
    if (s->param.n > BT_PARAMS_MAX)
        return err_input(e, "param: expected at most %d", (int)BT_PARAMS_MAX);
    own->name = s->strategies;
    for (int i = 0; i < s->param.n; i++)
        own->params[i] = own->wide[i] = s->param.v[i];
    m->strategies = own;
    return add_level(&m->levels[MATRIX_STRATEGY], 0, "strategies", e);
}

static bool choose_strategies(const struct verify_settings *s, struct matrix *m, struct arena *a,
                              struct err *e)
{
    m->strategies = subject_strategies;
    if (shared_object_is_path(s->strategies))
        return choose_own(s, m, a, e);
    if (s->param.n > 0)
        return err_input(e, "param: expected it with --strategies FILE.so only");
    return parse_names("strategies", s->strategies, strategy_name, &m->levels[MATRIX_STRATEGY], e);
}

bool verify_choose(const struct verify_settings *s, struct matrix *m, struct arena *a,
                   struct err *e)
{
    *m = (struct matrix){.full = s->full, .strength = (int)s->strength, .seed = (uint64_t)s->seed};
    return kernel_layers_parse(&kernel_backtest, s->layers, &m->universe, e) &&
           choose_strategies(s, m, a, e) &&
           parse_names("searches", s->searches, search_name, &m->levels[MATRIX_SEARCH], e) &&
           parse_names("fills", s->fills, fill_name, &m->levels[MATRIX_FILL], e) &&
           parse_names("states", s->states, state_name, &m->levels[MATRIX_STATE], e) &&
           parse_workers(s->workers, &m->levels[MATRIX_WORKERS], e);
}
