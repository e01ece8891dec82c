#include "kernels/store/checkpoint_kind.h"

#include "harness/base/io.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct checkpoint_kind *const kinds[] = {&checkpoint_json, &checkpoint_sqlite};

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

static const struct checkpoint_kind *kind_of(const char *path, struct err *e)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (ends_with(path, kinds[i]->suffix))
            return kinds[i];
    err_input(e, "checkpoint: %s: expected a name that ends with .json or .sqlite", path);
    return NULL;
}

/* ---- files ------------------------------------------------------------------------------------- */

/* Only "no such file" is a fresh start; a file that cannot be looked at is not. A FIFO would keep
 * whoever opens it waiting. */
static bool look_at(const char *path, bool *is_there, struct err *e)
{
    struct stat st;
    *is_there = stat(path, &st) == 0;
    if (!*is_there)
        return errno == ENOENT || err_system(e, "%s", path);
    return S_ISREG(st.st_mode) || err_input(e, "%s: expected a file, found %s", path,
                                            S_ISDIR(st.st_mode)    ? "a folder"
                                            : S_ISFIFO(st.st_mode) ? "a FIFO"
                                                                   : "a device or socket");
}

struct checkpoint *checkpoint_read(const char *path, struct err *e)
{
    bool is_there;
    const struct checkpoint_kind *kind = kind_of(path, e);
    if (!kind)
        return NULL;
    struct checkpoint *c = NULL;
    if (look_at(path, &is_there, e))
        c = is_there ? kind->read(path, e) : kind->begin(path, e);
    if (!c)
        err_prefix(e, "checkpoint");
    return c;
}

bool checkpoint_write(struct checkpoint *c, const char *path, struct err *e)
{
    const struct checkpoint_kind *kind = kind_of(path, e);
    if (!kind)
        return false;
    bool is_own = c->path && strcmp(c->path, path) == 0;
    return (is_own ? c->kind->commit(c, e) : kind->replace(c, path, e)) ||
           err_prefix(e, "checkpoint");
}

bool checkpoint_save(struct checkpoint *c, struct err *e)
{
    return c->kind->commit(c, e) || err_prefix(e, "checkpoint");
}

static bool move_aside(const char *path, const char *suffix, struct err *e)
{
    struct text from = {0}, to = {0};
    text_printf(&from, "%s%s", path, suffix);
    text_printf(&to, "%s.damaged%s", path, suffix);
    bool ok = !io_exists(from.p) || io_rename(from.p, to.p, e);
    text_done(&from);
    text_done(&to);
    return ok;
}

/* The file itself last: until then it is still found to be damaged. */
bool checkpoint_set_aside(const char *path, struct err *e)
{
    const struct checkpoint_kind *kind = kind_of(path, e);
    bool ok = kind != NULL;
    for (const char *const *suffix = ok ? kind->beside : NULL; ok && *suffix; suffix++)
        ok = move_aside(path, *suffix, e);
    return ok && move_aside(path, "", e);
}

struct text checkpoint_temporary(const char *path)
{
    struct text name = {0};
    text_printf(&name, "%s.tmp.%ld", path, (long)getpid());
    return name;
}

bool checkpoint_take_place(const char *temporary, const char *path, struct err *e)
{
    if (!io_rename(temporary, path, e)) {
        unlink(temporary);
        return false;
    }
    struct text folder = {0};
    const char *slash = strrchr(path, '/');
    text_add(&folder, slash ? path : ".", slash == path || !slash ? 1 : (size_t)(slash - path));
    bool ok = io_sync_dir(folder.p, e);
    text_done(&folder);
    return ok;
}

/* ---- contents ---------------------------------------------------------------------------------- */

struct checkpoint *checkpoint_new(void)
{
    return checkpoint_in_memory();
}

void checkpoint_free(struct checkpoint *c)
{
    if (c)
        c->kind->free(c);
}

const char *checkpoint_stamp(struct checkpoint *c, const char *range, const char *id)
{
    return c->kind->stamp(c, range, id);
}

bool checkpoint_has(struct checkpoint *c, const char *range, const char *id, const char *stamp)
{
    const char *found = checkpoint_stamp(c, range, id);
    return found && (!stamp || strcmp(found, stamp) == 0);
}

void checkpoint_add(struct checkpoint *c, const char *range, const char *id, const char *stamp)
{
    c->kind->add(c, range, id, stamp);
}

void checkpoint_remove(struct checkpoint *c, const char *range, const char *id)
{
    c->kind->remove(c, range, id);
}

long checkpoint_count(struct checkpoint *c)
{
    return c->kind->count(c);
}

bool checkpoint_each(struct checkpoint *c, checkpoint_fn *fn, void *context, struct err *e)
{
    return c->kind->each(c, fn, context, e);
}

struct copying {
    struct checkpoint *to;
    checkpoint_prefer_fn *prefers;
    void *context;
};

static bool copy_one(void *context, const char *range, const char *id, const char *stamp,
                     struct err *e)
{
    (void)e;
    const struct copying *c = context;
    const char *there = c->prefers ? checkpoint_stamp(c->to, range, id) : NULL;
    if (!there || (strcmp(there, stamp) != 0 && c->prefers(c->context, range, id, stamp)))
        checkpoint_add(c->to, range, id, stamp);
    return true;
}

bool checkpoint_copy(struct checkpoint *from, struct checkpoint *to, checkpoint_prefer_fn *prefers,
                     void *context, struct err *e)
{
    struct copying c = {to, prefers, context};
    return checkpoint_each(from, copy_one, &c, e);
}
