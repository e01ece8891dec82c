#include "kernels/backtest/store_filtered.h"

#include "harness/base/io.h"
#include "harness/base/json.h"

#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *filter_text(struct bt_store *s, const struct json *root, const char *name)
{
    const struct json *text = json_get(root, name);
    return text && json_kind(text) == JSON_TEXT ? arena_text(&s->arena, json_text(text)) : NULL;
}

static bool read_left_out(struct bt_store *s, const struct json *root, struct bt_left_out *out,
                          struct err *e)
{
    const struct json *ids;
    if (!json_need_array(root, "left_out", &ids, e))
        return false;
    out->window_filter = filter_text(s, root, "window_filter");
    out->final_filter = filter_text(s, root, "final_filter");
    out->ids = ARENA_NEW(&s->arena, const char *, json_count(ids) + 1);
    for (const struct json *id = json_first(ids); id; id = json_next(id))
        out->ids[out->n++] = arena_text(&s->arena, json_text(id));
    qsort(out->ids, (size_t)out->n, sizeof *out->ids, by_text);
    return true;
}

bool bt_store_left_out(struct bt_store *s, struct bt_left_out *out, struct err *e)
{
    const char *path = bt_store_path(s, "filtered.json");
    *out = (struct bt_left_out){0};
    if (!io_exists(path))
        return true;
    struct json *root = json_read_file(path, e);
    bool ok = root && (read_left_out(s, root, out, e) || err_prefix(e, "%s", path));
    json_free(root);
    return ok;
}

bool bt_is_left_out(const struct bt_left_out *left, const char *id)
{
    return left->n && bsearch(&id, left->ids, (size_t)left->n, sizeof *left->ids, by_text);
}
