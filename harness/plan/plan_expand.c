#include "harness/plan/plan_expand.h"

#include "harness/plan/plan_side.h"
#include "kernels/registry.h"

#include <string.h>

/* ---- what is compared ----------------------------------------------------------------------- */

/* The layers that an expansion goes through, and those that are on beneath them in every cell. */
struct through {
    const struct kernel *kernel;
    uint64_t below;
    int layer[KERNEL_LAYERS_MAX];
    int count;
};

struct plan_expansion {
    const char *name;
    const char *id; /* of the cell, from the layer's name */
    /* The sets compared for the i-th layer; equal ones are no cell. */
    uint64_t (*base)(const struct through *t, int i);
    uint64_t (*new)(const struct through *t, int i);
};

static uint64_t first_of(const struct through *t, int n)
{
    uint64_t set = t->below;
    for (int i = 0; i < n; i++)
        set |= (uint64_t)1 << t->layer[i];
    return set;
}

static uint64_t no_layer(const struct through *t, int i)
{
    (void)i;
    return t->below;
}

static uint64_t this_layer(const struct through *t, int i)
{
    return t->below | (uint64_t)1 << t->layer[i];
}

static uint64_t every_layer(const struct through *t, int i)
{
    (void)i;
    return first_of(t, t->count);
}

static uint64_t all_but_this(const struct through *t, int i)
{
    return every_layer(t, i) & ~((uint64_t)1 << t->layer[i]);
}

static uint64_t up_to_this(const struct through *t, int i)
{
    return first_of(t, i + 1);
}

/* The first layer that makes one acceptable which alone is refused, with those below; if there is none
 * or none is needed: nothing but those below. */
static uint64_t its_need(const struct through *t, int i)
{
    const struct kernel *k = t->kernel;
    uint64_t this = this_layer(t, i);
    for (int j = 0; j < k->layer_count && !plan_set_accepted(k, this); j++) {
        uint64_t other = t->below | (uint64_t)1 << j;
        if (other != this && plan_set_accepted(k, other) && plan_set_accepted(k, this | other))
            return other;
    }
    return t->below;
}

static uint64_t this_and_its_need(const struct through *t, int i)
{
    uint64_t need = its_need(t, i);
    return need == t->below ? need : need | this_layer(t, i);
}

/* leave-one-out asks what the layer adds to all the others: the base lacks it. with-need asks the same
 * of those that cannot stand alone, on top of what they need. */
static const struct plan_expansion expansion_rows[] = {
    {"each-alone",    "%s",               no_layer,     this_layer       },
    {"with-need",     "%s with its need", its_need,     this_and_its_need},
    {"leave-one-out", "adding %s",        all_but_this, every_layer      },
    {"cumulative",    "up to %s",         no_layer,     up_to_this       },
};

const struct plan_expansion *plan_expansion_named(const char *name)
{
    for (size_t i = 0; i < sizeof expansion_rows / sizeof *expansion_rows; i++)
        if (strcmp(expansion_rows[i].name, name) == 0)
            return &expansion_rows[i];
    return NULL;
}

/* ---- cells ---------------------------------------------------------------------------------- */

static const char *expanded_name(const struct plan_expansion *x, const char *layer, struct arena *a)
{
    const char *at = strstr(x->id, "%s");
    return arena_format(a, "%.*s%s%s", (int)(at - x->id), x->id, layer, at + 2);
}

static int layer_named(const struct kernel *k, const char *name)
{
    for (int i = 0; i < k->layer_count; i++)
        if (strcmp(k->layers[i].name, name) == 0)
            return i;
    return -1;
}

/* A scenario may name layers that this build does not have (yet, or any more): said, not silent. */
static bool add_missing(struct plan *p, const struct plan_request *r, const char *name,
                        const struct scenario_side *base, struct arena *a, struct err *e)
{
    if (!plan_cell_add(p, r, name, base, base, a, e))
        return false;
    p->cells[p->count - 1].skipped = arena_format(a, "this build has no layer \"%s\"", name);
    return true;
}

static bool choose_layers(struct plan *p, const struct plan_request *r,
                          const struct plan_expansion *x, const struct scenario_compare *c,
                          struct through *t, struct arena *a, struct err *e)
{
    const struct kernel *k = t->kernel;
    if (!c->of.n) {
        for (int i = 0; i < k->layer_count; i++)
            t->layer[t->count++] = i;
        return true;
    }
    if (c->of.n > KERNEL_LAYERS_MAX)
        return err_input(e, "of: expected at most %d layers", KERNEL_LAYERS_MAX);
    for (int i = 0; i < c->of.n; i++) {
        int layer = layer_named(k, c->of.v[i]);
        if (layer >= 0)
            t->layer[t->count++] = layer;
        else if (!add_missing(p, r, expanded_name(x, c->of.v[i], a), &c->base, a, e))
            return false;
    }
    return true;
}

bool plan_expand(struct plan *p, const struct plan_request *r, const struct plan_expansion *x,
                 const struct scenario_compare *c, struct arena *a, struct err *e)
{
    struct through t = {.kernel = kernel_find(r->scenario->kernel, e)};
    if (!t.kernel || !kernel_layers_parse(t.kernel, c->base.layers, &t.below, e) ||
        !choose_layers(p, r, x, c, &t, a, e))
        return false;
    for (int i = 0; i < t.count; i++) {
        struct scenario_side base = c->base, new = c->new;
        uint64_t before = x->base(&t, i), after = x->new (&t, i);
        if (before == after)
            continue;
        base.layers = plan_set_text(t.kernel, before, a);
        new.layers = plan_set_text(t.kernel, after, a);
        const char *layer = t.kernel->layers[t.layer[i]].name;
        if (!plan_cell_add(p, r, expanded_name(x, layer, a), &base, &new, a, e))
            return false;
    }
    return true;
}
