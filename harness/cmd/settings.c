#include "harness/cmd/settings.h"

#include "harness/base/rng.h"
#include "kernels/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool run_seed(const char *text, uint64_t *seed, struct err *e)
{
    if (!text) {
        *seed = rng_entropy();
        return true;
    }
    char *end;
    errno = 0;
    *seed = strtoull(text, &end, 10);
    bool digits = text[0] && strspn(text, "0123456789") == strlen(text);
    return (digits && errno == 0) ||
           err_input(e,
                     "--seed: expected a whole number from 0 to 18446744073709551615, found "
                     "\"%.60s\"",
                     text);
}

/* Moves the named member of all settings to the chosen ones. */
static void choose(struct json *chosen, const struct json *all, const char *name)
{
    json_remove(chosen, name);
    json_put(chosen, name, json_copy(json_get(all, name)));
}

struct json *run_overrides(const struct opt_texts *set, const char *kernel, struct arena *a,
                           struct err *e)
{
    const struct kernel *k = kernel_find(kernel, e);
    if (!k)
        return NULL;
    void *filled = arena_alloc(a, k->settings_size + 1);
    struct json *chosen = json_object(), *all = NULL;
    bool ok = true;
    for (int i = 0; i < set->n && ok; i++) {
        struct str value = str_of(set->v[i]);
        const char *name = str_copy(a, str_cut(&value, '='));
        if (!value.p)
            ok = err_input(e, "--set: expected NAME=VALUE, found \"%.60s\"", set->v[i]);
        else
            ok = opt_set(k->options, filled, name, value.p, a, e) || err_prefix(e, "--set");
        if (!ok)
            break;
        json_free(all);
        all = json_object();
        opt_to_json(k->options, filled, all);
        choose(chosen, all, name);
    }
    json_free(all);
    if (ok)
        return chosen;
    json_free(chosen);
    return NULL;
}
