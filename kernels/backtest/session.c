#include "kernels/backtest/session.h"

#include "harness/base/json.h"
#include "kernels/backtest/result_read.h"
#include "kernels/backtest/store_facts.h"
#include "kernels/backtest/store_folder.h"
#include "kernels/backtest/store_lock.h"
#include "kernels/backtest/store_stamps.h"
#include "kernels/backtest/stored.h"

#include <errno.h>
#include <string.h>

/* ---- checkpoint ------------------------------------------------------------------------------- */

/* The two files that may be there: of the kind in use, and of the other. */
enum { OWN, OTHER, KINDS };

struct stock {
    const char *path[KINDS];
    struct checkpoint *doc[KINDS]; /* NULL: not there, or damaged */
    struct err damage[KINDS];      /* code ERR_OK: none */
};

static bool is_there(const char *path)
{
    errno = 0;
    return io_exists(path) || errno != ENOENT;
}

/* A damaged file stays beside it for whoever wants to know. */
static bool take_stock(struct stock *s, int kind, struct err *e)
{
    if (!is_there(s->path[kind]))
        return true;
    s->doc[kind] = checkpoint_read(s->path[kind], &s->damage[kind]);
    if (s->doc[kind])
        return true;
    if (s->damage[kind].code == ERR_INPUT)
        return checkpoint_set_aside(s->path[kind], e);
    *e = s->damage[kind];
    return false;
}

static bool need_own(struct stock *s, struct err *e)
{
    if (!s->doc[OWN])
        s->doc[OWN] = checkpoint_read(s->path[OWN], e);
    return s->doc[OWN] != NULL;
}

/* Adds what is stored. */
static bool rebuild(struct bt_run *run, struct stock *s, struct err *e)
{
    long found;
    if (!need_own(s, e) || !bt_stored_name_all(run->store, s->doc[OWN], &found, e) ||
        (found && !checkpoint_write(s->doc[OWN], s->path[OWN], e)))
        return false;
    bool told = false;
    for (int k = 0; k < KINDS; k++)
        if (s->damage[k].code != ERR_OK) {
            text_printf(&run->notes,
                        "%s; rebuilt from %ld stored results (the damaged file is %s.damaged)\n",
                        s->damage[k].text, found, s->path[k]);
            told = true;
        }
    if (found && !told)
        text_printf(&run->notes, "%s: missing; rebuilt from %ld stored results\n", s->path[OWN],
                    found);
    return true;
}

/* Of two stamps that of the result which is stored is right, whichever file is the older. */
static bool is_stored_so(void *context, const char *range, const char *id, const char *stamp)
{
    const struct bt_run *run = context;
    struct text payload = {0};
    struct err unreadable;
    char stored[BT_STAMP_TEXT];
    bool found = false;
    bool is_so = result_store_get(run->store, range, id, &payload, &found, &unreadable) && found &&
                 bt_result_stamp((struct str){payload.p, payload.n}, stored) &&
                 strcmp(stored, stamp) == 0;
    text_done(&payload);
    return is_so;
}

/* The other kind's entries come over; its file goes when they are safe. */
static bool take_over(struct bt_run *run, struct stock *s, struct err *e)
{
    if (!need_own(s, e) || !checkpoint_copy(s->doc[OTHER], s->doc[OWN], is_stored_so, run, e) ||
        !checkpoint_write(s->doc[OWN], s->path[OWN], e))
        return false;
    checkpoint_free(s->doc[OTHER]);
    s->doc[OTHER] = NULL;
    return io_remove(s->path[OTHER], e);
}

struct staleness {
    const struct bt_plan *plan;
    long stale;
};

static bool count_stale(void *context, const char *range, const char *id, const char *stamp,
                        struct err *e)
{
    (void)id;
    (void)e;
    struct staleness *s = context;
    int r = bt_plan_find_range(s->plan, range);
    s->stale += r >= 0 && !bt_stamp_serves(stamp, s->plan->roles[r].stamp);
    return true;
}

/* Said before anything runs: the user may have meant another bundle. */
static bool tell_stale(struct bt_run *run, struct checkpoint *doc, struct err *e)
{
    struct staleness s = {&run->plan, 0};
    if (!checkpoint_each(doc, count_stale, &s, e))
        return false;
    if (s.stale)
        text_printf(&run->notes,
                    "%s: %ld stored result%s of other data or code, or with less stored than is "
                    "asked for (stale): computed again\n",
                    run->store_dir, s.stale, s.stale == 1 ? " is" : "s are");
    return true;
}

static bool has_results(const struct bt_run *run)
{
    struct text path = {0};
    text_printf(&path, "%s/results", run->store_dir);
    bool empty = io_is_empty_dir(path.p);
    text_done(&path);
    return !empty;
}

/* What was damaged is rebuilt, what is of the other kind is taken over. */
static bool see_to_checkpoint(struct bt_run *run, struct err *e)
{
    struct stock s = {
        .path = {run->checkpoint_path, run->other_path}
    };
    bool ok = take_stock(&s, OWN, e) && take_stock(&s, OTHER, e);
    bool damaged = s.damage[OWN].code != ERR_OK || s.damage[OTHER].code != ERR_OK;
    bool none = !s.doc[OWN] && !s.doc[OTHER];
    if (ok && (damaged || (none && has_results(run))))
        ok = rebuild(run, &s, e);
    if (ok && s.doc[OTHER])
        ok = take_over(run, &s, e);
    if (ok && s.doc[OWN])
        ok = tell_stale(run, s.doc[OWN], e);
    for (int k = 0; k < KINDS; k++)
        checkpoint_free(s.doc[k]);
    return ok;
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

/* Lost or damaged: those of this run, if every stored result fits them. */
static bool restore_facts(struct bt_run *run, const char *path, struct err *damage, struct err *e)
{
    struct err why;
    long fitting;
    bool is_there = io_exists(path);
    struct result_store *results = result_store_open(run->store_dir, e);
    if (!results)
        return false;
    bool fit = bt_facts_fit(&run->plan, results, &fitting, &why);
    result_store_close(results);
    if (!fit && why.code != ERR_INPUT)
        return err_set(e, why.code, "%s", why.text);
    if (!fit)
        return err_input(e,
                         "%s, and its results are not of this run's settings: %s (see `cupel "
                         "store rebuild`)",
                         damage->text, why.text);
    text_printf(&run->notes, "%s; restored: %ld stored results fit this run's settings%s%s%s\n",
                damage->text, fitting, is_there ? " (the damaged file is " : "",
                is_there ? path : "", is_there ? ".damaged)" : "");
    return bt_facts_replace(&run->plan, path, e);
}

static bool open_facts(struct bt_run *run, const char *path, struct err *e)
{
    bool damaged = false;
    struct err damage;
    if (io_exists(path)) {
        if (bt_facts_compare(&run->plan, path, &damaged, &damage))
            return true;
        return damaged ? restore_facts(run, path, &damage, e)
                       : err_set(e, damage.code, "%s", damage.text);
    }
    bool has_data = io_exists(run->checkpoint_path) || io_exists(run->other_path) ||
                    io_exists(arena_format(&run->arena, "%s/results", run->store_dir));
    if (!has_data)
        return bt_facts_write(&run->plan, path, e);
    err_input(&damage, "%s: missing", path);
    return restore_facts(run, path, &damage, e);
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
    if (!io_make_dirs(target.store, e) ||
        !bt_store_lock(lock_path, BT_LOCK_EXCLUSIVE, &run->lock, e))
        return false;
    if (!usable)
        return may_use(target.store, target.resume, has_facts, has_lock, e);
    /* Under the lock, so that nobody alive is writing one. */
    const char *stamps_path = arena_format(&run->arena, "%s/stamps.json", target.store);
    if (!open_facts(run, facts_path, e) ||
        !io_remove_temporaries(target.store, bt_store_foreign, e) ||
        !bt_stamps_tell(stamps_path, &run->plan, e))
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
