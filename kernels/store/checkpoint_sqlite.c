/* The SQLite checkpoint: changes wait in a set and reach the database in one transaction a write.
 *
 * What waits is kept until its commit has succeeded; only beyond WAITING_MAX changes is it put into
 * a transaction early, and then lost with it when the commit fails. A new database is made under
 * another name and renamed, so that there is never an empty file that could be one that lost its
 * content.
 */
#include "kernels/store/checkpoint_database.h"
#include "kernels/store/checkpoint_kind.h"

#include "harness/base/io.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAITING_MAX = 8192 };

struct indexed {
    struct checkpoint base;
    struct database *db;
    struct checkpoint_set *waiting;
    bool is_spilled;     /* the open transaction holds what no longer waits */
    bool has_lost;       /* a spilled transaction failed */
    struct err problem;  /* of a look-up; text "" when there was none */
    struct text found;   /* by the last look-up in the database, or */
    char room[SET_ROOM]; /* among the waiting */
};

static struct indexed *indexed_of(struct checkpoint *c)
{
    return (struct indexed *)(void *)c;
}

/* ---- writing ----------------------------------------------------------------------------------- */

static bool apply_one(void *context, const char *range, const char *id, const char *stamp,
                      struct err *e)
{
    return database_change(context, range, id, stamp, e);
}

static bool apply_waiting(struct indexed *x, struct err *e)
{
    return database_begin(x->db, e) && set_each(x->waiting, apply_one, x->db, e);
}

static void roll_back(struct indexed *x)
{
    database_roll_back(x->db);
    x->has_lost = x->has_lost || x->is_spilled;
    x->is_spilled = false;
}

/* What a look-up met earlier, told once. */
static bool no_problem(struct indexed *x, struct err *e)
{
    if (x->has_lost)
        return err_set(e, ERR_SYSTEM, "%s: changes were lost in a write that failed; read it again",
                       x->base.path);
    if (!x->problem.text[0])
        return true;
    *e = x->problem;
    x->problem.text[0] = '\0';
    return false;
}

static void note_problem(struct indexed *x, const struct err *problem)
{
    if (!x->problem.text[0])
        x->problem = *problem;
}

static bool sqlite_commit(struct checkpoint *c, struct err *e)
{
    struct indexed *x = indexed_of(c);
    if (!no_problem(x, e))
        return false;
    if (set_count(x->waiting) == 0 && !database_has_begun(x->db))
        return true;
    if (!apply_waiting(x, e) || !database_commit(x->db, e)) {
        roll_back(x);
        return false;
    }
    x->is_spilled = false;
    set_clear(x->waiting);
    return true;
}

static void wait_for_write(struct checkpoint *c, const char *range, const char *id,
                           const char *stamp)
{
    struct err problem;
    struct indexed *x = indexed_of(c);
    set_put(x->waiting, range, id, stamp);
    if (set_count(x->waiting) < WAITING_MAX)
        return;
    x->is_spilled = true;
    if (!apply_waiting(x, &problem)) {
        note_problem(x, &problem);
        roll_back(x);
    }
    set_clear(x->waiting);
}

static void sqlite_add(struct checkpoint *c, const char *range, const char *id, const char *stamp)
{
    wait_for_write(c, range, id, stamp);
}

static void sqlite_remove(struct checkpoint *c, const char *range, const char *id)
{
    wait_for_write(c, range, id, NULL);
}

/* ---- looking up -------------------------------------------------------------------------------- */

/* Of the database alone: 1 with its stamp in x->found, 0; -1: it cannot be read. */
static int stored_has(struct indexed *x, const char *range, const char *id)
{
    struct err problem;
    const char *found;
    bool ok = database_find(x->db, range, id, &found, &problem);
    text_clear(&x->found);
    if (found)
        text_add(&x->found, found, strlen(found));
    database_found(x->db);
    if (!ok)
        note_problem(x, &problem);
    return ok ? found != NULL : -1;
}

static const char *sqlite_stamp(struct checkpoint *c, const char *range, const char *id)
{
    struct indexed *x = indexed_of(c);
    const char *stamp;
    enum set_answer answer = set_ask(x->waiting, range, id, x->room, &stamp);
    return answer != SET_UNKNOWN ? stamp : stored_has(x, range, id) == 1 ? x->found.p : NULL;
}

struct counting {
    struct indexed *x;
    long more;
};

/* What a waiting change will add to the number of entries. */
static bool count_change(void *context, const char *range, const char *id, const char *stamp,
                         struct err *e)
{
    (void)e;
    struct counting *counting = context;
    int has = stored_has(counting->x, range, id);
    counting->more += (stamp != NULL) - has;
    return has >= 0;
}

static long sqlite_count(struct checkpoint *c)
{
    struct err e;
    struct counting counting = {indexed_of(c), 0};
    bool ok = set_each(counting.x->waiting, count_change, &counting, &e);
    return ok ? database_count(counting.x->db) + counting.more : -1;
}

/* ---- in order ---------------------------------------------------------------------------------- */

/* Two sorted sequences into one: rows of the database, and changes that hide the rows they are of. */
struct merging {
    struct database *db;
    checkpoint_fn *fn;
    void *context;
    const char *range, *id, *stamp; /* the next row; NULL at the end */
};

static bool next_row(struct merging *m, struct err *e)
{
    return database_next(m->db, &m->range, &m->id, &m->stamp, e);
}

static bool give_row(struct merging *m, struct err *e)
{
    return m->fn(m->context, m->range, m->id, m->stamp, e) && next_row(m, e);
}

/* Above 0 at the end of the rows. */
static int compare_row(const struct merging *m, const char *range, const char *id)
{
    int order = m->range ? strcmp(m->range, range) : 1;
    return order ? order : strcmp(m->id, id);
}

static bool give_change(void *context, const char *range, const char *id, const char *stamp,
                        struct err *e)
{
    struct merging *m = context;
    while (compare_row(m, range, id) < 0)
        if (!give_row(m, e))
            return false;
    if (compare_row(m, range, id) == 0 && !next_row(m, e))
        return false;
    return !stamp || m->fn(m->context, range, id, stamp, e);
}

static bool sqlite_each(struct checkpoint *c, checkpoint_fn *fn, void *context, struct err *e)
{
    struct indexed *x = indexed_of(c);
    struct merging m = {.db = x->db, .fn = fn, .context = context};
    bool ok = no_problem(x, e) && next_row(&m, e) && set_each(x->waiting, give_change, &m, e);
    while (ok && m.range)
        ok = give_row(&m, e);
    database_rewind(x->db);
    return ok;
}

/* ---- open and close ---------------------------------------------------------------------------- */

static void sqlite_free(struct checkpoint *c)
{
    struct indexed *x = indexed_of(c);
    database_close(x->db);
    set_free(x->waiting);
    text_done(&x->found);
    mem_free(MEM_CHECKPOINT, (void *)(uintptr_t)c->path);
    mem_free(MEM_CHECKPOINT, x);
}

static struct checkpoint *sqlite_read(const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st) == 0 && st.st_size == 0) { /* to SQLite a new database */
        err_input(e, "%s: damaged: an empty file", path);
        return NULL;
    }
    struct database *db = database_open(path, e);
    if (!db)
        return NULL;
    if (!database_check(db, e)) {
        database_close(db);
        return NULL;
    }
    struct indexed *x = mem_alloc_zero(MEM_CHECKPOINT, sizeof *x);
    x->base = (struct checkpoint){&checkpoint_sqlite, mem_text(MEM_CHECKPOINT, path)};
    x->db = db;
    x->waiting = set_new();
    return &x->base;
}

/* ---- a new file -------------------------------------------------------------------------------- */

static bool fill_one(void *context, const char *range, const char *id, const char *stamp,
                     struct err *e)
{
    return database_put(context, range, id, stamp, e);
}

/* The log of the database that is replaced must not be played into the new one. */
static bool remove_beside(const char *path, struct err *e)
{
    bool ok = true;
    struct text name = {0};
    for (const char *const *suffix = checkpoint_sqlite.beside; ok && *suffix; suffix++) {
        text_clear(&name);
        text_printf(&name, "%s%s", path, *suffix);
        ok = !io_exists(name.p) || io_remove(name.p, e);
    }
    text_done(&name);
    return ok;
}

static bool make_file(struct checkpoint *from, const char *path, struct err *e)
{
    struct database *db = database_make(path, e);
    if (!db)
        return false;
    bool ok = (!from || checkpoint_each(from, fill_one, db, e)) && database_finish(db, e);
    database_close(db);
    return ok;
}

static bool sqlite_replace(struct checkpoint *c, const char *path, struct err *e)
{
    struct text temporary = checkpoint_temporary(path);
    unlink(temporary.p);
    bool ok = make_file(c, temporary.p, e) && remove_beside(path, e);
    if (ok)
        ok = checkpoint_take_place(temporary.p, path, e);
    else
        unlink(temporary.p);
    text_done(&temporary);
    return ok;
}

static struct checkpoint *sqlite_begin(const char *path, struct err *e)
{
    return sqlite_replace(NULL, path, e) ? sqlite_read(path, e) : NULL;
}

static const char *const logs[] = {"-wal", "-journal", "-shm", NULL};

const struct checkpoint_kind checkpoint_sqlite = {
    .suffix = ".sqlite",
    .beside = logs,
    .read = sqlite_read,
    .begin = sqlite_begin,
    .replace = sqlite_replace,
    .free = sqlite_free,
    .stamp = sqlite_stamp,
    .add = sqlite_add,
    .remove = sqlite_remove,
    .count = sqlite_count,
    .each = sqlite_each,
    .commit = sqlite_commit,
};
