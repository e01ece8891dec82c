#include "kernels/backtest/store_mend.h"

#include "harness/base/io.h"
#include "kernels/backtest/result_read.h"
#include "kernels/backtest/store_lock.h"
#include "kernels/backtest/store_named.h"
#include "kernels/backtest/store_segments.h"
#include "kernels/backtest/store_summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- store.json ------------------------------------------------------------------------------- */

struct restoring {
    struct arena arena;
    const char *dir, *path, *stamps;
    struct result_store *results;
    int lock;
};

/* Without store.json a folder needs more than one sign of being a store: it is changed then. */
static bool is_store(struct restoring *r, const char *lock)
{
    bool has_results = io_exists(arena_format(&r->arena, "%s/results", r->dir));
    return io_exists(r->path) || (has_results && (io_exists(lock) || io_exists(r->stamps)));
}

static bool open_restoring(struct restoring *r, struct err *e)
{
    const char *lock = arena_format(&r->arena, "%s/lock", r->dir);
    r->path = arena_format(&r->arena, "%s/store.json", r->dir);
    r->stamps = arena_format(&r->arena, "%s/stamps.json", r->dir);
    if (!is_store(r, lock))
        return err_input(e, "%s: not a store (store.json is missing)", r->dir);
    if (!bt_store_lock(lock, BT_LOCK_EXCLUSIVE, &r->lock, e))
        return false;
    if (!io_exists(arena_format(&r->arena, "%s/results", r->dir)))
        return true;
    r->results = result_store_open(r->dir, e);
    return r->results != NULL;
}

enum facts { FACTS_GOOD, FACTS_LOST, FACTS_OF_OTHER_SCHEMA, FACTS_CONTRADICTED, FACTS_UNREADABLE };

static enum facts look_at_facts(struct restoring *r, struct err *why)
{
    struct bt_plan facts;
    long fitting;
    if (!io_exists(r->path)) {
        err_input(why, "%s: missing", r->path);
        return FACTS_LOST;
    }
    if (!bt_facts_read(r->path, &r->arena, &facts, why))
        return why->code == ERR_INPUT       ? FACTS_LOST
               : why->code == ERR_DIFFERENT ? FACTS_OF_OTHER_SCHEMA
                                            : FACTS_UNREADABLE;
    if (bt_facts_fit(&facts, r->results, &fitting, why))
        return FACTS_GOOD;
    err_prefix(why, "%s", r->path);
    return why->code == ERR_INPUT ? FACTS_CONTRADICTED : FACTS_UNREADABLE;
}

/* Of another schema: only stamps.json can say that it is not. */
static bool find_facts(struct restoring *r, enum facts state, struct bt_plan *out,
                       const char **source, long *fitting, struct err *e)
{
    const char *stamps = io_exists(r->stamps) ? r->stamps : NULL;
    if (state == FACTS_OF_OTHER_SCHEMA && (!stamps || !bt_stamps_facts(stamps, &r->arena, out, e)))
        return false;
    return bt_facts_find(stamps, r->results, &r->arena, out, source, fitting, e);
}

static bool restore(struct restoring *r, struct text *told, struct err *e)
{
    struct bt_plan facts;
    struct err why = {0}, unknown = {0};
    const char *source;
    long fitting;
    bool is_there = io_exists(r->path);
    enum facts state = look_at_facts(r, &why);
    if (state == FACTS_GOOD)
        return true;
    if (state == FACTS_UNREADABLE)
        return err_set(e, why.code, "%s", why.text);
    if (find_facts(r, state, &facts, &source, &fitting, &unknown)) {
        text_printf(told, "%s; restored from %s: %ld results fit%s\n", why.text, source, fitting,
                    is_there ? " (what was there is store.json.damaged)" : "");
        return bt_facts_replace(&facts, r->path, e);
    }
    if (state == FACTS_LOST)
        return err_input(e,
                         "%s, and neither stamps.json nor a result tells what it held (%s); a "
                         "sweep with --resume and the settings of the results restores it",
                         why.text, unknown.text);
    /* A result may be wrong instead: verify tells which. */
    return state == FACTS_CONTRADICTED || err_input(e, "%s", why.text);
}

bool bt_store_restore(const char *dir, struct text *told, struct err *e)
{
    struct restoring r = {.dir = dir, .lock = -1};
    bool ok = open_restoring(&r, e) && restore(&r, told, e);
    result_store_close(r.results);
    io_close(r.lock);
    arena_done(&r.arena);
    return ok;
}

/* ---- the checkpoint --------------------------------------------------------------------------- */

/* Sets a damaged one aside; another kind that is good goes when the new one is in place. */
static bool clear_way(struct bt_store *s, struct bt_rebuilt *out, struct err *e)
{
    for (int k = 0; k < BT_NAMED_KINDS; k++) {
        struct err why = {0};
        struct checkpoint *doc = s->checkpoint[k] ? checkpoint_read(s->checkpoint[k], &why) : NULL;
        if (doc && out->before < checkpoint_count(doc))
            out->before = checkpoint_count(doc);
        checkpoint_free(doc);
        if (doc || !s->checkpoint[k])
            continue;
        if (why.code != ERR_INPUT)
            return err_set(e, why.code, "%s", why.text);
        if (!checkpoint_set_aside(s->checkpoint[k], e))
            return false;
    }
    return true;
}

bool bt_store_rebuild(struct bt_store *s, struct bt_rebuilt *out, struct err *e)
{
    bool indexed = s->checkpoint[1] && !s->checkpoint[0];
    const char *other = indexed ? NULL : s->checkpoint[1];
    *out = (struct bt_rebuilt){
        .path = arena_format(&s->arena, "%s/checkpoint.%s", s->dir, indexed ? "sqlite" : "json"),
        .before = -1};
    if (!clear_way(s, out, e))
        return false;
    struct checkpoint *doc = checkpoint_new();
    bool ok = (!s->results || bt_stored_name_all(s->results, doc, &out->results, e)) &&
              checkpoint_write(doc, out->path, e);
    checkpoint_free(doc);
    return ok && (!other || !io_exists(other) || io_remove(other, e));
}

/* ---- garbage: what is needed ------------------------------------------------------------------ */

struct collecting {
    struct bt_store *store;
    const char *content;
    bool dry;
    struct bt_named named;
    struct bt_garbage *out;
    long seen, dropped; /* of the range at hand */
    bool unnames;       /* entries were removed */
};

/* What cannot be read but is named stays, for who wants to look at it. */
static bool is_needed(const struct bt_named *named, const char *range, const char *id,
                      struct str payload)
{
    char stamp[BT_STAMP_TEXT];
    return bt_result_stamp(payload, stamp) ? bt_named_has(named, range, id, stamp)
                                           : bt_named_has(named, range, id, NULL);
}

static void unname(struct collecting *c, const char *range, const char *id)
{
    for (int k = 0; k < BT_NAMED_KINDS; k++)
        if (c->named.doc[k] && !c->dry) {
            checkpoint_remove(c->named.doc[k], range, id);
            c->unnames = true;
        }
}

static bool count_garbage(void *context, const char *range, const char *id, struct str payload,
                          struct err *e)
{
    (void)e;
    struct collecting *c = context;
    char stamp[BT_STAMP_TEXT];
    bool stale = c->content && bt_result_stamp(payload, stamp) &&
                 bt_store_age(c->store, stamp, c->content) == BT_STALE;
    bool needed = is_needed(&c->named, range, id, payload);
    c->seen++;
    if (needed && !stale)
        return true;
    c->dropped++;
    *(stale ? &c->out->stale : &c->out->unnamed) += 1;
    if (bt_named_has(&c->named, range, id, NULL)) /* the entry would name nothing */
        unname(c, range, id);
    return true;
}

/* ---- garbage: copies --------------------------------------------------------------------------- */

/* Older copies are what stands there beyond what is read. */
static bool count_copies(const struct bt_store *s, const char *range, long seen, long damaged,
                         struct bt_garbage *out, long *repeated, struct err *e)
{
    struct bt_segments there;
    if (!bt_segments_count(s, range, &there, e))
        return false;
    long beyond = there.files.singles + there.records - seen - damaged;
    *repeated = beyond > 0 ? beyond : 0;
    out->repeated += *repeated;
    out->bytes_before += there.files.bytes;
    return true;
}

/* ---- garbage: away with it -------------------------------------------------------------------- */

static bool keep_needed(void *context, const char *range, const char *id, struct str payload,
                        bool *keep, struct err *e)
{
    (void)e;
    const struct collecting *c = context;
    *keep = is_needed(&c->named, range, id, payload);
    return true;
}

static bool write_named(struct collecting *c, struct err *e)
{
    for (int k = 0; c->unnames && k < BT_NAMED_KINDS; k++)
        if (c->named.doc[k] && !checkpoint_write(c->named.doc[k], c->store->checkpoint[k], e))
            return false;
    return true;
}

/* One line of a plan that is settled before anything changes. */
struct range_plan {
    const char *name;
    bool rewrites;
};

static bool look_at_range(struct collecting *c, struct range_plan *plan, struct err *e)
{
    long damaged, repeated;
    c->seen = c->dropped = 0;
    if (!result_store_stream(c->store->results, plan->name, count_garbage, c, &damaged, e) ||
        !count_copies(c->store, plan->name, c->seen, damaged, c->out, &repeated, e))
        return false;
    c->out->damaged += damaged;
    plan->rewrites = c->dropped > 0 || repeated > 0 || damaged > 0;
    return true;
}

static bool rewrite_range(struct collecting *c, const struct range_plan *plan, struct err *e)
{
    struct result_store_compacted told;
    struct bt_range_summary files = {.name = plan->name};
    if (plan->rewrites &&
        !result_store_compact(c->store->results, plan->name, keep_needed, c, &told, e))
        return false;
    bool ok = bt_store_files(c->store, &files, e);
    c->out->bytes_after += files.bytes;
    return ok;
}

static bool remove_leftover(void *context, const char *path, bool is_temporary, uint64_t bytes,
                            struct err *e)
{
    (void)context;
    (void)is_temporary;
    (void)bytes;
    return io_remove(path, e);
}

/* What was kept aside goes before rewriting can keep more aside: that is for the next time. */
static bool collect(struct collecting *c, struct err *e)
{
    struct bt_store *s = c->store;
    const char *const *names;
    int n;
    if (!bt_store_ranges(s, &names, &n, e) ||
        !bt_store_leftovers(s, bt_leftover_add, &c->out->left, e))
        return false;
    struct range_plan *plans = ARENA_NEW(&s->arena, struct range_plan, n + 1);
    for (int r = 0; r < n; r++) {
        plans[r].name = names[r];
        if (!look_at_range(c, &plans[r], e))
            return false;
    }
    c->out->bytes_after = c->out->bytes_before;
    if (c->dry)
        return true;
    c->out->bytes_after = 0;
    if (!write_named(c, e) || !bt_store_leftovers(s, remove_leftover, NULL, e))
        return false;
    for (int r = 0; r < n; r++)
        if (!rewrite_range(c, &plans[r], e))
            return false;
    return true;
}

bool bt_store_collect(struct bt_store *s, const char *content, bool dry, struct bt_garbage *out,
                      struct err *e)
{
    struct collecting c = {.store = s, .content = content, .dry = dry, .out = out};
    *out = (struct bt_garbage){0};
    if (bt_store_lost_names(s))
        return err_input(e,
                         "%s: no checkpoint, so that nobody knows what is needed; `cupel store "
                         "rebuild` makes it",
                         s->dir);
    if (!bt_named_read(s, &c.named, e))
        return err_prefix(e, "nobody knows what is needed");
    bool ok = collect(&c, e);
    bt_named_done(&c.named);
    return ok;
}
