#include "harness/plan/plan_side.h"

#include "kernels/registry.h"
#include "kernels/shared_object.h"

#include <stdlib.h>

const char *plan_set_text(const struct kernel *k, uint64_t layers, struct arena *a)
{
    struct text set = {0};
    kernel_layers_print(k, layers, &set);
    const char *copy = arena_text(a, set.p);
    text_done(&set);
    return copy;
}

bool plan_set_accepted(const struct kernel *k, uint64_t layers)
{
    struct err unused;
    return !k->resolve || k->resolve(layers, &unused);
}

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
    side->no_store = from->no_store;
    side->settings = merged;
    side->layer_set = plan_set_text(k, side->layers, a);
    side->label = side->layer_set;
    return check_settings(side, a, e) || err_prefix(e, "scale %s", scale->name);
}
