#include "kernels/straddle/memo.h"

#include <limits.h>
#include <string.h>

struct key {
    size_t n;
    unsigned char bytes[sizeof(uint32_t) + PATH_MAX];
};

/* ---- keys ------------------------------------------------------------------------------------- */

static void add(struct key *key, uint32_t number)
{
    memcpy(key->bytes + key->n, &number, sizeof number);
    key->n += sizeof number;
}

static bool add_spelling(struct key *key, const struct st_env *env, const char *path, struct err *e)
{
    size_t n = strlen(path);
    if (n >= PATH_MAX)
        return err_input(e, "%.60s...: expected a path of less than %d bytes", path, PATH_MAX);
    add(key, env->run);
    memcpy(key->bytes + key->n, path, n);
    key->n += n;
    return true;
}

static bool add_file(struct key *key, struct st_env *env, const char *path, struct err *e)
{
    struct st_lease lease;
    const struct st_file *file = st_get_paths(env, &(struct st_ask){.path = path}, &lease, e);
    if (!file)
        return false;
    add(key, file->number);
    st_lease_end(&lease);
    return true;
}

static bool add_chain(struct key *key, struct st_env *env, const char *path, struct err *e)
{
    if (path)
        return add_file(key, env, path, e);
    add(key, UINT32_MAX);
    return true;
}

static bool key_of(unsigned parts, struct st_env *env, const struct st_ask *ask, struct key *key,
                   struct err *e)
{
    key->n = 0;
    if (parts & ST_KEY_ASSET)
        add(key, ask->asset);
    if (parts & ST_KEY_MONTH)
        add(key, (uint32_t)ask->month);
    if (parts & ST_KEY_TERM)
        add(key, ask->term);
    if (parts & ST_KEY_FILE && !add_file(key, env, ask->path, e))
        return false;
    if (parts & ST_KEY_CHAIN && !add_chain(key, env, ask->chain, e))
        return false;
    return !(parts & ST_KEY_SPELLING) || add_spelling(key, env, ask->path, e);
}

/* ---- answers ---------------------------------------------------------------------------------- */

static void end_entry(void *lru, const void *held)
{
    lru_unpin(lru, held);
}

static void lend(struct st_memo *m, const void *value, struct st_lease *lease)
{
    *lease = (struct st_lease){.value = value, .end = end_entry, .owner = m->lru, .held = value};
}

/* What has no room in the cache is lent as it came. */
static bool fetch(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                  const struct key *key, struct st_lease *lease, struct err *e)
{
    struct st_memo *m = self->state;
    if (!self->next->call(self->next, env, ask, lease, e))
        return false;
    if (lru_put(m->lru, key->bytes, key->n, (void *)(uintptr_t)lease->value, lease->bytes))
        lend(m, lease->value, lease);
    return true;
}

static bool check(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                  const void *cached, struct err *e)
{
    const struct st_memo *m = self->state;
    struct st_lease fresh;
    struct text old = {0}, new = {0};
    if (!self->next->call(self->next, env, ask, &fresh, e))
        return false;
    st_slots[m->slot].print(cached, &old);
    st_slots[m->slot].print(fresh.value, &new);
    bool ok = old.n == new.n && (old.n == 0 || memcmp(old.p, new.p, old.n) == 0);
    if (!ok)
        err_set(e, ERR_MISMATCH,
                "cache %s: asset %s, month %d-%02d: the entry differs from a fresh one: %.120s, "
                "expected %.120s",
                m->name, ask->asset < env->assets.n ? env->assets.v[ask->asset] : "none",
                (int)ask->month / 12, (int)ask->month % 12 + 1, old.p ? old.p : "",
                new.p ? new.p : "");
    text_done(&old);
    text_done(&new);
    st_lease_end(&fresh);
    return ok;
}

bool st_memo_call(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                  struct st_lease *lease, struct err *e)
{
    struct st_memo *m = self->state;
    struct key key;
    *lease = (struct st_lease){0};
    if (!key_of(m->key, env, ask, &key, e))
        return false;
    const void *value = lru_get(m->lru, key.bytes, key.n);
    if (!value)
        return fetch(self, env, ask, &key, lease, e);
    lend(m, value, lease);
    if (!env->check_caches || check(self, env, ask, value, e))
        return true;
    st_lease_end(lease);
    return false;
}

/* ---- life, and what it tells ------------------------------------------------------------------ */

static void drop(void *value, void *memo)
{
    st_slots[((const struct st_memo *)memo)->slot].free(value);
}

void st_memo_begin(struct st_memo *m)
{
    m->lru = lru_new((struct lru_limits){.entries = m->entries}, drop, m);
}

void st_memo_done(struct st_memo *m)
{
    lru_free(m->lru);
}

void st_memo_clear(struct st_memo *m)
{
    lru_clear(m->lru);
}

struct cache_stats st_memo_stats(const struct st_memo *m)
{
    return cache_stats_of(m->lru, (struct cache_stats){.name = m->name,
                                                       .counts = m->name,
                                                       .setting = "cache_entries",
                                                       .kind = CACHE_DATA,
                                                       .entry_limit = m->entries});
}

struct printing {
    const struct st_memo *memo;
    const struct st_env *env;
    struct text *out;
};

static uint32_t take(const unsigned char **key)
{
    uint32_t number;
    memcpy(&number, *key, sizeof number);
    *key += sizeof number;
    return number;
}

/* The path alone: its size and times are a line of their own in the name. */
static void print_file(const struct st_env *env, uint32_t number, struct text *out)
{
    struct str rest = str_of(number < env->files.n ? env->files.v[number] : "none");
    struct str path = str_cut(&rest, '\n');
    text_printf(out, " %.*s", (int)path.n, path.p);
}

static void print_entry(void *context, const void *bytes, size_t n, const void *value, size_t size)
{
    (void)value;
    const struct printing *p = context;
    static const char *const terms[] = {"none", "near", "far"};
    const unsigned char *key = bytes, *end = key + n;
    unsigned parts = p->memo->key;
    text_puts(p->out, p->memo->name);
    if (parts & ST_KEY_ASSET)
        text_printf(p->out, " %s", p->env->assets.v[take(&key)]);
    if (parts & ST_KEY_MONTH) {
        int month = (int)take(&key);
        text_printf(p->out, " %d-%02d", month / 12, month % 12 + 1);
    }
    if (parts & ST_KEY_TERM)
        text_printf(p->out, " %s", terms[take(&key) % 3]);
    for (unsigned part = ST_KEY_FILE; part; part = part == ST_KEY_FILE ? ST_KEY_CHAIN : 0)
        if (parts & part)
            print_file(p->env, take(&key), p->out);
    if (parts & ST_KEY_SPELLING) {
        uint32_t run = take(&key);
        text_printf(p->out, " run %u: %.*s", run, (int)(end - key), (const char *)key);
    }
    text_printf(p->out, ": %zu bytes\n", size);
}

void st_memo_print(const struct st_memo *m, const struct st_env *env, struct text *out)
{
    struct printing p = {m, env, out};
    lru_each(m->lru, print_entry, &p);
}
