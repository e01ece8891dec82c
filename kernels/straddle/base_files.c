/* The base of the slots that are files: each is found, looked at and read anew. */
#include "kernels/straddle/base.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What tells two states of a file apart without reading it. */
static void identity(const char *path, const struct stat *s, struct text *out)
{
    text_printf(out, "%s\n%llu %llu %lld %lld.%09ld %lld.%09ld", path,
                (unsigned long long)s->st_dev, (unsigned long long)s->st_ino, (long long)s->st_size,
                (long long)s->st_mtim.tv_sec, s->st_mtim.tv_nsec, (long long)s->st_ctim.tv_sec,
                s->st_ctim.tv_nsec);
}

bool st_base_paths(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                   struct st_lease *lease, struct err *e)
{
    (void)self;
    char path[PATH_MAX];
    struct stat s;
    struct text id = {0};
    if (!realpath(ask->path, path) || stat(path, &s) != 0)
        return err_system(e, "%s", ask->path);
    identity(path, &s, &id);
    size_t length = strlen(path) + 1, bytes = sizeof(struct st_file) + length;
    struct st_file *file = mem_alloc(MEM_ASSETS, bytes);
    file->number = st_names_number(&env->files, id.p);
    memcpy(file->path, path, length);
    text_done(&id);
    return st_hand_out(ST_SLOT_paths, file, bytes, lease);
}

/* A run begins with files that are fine: what one has become since is not the fault of a straddle, and
 * ends the run. */
static void blame_file(const void *got, struct err *e)
{
    if (!got)
        e->code = ERR_SYSTEM;
}

bool st_base_amt(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                 struct st_lease *lease, struct err *e)
{
    (void)self;
    struct st_lease paths;
    const struct st_file *file = st_get_paths(env, ask, &paths, e);
    struct amt *amt = file ? amt_load(file->path, e) : NULL;
    st_lease_end(&paths);
    blame_file(amt, e);
    return st_hand_out(ST_SLOT_amt, amt, amt ? amt->bytes : 0, lease);
}

bool st_base_chain(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                   struct st_lease *lease, struct err *e)
{
    (void)self;
    struct st_lease paths;
    const struct st_file *file = st_get_paths(env, ask, &paths, e);
    struct chain *chain = file ? chain_load(file->path, e) : NULL;
    st_lease_end(&paths);
    blame_file(chain, e);
    return st_hand_out(ST_SLOT_chain, chain, chain ? chain_bytes(chain) : 0, lease);
}

bool st_base_overrides(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                       struct st_lease *lease, struct err *e)
{
    (void)self;
    struct st_lease paths;
    const struct st_file *file = st_get_paths(env, ask, &paths, e);
    struct overrides *overrides = file ? overrides_load(file->path, e) : NULL;
    st_lease_end(&paths);
    blame_file(overrides, e);
    return st_hand_out(ST_SLOT_overrides, overrides, overrides ? overrides_bytes(overrides) : 0,
                       lease);
}

/* Its bytes are those of the store's own handle: not known here, and a file that is mapped is nobody's. */
bool st_base_prices(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                    struct st_lease *lease, struct err *e)
{
    (void)self;
    struct st_lease paths;
    const struct st_file *file = st_get_paths(env, ask, &paths, e);
    struct prices *prices = file ? prices_open(file->path, e) : NULL;
    st_lease_end(&paths);
    return st_hand_out(ST_SLOT_prices, prices, 0, lease);
}
