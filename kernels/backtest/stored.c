#include "kernels/backtest/stored.h"

#include "kernels/backtest/result_read.h"
#include "kernels/backtest/strategy.h"

#include <stdio.h>
#include <string.h>

/* ---- one result ------------------------------------------------------------------------------- */

bool bt_stored_read(const struct bt_plan *facts, const char *range, const char *id,
                    struct str payload, struct bt_stored *out, struct err *e)
{
    struct bt_peek peek;
    *out = (struct bt_stored){.plan = *facts, .role = {.window = -1}};
    if (!bt_result_peek(facts->strategy, payload, &peek, e))
        return err_prefix(e, "result %s", id);
    if (strcmp(peek.item.id, id) != 0)
        return err_input(e, "result %s: found that of %s", id, peek.item.id);
    snprintf(out->range.name, sizeof out->range.name, "%s", range);
    memcpy(out->role.stamp, peek.stamp, sizeof peek.stamp);
    memcpy(out->content, peek.content, sizeof peek.content);
    out->plan.ranges = &out->range;
    out->plan.roles = &out->role;
    out->plan.range_count = 1;
    out->plan.content = out->content;
    out->plan.metrics_all = peek.metrics_all;
    out->plan.trades = peek.trades;
    out->plan.snapshots = peek.snapshots ? BT_DAILY : BT_NO_SNAPSHOTS;
    out->result = bt_result_read(&out->plan, 0, &peek.item, payload, e);
    return out->result != NULL;
}

bool bt_stored_fits(const struct bt_stored *s, struct err *e)
{
    const struct bt_item *item = &s->result->item;
    struct bt_item expected = *item;
    expected.id[0] = '\0';
    bt_plan_id(&s->plan, &expected);
    return strcmp(expected.id, item->id) == 0 ||
           err_input(e, "result %s: not of %s, fill %s, fee %.6g, %.6g periods a year", item->id,
                     s->plan.strategy->name, s->plan.fill.name, s->plan.fee,
                     s->plan.periods_per_year);
}

void bt_stored_done(struct bt_stored *s)
{
    bt_result_free(s->result);
    s->result = NULL;
}

/* ---- all of them ------------------------------------------------------------------------------ */

struct naming {
    struct checkpoint *doc;
    long found;
};

static bool name_one(void *context, const char *range, const char *id, struct str payload,
                     struct err *e)
{
    (void)e;
    struct naming *n = context;
    char stamp[BT_STAMP_TEXT];
    if (bt_result_stamp(payload, stamp)) {
        checkpoint_add(n->doc, range, id, stamp);
        n->found++;
    }
    return true;
}

bool bt_stored_name_all(struct result_store *results, struct checkpoint *doc, long *found,
                        struct err *e)
{
    long damaged;
    struct naming n = {doc, 0};
    bool ok = result_store_stream(results, NULL, name_one, &n, &damaged, e);
    *found = n.found;
    return ok;
}
