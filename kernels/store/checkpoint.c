#include "kernels/store/checkpoint.h"

#include "harness/base/arena.h"
#include "harness/base/io.h"
#include "harness/base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define uthash_malloc(bytes)  mem_alloc(MEM_CHECKPOINT, bytes)
#define uthash_free(p, bytes) mem_free(MEM_CHECKPOINT, p)
#include <uthash.h>

/* Entries live in the arena until checkpoint_free; a removed one only leaves its table. */
struct id_entry {
    const char *id;
    UT_hash_handle hh;
};

struct range_entry {
    const char *range;
    struct id_entry *ids;
    UT_hash_handle hh;
};

struct checkpoint {
    struct arena arena;
    struct range_entry *ranges;
};

struct checkpoint *checkpoint_new(void)
{
    struct checkpoint *c = mem_alloc_zero(MEM_CHECKPOINT, sizeof *c);
    c->arena.component = MEM_CHECKPOINT;
    return c;
}

void checkpoint_free(struct checkpoint *c)
{
    if (!c)
        return;
    for (struct range_entry *r = c->ranges; r; r = r->hh.next)
        HASH_CLEAR(hh, r->ids);
    HASH_CLEAR(hh, c->ranges);
    arena_done(&c->arena);
    mem_free(MEM_CHECKPOINT, c);
}

static struct range_entry *find_range(const struct checkpoint *c, const char *range)
{
    struct range_entry *r;
    HASH_FIND_STR(c->ranges, range, r);
    return r;
}

static struct id_entry *find_id(const struct range_entry *r, const char *id)
{
    struct id_entry *entry;
    HASH_FIND_STR(r->ids, id, entry);
    return entry;
}

static struct range_entry *need_range(struct checkpoint *c, const char *range)
{
    struct range_entry *r = find_range(c, range);
    if (r)
        return r;
    r = ARENA_NEW(&c->arena, struct range_entry, 1);
    r->range = arena_text(&c->arena, range);
    HASH_ADD_KEYPTR(hh, c->ranges, r->range, strlen(r->range), r);
    return r;
}

static bool add_id(struct checkpoint *c, struct range_entry *r, const char *id)
{
    if (find_id(r, id))
        return false;
    struct id_entry *entry = ARENA_NEW(&c->arena, struct id_entry, 1);
    entry->id = arena_text(&c->arena, id);
    HASH_ADD_KEYPTR(hh, r->ids, entry->id, strlen(entry->id), entry);
    return true;
}

bool checkpoint_has(const struct checkpoint *c, const char *range, const char *id)
{
    const struct range_entry *r = find_range(c, range);
    return r && find_id(r, id);
}

void checkpoint_add(struct checkpoint *c, const char *range, const char *id)
{
    add_id(c, need_range(c, range), id);
}

void checkpoint_remove(struct checkpoint *c, const char *range, const char *id)
{
    struct range_entry *r = find_range(c, range);
    struct id_entry *entry = r ? find_id(r, id) : NULL;
    if (entry)
        HASH_DEL(r->ids, entry);
}

long checkpoint_count(const struct checkpoint *c)
{
    long n = 0;
    for (const struct range_entry *r = c->ranges; r; r = r->hh.next)
        n += (long)HASH_COUNT(r->ids);
    return n;
}

/* ---- reading ------------------------------------------------------------------------------- */

static bool take_range(struct checkpoint *c, const struct json *list, const char *path,
                       struct err *e)
{
    const char *range = json_key(list);
    if (!*range)
        return err_input(e, "%s: a range without a name", path);
    if (json_kind(list) != JSON_ARRAY)
        return err_input(e, "%s: \"%.80s\": expected an array of ids, found %s", path, range,
                         json_kind_name(json_kind(list)));
    struct range_entry *r = need_range(c, range);
    for (const struct json *v = json_first(list); v; v = json_next(v)) {
        if (json_kind(v) != JSON_TEXT || !*json_text(v))
            return err_input(e, "%s: \"%.80s\": expected ids that are texts, found %s", path, range,
                             json_kind(v) == JSON_TEXT ? "an empty one"
                                                       : json_kind_name(json_kind(v)));
        if (!add_id(c, r, json_text(v)))
            return err_input(e, "%s: \"%.80s\": id \"%.80s\" stands twice", path, range,
                             json_text(v));
    }
    return true;
}

static bool take_file(struct checkpoint *c, const struct json *root, const char *path,
                      struct err *e)
{
    if (json_kind(root) != JSON_OBJECT)
        return err_input(e, "%s: expected an object of ranges with their ids, found %s", path,
                         json_kind_name(json_kind(root)));
    for (const struct json *v = json_first(root); v; v = json_next(v))
        if (!take_range(c, v, path, e))
            return false;
    return true;
}

struct checkpoint *checkpoint_read(const char *path, struct err *e)
{
    /* Only "no such file" is a fresh start; a file that cannot be looked at is not. */
    errno = 0;
    if (!io_exists(path) && errno == ENOENT)
        return checkpoint_new();
    struct json *root = json_read_file(path, e);
    struct checkpoint *c = root ? checkpoint_new() : NULL;
    if (c && !take_file(c, root, path, e)) {
        checkpoint_free(c);
        c = NULL;
    }
    json_free(root);
    if (!c)
        err_prefix(e, "checkpoint");
    return c;
}

/* ---- writing ------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Ids are digits in practice: only a text that needs escapes pays for the JSON printer. */
static void add_quoted(struct text *out, const char *s)
{
    for (const unsigned char *p = (const unsigned char *)s; *p; p++)
        if (*p < ' ' || *p == '"' || *p == '\\') {
            struct json *value = json_of_text(s);
            json_print(value, out);
            json_free(value);
            return;
        }
    text_add(out, "\"", 1);
    text_puts(out, s);
    text_add(out, "\"", 1);
}

static void add_ids(struct text *out, const struct range_entry *r, struct arena *scratch)
{
    size_t n = 0;
    const char **ids = ARENA_NEW_RAW(scratch, const char *, HASH_COUNT(r->ids));
    for (const struct id_entry *entry = r->ids; entry; entry = entry->hh.next)
        ids[n++] = entry->id;
    qsort(ids, n, sizeof *ids, by_text);
    for (size_t i = 0; i < n; i++) {
        text_puts(out, i ? ", " : "[");
        add_quoted(out, ids[i]);
    }
    text_puts(out, "]");
}

bool checkpoint_write(const struct checkpoint *c, const char *path, struct err *e)
{
    struct arena scratch = {.component = MEM_CHECKPOINT};
    struct text out = {0};
    size_t n = 0;
    const char **ranges = ARENA_NEW_RAW(&scratch, const char *, HASH_COUNT(c->ranges));
    for (const struct range_entry *r = c->ranges; r; r = r->hh.next)
        if (r->ids) /* all of its ids removed: as if it never was */
            ranges[n++] = r->range;
    qsort(ranges, n, sizeof *ranges, by_text);
    text_puts(&out, "{");
    for (size_t i = 0; i < n; i++) {
        text_puts(&out, i ? ",\n " : "");
        add_quoted(&out, ranges[i]);
        text_puts(&out, ": ");
        add_ids(&out, find_range(c, ranges[i]), &scratch);
    }
    text_puts(&out, "}\n");
    bool ok = io_write_file(path, out.p, out.n, e) || err_prefix(e, "checkpoint");
    text_done(&out);
    arena_done(&scratch);
    return ok;
}
