#include "kernels/store/result_store.h"

#include "harness/base/arena.h"
#include "harness/base/io.h"
#include "harness/base/json.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define uthash_malloc(bytes)  mem_alloc(MEM_RESULTS, bytes)
#define uthash_free(p, bytes) mem_free(MEM_RESULTS, p)
#include <uthash.h>

enum { NAME_LONGEST = 128 };

#define LINE_HEAD   "{\"id\":\""
#define LINE_MIDDLE "\",\"result\":"

/* Where the payload of an id stands. */
struct place {
    const char *id;
    long segment;
    size_t at, n;
    UT_hash_handle hh;
};

struct range {
    const char *name, *folder;
    bool is_made, is_listed, is_indexed;
    long *segments; /* their numbers, ascending; valid once listed */
    int segment_count, segment_room;
    long last_segment;
    struct place *places; /* valid once indexed */
    long damaged;
    struct err first_damage;
    UT_hash_handle hh;
};

struct result_store {
    struct arena arena; /* names and places, until close */
    const char *folder; /* DIR/results */
    struct range *ranges;
    /* The segment read last, so that results of one batch cost one open. */
    struct text segment;
    const struct range *segment_range;
    long segment_number;
};

/* ---- names and folders --------------------------------------------------------------------- */

static bool check_name(const char *what, const char *name, struct err *e)
{
    size_t n = strlen(name);
    bool ok = n >= 1 && n <= NAME_LONGEST && name[0] != '.';
    for (size_t i = 0; ok && i < n; i++)
        ok = (unsigned char)name[i] >= ' ' && name[i] != 0x7f && !strchr("/\\\"", name[i]);
    return ok ||
           err_input(e,
                     "result store: %s \"%.40s\": expected 1 to %d bytes without /, \\, \" and "
                     "control characters, and no leading dot",
                     what, name, NAME_LONGEST);
}

static bool check_item(const struct result_item *item, struct err *e)
{
    bool ok = item->payload.n > 0;
    for (size_t i = 0; ok && i < item->payload.n; i++)
        ok = (unsigned char)item->payload.p[i] >= ' ';
    return check_name("id", item->id, e) &&
           (ok || err_input(e, "result store: %s: expected a payload of one line", item->id));
}

/* The names in a folder, sorted; none when there is no such folder. Opened by io, so that it
 * counts. */
struct names {
    const char **v;
    int n;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_name(struct names *names, const char *name, struct arena *a)
{
    if ((names->n & (names->n - 1)) == 0) { /* full at each power of two */
        const char **grown = ARENA_NEW_RAW(a, const char *, names->n ? 2 * names->n : 1);
        if (names->n)
            memcpy(grown, names->v, (size_t)names->n * sizeof *grown);
        names->v = grown;
    }
    names->v[names->n++] = arena_text(a, name);
}

static bool list_folder(const char *folder, struct names *names, struct arena *a, struct err *e)
{
    *names = (struct names){0};
    errno = 0;
    if (!io_exists(folder) && errno == ENOENT)
        return true;
    int fd = io_open(folder, O_RDONLY | O_DIRECTORY, e);
    if (fd < 0)
        return false;
    DIR *dir = fdopendir(fd);
    if (!dir) {
        io_close(fd);
        return err_system(e, "%s", folder);
    }
    errno = 0;
    for (const struct dirent *entry; (entry = readdir(dir)); errno = 0)
        if (entry->d_name[0] != '.')
            add_name(names, entry->d_name, a);
    bool ok = errno == 0 || err_system(e, "%s", folder);
    closedir(dir);
    if (names->n)
        qsort(names->v, (size_t)names->n, sizeof *names->v, by_text);
    return ok;
}

static bool is_folder(const char *parent, const char *name, struct arena *a)
{
    struct stat st;
    return stat(arena_format(a, "%s/%s", parent, name), &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *segment_path(const struct range *r, long number, struct text *path)
{
    text_clear(path);
    text_printf(path, "%s/segment-%06ld.jsonl", r->folder, number);
    return path->p;
}

/* The number of a segment file; 0 for any other name. */
static long segment_number(const char *name)
{
    long number;
    char again[64];
    struct str rest = str_of(name);
    struct str head = str_cut(&rest, '-');
    if (!str_is(head, "segment") || !rest.p || !str_to_long(str_cut(&rest, '.'), &number) ||
        number < 1)
        return 0;
    snprintf(again, sizeof again, "segment-%06ld.jsonl", number);
    return strcmp(again, name) == 0 ? number : 0;
}

static struct range *need_range(struct result_store *s, const char *name)
{
    struct range *r;
    HASH_FIND_STR(s->ranges, name, r);
    if (r)
        return r;
    r = ARENA_NEW(&s->arena, struct range, 1);
    r->name = arena_text(&s->arena, name);
    r->folder = arena_format(&s->arena, "%s/%s", s->folder, name);
    HASH_ADD_KEYPTR(hh, s->ranges, r->name, strlen(r->name), r);
    return r;
}

static int by_number(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

static void add_segment(struct result_store *s, struct range *r, long number)
{
    if (r->segment_count == r->segment_room) {
        r->segment_room = r->segment_room ? 2 * r->segment_room : 8;
        long *grown = ARENA_NEW_RAW(&s->arena, long, r->segment_room);
        if (r->segment_count)
            memcpy(grown, r->segments, (size_t)r->segment_count * sizeof *grown);
        r->segments = grown;
    }
    r->segments[r->segment_count++] = number;
}

static bool range_list(struct result_store *s, struct range *r, struct err *e)
{
    if (r->is_listed)
        return true;
    struct arena scratch = {.component = MEM_RESULTS};
    struct names names;
    r->is_listed = list_folder(r->folder, &names, &scratch, e);
    for (int i = 0; r->is_listed && i < names.n; i++)
        if (segment_number(names.v[i]))
            add_segment(s, r, segment_number(names.v[i]));
    if (r->segment_count) {
        qsort(r->segments, (size_t)r->segment_count, sizeof *r->segments, by_number);
        r->last_segment = r->segments[r->segment_count - 1];
    }
    arena_done(&scratch);
    return r->is_listed;
}

/* ---- reading segments ---------------------------------------------------------------------- */

static void set_place(struct result_store *s, struct range *r, struct str id, struct place at)
{
    struct place *p;
    HASH_FIND(hh, r->places, id.p, id.n, p);
    if (!p) {
        p = ARENA_NEW(&s->arena, struct place, 1);
        p->id = str_copy(&s->arena, id);
        HASH_ADD_KEYPTR(hh, r->places, p->id, id.n, p);
    }
    p->segment = at.segment;
    p->at = at.at;
    p->n = at.n;
}

/* The id and the payload of a line. The form is fixed, as all lines are written here; that the
 * payload is whole is for the JSON parser to say. */
static bool line_parts(struct str line, struct str *id, struct str *payload)
{
    struct err e;
    static const size_t head = sizeof LINE_HEAD - 1, middle = sizeof LINE_MIDDLE - 1;
    struct json *root = json_parse(line, "line", &e);
    if (!root)
        return false;
    const char *text;
    bool ok = json_count(root) == 2 && json_need_text(root, "id", &text, &e) &&
              json_get(root, "result") && strncmp(line.p, LINE_HEAD, head) == 0;
    size_t n = ok ? strlen(text) : 0, before = head + n + middle;
    ok = ok && line.n > before && memcmp(line.p + head, text, n) == 0 &&
         strncmp(line.p + head + n, LINE_MIDDLE, middle) == 0 && line.p[line.n - 1] == '}';
    if (ok) {
        *id = (struct str){line.p + head, n};
        *payload = (struct str){line.p + before, line.n - before - 1};
    }
    json_free(root);
    return ok;
}

static void index_line(struct result_store *s, struct range *r, long segment, long number,
                       struct str line)
{
    struct str id, payload;
    if (line_parts(line, &id, &payload)) {
        size_t at = (size_t)(payload.p - s->segment.p);
        set_place(s, r, id, (struct place){.segment = segment, .at = at, .n = payload.n});
    } else if (r->damaged++ == 0) {
        struct text path = {0};
        err_input(&r->first_damage, "%s:%ld: expected {\"id\":ID,\"result\":RESULT}",
                  segment_path(r, segment, &path), number);
        text_done(&path);
    }
}

static bool load_segment(struct result_store *s, const struct range *r, long number, struct err *e)
{
    if (s->segment_range == r && s->segment_number == number)
        return true;
    struct text path = {0};
    text_clear(&s->segment);
    s->segment_range = NULL;
    bool ok = io_read_file(segment_path(r, number, &path), &s->segment, e);
    if (ok) {
        s->segment_range = r;
        s->segment_number = number;
    }
    text_done(&path);
    return ok;
}

static bool index_segment(struct result_store *s, struct range *r, long segment, struct err *e)
{
    if (!load_segment(s, r, segment, e))
        return false;
    struct str rest = {s->segment.p, s->segment.n};
    if (rest.n && rest.p[rest.n - 1] == '\n')
        rest.n--;
    for (long number = 1; rest.p; number++)
        index_line(s, r, segment, number, str_cut(&rest, '\n'));
    return true;
}

static bool range_index(struct result_store *s, struct range *r, struct err *e)
{
    if (r->is_indexed)
        return true;
    if (!range_list(s, r, e))
        return false;
    /* Again from the start when an unreadable segment ended the attempt before. */
    HASH_CLEAR(hh, r->places);
    r->damaged = 0;
    for (int i = 0; i < r->segment_count; i++)
        if (!index_segment(s, r, r->segments[i], e))
            return false;
    r->is_indexed = true;
    return true;
}

/* ---- life ---------------------------------------------------------------------------------- */

struct result_store *result_store_open(const char *dir, struct err *e)
{
    struct arena arena = {.component = MEM_RESULTS};
    const char *folder = arena_format(&arena, "%s/results", dir);
    bool is_new = !io_exists(folder);
    if (!io_make_dirs(folder, e) || (is_new && !io_sync_dir(dir, e))) {
        arena_done(&arena);
        err_prefix(e, "result store");
        return NULL;
    }
    struct result_store *s = mem_alloc_zero(MEM_RESULTS, sizeof *s);
    s->arena = arena;
    s->folder = folder;
    return s;
}

void result_store_close(struct result_store *s)
{
    if (!s)
        return;
    for (struct range *r = s->ranges; r; r = r->hh.next)
        HASH_CLEAR(hh, r->places);
    HASH_CLEAR(hh, s->ranges);
    text_done(&s->segment);
    arena_done(&s->arena);
    mem_free(MEM_RESULTS, s);
}

/* ---- reading results ----------------------------------------------------------------------- */

static bool get_single(const char *path, struct text *out, struct err *e)
{
    struct text content = {0};
    bool ok = io_read_file(path, &content, e);
    struct json *value = NULL;
    if (ok && (content.n == 0 || memchr(content.p, '\n', content.n) != content.p + content.n - 1))
        ok = err_input(e, "%s: damaged: expected one line of JSON", path);
    if (ok)
        ok = (value = json_parse((struct str){content.p, content.n}, path, e)) != NULL;
    if (ok)
        text_add(out, content.p, content.n - 1);
    json_free(value);
    text_done(&content);
    return ok;
}

static bool get_place(struct result_store *s, const struct range *r, const struct place *p,
                      struct text *out, struct err *e)
{
    if (!load_segment(s, r, p->segment, e))
        return false;
    if (p->at + p->n >= s->segment.n || s->segment.p[p->at + p->n] != '}') {
        struct text path = {0};
        err_input(e, "%s: changed since it was indexed", segment_path(r, p->segment, &path));
        text_done(&path);
        return false;
    }
    text_add(out, s->segment.p + p->at, p->n);
    return true;
}

static bool get_indexed(struct result_store *s, struct range *r, const char *id, struct text *out,
                        bool *found, struct err *e)
{
    struct place *p;
    if (!range_index(s, r, e))
        return false;
    HASH_FIND_STR(r->places, id, p);
    if (!p && r->damaged) {
        *e = r->first_damage;
        return err_prefix(e, "result %s is lost, or in a damaged line", id);
    }
    *found = p && get_place(s, r, p, out, e);
    return *found || !p;
}

bool result_store_get(struct result_store *s, const char *range, const char *id, struct text *out,
                      bool *found, struct err *e)
{
    *found = false;
    if (!check_name("range", range, e) || !check_name("id", id, e))
        return false;
    struct range *r = need_range(s, range);
    struct text path = {0};
    text_printf(&path, "%s/%s.json", r->folder, id);
    errno = 0;
    bool is_single = io_exists(path.p) || errno != ENOENT;
    bool ok = is_single ? get_single(path.p, out, e) : get_indexed(s, r, id, out, found, e);
    if (is_single)
        *found = ok;
    text_done(&path);
    return ok;
}

bool result_store_set_aside(struct result_store *s, const char *range, const char *id,
                            struct err *e)
{
    if (!check_name("range", range, e) || !check_name("id", id, e))
        return false;
    struct text path = {0}, aside = {0};
    text_printf(&path, "%s/%s.json", need_range(s, range)->folder, id);
    text_printf(&aside, "%s.damaged", path.p);
    bool ok = !io_exists(path.p) || io_rename(path.p, aside.p, e);
    text_done(&path);
    text_done(&aside);
    return ok;
}

static bool range_ids(struct result_store *s, struct range *r, struct names *ids, struct arena *a,
                      struct err *e)
{
    struct names files;
    if (!list_folder(r->folder, &files, a, e) || !range_index(s, r, e))
        return false;
    *ids = (struct names){0};
    for (int i = 0; i < files.n; i++) {
        size_t n = strlen(files.v[i]);
        if (n > 5 && strcmp(files.v[i] + n - 5, ".json") == 0)
            add_name(ids, str_copy(a, (struct str){files.v[i], n - 5}), a);
    }
    for (const struct place *p = r->places; p; p = p->hh.next)
        add_name(ids, p->id, a);
    if (ids->n)
        qsort(ids->v, (size_t)ids->n, sizeof *ids->v, by_text);
    return true;
}

static bool each_of_range(struct result_store *s, struct range *r, result_store_fn *each,
                          void *context, struct err *e)
{
    struct arena scratch = {.component = MEM_RESULTS};
    struct names ids;
    bool ok = range_ids(s, r, &ids, &scratch, e);
    for (int i = 0; ok && i < ids.n; i++)
        if (i == 0 || strcmp(ids.v[i], ids.v[i - 1]) != 0)
            ok = each(context, r->name, ids.v[i], e);
    arena_done(&scratch);
    return ok;
}

bool result_store_each(struct result_store *s, result_store_fn *each, void *context, long *damaged,
                       struct err *e)
{
    struct arena scratch = {.component = MEM_RESULTS};
    struct names ranges;
    *damaged = 0;
    bool ok = list_folder(s->folder, &ranges, &scratch, e);
    for (int i = 0; ok && i < ranges.n; i++) {
        if (!is_folder(s->folder, ranges.v[i], &scratch))
            continue;
        struct range *r = need_range(s, ranges.v[i]);
        ok = each_of_range(s, r, each, context, e);
        *damaged += r->damaged;
    }
    arena_done(&scratch);
    return ok;
}

/* ---- writing ------------------------------------------------------------------------------- */

/* A file in a new folder is only as durable as the folder's own name. */
static bool make_folder(struct result_store *s, struct range *r, struct err *e)
{
    if (r->is_made)
        return true;
    bool is_new = !io_exists(r->folder);
    r->is_made = io_make_dirs(r->folder, e) && (!is_new || io_sync_dir(s->folder, e));
    return r->is_made;
}

bool result_store_put(struct result_store *s, const char *range, const struct result_item *item,
                      struct err *e)
{
    if (!check_name("range", range, e) || !check_item(item, e))
        return false;
    struct range *r = need_range(s, range);
    struct text path = {0}, content = {0};
    text_printf(&path, "%s/%s.json", r->folder, item->id);
    text_add(&content, item->payload.p, item->payload.n);
    text_add(&content, "\n", 1);
    bool ok = make_folder(s, r, e) && io_write_file(path.p, content.p, content.n, e);
    text_done(&content);
    text_done(&path);
    return ok;
}

static void add_line(struct text *out, const struct result_item *item)
{
    text_puts(out, LINE_HEAD);
    text_puts(out, item->id);
    text_puts(out, LINE_MIDDLE);
    text_add(out, item->payload.p, item->payload.n);
    text_puts(out, "}\n");
}

/* What index_segment would find in the file that was just written. */
static void index_batch(struct result_store *s, struct range *r, const struct result_item *items,
                        int n)
{
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        struct str id = str_of(items[i].id);
        at += sizeof LINE_HEAD - 1 + id.n + sizeof LINE_MIDDLE - 1;
        set_place(s, r, id,
                  (struct place){.segment = r->last_segment, .at = at, .n = items[i].payload.n});
        at += items[i].payload.n + 2;
    }
}

bool result_store_put_batch(struct result_store *s, const char *range,
                            const struct result_item *items, int n, struct err *e)
{
    if (!check_name("range", range, e))
        return false;
    struct range *r = need_range(s, range);
    struct text path = {0}, content = {0};
    bool ok = true;
    for (int i = 0; ok && i < n; i++) {
        ok = check_item(&items[i], e);
        add_line(&content, &items[i]);
    }
    ok = ok && range_list(s, r, e) && make_folder(s, r, e);
    if (ok) {
        const char *file = segment_path(r, ++r->last_segment, &path);
        ok = io_write_file(file, content.p, content.n, e);
    }
    if (ok)
        add_segment(s, r, r->last_segment);
    if (ok && r->is_indexed)
        index_batch(s, r, items, n);
    text_done(&content);
    text_done(&path);
    return ok;
}
