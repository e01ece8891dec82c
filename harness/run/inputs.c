#include "harness/run/inputs.h"

#include "harness/base/io.h"
#include "kernels/store/bundle.h"
#include "kernels/store/dates.h"
#include "kernels/store/synth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char recipe_prefix[] = "synth:";

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

const char *inputs_cache_folder(struct arena *a)
{
    if (variable("CUPEL_CACHE"))
        return variable("CUPEL_CACHE");
    if (variable("XDG_CACHE_HOME"))
        return arena_format(a, "%s/cupel", variable("XDG_CACHE_HOME"));
    if (variable("HOME"))
        return arena_format(a, "%s/.cache/cupel", variable("HOME"));
    return arena_format(a, "/var/tmp/cupel-%ld", (long)getuid());
}

/* "synth:PRESET:SEED" -> the folder of that bundle in the cache, made if it is not there. */
static const char *make_synthetic(const char *recipe, struct arena *a, struct err *e)
{
    struct str rest = str_of(recipe + sizeof recipe_prefix - 1);
    const char *preset = str_copy(a, str_cut(&rest, ':'));
    long seed;
    if (!rest.p || !str_to_long(rest, &seed) || seed < 0) {
        err_input(e, "bundle: expected synth:PRESET:SEED, found \"%.60s\"", recipe);
        return NULL;
    }
    const char *folder = inputs_cache_folder(a);
    const char *path = arena_format(a, "%s/synth-%s-%ld-v%d", folder, preset, seed, BUNDLE_SCHEMA);
    bool ok = io_make_dirs(folder, e) && synth_ensure(preset, (uint64_t)seed, path, e);
    return ok ? path : NULL;
}

static void put_facts(struct json *facts, const char *path, const struct bundle_info *info)
{
    char key[40], first[DATE_TEXT], last[DATE_TEXT];
    int n = json_count(facts);
    snprintf(key, sizeof key, n ? "bundle %d" : "bundle", n + 1);
    struct json *f = json_put_object(facts, key);
    json_put_text(f, "path", path);
    json_put_text(f, "source", info->source);
    json_put_bool(f, "synthetic", info->synthetic);
    json_put_text(f, "content", info->content);
    json_put_number(f, "rows", (double)info->rows);
    json_put_number(f, "assets", (double)info->assets);
    json_put_text(f, "first", date_format(first, info->first_time));
    json_put_text(f, "last", date_format(last, info->last_time));
}

/* The facts of a bundle: those known already, or read and added now. */
static const struct json *facts_of(struct json *facts, const char *path, struct err *e)
{
    for (const struct json *f = json_first(facts); f; f = json_next(f))
        if (strcmp(json_text(json_get(f, "path")), path) == 0)
            return f;
    struct bundle *b = bundle_verify(path, e) ? bundle_open(path, e) : NULL;
    if (!b)
        return NULL;
    put_facts(facts, path, bundle_info(b));
    bundle_close(b);
    return facts_of(facts, path, e);
}

/* *content: of the bundle, where there is one. */
static bool settle(struct json *settings, struct json *facts, const char **content, struct arena *a,
                   struct err *e)
{
    const struct json *setting = json_get(settings, "bundle");
    if (json_kind(setting) != JSON_TEXT)
        return true;
    const char *path = json_text(setting);
    if (strncmp(path, recipe_prefix, sizeof recipe_prefix - 1) == 0) {
        path = make_synthetic(path, a, e);
        if (!path)
            return false;
        json_remove(settings, "bundle");
        json_put_text(settings, "bundle", path);
    }
    const struct json *found = facts_of(facts, path, e);
    if (found)
        *content = json_text(json_get(found, "content"));
    return found != NULL;
}

bool inputs_settle(struct json *settings, struct json *facts, struct arena *a, struct err *e)
{
    const char *unused;
    return settle(settings, facts, &unused, a, e);
}

bool inputs_prepare(struct plan *p, const struct scenario *s, struct json *facts, struct arena *a,
                    struct err *e)
{
    for (int i = 0; i < p->count; i++) {
        struct plan_cell *cell = &p->cells[i];
        const char *content = NULL;
        if (!settle(cell->new.settings, facts, &content, a, e) ||
            !settle(cell->base.settings, facts, &content, a, e))
            return err_prefix(e, "%s", cell->id);
        if (cell->may_expect)
            cell->expect_digest = scenario_expected(s, cell->scale, content);
    }
    return true;
}
