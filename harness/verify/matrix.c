#include "harness/verify/matrix.h"

#include "kernels/backtest/backtest.h"
#include "kernels/registry.h"

#include <stdlib.h>
#include <string.h>

/* ---- names ------------------------------------------------------------------------------------ */

bool matrix_is_resumed(const struct matrix_case *c)
{
    return strcmp(states[c->level[MATRIX_STATE]].name, "resumed") == 0;
}

static void print_layers(uint64_t layers, struct text *out)
{
    kernel_layers_print(&kernel_backtest, layers, out);
}

void matrix_print_case(const struct matrix *m, const struct matrix_case *c, struct text *out)
{
    text_printf(
        out, "%s, %s, %s, %s, workers %d, layers ", m->strategies[c->level[MATRIX_STRATEGY]].name,
        subject_searches[c->level[MATRIX_SEARCH]].name, bt_fill_names[c->level[MATRIX_FILL]],
        states[c->level[MATRIX_STATE]].name, c->level[MATRIX_WORKERS]);
    print_layers(c->layers, out);
    if (!matrix_is_resumed(c))
        return;
    text_puts(out, ", then ");
    print_layers(sets_largest(&kernel_backtest, c->universe & ~c->layers), out);
}

void matrix_print_options(const struct matrix *m, const struct matrix_case *c, struct text *out)
{
    const struct subject_strategy *strategy = &m->strategies[c->level[MATRIX_STRATEGY]];
    text_printf(out,
                "--full --strategies %s --searches %s --fills %s --states %s --workers %d "
                "--layers ",
                strategy->name, subject_searches[c->level[MATRIX_SEARCH]].name,
                bt_fill_names[c->level[MATRIX_FILL]], states[c->level[MATRIX_STATE]].name,
                c->level[MATRIX_WORKERS]);
    print_layers(matrix_is_resumed(c) ? c->universe : c->layers, out);
    for (int i = 0; m->strategies != subject_strategies && strategy->params[i]; i++)
        text_printf(out, " --param %s", strategy->params[i]);
}

/* ---- planning --------------------------------------------------------------------------------- */

static bool is_possible(const void *context, uint64_t on, uint64_t open)
{
    uint64_t unused;
    (void)context;
    return sets_complete(on, open, &unused);
}

static bool plan_covering(struct matrix *m, struct arena *a, struct err *e)
{
    int levels[MATRIX_FACTORS];
    struct sets_array array;
    for (int f = 0; f < MATRIX_FACTORS; f++)
        levels[f] = m->levels[f].n;
    const struct sets_rules rules = {.universe = m->universe,
                                     .levels = levels,
                                     .factors = MATRIX_FACTORS,
                                     .strength = m->strength,
                                     .seed = m->seed,
                                     .possible = is_possible};
    if (!sets_cover(&rules, a, &array, e))
        return false;
    m->combinations = array.covering.combinations;
    m->impossible = array.covering.impossible;
    m->cases = ARENA_NEW(a, struct matrix_case, array.covering.rows + 1);
    for (long r = 0; r < array.covering.rows; r++) {
        const int *level;
        struct matrix_case *c = &m->cases[m->case_count++];
        c->layers = sets_row(&array, r, &level);
        c->universe = m->universe;
        for (int f = 0; f < MATRIX_FACTORS; f++)
            c->level[f] = m->levels[f].v[level[f]];
    }
    return true;
}

static void plan_full(struct matrix *m, struct arena *a)
{
    long n = m->sets.n;
    for (int f = 0; f < MATRIX_FACTORS; f++)
        n *= m->levels[f].n;
    m->cases = ARENA_NEW(a, struct matrix_case, n + 1);
    for (long i = 0; i < n; i++) {
        struct matrix_case *c = &m->cases[m->case_count++];
        long rest = i;
        c->layers = m->sets.v[rest % m->sets.n];
        c->universe = m->universe;
        rest /= m->sets.n;
        for (int f = MATRIX_FACTORS - 1; f >= 0; f--) {
            c->level[f] = m->levels[f].v[rest % m->levels[f].n];
            rest /= m->levels[f].n;
        }
    }
}

/* By subject, so that a base's outcomes are made once and kept for as long as they are needed. */
static int by_subject(const void *a, const void *b)
{
    const struct matrix_case *x = a, *y = b;
    for (int f = 0; f < MATRIX_FACTORS; f++)
        if (x->level[f] != y->level[f])
            return x->level[f] < y->level[f] ? -1 : 1;
    return (x->layers > y->layers) - (x->layers < y->layers);
}

static int by_layers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int count_sets(const struct matrix *m, struct arena *a)
{
    uint64_t *sets = ARENA_NEW_RAW(a, uint64_t, m->case_count + 1);
    int n = 0;
    for (long i = 0; i < m->case_count; i++)
        sets[i] = m->cases[i].layers;
    qsort(sets, (size_t)m->case_count, sizeof *sets, by_layers);
    for (long i = 0; i < m->case_count; i++)
        n += i == 0 || sets[i] != sets[i - 1];
    return n;
}

bool matrix_plan(struct matrix *m, struct arena *a, struct err *e)
{
    for (int f = 0; f < MATRIX_FACTORS; f++)
        if (m->levels[f].n == 0)
            return err_input(e, "nothing to verify: expected at least one strategy, search, fill, "
                                "state and number of workers");
    sets_list(&kernel_backtest, m->universe, a, &m->sets);
    if (m->full)
        plan_full(m, a);
    else if (!plan_covering(m, a, e))
        return false;
    qsort(m->cases, (size_t)m->case_count, sizeof *m->cases, by_subject);
    m->subjects = ARENA_NEW(a, struct matrix_subject, m->case_count + 1);
    m->sets_tried = count_sets(m, a);
    return true;
}
