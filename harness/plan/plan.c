#include "harness/plan/plan.h"

#include "kernels/registry.h"
#include "kernels/shared_object.h"

#include <stdlib.h>
#include <string.h>

/* ---- sides ---------------------------------------------------------------------------------- */

/* Checks the merged settings by the kernel's rows, and asks what only filled settings can tell. What
 * variables and presets gave is added to them, so that the record shows what was in force. */
static bool check_settings(struct plan_side *side, struct arena *a, struct err *e)
{
    const struct kernel *k = side->kernel;
    struct arena_mark mark = arena_mark(a);
    void *filled = arena_alloc(a, k->settings_size + 1);
    opt_defaults(k->options, filled, a);
    bool ok = opt_settle_json(k->options, filled, side->settings, a, e) &&
              opt_complete(k->options, filled, e);
    side->is_wide = ok && k->width && k->width(filled) > 1;
    arena_release(a, mark);
    return ok || err_prefix(e, "settings of kernel %s", k->name);
}

/* The worker loads the same file, wherever the path began. */
static bool find_kernel(struct plan_side *side, const char *name, struct arena *a, struct err *e)
{
    side->kernel = kernel_find(name, e);
    if (!side->kernel || !shared_object_is_path(name))
        return side->kernel != NULL;
    char *path = realpath(name, NULL);
    if (path)
        side->library = arena_text(a, path);
    free(path);
    return side->library || err_system(e, "kernel %s", name);
}

bool plan_kernel_side(struct plan *p, struct plan_side *side, const struct scenario *s,
                      const struct scenario_scale *scale, const struct scenario_side *from,
                      const struct plan_overrides *o, struct arena *a, struct err *e)
{
    if (!find_kernel(side, s->kernel, a, e))
        return false;
    const struct kernel *k = side->kernel;
    if (!kernel_layers_parse(k, from->layers, &side->layers, e))
        return false;
    struct json *merged = json_object();
    json_push(p->settings, merged);
    const struct json *parts[] = {s->settings, scale->settings, from->settings, o->settings};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        json_lay_over(merged, parts[i]);
    struct text set = {0};
    kernel_layers_print(k, side->layers, &set);
    side->no_store = from->no_store;
    side->settings = merged;
    side->layer_set = arena_text(a, set.p);
    side->label = side->layer_set;
    text_done(&set);
    return check_settings(side, a, e) || err_prefix(e, "scale %s", scale->name);
}

/* ---- cells --------------------------------------------------------------------------------- */

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

/* Other market data are told apart by their content; any other setting is a different question. */
bool plan_may_expect(const struct json *override_settings)
{
    for (const struct json *v = json_first(override_settings); v; v = json_next(v))
        if (strcmp(json_key(v), "bundle") != 0)
            return false;
    return true;
}

bool plan_cell_check(const struct plan_cell *cell, struct arena *a, struct err *e)
{
    const char *why = refusal(cell, a);
    return !why || err_input(e, "%s", why);
}

struct request {
    const struct scenario *scenario;
    const struct scenario_scale *scale;
    const struct plan_overrides *overrides;
};

static bool add_cell(struct plan *p, const struct request *r, const char *name,
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

/* ---- one cell a layer ---------------------------------------------------------------------- */

/* The layers that an expansion goes through, and those that are on beneath them in every cell. */
struct through {
    const struct kernel *kernel;
    uint64_t below;
    int layer[KERNEL_LAYERS_MAX];
    int count;
};

struct expansion {
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

static bool accepts(const struct kernel *k, uint64_t layers)
{
    struct err unused;
    return !k->resolve || k->resolve(layers, &unused);
}

/* The first layer that makes one acceptable which alone is refused, with those below; if there is none
 * or none is needed: nothing but those below. */
static uint64_t its_need(const struct through *t, int i)
{
    const struct kernel *k = t->kernel;
    uint64_t this = this_layer(t, i);
    for (int j = 0; j < k->layer_count && !accepts(k, this); j++) {
        uint64_t other = t->below | (uint64_t)1 << j;
        if (other != this && accepts(k, other) && accepts(k, this | other))
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
static const struct expansion expansion_rows[] = {
    {"each-alone",    "%s",               no_layer,     this_layer       },
    {"with-need",     "%s with its need", its_need,     this_and_its_need},
    {"leave-one-out", "adding %s",        all_but_this, every_layer      },
    {"cumulative",    "up to %s",         no_layer,     up_to_this       },
};

static const char *set_text(const struct kernel *k, uint64_t layers, struct arena *a)
{
    struct text set = {0};
    kernel_layers_print(k, layers, &set);
    const char *copy = arena_text(a, set.p);
    text_done(&set);
    return copy;
}

static const char *expanded_name(const struct expansion *x, const char *layer, struct arena *a)
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
static bool add_missing(struct plan *p, const struct request *r, const char *name,
                        const struct scenario_side *base, struct arena *a, struct err *e)
{
    if (!add_cell(p, r, name, base, base, a, e))
        return false;
    p->cells[p->count - 1].skipped = arena_format(a, "this build has no layer \"%s\"", name);
    return true;
}

static bool choose_layers(struct plan *p, const struct request *r, const struct expansion *x,
                          const struct scenario_compare *c, struct through *t, struct arena *a,
                          struct err *e)
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

static bool add_expansion(struct plan *p, const struct request *r, const struct expansion *x,
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
        base.layers = set_text(t.kernel, before, a);
        new.layers = set_text(t.kernel, after, a);
        const char *layer = t.kernel->layers[t.layer[i]].name;
        if (!add_cell(p, r, expanded_name(x, layer, a), &base, &new, a, e))
            return false;
    }
    return true;
}

/* ---- one cell a set of groups ---------------------------------------------------------------- */

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
            accepts(g->kernel, layers_of(g, part)))
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

static bool add_coalition(struct plan *p, const struct request *r, const struct groups *g,
                          unsigned mask, struct arena *a, struct err *e)
{
    struct scenario_side new = g->compare->new;
    struct plan_groups names = names_of(g, mask);
    new.layers = set_text(g->kernel, layers_of(g, mask), a);
    if (!add_cell(p, r, joined(names, a), &g->compare->base, &new, a, e))
        return false;
    struct plan_cell *cell = &p->cells[p->count - 1];
    cell->coalition = names;
    if (cell->skipped)
        cell->worth = names_of(g, largest_accepted(g, mask));
    return true;
}

static bool add_coalitions(struct plan *p, const struct request *r,
                           const struct scenario_compare *c, struct arena *a, struct err *e)
{
    struct groups g = {.kernel = kernel_find(r->scenario->kernel, e), .compare = c};
    if (!g.kernel || !parse_groups(&g, e))
        return false;
    for (unsigned mask = 1; mask < 1u << c->group_count; mask++)
        if (!add_coalition(p, r, &g, mask, a, e))
            return false;
    return true;
}

/* ---- the axes -------------------------------------------------------------------------------- */

static bool add_compare(struct plan *p, const struct request *r, const struct scenario_compare *c,
                        struct arena *a, struct err *e)
{
    for (size_t i = 0; i < sizeof expansion_rows / sizeof *expansion_rows; i++)
        if (strcmp(expansion_rows[i].name, c->expand) == 0)
            return add_expansion(p, r, &expansion_rows[i], c, a, e);
    if (c->group_count)
        return add_coalitions(p, r, c, a, e);
    return add_cell(p, r, c->name, &c->base, &c->new, a, e);
}

static bool wants_scale(const struct scenario_compare *c, const char *scale)
{
    return c->scales.n == 0 || opt_texts_hold(&c->scales, scale);
}

static bool add_scale(struct plan *p, const struct request *r, struct arena *a, struct err *e)
{
    if (r->overrides->layers) {
        const struct scenario_side none = {.layers = "none"};
        const struct scenario_side set = {.layers = r->overrides->layers};
        return add_cell(p, r, NULL, &none, &set, a, e);
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
        struct request r = {.scenario = s, .scale = &s->scales[i], .overrides = o};
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
