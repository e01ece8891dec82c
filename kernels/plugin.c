#include "kernels/plugin.h"

#include "kernels/shared_object.h"

#include <stdalign.h>

enum { OPTIONS_MAX = 256, SETTINGS_MAX_BYTES = 1 << 20 };

/* ---- the record ------------------------------------------------------------------------------ */

static const struct {
    size_t size, alignment;
} kinds[] = {
    [OPT_FLAG] = {sizeof(bool),                alignof(bool)               },
    [OPT_INT] = {sizeof(long),                alignof(long)               },
    [OPT_REAL] = {sizeof(double),              alignof(double)             },
    [OPT_TEXT] = {sizeof(const char *),        alignof(const char *)       },
    [OPT_TEXTS] = {sizeof(struct opt_texts),    alignof(struct opt_texts)   },
    [OPT_OBJECT] = {sizeof(const struct json *), alignof(const struct json *)},
    [OPT_ARRAY] = {sizeof(const struct json *), alignof(const struct json *)},
};

static bool check_option(const struct opt *row, size_t size, struct err *e)
{
    if (!shared_object_name("name", row->name, e))
        return false;
    size_t kind = (size_t)row->kind;
    if (kind >= sizeof kinds / sizeof *kinds)
        return err_input(e, "%s: kind: expected one of enum opt_kind, found %zu", row->name, kind);
    if (row->offset % kinds[kind].alignment || size < kinds[kind].size ||
        row->offset > size - kinds[kind].size)
        return err_input(e, "%s: offset: %zu is no place in settings of %zu bytes", row->name,
                         row->offset, size);
    bool is_number = row->kind == OPT_INT || row->kind == OPT_REAL;
    return !is_number || row->min <= row->max ||
           err_input(e, "%s: min: expected at most max", row->name);
}

/* A default that its own row refuses would quietly be none. */
static bool check_fallbacks(const struct kernel *k, struct err *e)
{
    struct arena arena = {0};
    void *settings = arena_alloc(&arena, k->settings_size + 1);
    bool ok = true;
    for (const struct opt *row = k->options; row->name && ok; row++)
        if (row->fallback)
            ok = opt_set(k->options, settings, row->name, row->fallback, &arena, e) ||
                 err_prefix(e, "fallback");
    arena_done(&arena);
    return ok;
}

static bool check_options(const struct kernel *k, struct err *e)
{
    if (k->settings_size > SETTINGS_MAX_BYTES)
        return err_input(e, "settings_size: expected at most %d, found %zu", SETTINGS_MAX_BYTES,
                         k->settings_size);
    if (!k->options)
        return err_input(e, "options: expected rows that end in OPT_END, found NULL");
    for (int i = 0; k->options[i].name; i++) {
        if (i == OPTIONS_MAX)
            return err_input(e, "options: no OPT_END after %d rows", OPTIONS_MAX);
        if (!check_option(&k->options[i], k->settings_size, e))
            return err_prefix(e, "options[%d]", i);
    }
    return check_fallbacks(k, e) || err_prefix(e, "options");
}

static bool check_layers(const struct kernel *k, struct err *e)
{
    if (k->layer_count < 0 || k->layer_count > KERNEL_LAYERS_MAX)
        return err_input(e, "layer_count: expected 0 to %d, found %d", (int)KERNEL_LAYERS_MAX,
                         k->layer_count);
    if (k->layer_count > 0 && !k->layers)
        return err_input(e, "layers: expected %d rows, found NULL", k->layer_count);
    for (int i = 0; i < k->layer_count; i++) {
        if (!shared_object_name("name", k->layers[i].name, e))
            return err_prefix(e, "layers[%d]", i);
        if (!k->layers[i].why)
            return err_input(e, "layers[%d]: why: expected one line, found NULL", i);
    }
    return true;
}

static bool check_functions(const struct kernel *k, struct err *e)
{
    const struct {
        const char *name;
        bool is_there;
    } functions[] = {
        {"prepare", k->prepare != NULL},
        {"step",    k->step != NULL   },
        {"digest",  k->digest != NULL },
        {"release", k->release != NULL},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (!functions[i].is_there)
            return err_input(e, "%s: expected a function, found NULL", functions[i].name);
    if (k->cut != KERNEL_REPEAT && k->cut != KERNEL_ONCE)
        return err_input(e, "cut: expected KERNEL_REPEAT or KERNEL_ONCE, found %d", (int)k->cut);
    return k->cut != KERNEL_ONCE || k->jobs ||
           err_input(e, "jobs: expected a function of a KERNEL_ONCE kernel, found NULL");
}

bool plugin_check(const struct kernel *k, struct err *e)
{
    if (k->abi != CUPEL_KERNEL_ABI)
        return err_input(e, "abi: expected %d, found %u: build it against this cupel's headers",
                         CUPEL_KERNEL_ABI, k->abi);
    if (!shared_object_name("name", k->name, e))
        return false;
    if (!k->summary)
        return err_input(e, "summary: expected one line, found NULL");
    return check_functions(k, e) && check_options(k, e) && check_layers(k, e);
}

/* ---- the file -------------------------------------------------------------------------------- */

static const struct kernel *record_of(void *library, struct err *e)
{
    const struct kernel *(*give)(void);
    if (!shared_object_function(library, "cupel_kernel", &give, sizeof give, e))
        return NULL;
    const struct kernel *k = give();
    if (!k)
        err_input(e, "cupel_kernel gave no record");
    return k && plugin_check(k, e) ? k : NULL;
}

const struct kernel *plugin_load(const char *path, struct err *e)
{
    void *library = shared_object_open(path, e);
    const struct kernel *k = library ? record_of(library, e) : NULL;
    if (library && !k)
        shared_object_close(library);
    if (!k)
        err_prefix(e, "kernel %.300s", path);
    return k;
}
