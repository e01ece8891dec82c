#include "kernels/backtest/blocks.h"

#include <string.h>

void bt_block_next(struct bt_run *run, long *at, long hi, int most, struct bt_block *out)
{
    long count = run->plan.combinations.count;
    long range_end = (*at / count + 1) * count;
    long end = range_end < hi ? range_end : hi;
    *out = (struct bt_block){.range = bt_plan_range_of(&run->plan, *at)};
    out->items = ARENA_NEW_RAW(&run->work, struct bt_item, most);
    for (; *at < end && out->n < most; ++*at) {
        if (!bt_selected(&run->selection, &run->plan, *at))
            continue;
        struct bt_item *item = &out->items[out->n++];
        bt_plan_item_along(&run->plan, &run->walk, *at, item);
        if (run->store)
            bt_plan_id(&run->plan, item);
    }
    out->results = ARENA_NEW(&run->work, struct bt_result *, out->n + 1);
    out->todo = out->items;
}

/* One that is named but cannot be had runs again. */
static bool lose(struct bt_run *run, struct bt_block *b, const struct bt_item *item, struct err *e)
{
    const struct err missing = {0};
    bt_note_lost(run, &missing);
    run->counts.results_lost++;
    return result_store_set_aside(run->store, run->plan.ranges[b->range].name, item->id, e);
}

/* Those that have a result already are left out. */
static void list_todo(struct bt_run *run, struct bt_block *b)
{
    b->todo = ARENA_NEW_RAW(&run->work, struct bt_item, b->n + 1);
    for (int k = 0; k < b->n; k++)
        if (!b->results[k])
            b->todo[b->todo_n++] = b->items[k];
}

bool bt_block_split(struct bt_run *run, struct checkpoint *doc, struct bt_block *b, struct err *e)
{
    if (!doc || run->plan.force_rerun) {
        b->todo_n = b->n;
        return true;
    }
    const char *range = run->plan.ranges[b->range].name;
    const char *stamp = run->plan.roles[b->range].stamp;
    struct bt_item *done = ARENA_NEW_RAW(&run->work, struct bt_item, b->n + 1);
    struct bt_result **recalled = ARENA_NEW(&run->work, struct bt_result *, b->n + 1);
    int *place = ARENA_NEW_RAW(&run->work, int, b->n + 1);
    struct bt_job job = {.range = b->range, .items = done};
    for (int k = 0; k < b->n; k++) {
        const char *stored = checkpoint_stamp(doc, range, b->items[k].id);
        if (stored && bt_stamp_serves(stored, stamp)) {
            place[job.n] = k;
            done[job.n++] = b->items[k];
        }
    }
    if (job.n && !BT_CALL(run->ops.recall, run, &job, recalled, e))
        return false;
    for (int k = 0; k < job.n; k++) {
        b->results[place[k]] = recalled[k];
        run->counts.resumed += recalled[k] != NULL;
    }
    for (int k = 0; k < job.n; k++)
        if (!recalled[k] && !lose(run, b, &done[k], e))
            return false;
    list_todo(run, b);
    return true;
}

/* ---- taking ----------------------------------------------------------------------------------- */

static bool take_one(struct bt_run *run, struct bt_result *r, struct err *e)
{
    if (!bt_selection_observe(run, r, e)) {
        bt_result_free(r);
        return false;
    }
    bt_digest_add(&run->digest, r);
    return BT_CALL(run->ops.collect, run, r, e);
}

static bool take_recalled(struct bt_run *run, struct bt_block *b, struct err *e)
{
    while (b->taken < b->n && b->results[b->taken]) {
        struct bt_result *r = b->results[b->taken];
        b->results[b->taken++] = NULL;
        if (!take_one(run, r, e))
            return false;
    }
    return true;
}

static bool take_failure(struct bt_run *run, const struct bt_block *b, const struct err *why,
                         struct err *e)
{
    const struct bt_item *item = &b->items[b->taken];
    char key[BT_KEY_TEXT];
    bt_plan_key(&run->plan, item->values, key);
    if (!run->plan.continue_on_error)
        return err_set(e, why->code, "%s %s, %s: %s", run->plan.strategy->name, key,
                       run->plan.ranges[b->range].name, why->text);
    enum { TOLD_AT_MOST = 100 };
    run->counts.failed++;
    if (run->counts.failed == TOLD_AT_MOST + 1)
        text_printf(&run->notes, "more than %d have failed: the others are counted only\n",
                    TOLD_AT_MOST);
    if (run->counts.failed <= TOLD_AT_MOST)
        text_printf(&run->notes, "failed: %s %s, %s: %s\n", run->plan.strategy->name, key,
                    run->plan.ranges[b->range].name, why->text);
    return true;
}

static bool take_computed(struct bt_run *run, struct checkpoint *doc, struct bt_block *b,
                          struct bt_result *r, const struct err *why, struct err *e)
{
    if (!r && !take_failure(run, b, why, e))
        return false;
    b->taken++;
    if (!r)
        return true;
    if (!run->store || BT_CALL(run->ops.save, run, doc, r, e))
        return take_one(run, r, e);
    bt_result_free(r);
    return false;
}

bool bt_block_take(struct bt_run *run, struct checkpoint *doc, struct bt_block *b,
                   struct bt_result **results, const struct err *const *why, int n, struct err *e)
{
    int k = 0;
    bool ok = take_recalled(run, b, e);
    while (ok && k < n) {
        ok = take_computed(run, doc, b, results[k], why[k], e);
        k++;
        ok = ok && take_recalled(run, b, e);
    }
    for (; k < n; k++)
        bt_result_free(results[k]);
    return ok;
}

void bt_block_end(struct bt_block *b)
{
    for (int k = 0; k < b->n; k++)
        bt_result_free(b->results[k]);
    b->n = 0;
}

bool bt_range_ends(struct bt_run *run, long at, struct err *e)
{
    if (at % run->plan.combinations.count != 0)
        return true;
    int range = bt_plan_range_of(&run->plan, at - 1);
    return (!run->store || BT_CALL(run->ops.flush, run, range, e)) &&
           BT_CALL(run->ops.deliver, run, BT_RANGE_END, e);
}
