#include "kernels/store/bundle_files.h"

#include "harness/base/json.h"
#include "kernels/store/dates.h"
#include "kernels/store/symbol.h"

#include <string.h>

static const int64_t WHOLE_MAX = (int64_t)1 << 53; /* JSON numbers are doubles */

static void put_range(struct json *object, int64_t first, int64_t last)
{
    char text[DATE_TEXT];
    json_put_text(object, "first", date_format(text, first));
    json_put_text(object, "last", date_format(text, last));
}

static struct json *symbol_json(const struct bundle_asset *asset)
{
    struct json *object = json_object();
    json_put_text(object, "symbol", asset->symbol);
    put_range(object, asset->first_time, asset->last_time);
    json_put_number(object, "rows", (double)asset->rows);
    return object;
}

/* SHA-256 over every field but the seal itself: an edited manifest is told by it. */
static void seal_of(const struct json *root, char hex[SHA256_HEX])
{
    struct json *sealed = json_object();
    struct text out = {0};
    for (const struct json *v = json_first(root); v; v = json_next(v))
        if (strcmp(json_key(v), "seal") != 0)
            json_put(sealed, json_key(v), json_copy(v));
    json_print(sealed, &out);
    sha256_of(out.p, out.n, hex);
    text_done(&out);
    json_free(sealed);
}

void bundle_describe(struct json *into, const struct bundle_info *info,
                     const struct bundle_asset *assets)
{
    json_put_number(into, "schema", (double)info->schema);
    json_put_text(into, "source", info->source);
    json_put_bool(into, "synthetic", info->synthetic);
    json_put_bool(into, "intraday", info->intraday);
    json_put_number(into, "generation", (double)info->generation);
    json_put_number(into, "rows", (double)info->rows);
    json_put_number(into, "assets", (double)info->assets);
    put_range(into, info->first_time, info->last_time);
    json_put_number(into, "largest_tick", (double)info->largest_tick);
    json_put_text(into, "content", info->content);
    struct json *symbols = json_put_array(into, "symbols");
    for (long i = 0; i < info->assets; i++)
        json_push(symbols, symbol_json(&assets[i]));
}

bool manifest_write(const char *path, const struct bundle_info *info,
                    const struct bundle_asset *assets, struct err *e)
{
    struct json *root = json_object();
    bundle_describe(root, info, assets);
    char seal[SHA256_HEX];
    seal_of(root, seal);
    json_put_text(root, "seal", seal);
    bool ok = json_write_file(root, path, e);
    json_free(root);
    return ok;
}

static bool need_bool(const struct json *object, const char *key, bool *out, struct err *e)
{
    const struct json *v = json_get(object, key);
    if (!v || json_kind(v) != JSON_BOOL)
        return err_input(e, "%s: expected true or false", key);
    *out = json_bool(v);
    return true;
}

static bool need_long(const struct json *object, const char *key, long *out, struct err *e)
{
    int64_t value;
    if (!json_need_int(object, key, 1, WHOLE_MAX, &value, e))
        return false;
    *out = (long)value;
    return true;
}

static bool need_time(const struct json *object, const char *key, int64_t *out, struct err *e)
{
    const char *text;
    if (!json_need_text(object, key, &text, e))
        return false;
    return date_parse(str_of(text), out) ||
           err_input(e, "%s: expected " DATE_FORMS ", found \"%.40s\"", key, text);
}

static bool need_range(const struct json *object, int64_t *first, int64_t *last, struct err *e)
{
    if (!need_time(object, "first", first, e) || !need_time(object, "last", last, e))
        return false;
    return *first <= *last || err_input(e, "last: expected a time not before first");
}

static bool need_hash(const struct json *root, char out[SHA256_HEX], struct err *e)
{
    const char *text;
    if (!json_need_text(root, "content", &text, e))
        return false;
    size_t digits = strspn(text, "0123456789abcdef");
    if (digits != SHA256_HEX - 1 || text[digits])
        return err_input(e, "content: expected 64 hexadecimal digits");
    memcpy(out, text, SHA256_HEX);
    return true;
}

/* Another version's fields may mean anything, so the version is looked at before them. */
static bool need_schema(const struct json *root, long *out, struct err *e)
{
    if (!need_long(root, "schema", out, e))
        return false;
    return *out == BUNDLE_SCHEMA ||
           err_input(e, "schema: this cupel reads version %d, found %ld: import the data again",
                     BUNDLE_SCHEMA, *out);
}

static bool need_symbols(const struct json *root, long assets, struct err *e)
{
    const struct json *symbols;
    if (!json_need_array(root, "symbols", &symbols, e))
        return false;
    return json_count(symbols) == assets ||
           err_input(e, "symbols: expected %ld of them (field assets), found %d", assets,
                     json_count(symbols));
}

/* A text of the file, fit to be printed. */
static const char *harmless(const char *text, struct arena *a)
{
    size_t size = strlen(text) + 1;
    return text_shown(ARENA_NEW_RAW(a, char, size), size, str_of(text));
}

static bool read_fields(const struct json *root, struct bundle_info *info, struct arena *a,
                        struct err *e)
{
    const char *source;
    if (json_kind(root) != JSON_OBJECT)
        return err_input(e, "expected an object, found %s", json_kind_name(json_kind(root)));
    if (!need_schema(root, &info->schema, e) || !json_need_text(root, "source", &source, e))
        return false;
    info->source = harmless(source, a);
    return need_bool(root, "synthetic", &info->synthetic, e) &&
           need_bool(root, "intraday", &info->intraday, e) &&
           need_long(root, "generation", &info->generation, e) &&
           need_long(root, "rows", &info->rows, e) && need_long(root, "assets", &info->assets, e) &&
           need_range(root, &info->first_time, &info->last_time, e) &&
           json_need_int(root, "largest_tick", 1, WHOLE_MAX, &info->largest_tick, e) &&
           need_hash(root, info->content, e) && need_symbols(root, info->assets, e);
}

static struct json *read_root(const char *path, struct err *e)
{
    return bundle_file_is_regular(path, e) ? json_read_file(path, e) : NULL;
}

static bool seal_fits(const struct json *root)
{
    char hex[SHA256_HEX];
    const struct json *seal = json_get(root, "seal");
    seal_of(root, hex);
    return seal && json_kind(seal) == JSON_TEXT && strcmp(hex, json_text(seal)) == 0;
}

bool manifest_edited(const char *path, struct err *e)
{
    return err_input(e, "%s: edited: its seal does not fit", path);
}

bool manifest_read(const char *path, struct bundle_info *info, bool *sealed, struct arena *a,
                   struct err *e)
{
    *info = (struct bundle_info){0};
    struct json *root = read_root(path, e);
    if (!root)
        return false;
    bool ok = read_fields(root, info, a, e) || err_prefix(e, "%s", path);
    *sealed = ok && seal_fits(root);
    json_free(root);
    return ok;
}

static bool symbol_agrees(const struct json *entry, const struct bundle_asset *asset, struct err *e)
{
    const char *symbol;
    int64_t first, last;
    long rows;
    if (json_kind(entry) != JSON_OBJECT)
        return err_input(e, "expected an object, found %s", json_kind_name(json_kind(entry)));
    if (!json_need_text(entry, "symbol", &symbol, e) || !need_range(entry, &first, &last, e) ||
        !need_long(entry, "rows", &rows, e))
        return false;
    if (strcmp(symbol, asset->symbol) != 0)
        return err_input(e, "symbol \"%.80s\", but " BUNDLE_ASSETS " says \"%s\"", symbol,
                         asset->symbol);
    if (first != asset->first_time || last != asset->last_time || rows != asset->rows)
        return err_input(e, "range or rows of %s differ from " BUNDLE_ASSETS, symbol);
    return true;
}

static bool symbols_agree(const struct json *root, const struct bundle_asset *assets, int n,
                          struct err *e)
{
    const struct json *entry = json_first(json_get(root, "symbols"));
    for (int i = 0; i < n; i++) {
        if (!(entry || err_input(e, "missing")) || !symbol_agrees(entry, &assets[i], e))
            return err_prefix(e, "symbols[%d]", i);
        entry = json_next(entry);
    }
    return true;
}

bool manifest_verify(const char *path, const struct bundle_asset *assets, int n, struct err *e)
{
    struct json *root = read_root(path, e);
    if (!root)
        return false;
    bool ok = symbols_agree(root, assets, n, e) ? seal_fits(root) || manifest_edited(path, e)
                                                : err_prefix(e, "%s", path);
    json_free(root);
    return ok;
}
