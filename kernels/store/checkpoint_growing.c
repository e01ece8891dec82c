/* A checkpoint that changes its kind when it has grown. */
#include "kernels/store/checkpoint_kind.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"

struct growing {
    struct checkpoint base;
    struct checkpoint *now; /* of the kind in use */
    char *json, *sqlite;
    long most; /* entries in JSON */
};

static struct growing *growing_of(struct checkpoint *c)
{
    return (struct growing *)(void *)c;
}

static void free_growing(struct checkpoint *c)
{
    struct growing *g = growing_of(c);
    checkpoint_free(g->now);
    mem_free(MEM_CHECKPOINT, g->json);
    mem_free(MEM_CHECKPOINT, g->sqlite);
    mem_free(MEM_CHECKPOINT, g);
}

static const char *stamp_of(struct checkpoint *c, const char *range, const char *id)
{
    return checkpoint_stamp(growing_of(c)->now, range, id);
}

static void add(struct checkpoint *c, const char *range, const char *id, const char *stamp)
{
    checkpoint_add(growing_of(c)->now, range, id, stamp);
}

static void take_out(struct checkpoint *c, const char *range, const char *id)
{
    checkpoint_remove(growing_of(c)->now, range, id);
}

static long count(struct checkpoint *c)
{
    return checkpoint_count(growing_of(c)->now);
}

static bool each(struct checkpoint *c, checkpoint_fn *fn, void *context, struct err *e)
{
    return checkpoint_each(growing_of(c)->now, fn, context, e);
}

/* The database is whole before the JSON file goes. */
static bool grow(struct growing *g, struct err *e)
{
    if (!checkpoint_sqlite.replace(g->now, g->sqlite, e))
        return false;
    struct checkpoint *database = checkpoint_sqlite.read(g->sqlite, e);
    if (!database)
        return false;
    checkpoint_free(g->now);
    g->now = database;
    g->base.path = g->sqlite;
    return !io_exists(g->json) || io_remove(g->json, e);
}

static bool commit(struct checkpoint *c, struct err *e)
{
    struct growing *g = growing_of(c);
    if (g->now->kind == &checkpoint_json && checkpoint_count(g->now) > g->most)
        return grow(g, e);
    return g->now->kind->commit(g->now, e);
}

static bool replace(struct checkpoint *c, const char *path, struct err *e)
{
    return checkpoint_write(growing_of(c)->now, path, e);
}

static const struct checkpoint_kind checkpoint_growing = {
    .suffix = ".growing", /* no file is */
    .replace = replace,
    .free = free_growing,
    .stamp = stamp_of,
    .add = add,
    .remove = take_out,
    .count = count,
    .each = each,
    .commit = commit,
};

struct checkpoint *checkpoint_read_growing(const char *json, const char *sqlite, long most,
                                           struct err *e)
{
    bool grown = io_exists(sqlite);
    struct checkpoint *now = checkpoint_read(grown ? sqlite : json, e);
    if (!now)
        return NULL;
    struct growing *g = mem_alloc_zero(MEM_CHECKPOINT, sizeof *g);
    *g = (struct growing){.now = now, .most = most};
    g->json = mem_text(MEM_CHECKPOINT, json);
    g->sqlite = mem_text(MEM_CHECKPOINT, sqlite);
    g->base = (struct checkpoint){&checkpoint_growing, grown ? g->sqlite : g->json};
    return &g->base;
}
