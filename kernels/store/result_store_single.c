#include "kernels/store/result_store_parts.h"

#include "harness/base/io.h"

#include <string.h>

#define SUFFIX ".json"

void single_path(const struct store_range *r, const char *id, struct text *path)
{
    text_clear(path);
    text_printf(path, "%s/%s" SUFFIX, r->folder, id);
}

bool single_exists(const struct store_range *r, const char *id)
{
    struct text path = {0};
    single_path(r, id, &path);
    bool exists = io_exists(path.p);
    text_done(&path);
    return exists;
}

void single_id(const char *name, char id[SEGMENT_ID_LONGEST + 1])
{
    size_t n = strlen(name), m = sizeof SUFFIX - 1;
    id[0] = '\0';
    if (n <= m || n - m > SEGMENT_ID_LONGEST || strcmp(name + n - m, SUFFIX) != 0)
        return;
    memcpy(id, name, n - m);
    id[n - m] = '\0';
}

/* One line, and an object that begins ends: a torn file shows. What is inside is the reader's to
 * parse, once. */
static bool is_one_line(const struct text *content)
{
    size_t n = content->n;
    return n > 1 && memchr(content->p, '\n', n) == content->p + n - 1 &&
           (content->p[0] != '{' || content->p[n - 2] == '}');
}

bool single_get(const struct store_range *r, const char *id, struct text *out, struct err *e)
{
    struct text path = {0}, content = {0};
    single_path(r, id, &path);
    bool ok = io_read_file(path.p, &content, e);
    if (ok && !is_one_line(&content))
        ok = err_input(e, "%s: damaged: expected one line of JSON", path.p);
    if (ok)
        text_add(out, content.p, content.n - 1);
    text_done(&content);
    text_done(&path);
    return ok;
}

static bool check_payload(const struct result_item *item, struct err *e)
{
    bool ok = item->payload.n > 0;
    for (size_t i = 0; ok && i < item->payload.n; i++)
        ok = (unsigned char)item->payload.p[i] >= ' ';
    return ok || err_input(e, "result store: %s: expected a payload of one line", item->id);
}

bool result_store_put(struct result_store *s, const char *range, const struct result_item *item,
                      struct err *e)
{
    if (!store_check_name("range", range, e) || !store_check_name("id", item->id, e) ||
        !check_payload(item, e))
        return false;
    struct store_range *r = store_need_range(s, range);
    struct text path = {0}, content = {0};
    single_path(r, item->id, &path);
    text_add(&content, item->payload.p, item->payload.n);
    text_add(&content, "\n", 1);
    r->has_singles = true; /* the write may fail after its rename */
    bool ok = store_make_folder(s, r, e) && io_write_file(path.p, content.p, content.n, e);
    text_done(&content);
    text_done(&path);
    return ok;
}

bool result_store_set_aside(struct result_store *s, const char *range, const char *id,
                            struct err *e)
{
    if (!store_check_name("range", range, e) || !store_check_name("id", id, e))
        return false;
    struct text path = {0}, aside = {0};
    single_path(store_need_range(s, range), id, &path);
    text_printf(&aside, "%s.damaged", path.p);
    bool ok = !io_exists(path.p) || io_rename(path.p, aside.p, e);
    text_done(&path);
    text_done(&aside);
    return ok;
}

bool single_remove_all(const struct store_range *r, const struct result_item *items, int n,
                       struct err *e)
{
    bool ok = true;
    int removed = 0;
    struct text path = {0};
    for (int i = 0; ok && i < n; i++) {
        single_path(r, items[i].id, &path);
        if (!io_exists(path.p))
            continue;
        ok = io_remove(path.p, e);
        removed++;
    }
    text_done(&path);
    return ok && (removed == 0 || io_sync_dir(r->folder, e));
}

bool result_store_remove(struct result_store *s, const char *range, const char *id, struct err *e)
{
    struct result_item item = {.id = id};
    return store_check_name("range", range, e) && store_check_name("id", id, e) &&
           single_remove_all(store_need_range(s, range), &item, 1, e);
}
