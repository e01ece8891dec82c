#include "harness/verify/kernel_cases.h"

#include "harness/verify/covering.h"
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

bool kernel_cases_accepted(const struct kernel *k, uint64_t layers)
{
    struct err unused = {0};
    return !k->resolve || k->resolve(layers, &unused);
}

/* Factors of the covering array: the layers of the universe, then what else varies. */
struct columns {
    const struct kernel_cases *v;
    int layer[KERNEL_LAYERS_MAX], layers;
};

static uint64_t layers_of(const struct columns *c, const int *row, int level)
{
    uint64_t set = 0;
    for (int i = 0; i < c->layers; i++)
        set |= row[i] == level ? (uint64_t)1 << c->layer[i] : 0;
    return set;
}

/* Exact where a layer needs at most one other, or all the rest. */
static bool row_possible(void *context, const int *row)
{
    const struct columns *c = context;
    uint64_t on = layers_of(c, row, 1), open = layers_of(c, row, COVERING_OPEN);
    bool ok =
        kernel_cases_accepted(c->v->kernel, on) || kernel_cases_accepted(c->v->kernel, on | open);
    for (int i = 0; !ok && i < c->layers; i++)
        ok = (open >> c->layer[i] & 1) &&
             kernel_cases_accepted(c->v->kernel, on | (uint64_t)1 << c->layer[i]);
    return ok;
}

static void take_rows(struct kernel_cases *v, const struct columns *columns,
                      const struct covering *array, struct arena *a)
{
    v->rows = ARENA_NEW(a, struct kernel_cases_row, array->rows + 2);
    v->count = 1; /* the first: zeros */
    for (long r = 0; r < array->rows; r++) {
        const int *row = covering_row(array, r);
        struct kernel_cases_row *c = &v->rows[v->count];
        c->layers = layers_of(columns, row, 1);
        for (int f = 0; f < v->factor_count; f++)
            c->level[f] = row[columns->layers + f];
        v->count += kernel_cases_accepted(v->kernel, c->layers);
    }
}

bool kernel_cases_plan(struct kernel_cases *v, struct arena *a, struct err *e)
{
    struct columns columns = {.v = v};
    int levels[COVERING_FACTORS_MAX];
    struct covering array;
    int n = 0;
    if (!read_factors(v, a, e))
        return false;
    for (int i = 0; i < v->kernel->layer_count; i++)
        if (v->universe >> i & 1)
            columns.layer[columns.layers++] = i;
    if (columns.layers + v->factor_count > COVERING_FACTORS_MAX)
        return err_input(e, "layers: expected at most %d, found %d",
                         COVERING_FACTORS_MAX - v->factor_count, columns.layers);
    for (; n < columns.layers; n++)
        levels[n] = 2;
    for (int f = 0; f < v->factor_count; f++)
        levels[n++] = v->factors[f].n;
    struct covering_rules rules = {.factors = n,
                                   .levels = levels,
                                   .strength = v->strength < n ? v->strength : n,
                                   .seed = v->seed,
                                   .possible = v->kernel->resolve ? row_possible : NULL,
                                   .context = &columns};
    covering_make(&rules, a, &array);
    v->combinations = array.combinations;
    v->impossible = array.impossible;
    take_rows(v, &columns, &array, a);
    return true;
}
