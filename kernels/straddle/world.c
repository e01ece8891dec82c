#include "kernels/straddle/world/parts.h"

#include "harness/base/io.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"

#include <string.h>

bool world_hash_file(const char *path, char hex[SHA256_HEX], struct err *e)
{
    struct io_map map;
    if (!io_map(path, &map, e))
        return false;
    sha256_of(map.p, map.n, hex);
    io_unmap(&map);
    return true;
}

const char *world_source_text(const struct world_settings *s, int live, struct arena *a)
{
    return arena_format(a, "%ssynth:%llu:%d", s->real ? "real+" : "", (unsigned long long)s->seed,
                        live);
}

static struct json *read_manifest(const char *dir, struct arena *a, struct err *e)
{
    int64_t schema;
    const char *path = arena_format(a, "%s/%s", dir, WORLD_MANIFEST);
    struct json *root = json_read_file(path, e);
    if (!root)
        return NULL;
    if (json_need_int(root, "schema", WORLD_SCHEMA, WORLD_SCHEMA, &schema, e))
        return root;
    json_free(root);
    err_prefix(e, "%s", path);
    return NULL;
}

struct number_row {
    const char *key;
    int64_t *to;
};

static bool need_numbers(const struct json *root, const struct number_row *rows, int n,
                         struct err *e)
{
    for (int i = 0; i < n; i++)
        if (!json_need_int(root, rows[i].key, 0, (int64_t)1 << 53, rows[i].to, e))
            return false;
    return true;
}

static bool need_day(const struct json *root, const char *key, int32_t *day, struct err *e)
{
    const char *text;
    int64_t seconds;
    if (!json_need_text(root, key, &text, e))
        return false;
    if (!date_parse(str_of(text), &seconds))
        return err_input(e, "%s: expected YYYY-MM-DD", key);
    *day = (int32_t)(seconds / DATE_DAY_SECONDS);
    return true;
}

static bool info_of(const struct json *root, struct world_info *out, struct arena *a, struct err *e)
{
    int64_t seed, assets, live, a_month, chain, overrides;
    const char *source, *content;
    const struct json *real;
    const struct number_row rows[] = {
        {"seed",              &seed            },
        {"assets",            &assets          },
        {"live",              &live            },
        {"chain_rows",        &chain           },
        {"override_rows",     &overrides       },
        {"straddles_a_month", &a_month         },
        {"price_rows",        &out->price_rows },
        {"price_bytes",       &out->price_bytes},
    };
    if (!need_numbers(root, rows, sizeof rows / sizeof *rows, e) ||
        !json_need_text(root, "source", &source, e) ||
        !json_need_text(root, "content", &content, e) || !json_need_array(root, "real", &real, e) ||
        !need_day(root, "first", &out->first_day, e) || !need_day(root, "last", &out->last_day, e))
        return false;
    if (strlen(content) != SHA256_HEX - 1)
        return err_input(e, "content: expected a SHA-256");
    memcpy(out->content, content, SHA256_HEX);
    out->source = arena_text(a, source);
    out->seed = (uint64_t)seed;
    out->assets = (int)assets;
    out->live = (int)live;
    out->real = json_count(real);
    out->synthetic = out->real == 0;
    out->a_month = (long)a_month;
    out->chain_rows = (long)chain;
    out->override_rows = (long)overrides;
    return true;
}

bool world_read(const char *dir, struct world_info *out, struct arena *a, struct err *e)
{
    *out = (struct world_info){0};
    struct json *root = read_manifest(dir, a, e);
    bool ok = root && (info_of(root, out, a, e) || err_prefix(e, "%s/%s", dir, WORLD_MANIFEST));
    json_free(root);
    return ok;
}

static bool verify_files(const char *dir, const struct json *root, struct arena *a, struct err *e)
{
    const struct json *files;
    char hex[SHA256_HEX];
    if (!json_need_object(root, "files", &files, e))
        return err_prefix(e, "%s/%s", dir, WORLD_MANIFEST);
    for (const struct json *f = json_first(files); f; f = json_next(f)) {
        const char *path = arena_format(a, "%s/%s", dir, json_key(f));
        if (!world_hash_file(path, hex, e))
            return false;
        if (strcmp(hex, json_text(f)) != 0)
            return err_input(e, "%s: its SHA-256 is not the manifest's", path);
    }
    return true;
}

bool world_verify(const char *dir, struct err *e)
{
    struct arena a = {0};
    struct world_info info;
    struct json *root = world_read(dir, &info, &a, e) ? read_manifest(dir, &a, e) : NULL;
    bool ok = root && verify_files(dir, root, &a, e);
    json_free(root);
    arena_done(&a);
    return ok;
}

static bool is_there(const char *dir, const char *source, struct arena *a)
{
    struct err ignored;
    struct world_info info;
    struct world_paths paths;
    return world_read(dir, &info, a, &ignored) && info.source && strcmp(info.source, source) == 0 &&
           world_find(dir, NULL, a, &paths, &ignored);
}

/* When another process was faster, what it made is as good. */
bool world_ensure(uint64_t seed, int assets, unsigned kinds, const char *dir, struct err *e)
{
    struct arena a = {0};
    struct world_settings s = {
        .dir = dir, .seed = seed, .assets = assets, .kinds = kinds, .replace = io_exists(dir)};
    const char *source = world_source_text(&s, assets ? assets : WORLD_ASSETS, &a);
    bool ok = is_there(dir, source, &a) || world_make(&s, NULL, &a, e) || is_there(dir, source, &a);
    arena_done(&a);
    return ok;
}

static const char *prices_in(const char *dir, const char *store, struct arena *a)
{
    static const enum prices_kind order[] = {PRICES_BLOCKS, PRICES_SQLITE, PRICES_PARQUET};
    if (store)
        return arena_format(a, "%s/prices.%s", dir, store);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const char *path = arena_format(a, "%s/prices.%s", dir, prices_kind_words[order[i]]);
        if (io_exists(path))
            return path;
    }
    return arena_format(a, "%s/prices.%s", dir, prices_kind_words[PRICES_BLOCKS]);
}

bool world_find(const char *dir, const char *store, struct arena *a, struct world_paths *out,
                struct err *e)
{
    *out = (struct world_paths){
        .amt = arena_format(a, "%s/%s", dir, WORLD_AMT),
        .chain = arena_format(a, "%s/%s", dir, WORLD_CHAIN),
        .overrides = arena_format(a, "%s/%s", dir, WORLD_OVERRIDES),
        .prices = prices_in(dir, store, a),
    };
    const char *const all[] = {out->amt, out->chain, out->overrides, out->prices};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!io_exists(all[i]))
            return err_input(e, "world %s: no %s in it", dir, strrchr(all[i], '/') + 1);
    return true;
}
