#include "harness/verify/kernel_cases.h"

#include "harness/verify/sets.h"
#include "kernels/registry.h"

/* ---- names ------------------------------------------------------------------------------------ */

void kernel_cases_print(const struct kernel_cases *v, const struct kernel_cases_row *c,
                        struct text *out)
{
    for (int f = 0; f < v->factor_count; f++)
        text_printf(out, "%s %s, ", v->factors[f].name, v->factors[f].values[c->level[f]]);
    text_puts(out, "layers ");
    kernel_layers_print(v->kernel, c->layers, out);
}

void kernel_cases_print_options(const struct kernel_cases *v, const struct kernel_cases_row *c,
                                struct text *out)
{
    /* The first values are what it is held against. */
    for (int f = 1; f < v->factor_count; f++) {
        const struct kernel_factor *factor = &v->factors[f];
        text_printf(out, "--vary %s=%s%s%s ", factor->name, factor->values[0],
                    c->level[f] ? "," : "", c->level[f] ? factor->values[c->level[f]] : "");
    }
    text_puts(out, "--layers ");
    kernel_layers_print(v->kernel, c->layers, out);
}

/* ---- planning --------------------------------------------------------------------------------- */

static bool add_factor(struct kernel_cases *v, const char *name, struct str values, struct arena *a,
                       struct err *e)
{
    struct kernel_factor *f = &v->factors[v->factor_count];
    if (v->factor_count == KERNEL_CASES_FACTORS)
        return err_input(e, "vary: expected at most %d settings", KERNEL_CASES_FACTORS - 1);
    *f = (struct kernel_factor){name, ARENA_NEW(a, const char *, values.n + 1), 0};
    while (values.p)
        f->values[f->n++] = str_copy(a, str_cut(&values, ','));
    v->factor_count++;
    return true;
}

/* Values are checked here, so that one of no sense is told before anything runs. */
static bool check_values(const struct kernel_cases *v, const struct kernel_factor *f,
                         struct arena *a, struct err *e)
{
    void *settings = arena_alloc(a, v->kernel->settings_size + 1);
    for (int i = 0; i < f->n; i++)
        if (!opt_set(v->kernel->options, settings, f->name, f->values[i], a, e))
            return false;
    return true;
}

static bool read_factors(struct kernel_cases *v, struct arena *a, struct err *e)
{
    v->factor_count = 0;
    struct text cuts = {0};
    for (int i = 0; kernel_case_steps[i]; i++)
        text_printf(&cuts, "%s%s", i ? "," : "", kernel_case_steps[i]);
    bool ok = add_factor(v, "steps", str_of(cuts.p), a, e);
    text_done(&cuts);
    for (int i = 0; ok && i < v->vary->n; i++) {
        struct str values = str_of(v->vary->v[i]);
        const char *name = str_copy(a, str_cut(&values, '='));
        if (!values.p)
            return err_input(e, "vary: expected NAME=A,B, found \"%.60s\"", v->vary->v[i]);
        ok = add_factor(v, name, values, a, e) &&
             check_values(v, &v->factors[v->factor_count - 1], a, e);
    }
    return ok;
}

static bool accepts(const struct kernel *k, uint64_t layers)
{
    struct err unused;
    return sets_accepted(k, layers, &unused);
}

/* Exact where a layer needs at most one other, or all the rest. */
static bool is_possible(const void *context, uint64_t on, uint64_t open)
{
    const struct kernel *k = context;
    bool ok = accepts(k, on) || accepts(k, on | open);
    for (int i = 0; !ok && i < k->layer_count; i++)
        ok = (open >> i & 1) && accepts(k, on | (uint64_t)1 << i);
    return ok;
}

static void take_rows(struct kernel_cases *v, const struct sets_array *array, struct arena *a)
{
    v->rows = ARENA_NEW(a, struct kernel_cases_row, array->covering.rows + 2);
    v->count = 1; /* the first: zeros */
    for (long r = 0; r < array->covering.rows; r++) {
        const int *level;
        struct kernel_cases_row *c = &v->rows[v->count];
        c->layers = sets_row(array, r, &level);
        for (int f = 0; f < v->factor_count; f++)
            c->level[f] = level[f];
        v->count += accepts(v->kernel, c->layers);
    }
}

bool kernel_cases_plan(struct kernel_cases *v, struct arena *a, struct err *e)
{
    int levels[KERNEL_CASES_FACTORS];
    struct sets_array array;
    if (!read_factors(v, a, e))
        return false;
    for (int f = 0; f < v->factor_count; f++)
        levels[f] = v->factors[f].n;
    const struct sets_rules rules = {.universe = v->universe,
                                     .levels = levels,
                                     .factors = v->factor_count,
                                     .strength = v->strength,
                                     .seed = v->seed,
                                     .possible = v->kernel->resolve ? is_possible : NULL,
                                     .context = v->kernel};
    if (!sets_cover(&rules, a, &array, e))
        return false;
    v->combinations = array.covering.combinations;
    v->impossible = array.covering.impossible;
    take_rows(v, &array, a);
    return true;
}
