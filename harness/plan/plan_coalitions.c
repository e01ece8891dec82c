#include "harness/plan/plan_coalitions.h"

#include "harness/plan/plan_side.h"
#include "kernels/registry.h"

struct groups {
    const struct kernel *kernel;
    const struct scenario_compare *compare;
    uint64_t below, layers[SCENARIO_GROUPS_MAX];
};

static bool parse_groups(struct groups *g, struct err *e)
{
    if (!kernel_layers_parse(g->kernel, g->compare->base.layers, &g->below, e))
        return err_prefix(e, "base");
    for (int i = 0; i < g->compare->group_count; i++)
        if (!kernel_layers_parse(g->kernel, g->compare->groups[i].layers, &g->layers[i], e))
            return err_prefix(e, "groups[%d]", i);
    return true;
}

/* Bit i of mask: group i. */
static uint64_t layers_of(const struct groups *g, unsigned mask)
{
    uint64_t set = g->below;
    for (int i = 0; i < g->compare->group_count; i++)
        set |= mask >> i & 1 ? g->layers[i] : 0;
    return set;
}

static struct plan_groups names_of(const struct groups *g, unsigned mask)
{
    struct plan_groups out = {.n = 0};
    for (int i = 0; i < g->compare->group_count; i++)
        if (mask >> i & 1)
            out.names[out.n++] = g->compare->groups[i].name;
    return out;
}

/* The most groups of these that can be together; of as many, those that stand first. */
static unsigned largest_accepted(const struct groups *g, unsigned mask)
{
    unsigned best = 0;
    for (unsigned part = (mask - 1) & mask; part; part = (part - 1) & mask)
        if (__builtin_popcount(part) >= __builtin_popcount(best) &&
            plan_set_accepted(g->kernel, layers_of(g, part)))
            best = part;
    return best;
}

static const char *joined(struct plan_groups groups, struct arena *a)
{
    struct text name = {0};
    for (int i = 0; i < groups.n; i++)
        text_printf(&name, "%s%s", i ? "+" : "", groups.names[i]);
    const char *copy = arena_text(a, name.p);
    text_done(&name);
    return copy;
}

static bool add_coalition(struct plan *p, const struct plan_request *r, const struct groups *g,
                          unsigned mask, struct arena *a, struct err *e)
{
    struct scenario_side new = g->compare->new;
    struct plan_groups names = names_of(g, mask);
    new.layers = plan_set_text(g->kernel, layers_of(g, mask), a);
    if (!plan_cell_add(p, r, joined(names, a), &g->compare->base, &new, a, e))
        return false;
    struct plan_cell *cell = &p->cells[p->count - 1];
    cell->coalition = names;
    if (cell->skipped)
        cell->worth = names_of(g, largest_accepted(g, mask));
    return true;
}

bool plan_coalitions(struct plan *p, const struct plan_request *r, const struct scenario_compare *c,
                     struct arena *a, struct err *e)
{
    struct groups g = {.kernel = kernel_find(r->scenario->kernel, e), .compare = c};
    if (!g.kernel || !parse_groups(&g, e))
        return false;
    for (unsigned mask = 1; mask < 1u << c->group_count; mask++)
        if (!add_coalition(p, r, &g, mask, a, e))
            return false;
    return true;
}
