#include "kernels/backtest/store_stamps.h"

#include "harness/base/io.h"
#include "harness/base/json.h"
#include "kernels/backtest/plugged.h"
#include "kernels/backtest/store_facts.h"
#include "kernels/backtest/strategies.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* No stamp is called so. */
#define FACTS ".facts"

/* ---- writing ---------------------------------------------------------------------------------- */

static struct json *explain(const struct bt_plan *plan, int range)
{
    struct json *stamp = json_object();
    json_put_text(stamp, "range", plan->ranges[range].name);
    json_put_number(stamp, "from", (double)plan->ranges[range].from);
    json_put_number(stamp, "to", (double)plan->ranges[range].to);
    json_put_text(stamp, "code", plan->code);
    if (plan->strategy_file)
        json_put_text(stamp, "strategy_file", plan->strategy_file);
    json_put_text(stamp, "content", plan->content);
    json_put_text(stamp, "bundle", plan->bundle_dir);
    json_put_text(stamp, "metrics", bt_metrics_names[plan->metrics_all]);
    json_put_bool(stamp, "trades", plan->trades);
    json_put_text(stamp, "snapshots", bt_snapshots_names[plan->snapshots]);
    return stamp;
}

bool bt_stamps_tell(const char *path, const struct bt_plan *plan, struct err *e)
{
    struct err unreadable;
    struct json *root = io_exists(path) ? json_read_file(path, &unreadable) : NULL;
    bool is_new = false;
    if (!root || json_kind(root) != JSON_OBJECT) {
        json_free(root);
        root = json_object();
    }
    if (!json_get(root, FACTS)) {
        json_put(root, FACTS, bt_facts_json(plan));
        is_new = true;
    }
    for (int r = 0; r < plan->range_count; r++)
        if (!json_get(root, plan->roles[r].stamp)) {
            json_put(root, plan->roles[r].stamp, explain(plan, r));
            is_new = true;
        }
    bool ok = !is_new || json_write_file(root, path, e);
    json_free(root);
    return ok;
}

/* ---- reading ---------------------------------------------------------------------------------- */

static bool choice(const struct json *object, const char *key, const char *const *names, int *out,
                   struct err *e)
{
    const char *text;
    if (!json_need_text(object, key, &text, e))
        return false;
    for (*out = 0; names[*out]; ++*out)
        if (strcmp(names[*out], text) == 0)
            return true;
    return err_input(e, "%s: found \"%.40s\"", key, text);
}

/* What the code would be called in a run of today. */
static const char *code_now(const char *strategy_file, struct arena *a)
{
    struct err unreadable;
    char sha256[SHA256_HEX], code[BT_CODE_TEXT];
    if (!strategy_file)
        return bt_code_hash();
    return bt_plugged_code(strategy_file, sha256, code, &unreadable) ? arena_text(a, code) : NULL;
}

static bool read_stamp(const struct json *object, struct arena *a, struct bt_stamp *out,
                       struct err *e)
{
    static const int64_t most = (int64_t)1 << 53;
    const char *range, *code, *content, *bundle;
    int metrics, snapshots;
    if (!json_need_text(object, "range", &range, e) || !json_need_text(object, "code", &code, e) ||
        !json_need_text(object, "content", &content, e) ||
        !json_need_text(object, "bundle", &bundle, e) ||
        !json_need_int(object, "from", -most, most, &out->range.from, e) ||
        !json_need_int(object, "to", -most, most, &out->range.to, e) ||
        !choice(object, "metrics", bt_metrics_names, &metrics, e) ||
        !choice(object, "snapshots", bt_snapshots_names, &snapshots, e))
        return false;
    snprintf(out->range.name, sizeof out->range.name, "%s", range);
    out->stamp = arena_text(a, json_key(object));
    out->code = arena_text(a, code);
    const struct json *file = json_get(object, "strategy_file");
    out->code_now = code_now(json_kind(file) == JSON_TEXT ? json_text(file) : NULL, a);
    out->content = arena_text(a, content);
    out->bundle = arena_text(a, bundle);
    out->metrics_all = metrics != 0;
    out->trades = json_bool(json_get(object, "trades"));
    out->snapshots = (enum bt_snapshots)snapshots;
    return true;
}

bool bt_stamps_read(const char *path, struct arena *a, struct bt_stamps *out, struct err *e)
{
    *out = (struct bt_stamps){0};
    errno = 0;
    if (!io_exists(path) && errno == ENOENT)
        return true;
    struct json *root = json_read_file(path, e);
    bool ok = root != NULL;
    if (ok && json_kind(root) != JSON_OBJECT)
        ok = err_input(e, "%s: expected an object", path);
    out->v = ARENA_NEW(a, struct bt_stamp, ok ? json_count(root) + 1 : 1);
    for (const struct json *s = ok ? json_first(root) : NULL; ok && s; s = json_next(s)) {
        if (strcmp(json_key(s), FACTS) == 0)
            continue;
        ok = read_stamp(s, a, &out->v[out->n], e) || err_prefix(e, "%s: %s", path, json_key(s));
        out->n += ok;
    }
    json_free(root);
    return ok;
}

bool bt_stamps_facts(const char *path, struct arena *a, struct bt_plan *out, struct err *e)
{
    const struct json *facts;
    struct json *root = json_read_file(path, e);
    bool ok =
        root && json_need_object(root, FACTS, &facts, e) && bt_facts_of_json(facts, a, out, e);
    json_free(root);
    return ok;
}

const struct bt_stamp *bt_stamps_find(const struct bt_stamps *stamps, const char *stamp)
{
    for (int i = 0; i < stamps->n; i++)
        if (strcmp(stamps->v[i].stamp, stamp) == 0)
            return &stamps->v[i];
    return NULL;
}
