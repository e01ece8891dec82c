/* The folder written: texts, prices, manifest; it appears whole. */
#include "kernels/straddle/world/parts.h"

#include "harness/base/io.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"
#include "kernels/store/folder_swap.h"

#include <string.h>

struct making {
    const struct world_settings *settings;
    struct folder_swap folder;
    struct world_list list;
    struct world_real *real;
    struct prices_facts prices;
    struct world_info info;
    struct sha256 *content;
    struct json *manifest, *files;
    struct arena *a;
};

/* ---- prices -------------------------------------------------------------------------------- */

bool world_put(struct world_sink *s, const char *ticker, const char *field, int32_t day,
               double value, struct err *e)
{
    for (int k = 0; k < PRICES_KIND_COUNT; k++)
        if (s->writers[k] && !prices_writer_add(s->writers[k], ticker, field, day, value, e))
            return false;
    return true;
}

static bool is_stopped(const struct world_sink *s, struct err *e)
{
    return s->stop && *s->stop && !err_set(e, ERR_INTERRUPTED, "interrupted, nothing was written");
}

static const char *price_path(const struct making *m, int kind)
{
    return arena_format(m->a, "%s/prices.%s", m->folder.temporary, prices_kind_words[kind]);
}

static bool open_writers(const struct making *m, struct world_sink *s, struct err *e)
{
    unsigned kinds = m->settings->kinds ? m->settings->kinds : 1u << PRICES_BLOCKS;
    for (int k = 0; k < PRICES_KIND_COUNT; k++)
        if ((kinds >> k & 1) &&
            !(s->writers[k] = prices_writer_open((enum prices_kind)k, price_path(m, k), e)))
            return false;
    return true;
}

/* Assets that are not live have no prices, but for the real ones. */
static bool put_all(const struct making *m, struct world_sink *s, struct err *e)
{
    if (m->real && !world_real_prices(m->real, s, e))
        return false;
    for (int i = 0; i < m->list.live; i++)
        if (is_stopped(s, e) ||
            (!m->list.assets[i].is_real && !world_walk(&m->list.assets[i], s, m->a, e)))
            return false;
    return !is_stopped(s, e);
}

static bool commit_writers(struct making *m, struct world_sink *s, struct err *e)
{
    for (int k = 0; k < PRICES_KIND_COUNT; k++) {
        struct prices_writer *w = s->writers[k];
        struct prices_facts facts;
        if (!w)
            continue;
        s->writers[k] = NULL;
        if (is_stopped(s, e) || !prices_writer_commit(w, &facts, e))
            return false;
        if (m->prices.rows == 0)
            m->prices = facts;
    }
    return true;
}

static bool make_prices(struct making *m, struct err *e)
{
    struct world_sink s = {.stop = m->settings->stop};
    bool ok = open_writers(m, &s, e) && put_all(m, &s, e) && commit_writers(m, &s, e);
    for (int k = 0; k < PRICES_KIND_COUNT; k++)
        prices_writer_abandon(s.writers[k]);
    return ok;
}

/* ---- files and manifest -------------------------------------------------------------------- */

static bool make_text(struct making *m, const char *name, struct text *text, struct err *e)
{
    char hex[SHA256_HEX];
    const char *path = arena_format(m->a, "%s/%s", m->folder.temporary, name);
    bool ok = io_write_file(path, text->p, text->n, e);
    sha256_of(text->p, text->n, hex);
    json_put_text(m->files, name, hex);
    sha256_add(m->content, hex, SHA256_HEX - 1);
    text_done(text);
    return ok;
}

static bool make_texts(struct making *m, struct err *e)
{
    struct text amt = {0}, chain = {0}, overrides = {0};
    world_asset_text(&m->list, m->settings, &amt);
    world_chain_text(&m->list, m->real, &chain, &m->info.chain_rows);
    world_overrides_text(&m->list, m->real, &overrides, &m->info.override_rows);
    bool ok = make_text(m, WORLD_AMT, &amt, e);
    ok = make_text(m, WORLD_CHAIN, &chain, e) && ok;
    return make_text(m, WORLD_OVERRIDES, &overrides, e) && ok;
}

static bool hash_prices(struct making *m, struct err *e)
{
    for (int k = 0; k < PRICES_KIND_COUNT; k++) {
        char hex[SHA256_HEX];
        const char *path = price_path(m, k);
        if (!io_exists(path))
            continue;
        if (!world_hash_file(path, hex, e))
            return false;
        json_put_text(m->files, strrchr(path, '/') + 1, hex);
    }
    return true;
}

static void put_day(struct json *object, const char *key, int32_t day)
{
    char text[DATE_TEXT];
    json_put_text(object, key, date_format(text, day * (int64_t)DATE_DAY_SECONDS));
}

static void put_real_names(const struct making *m)
{
    struct json *real = json_put_array(m->manifest, "real");
    for (int i = 0; i < m->list.live; i++)
        if (m->list.assets[i].is_real)
            json_push(real, json_of_text(m->list.assets[i].name));
}

static void put_counts(struct making *m)
{
    struct json *root = m->manifest;
    json_put_number(root, "assets", m->list.n);
    json_put_number(root, "live", m->list.live);
    json_put_number(root, "straddles_a_month", (double)m->list.a_month);
    json_put_number(root, "chain_rows", (double)m->info.chain_rows);
    json_put_number(root, "override_rows", (double)m->info.override_rows);
    json_put_number(root, "price_rows", (double)m->prices.rows);
    json_put_number(root, "price_series", (double)m->prices.series);
    json_put_number(root, "price_tickers", (double)m->prices.tickers);
    json_put_number(root, "price_bytes", (double)m->prices.bytes);
    put_day(root, "first", m->prices.first_day);
    put_day(root, "last", m->prices.last_day);
    json_put_text(root, "price_content", m->prices.content);
    put_real_names(m);
    if (m->real)
        world_real_facts(m->real, root);
}

static bool make_manifest(struct making *m, const char *source, struct err *e)
{
    char content[SHA256_HEX];
    sha256_add(m->content, m->prices.content, strlen(m->prices.content));
    sha256_end(m->content, content);
    m->content = NULL;
    json_put_number(m->manifest, "schema", WORLD_SCHEMA);
    json_put_text(m->manifest, "source", source);
    json_put_bool(m->manifest, "synthetic", m->list.real < m->list.live); /* any of it */
    json_put_number(m->manifest, "seed", (double)m->settings->seed);
    json_put_text(m->manifest, "content", content);
    put_counts(m);
    bool ok = hash_prices(m, e);
    json_put(m->manifest, "files", m->files);
    m->files = NULL;
    return ok &&
           json_write_file(m->manifest,
                           arena_format(m->a, "%s/%s", m->folder.temporary, WORLD_MANIFEST), e);
}

static bool fill(struct making *m, struct err *e)
{
    const char *source = world_source_text(m->settings, m->list.live, m->a);
    m->content = sha256_new();
    m->manifest = json_object();
    m->files = json_object();
    bool ok = make_texts(m, e) && make_prices(m, e) && make_manifest(m, source, e);
    if (m->content) {
        char unused[SHA256_HEX];
        sha256_end(m->content, unused);
    }
    json_free(m->manifest);
    json_free(m->files);
    return ok;
}

static bool settings_fit(const struct world_settings *s, struct err *e)
{
    if (s->assets != 0 && s->assets < WORLD_ASSETS_MIN)
        return err_input(e, "assets: expected %d or more, found %d", WORLD_ASSETS_MIN, s->assets);
    return s->assets <= WORLD_ASSETS_MAX ||
           err_input(e, "assets: expected at most %d, found %d", WORLD_ASSETS_MAX, s->assets);
}

bool world_make(const struct world_settings *s, struct world_info *out, struct arena *a,
                struct err *e)
{
    struct making m = {.settings = s, .a = a};
    if (!settings_fit(s, e) || !world_list_make(&m.list, s, a, e) ||
        (s->real && !(m.real = world_real_open(s->real, a, e))) ||
        !folder_swap_begin(&m.folder, s->dir, s->replace, a, e))
        return false;
    if (!fill(&m, e)) {
        folder_swap_abandon(&m.folder);
        return false;
    }
    return folder_swap_commit(&m.folder, e) && (!out || world_read(s->dir, out, a, e));
}
