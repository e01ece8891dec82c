#include "harness/plan/overrides.h"

/* Moves the named member of all settings to the chosen ones. */
static void choose(struct json *chosen, const struct json *all, const char *name)
{
    json_remove(chosen, name);
    json_put(chosen, name, json_copy(json_get(all, name)));
}

static bool read_word(const char *word, const struct kernel *k, void *filled, struct json *chosen,
                      struct arena *a, struct err *e)
{
    struct str value = str_of(word);
    const char *name = str_copy(a, str_cut(&value, '='));
    if (!value.p)
        return err_input(e, "expected NAME=VALUE, found \"%.60s\"", word);
    if (!opt_set(k->options, filled, name, value.p, a, e))
        return false;
    struct json *all = json_object();
    opt_to_json(k->options, filled, all);
    choose(chosen, all, name);
    json_free(all);
    return true;
}

struct json *overrides_read(const struct opt_texts *words, const struct kernel *k, struct arena *a,
                            struct err *e)
{
    void *filled = arena_alloc(a, k->settings_size + 1);
    struct json *chosen = json_object();
    for (int i = 0; i < words->n; i++)
        if (!read_word(words->v[i], k, filled, chosen, a, e)) {
            json_free(chosen);
            return NULL;
        }
    return chosen;
}
