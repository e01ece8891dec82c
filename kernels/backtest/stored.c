#include "kernels/backtest/stored.h"

#include "harness/base/json.h"
#include "kernels/backtest/strategy.h"

#include <stdio.h>
#include <string.h>

/* ---- store.json ------------------------------------------------------------------------------- */

static bool read_symbols(const struct json *root, struct arena *a, struct bt_plan *out,
                         struct err *e)
{
    const struct json *list;
    if (!json_need_array(root, "symbols", &list, e))
        return false;
    const char **symbols = ARENA_NEW(a, const char *, json_count(list) + 1);
    for (const struct json *s = json_first(list); s; s = json_next(s)) {
        if (json_kind(s) != JSON_TEXT)
            return err_input(e, "symbols: expected texts");
        symbols[out->symbol_count++] = arena_text(a, json_text(s));
    }
    out->symbols = symbols;
    return true;
}

static bool read_facts(const struct json *root, struct arena *a, struct bt_plan *out, struct err *e)
{
    int64_t schema;
    const char *strategy, *fill;
    if (!json_need_int(root, "schema", 0, 1000000, &schema, e))
        return false;
    if (schema != BT_STORE_SCHEMA)
        return err_input(e, "schema: expected %d, found %lld", BT_STORE_SCHEMA, (long long)schema);
    if (!json_need_text(root, "strategy", &strategy, e) ||
        !json_need_text(root, "fill", &fill, e) || !json_need_number(root, "fee", &out->fee, e) ||
        !json_need_number(root, "periods_per_year", &out->periods_per_year, e) ||
        !read_symbols(root, a, out, e))
        return false;
    out->fill.name = arena_text(a, fill);
    out->strategy = bt_strategy_find(strategy, e);
    return out->strategy != NULL;
}

bool bt_facts_read(const char *path, struct arena *a, struct bt_plan *out, struct err *e)
{
    *out = (struct bt_plan){0};
    struct json *root = json_read_file(path, e);
    bool ok = root && (read_facts(root, a, out, e) || err_prefix(e, "%s", path));
    json_free(root);
    return ok;
}

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
