#include "harness/plan/plan.h"

#include "harness/plan/plan_coalitions.h"
#include "harness/plan/plan_expand.h"

#include <string.h>

static bool add_compare(struct plan *p, const struct plan_request *r,
                        const struct scenario_compare *c, struct arena *a, struct err *e)
{
    const struct plan_expansion *x = plan_expansion_named(c->expand);
    if (x)
        return plan_expand(p, r, x, c, a, e);
    if (c->group_count)
        return plan_coalitions(p, r, c, a, e);
    return plan_cell_add(p, r, c->name, &c->base, &c->new, a, e);
}

static bool wants_scale(const struct scenario_compare *c, const char *scale)
{
    return c->scales.n == 0 || opt_texts_hold(&c->scales, scale);
}

static bool add_scale(struct plan *p, const struct plan_request *r, struct arena *a, struct err *e)
{
    if (r->overrides->layers) {
        const struct scenario_side none = {.layers = "none"};
        const struct scenario_side set = {.layers = r->overrides->layers};
        return plan_cell_add(p, r, NULL, &none, &set, a, e);
    }
    for (int i = 0; i < r->scenario->compare_count; i++) {
        const struct scenario_compare *c = &r->scenario->compares[i];
        if (wants_scale(c, r->scale->name) && !add_compare(p, r, c, a, e))
            return err_prefix(e, "compare[%d]", i);
    }
    return true;
}

bool plan_make(struct plan *p, const struct scenario *s, const struct plan_overrides *o,
               struct arena *a, struct err *e)
{
    *p = (struct plan){.settings = json_array()};
    for (int i = 0; i < s->scale_count; i++) {
        struct plan_request r = {.scenario = s, .scale = &s->scales[i], .overrides = o};
        if (!add_scale(p, &r, a, e)) {
            plan_done(p);
            return err_prefix(e, "scenario %s", s->path);
        }
    }
    return true;
}

static bool has_name(const struct plan *p, const char *name, struct err *e)
{
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->cells[i].name, name) == 0)
            return true;
    return err_input(e, "no comparison is named \"%.60s\"", name);
}

bool plan_choose(struct plan *p, const struct opt_texts *names, struct err *e)
{
    for (int i = 0; i < names->n; i++)
        if (!has_name(p, names->v[i], e))
            return false;
    int kept = 0;
    for (int i = 0; i < p->count; i++)
        if (!names->n || opt_texts_hold(names, p->cells[i].name))
            p->cells[kept++] = p->cells[i];
    p->count = kept;
    return true;
}

void plan_done(struct plan *p)
{
    json_free(p->settings);
    p->settings = NULL;
}
