#include "kernels/backtest/session.h"

#include "harness/base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { STORE_SCHEMA = 3 };

/* ---- store.json ------------------------------------------------------------------------------- */

/* What all results of a store have in common, for whoever reads it. Data and code may change: results
 * of others are stale by their stamp, and are computed again. */
static struct json *facts_of(const struct bt_plan *plan)
{
    struct json *facts = json_object();
    json_put_number(facts, "schema", STORE_SCHEMA);
    struct json *symbols = json_put_array(facts, "symbols");
    for (int s = 0; s < plan->symbol_count; s++)
        json_push(symbols, json_of_text(plan->symbols[s]));
    json_put_text(facts, "strategy", plan->strategy->name);
    json_put_text(facts, "fill", plan->fill.name);
    json_put_number(facts, "fee", plan->fee);
    json_put_number(facts, "periods_per_year", plan->periods_per_year);
    return facts;
}

static bool same_fact(const struct json *ours, const struct json *stored, const char *path,
                      struct err *e)
{
    struct text here = {0}, there = {0};
    json_print(ours, &here);
    if (stored)
        json_print(stored, &there);
    bool same = stored && strcmp(here.p, there.p) == 0;
    if (!same)
        err_input(e, "%s: made with %s %.160s, this run has %.160s", path, json_key(ours),
                  there.p ? there.p : "unknown", here.p);
    text_done(&here);
    text_done(&there);
    return same;
}

static bool compare_facts(const struct json *facts, const char *path, struct err *e)
{
    struct json *stored = json_read_file(path, e);
    bool same = stored != NULL;
    for (const struct json *f = json_first(facts); same && f; f = json_next(f))
        same = same_fact(f, json_get(stored, json_key(f)), path, e);
    json_free(stored);
    return same;
}

/* ---- lock ------------------------------------------------------------------------------------- */

/* fcntl, not flock: a worker that outlives its parent does not hold it. */
static bool lock(const char *path, int *fd, struct err *e)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    *fd = io_open(path, O_RDWR | O_CREAT, e);
    if (*fd < 0)
        return false;
    if (fcntl(*fd, F_SETLK, &whole) == 0)
        return true;
    if (errno != EACCES && errno != EAGAIN)
        return err_system(e, "%s", path);
    struct flock holder = whole;
    if (fcntl(*fd, F_GETLK, &holder) != 0 || holder.l_type == F_UNLCK)
        holder.l_pid = 0;
    return err_input(e, "%s: another run is using this store (process %ld)", path,
                     (long)holder.l_pid);
}

/* ---- checkpoint ------------------------------------------------------------------------------- */

/* A result that does not tell its stamp is left out, so that it is computed again. */
struct rebuilding {
    struct checkpoint *doc;
    long found;
};

static bool name_one(void *context, const char *range, const char *id, struct str payload,
                     struct err *e)
{
    (void)e;
    struct rebuilding *r = context;
    char stamp[BT_STAMP_TEXT];
    if (!bt_result_stamp(payload, stamp))
        return true;
    r->found++;
    checkpoint_add(r->doc, range, id, stamp);
    return true;
}

/* Fills an empty checkpoint with what is stored and writes it. */
static bool rebuild(struct bt_run *run, long *found, struct err *e)
{
    long damaged;
    struct rebuilding r = {checkpoint_read(run->checkpoint_path, e), 0};
    bool ok = r.doc && result_store_stream(run->store, NULL, name_one, &r, &damaged, e) &&
              (r.found == 0 || checkpoint_write(r.doc, run->checkpoint_path, e));
    checkpoint_free(r.doc);
    *found = r.found;
    return ok;
}

/* The damaged file stays beside it for whoever wants to know. */
static bool rebuild_damaged(struct bt_run *run, const struct err *damage, struct err *e)
{
    const char *aside = arena_format(&run->arena, "%s.damaged", run->checkpoint_path);
    long found;
    if (!io_rename(run->checkpoint_path, aside, e) || !rebuild(run, &found, e))
        return false;
    text_printf(&run->notes, "%s; rebuilt from %ld stored results (the damaged file is %s)\n",
                damage->text, found, aside);
    return true;
}

static bool rebuild_missing(struct bt_run *run, struct err *e)
{
    long found;
    if (!rebuild(run, &found, e))
        return false;
    if (found)
        text_printf(&run->notes, "%s: missing; rebuilt from %ld stored results\n",
                    run->checkpoint_path, found);
    return true;
}

/* The other kind's entries come over; its file goes when they are safe. */
static bool take_over(struct bt_run *run, struct err *e)
{
    struct checkpoint *from = checkpoint_read(run->other_path, e);
    struct checkpoint *to = from ? checkpoint_read(run->checkpoint_path, e) : NULL;
    bool ok = to && checkpoint_copy(from, to, e) && checkpoint_write(to, run->checkpoint_path, e);
    checkpoint_free(from);
    checkpoint_free(to);
    return ok && io_remove(run->other_path, e);
}

static bool is_there(const char *path)
{
    errno = 0;
    return io_exists(path) || errno != ENOENT;
}

static bool see_to_checkpoint(struct bt_run *run, struct err *e)
{
    bool other = is_there(run->other_path);
    if (!other && !is_there(run->checkpoint_path))
        return io_is_empty_dir(arena_format(&run->arena, "%s/results", run->store_dir)) ||
               rebuild_missing(run, e);
    if (other && take_over(run, e))
        return true;
    if (other) { /* damaged, or a crash in between: what is stored tells */
        text_printf(&run->notes, "%s\n", e->text);
        *e = (struct err){0};
        const char *aside = arena_format(&run->arena, "%s.damaged", run->other_path);
        return io_rename(run->other_path, aside, e) && rebuild_missing(run, e);
    }
    struct checkpoint *doc = checkpoint_read(run->checkpoint_path, e);
    checkpoint_free(doc);
    if (doc || e->code != ERR_INPUT)
        return doc != NULL;
    struct err damage = *e;
    return rebuild_damaged(run, &damage, e);
}

/* ---- open ------------------------------------------------------------------------------------- */

/* What is in the way of using the folder, before anything is made in it. */
static bool may_use(const char *dir, bool resume, bool has_facts, bool has_lock, struct err *e)
{
    if (io_is_empty_dir(dir) || (resume && (has_facts || has_lock)))
        return true;
    if (resume)
        return err_input(e, "%s: not empty and not a store (store.json is missing)", dir);
    return err_input(e, "%s: the store is not empty; --resume goes on with it", dir);
}

static bool open_facts(struct bt_run *run, const char *path, struct err *e)
{
    bool has_data = io_exists(run->checkpoint_path) || io_exists(run->other_path) ||
                    io_exists(arena_format(&run->arena, "%s/results", run->store_dir));
    if (!io_exists(path) && has_data)
        return err_input(e, "%s: missing, so what the results depend on is unknown", path);
    struct json *facts = facts_of(&run->plan);
    bool ok = io_exists(path) ? compare_facts(facts, path, e) : json_write_file(facts, path, e);
    json_free(facts);
    return ok;
}

bool bt_session_open(struct bt_run *run, struct bt_run_target target, struct err *e)
{
    run->store_dir = arena_text(&run->arena, target.store);
    run->json_path = arena_format(&run->arena, "%s/checkpoint.json", target.store);
    run->sqlite_path = arena_format(&run->arena, "%s/checkpoint.sqlite", target.store);
    /* An indexed one begins as JSON, and becomes a database when it has grown. */
    bool grown = (run->given & BT_INDEXED_CHECKPOINT) && io_exists(run->sqlite_path);
    run->checkpoint_path = grown ? run->sqlite_path : run->json_path;
    run->other_path = grown ? run->json_path : run->sqlite_path;
    const char *lock_path = arena_format(&run->arena, "%s/lock", target.store);
    const char *facts_path = arena_format(&run->arena, "%s/store.json", target.store);
    if (io_exists(target.store) && !io_exists(arena_format(&run->arena, "%s/.", target.store)))
        return err_input(e, "%s: expected a folder for the store, found a file", target.store);
    bool has_facts = io_exists(facts_path), has_lock = io_exists(lock_path);
    /* A store in use is said to be in use, whatever else is in the way. */
    bool usable = may_use(target.store, target.resume, has_facts, has_lock, e);
    if (!usable && !has_lock)
        return false;
    if (!io_make_dirs(target.store, e) || !lock(lock_path, &run->lock, e))
        return false;
    if (!usable)
        return may_use(target.store, target.resume, has_facts, has_lock, e);
    /* Under the lock, so that nobody alive is writing one. */
    if (!open_facts(run, facts_path, e) || !io_remove_temporaries(target.store, e))
        return false;
    run->store = result_store_open(target.store, e);
    return run->store && see_to_checkpoint(run, e);
}

void bt_session_close(struct bt_run *run)
{
    result_store_close(run->store);
    run->store = NULL;
    io_close(run->lock);
    run->lock = -1;
}

/* ---- the end ---------------------------------------------------------------------------------- */

static struct json *left_out(const struct bt_run *run)
{
    struct json *ids = json_array();
    struct bt_item item;
    for (long i = 0; i < run->plan.combinations.count; i++)
        if (!bt_survives(&run->selection, &run->plan, i)) {
            bt_plan_item(&run->plan, i, &item);
            json_push(ids, json_of_text(item.id));
        }
    return ids;
}

bool bt_session_finish(struct bt_run *run, struct err *e)
{
    if (!run->store)
        return true;
    const char *path = arena_format(&run->arena, "%s/filtered.json", run->store_dir);
    if (!bt_plan_looks_back(&run->plan))
        return !io_exists(path) || io_remove(path, e);
    struct json *root = json_object();
    json_put_text(root, "window_filter", run->plan.window_filter_text);
    json_put_text(root, "final_filter", run->plan.final_filter_text);
    json_put(root, "left_out", left_out(run));
    bool ok = json_write_file(root, path, e);
    json_free(root);
    return ok;
}
