#include "harness/plan/plan_cell.h"

#include "harness/plan/plan_side.h"

#include <string.h>

static struct plan_cell *new_cell(struct plan *p, struct arena *a)
{
    if (p->count == p->capacity) {
        int capacity = p->capacity ? p->capacity * 2 : 16;
        struct plan_cell *grown = ARENA_NEW(a, struct plan_cell, capacity);
        for (int i = 0; i < p->count; i++)
            grown[i] = p->cells[i];
        p->cells = grown;
        p->capacity = capacity;
    }
    return &p->cells[p->count++];
}

static bool id_is_new(const struct plan *p, const struct plan_cell *cell, struct err *e)
{
    for (int i = 0; i < p->count; i++)
        if (&p->cells[i] != cell && strcmp(p->cells[i].id, cell->id) == 0)
            return err_input(e, "compare: two comparisons are named \"%s\"; give one a name",
                             cell->id);
    return true;
}

/* The kernel's sentence when it refuses a side's layer set; NULL: both can be. */
static const char *refusal(const struct plan_cell *cell, struct arena *a)
{
    const struct plan_side *sides[] = {&cell->base, &cell->new};
    for (int i = 0; i < 2; i++) {
        struct err why;
        const struct kernel *k = sides[i]->kernel;
        if (k->resolve && !k->resolve(sides[i]->layers, &why))
            return arena_format(a, "%s: %s", sides[i]->layer_set, why.text);
    }
    return NULL;
}

bool plan_cell_check(const struct plan_cell *cell, struct arena *a, struct err *e)
{
    const char *why = refusal(cell, a);
    return !why || err_input(e, "%s", why);
}

/* Other market data are told apart by their content; any other setting is a different question. */
bool plan_may_expect(const struct json *override_settings)
{
    for (const struct json *v = json_first(override_settings); v; v = json_next(v))
        if (strcmp(json_key(v), "bundle") != 0)
            return false;
    return true;
}

bool plan_cell_add(struct plan *p, const struct plan_request *r, const char *name,
                   const struct scenario_side *base, const struct scenario_side *new,
                   struct arena *a, struct err *e)
{
    const struct scenario *s = r->scenario;
    struct plan_cell *cell = new_cell(p, a);
    if (!plan_kernel_side(p, &cell->base, s, r->scale, base, r->overrides, a, e) ||
        !plan_kernel_side(p, &cell->new, s, r->scale, new, r->overrides, a, e))
        return false;
    cell->scale = r->scale->name;
    cell->name = name ? name : cell->new.layer_set;
    cell->id = arena_format(a, "%s/%s", cell->scale, cell->name);
    cell->pairs = r->overrides->pairs ? r->overrides->pairs
                  : r->scale->pairs   ? r->scale->pairs
                                      : s->pairs;
    cell->margin_percent = s->margin_percent;
    cell->may_expect = plan_may_expect(r->overrides->settings);
    cell->expect_digest = cell->may_expect ? scenario_expected(s, cell->scale, NULL) : NULL;
    cell->skipped = refusal(cell, a);
    return id_is_new(p, cell, e);
}
