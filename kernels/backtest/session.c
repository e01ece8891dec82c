#include "kernels/backtest/session.h"

#include "harness/base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { STORE_SCHEMA = 2 };

/* ---- store.json ------------------------------------------------------------------------------- */

/* All that a result depends on besides its own parameters. */
static struct json *facts_of(const struct bt_plan *plan)
{
    struct json *facts = json_object();
    json_put_number(facts, "schema", STORE_SCHEMA);
    json_put_text(facts, "bundle", plan->content);
    struct json *symbols = json_put_array(facts, "symbols");
    for (int s = 0; s < plan->symbol_count; s++)
        json_push(symbols, json_of_text(plan->symbols[s]));
    json_put_text(facts, "strategy", plan->strategy->name);
    json_put_text(facts, "fill", plan->fill.name);
    json_put_number(facts, "fee", plan->fee);
    json_put_number(facts, "periods_per_year", plan->periods_per_year);
    struct json *ranges = json_put_array(facts, "ranges");
    for (int r = 0; r < plan->range_count; r++)
        json_push(ranges, json_of_text(plan->ranges[r].name));
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
    bool has_data = io_exists(run->checkpoint_path) ||
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
    run->checkpoint_path = arena_format(&run->arena, "%s/checkpoint.json", target.store);
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
    return run->store != NULL;
}

void bt_session_close(struct bt_run *run)
{
    result_store_close(run->store);
    run->store = NULL;
    io_close(run->lock);
    run->lock = -1;
}

/* ---- resume ----------------------------------------------------------------------------------- */

static bool name_one(void *doc, const char *range, const char *id, struct err *e)
{
    (void)e;
    checkpoint_add(doc, range, id, "");
    return true;
}

/* The checkpoint that what is stored asks for. */
static struct checkpoint *from_results(struct bt_run *run, struct err *e)
{
    struct checkpoint *doc = checkpoint_new();
    long unreadable = 0;
    if (result_store_each(run->store, name_one, doc, &unreadable, e))
        return doc;
    checkpoint_free(doc);
    return NULL;
}

/* The damaged file stays beside it for whoever wants to know. */
static struct checkpoint *rebuild_damaged(struct bt_run *run, const struct err *damage,
                                          struct err *e)
{
    const char *aside = arena_format(&run->arena, "%s.damaged", run->checkpoint_path);
    struct checkpoint *doc = from_results(run, e);
    if (!doc)
        return NULL;
    if (io_rename(run->checkpoint_path, aside, e) &&
        checkpoint_write(doc, run->checkpoint_path, e)) {
        text_printf(&run->notes, "%s; rebuilt from %ld stored results (the damaged file is %s)\n",
                    damage->text, checkpoint_count(doc), aside);
        return doc;
    }
    checkpoint_free(doc);
    return NULL;
}

/* Nothing stored: a run that has not begun, of which there is nothing to say. */
static struct checkpoint *rebuild_missing(struct bt_run *run, struct err *e)
{
    struct checkpoint *doc = from_results(run, e);
    if (!doc || checkpoint_count(doc) == 0)
        return doc;
    if (checkpoint_write(doc, run->checkpoint_path, e)) {
        text_printf(&run->notes, "%s: missing; rebuilt from %ld stored results\n",
                    run->checkpoint_path, checkpoint_count(doc));
        return doc;
    }
    checkpoint_free(doc);
    return NULL;
}

static struct checkpoint *read_or_rebuild(struct bt_run *run, struct err *e)
{
    errno = 0;
    if (!io_exists(run->checkpoint_path) && errno == ENOENT)
        return rebuild_missing(run, e);
    struct checkpoint *doc = checkpoint_read(run->checkpoint_path, e);
    if (doc || e->code != ERR_INPUT)
        return doc;
    struct err damage = *e;
    return rebuild_damaged(run, &damage, e);
}

static bool keep(void *context, struct bt_result *result, struct err *e)
{
    struct bt_run *run = context;
    return BT_CALL(run->ops.collect, run, result, e);
}

/* Takes out the entries of this plan that have no result, lets go of results that have no entry. */
static bool reconcile(struct bt_run *run, struct checkpoint *doc, long *lost, struct err *e)
{
    *lost = 0;
    for (long i = 0, n = bt_plan_backtests(&run->plan); i < n; i++) {
        const char *range = bt_plan_range(&run->plan, i)->name, *id = bt_plan_id(&run->plan, i);
        bool named = checkpoint_has(doc, range, id, NULL);
        if (named && !run->results[i]) {
            if (!result_store_set_aside(run->store, range, id, e))
                return false;
            checkpoint_remove(doc, range, id);
            ++*lost;
        } else if (!named && run->results[i]) {
            bt_result_free(run->results[i]);
            run->results[i] = NULL;
        }
    }
    return true;
}

static bool load_named(struct bt_run *run, struct checkpoint *doc, struct err *e)
{
    struct bt_sink sink = {.take = keep, .context = run};
    long lost;
    if (!BT_CALL(run->ops.load, run, &sink, e) || !reconcile(run, doc, &lost, e))
        return false;
    if (lost == 0)
        return true;
    text_printf(&run->notes,
                "%s: %ld of the results that it names %s missing or unreadable%s%s; "
                "running again\n",
                run->checkpoint_path, lost, lost == 1 ? "is" : "are",
                sink.first_problem.text[0] ? ": " : "", sink.first_problem.text);
    return checkpoint_write(doc, run->checkpoint_path, e);
}

bool bt_session_resume(struct bt_run *run, struct err *e)
{
    struct checkpoint *doc = read_or_rebuild(run, e);
    if (!doc)
        return false;
    bool ok = checkpoint_count(doc) == 0 || load_named(run, doc, e);
    checkpoint_free(doc);
    return ok;
}
