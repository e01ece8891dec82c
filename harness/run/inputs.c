#include "harness/run/inputs.h"

#include "harness/base/io.h"
#include "kernels/store/bundle.h"
#include "kernels/store/dates.h"
#include "kernels/store/synth.h"
#include "kernels/straddle/world.h"

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

static bool is_recipe(const char *text)
{
    return strncmp(text, recipe_prefix, sizeof recipe_prefix - 1) == 0;
}

static unsigned kind_of_store(const char *store)
{
    for (int kind = 0; kind < PRICES_KIND_COUNT; kind++)
        if (strcmp(prices_kind_words[kind], store) == 0)
            return 1u << kind;
    return 0;
}

/* "synth:SEED[:ASSETS]" -> the folder of that world in the cache, made if it is not there: one for each
 * kind of prices. */
static const char *make_world(const char *recipe, const char *store, struct arena *a, struct err *e)
{
    struct str rest = str_of(recipe + sizeof recipe_prefix - 1);
    long seed, assets = WORLD_ASSETS;
    bool fits = str_to_long(str_cut(&rest, ':'), &seed) && seed >= 0;
    if (rest.p)
        fits = fits && str_to_long(rest, &assets) && assets >= WORLD_ASSETS_MIN &&
               assets <= WORLD_ASSETS_MAX;
    if (!fits) {
        err_input(e, "world: expected a folder or synth:SEED[:ASSETS], found \"%.60s\"", recipe);
        return NULL;
    }
    const char *folder = inputs_cache_folder(a);
    const char *path =
        arena_format(a, "%s/straddles-%ld-%ld-%s-v%d", folder, seed, assets, store, WORLD_SCHEMA);
    bool ok = io_make_dirs(folder, e) &&
              world_ensure((uint64_t)seed, (int)assets, kind_of_store(store), path, e);
    return ok ? path : NULL;
}

const char *inputs_world(const char *text, const char *store, struct arena *a, struct err *e)
{
    const char *kind = store ? store : prices_kind_words[PRICES_BLOCKS];
    return is_recipe(text) ? make_world(text, kind, a, e) : arena_text(a, text);
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

static const struct json *known_facts(const struct json *facts, const char *path)
{
    for (const struct json *f = json_first(facts); f; f = json_next(f))
        if (strcmp(json_text(json_get(f, "path")), path) == 0)
            return f;
    return NULL;
}

/* As facts_of a bundle. */
static const struct json *world_facts(struct json *facts, const char *path, struct arena *a,
                                      struct err *e)
{
    char key[40], day[DATE_TEXT];
    struct world_info info;
    int n = json_count(facts);
    if (known_facts(facts, path))
        return known_facts(facts, path);
    if (!world_verify(path, e) || !world_read(path, &info, a, e))
        return NULL;
    snprintf(key, sizeof key, n ? "world %d" : "world", n + 1);
    struct json *f = json_put_object(facts, key);
    json_put_text(f, "path", path);
    json_put_text(f, "source", info.source);
    json_put_bool(f, "synthetic", info.real < info.live); /* any of it */
    json_put_text(f, "content", info.content);
    json_put_number(f, "rows", (double)info.price_rows);
    json_put_number(f, "assets", info.live);
    json_put_text(f, "first", date_format(day, info.first_day * (int64_t)DATE_DAY_SECONDS));
    json_put_text(f, "last", date_format(day, info.last_day * (int64_t)DATE_DAY_SECONDS));
    return f;
}

/* The facts of a bundle: those known already, or read and added now. */
static const struct json *facts_of(struct json *facts, const char *path, struct err *e)
{
    const struct json *known = known_facts(facts, path);
    if (known)
        return known;
    struct bundle *b = bundle_verify(path, e) ? bundle_open(path, e) : NULL;
    if (!b)
        return NULL;
    put_facts(facts, path, bundle_info(b));
    bundle_close(b);
    return facts_of(facts, path, e);
}

static bool settle_world(struct json *settings, struct json *facts, const char **content,
                         struct arena *a, struct err *e)
{
    const struct json *setting = json_get(settings, "world");
    if (json_kind(setting) != JSON_TEXT)
        return true;
    const struct json *store = json_get(settings, "store");
    const char *kind = json_kind(store) == JSON_TEXT ? json_text(store) : NULL;
    const char *path = inputs_world(json_text(setting), kind, a, e);
    const struct json *found = path ? world_facts(facts, path, a, e) : NULL;
    if (!found)
        return false;
    json_remove(settings, "world");
    json_put_text(settings, "world", path);
    *content = json_text(json_get(found, "content"));
    return true;
}

static bool settle_bundle(struct json *settings, struct json *facts, const char **content,
                          struct arena *a, struct err *e)
{
    const struct json *setting = json_get(settings, "bundle");
    if (json_kind(setting) != JSON_TEXT)
        return true;
    const char *path = json_text(setting);
    if (is_recipe(path)) {
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

/* *content: of the bundle or the world, where there is one. */
static bool settle(struct json *settings, struct json *facts, const char **content, struct arena *a,
                   struct err *e)
{
    return settle_bundle(settings, facts, content, a, e) &&
           settle_world(settings, facts, content, a, e);
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
