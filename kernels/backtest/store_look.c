#include "kernels/backtest/store_look.h"

#include "harness/base/io.h"
#include "kernels/backtest/result_read.h"
#include "kernels/backtest/store_lock.h"

#include <string.h>

const char *const bt_age_names[BT_AGES] = {"fresh", "stale", "unknown"};

const char *bt_store_path(struct bt_store *s, const char *name)
{
    return arena_format(&s->arena, "%s/%s", s->dir, name);
}

static bool lock_store(struct bt_store *s, enum bt_look how, struct err *e)
{
    const char *path = bt_store_path(s, "lock");
    if (how == BT_CHANGE)
        return bt_store_lock(path, BT_LOCK_EXCLUSIVE, &s->lock, e);
    if (how == BT_QUIET)
        return !io_exists(path) || bt_store_lock(path, BT_LOCK_SHARED, &s->lock, e);
    return bt_store_holder(path, &s->holder, e);
}

/* Without the stamps one can still look; whoever minds is told by the problem. */
static void read_stamps(struct bt_store *s)
{
    if (!bt_stamps_read(bt_store_path(s, "stamps.json"), &s->arena, &s->stamps, &s->stamps_problem))
        s->stamps = (struct bt_stamps){0};
}

bool bt_store_open(const char *dir, enum bt_look how, struct bt_store *out, struct err *e)
{
    *out = (struct bt_store){.lock = -1};
    out->dir = arena_text(&out->arena, dir);
    const char *facts = bt_store_path(out, "store.json");
    if (!io_exists(facts))
        return err_input(e, "%s: not a store (store.json is missing)", dir);
    if (!lock_store(out, how, e))
        return false;
    if (!bt_facts_read(facts, &out->arena, &out->facts, e)) {
        e->code = e->code == ERR_DIFFERENT ? ERR_INPUT : e->code;
        return false;
    }
    read_stamps(out);
    for (int k = 0; k < BT_NAMED_KINDS; k++) {
        const char *path = bt_store_path(out, k == 0 ? "checkpoint.json" : "checkpoint.sqlite");
        out->checkpoint[k] = io_exists(path) ? path : NULL;
    }
    if (io_exists(bt_store_path(out, "results")))
        out->results = result_store_open(dir, e);
    return out->results || !io_exists(bt_store_path(out, "results"));
}

void bt_store_close(struct bt_store *s)
{
    result_store_close(s->results);
    io_close(s->lock);
    arena_done(&s->arena);
    *s = (struct bt_store){.lock = -1};
}

enum bt_age bt_store_age(const struct bt_store *s, const char *stamp, const char *content)
{
    const struct bt_stamp *known = bt_stamps_find(&s->stamps, stamp);
    if (!known || !known->code_now)
        return BT_UNKNOWN;
    bool fresh = strcmp(known->code, known->code_now) == 0 &&
                 (!content || strcmp(known->content, content) == 0);
    return fresh ? BT_FRESH : BT_STALE;
}

/* ---- one result ------------------------------------------------------------------------------- */

struct key_search {
    const struct bt_plan *facts;
    const char *key;
    char *id;
    bool found;
};

static bool compare_key(void *context, const char *range, const char *id, struct str payload,
                        struct err *e)
{
    (void)range;
    struct key_search *k = context;
    struct bt_peek peek;
    struct err damaged;
    char key[BT_KEY_TEXT];
    if (!bt_result_peek(k->facts->strategy, payload, &peek, &damaged))
        return true;
    bt_plan_key(k->facts, peek.item.values, key);
    k->found = strcmp(key, k->key) == 0 && strlen(id) == BT_ID_TEXT - 1;
    if (!k->found)
        return true;
    memcpy(k->id, id, BT_ID_TEXT);
    return err_input(e, "found"); /* ends the stream */
}

bool bt_store_find_key(struct bt_store *s, const char *key, char id[BT_ID_TEXT], struct err *e)
{
    struct key_search k = {&s->facts, key, id, false};
    long damaged;
    if (s->results && !result_store_stream(s->results, NULL, compare_key, &k, &damaged, e) &&
        !k.found)
        return false;
    return k.found ||
           err_input(e, "%s: no result has the id or the parameters \"%.60s\"", s->dir, key);
}

bool bt_store_get(struct bt_store *s, const char *range, const char *id, struct bt_stored *out,
                  bool *found, struct err *e)
{
    struct text payload = {0};
    *out = (struct bt_stored){0};
    *found = false;
    bool ok = !s->results || result_store_get(s->results, range, id, &payload, found, e);
    if (ok && *found)
        ok = bt_stored_read(&s->facts, range, id, (struct str){payload.p, payload.n}, out, e) ||
             err_prefix(e, "%s/results/%s", s->dir, range);
    text_done(&payload);
    return ok;
}
