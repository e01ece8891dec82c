#include "kernels/store/result_store_parts.h"

#include "harness/base/arena.h"
#include "harness/base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names and folders ------------------------------------------------------------------------- */

bool store_check_name(const char *what, const char *name, struct err *e)
{
    size_t n = strlen(name);
    bool ok = n >= 1 && n <= SEGMENT_ID_LONGEST && name[0] != '.';
    for (size_t i = 0; ok && i < n; i++)
        ok = (unsigned char)name[i] >= ' ' && name[i] != 0x7f && !strchr("/\\\"", name[i]);
    return ok ||
           err_input(e,
                     "result store: %s \"%.40s\": expected 1 to %d bytes without /, \\, \" and "
                     "control characters, and no leading dot",
                     what, name, SEGMENT_ID_LONGEST);
}

/* Opened by io, so that it counts. */
bool store_list(const char *folder, store_name_fn *fn, void *context, struct err *e)
{
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
    bool ok = true;
    errno = 0;
    for (const struct dirent *entry; ok && (entry = readdir(dir)); errno = 0)
        ok = entry->d_name[0] == '.' || fn(context, entry->d_name, e);
    ok = ok && (errno == 0 || err_system(e, "%s", folder));
    closedir(dir);
    return ok;
}

void store_segment_path(const struct store_range *r, uint32_t number, struct text *path)
{
    text_clear(path);
    text_printf(path, "%s/segment-%06u.bin", r->folder, number);
}

/* The number of a segment file; 0 for any other name. */
static uint32_t segment_number(const char *name)
{
    long number;
    char again[64];
    struct str rest = str_of(name);
    struct str head = str_cut(&rest, '-');
    if (!str_is(head, "segment") || !rest.p || !str_to_long(str_cut(&rest, '.'), &number) ||
        number < 1 || number > UINT32_MAX)
        return 0;
    snprintf(again, sizeof again, "segment-%06ld.bin", number);
    return strcmp(again, name) == 0 ? (uint32_t)number : 0;
}

struct store_range *store_need_range(struct result_store *s, const char *name)
{
    struct store_range *r;
    HASH_FIND_STR(s->ranges, name, r);
    if (r)
        return r;
    r = ARENA_NEW(&s->arena, struct store_range, 1);
    r->name = arena_text(&s->arena, name);
    r->folder = arena_format(&s->arena, "%s/%s", s->folder, name);
    HASH_ADD_KEYPTR(hh, s->ranges, r->name, strlen(r->name), r);
    return r;
}

void store_add_segment(struct store_range *r, uint32_t number)
{
    if (r->segment_count == r->segment_room) {
        r->segment_room = r->segment_room ? 2 * r->segment_room : 8;
        r->segments =
            mem_resize(MEM_RESULTS, r->segments, (size_t)r->segment_room * sizeof *r->segments);
    }
    r->segments[r->segment_count++] = number;
    r->last_segment = number > r->last_segment ? number : r->last_segment;
}

static bool list_one(void *context, const char *name, struct err *e)
{
    (void)e;
    struct store_range *r = context;
    char id[SEGMENT_ID_LONGEST + 1];
    single_id(name, id);
    r->has_singles = r->has_singles || id[0];
    if (segment_number(name))
        store_add_segment(r, segment_number(name));
    return true;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

bool store_list_range(struct store_range *r, struct err *e)
{
    if (r->is_listed)
        return true;
    r->segment_count = 0;
    r->has_singles = false;
    r->is_listed = store_list(r->folder, list_one, r, e);
    if (r->segment_count)
        qsort(r->segments, (size_t)r->segment_count, sizeof *r->segments, by_number);
    return r->is_listed;
}

void store_forget(struct store_range *r)
{
    place_done(&r->places);
    r->known = KNOWN_NOTHING;
    r->is_listed = false;
}

/* A file in a new folder is only as durable as the folder's own name. */
bool store_make_folder(struct result_store *s, struct store_range *r, struct err *e)
{
    if (r->is_made)
        return true;
    bool is_new = !io_exists(r->folder);
    r->is_made = io_make_dirs(r->folder, e) && (!is_new || io_sync_dir(s->folder, e));
    return r->is_made;
}

/* A number is used once. A write that failed may have left the file there all the same (its rename
 * was done, the sync of the folder refused): the folder is listed again at the next use. */
bool store_write_segment(struct store_range *r, const struct text *file, struct err *e)
{
    struct text path = {0};
    if (r->last_segment == UINT32_MAX)
        return err_input(e, "%s: no number is left for a segment", r->folder);
    store_segment_path(r, ++r->last_segment, &path);
    bool ok = io_write_file(path.p, file->p, file->n, e);
    if (ok)
        store_add_segment(r, r->last_segment);
    else
        store_forget(r);
    text_done(&path);
    return ok;
}

/* ---- what is known ----------------------------------------------------------------------------- */

static void note_damage(struct store_range *r, const struct err *damage)
{
    if (r->damaged++ == 0)
        r->first_damage = *damage;
}

static bool open_segment(struct segment_reader *reader, const struct store_range *r, int i,
                         struct err *e)
{
    struct text path = {0};
    store_segment_path(r, r->segments[i], &path);
    bool ok = segment_open(reader, path.p, e);
    text_done(&path);
    return ok;
}

/* filter NULL: every id gets a place. */
static bool fill_from(struct segment_reader *reader, struct store_range *r, uint32_t segment,
                      struct place_filter *filter, struct err *e)
{
    struct segment_record record;
    for (enum segment_step step; (step = segment_next(reader, &record, e)) != SEGMENT_END;) {
        if (step == SEGMENT_FAILED)
            return false;
        if (step == SEGMENT_DAMAGE) {
            note_damage(r, &reader->damage);
            continue;
        }
        uint64_t key = place_key(record.id);
        if (!filter || place_filter_seen(filter, key))
            place_put(&r->places, key, (struct place){segment, (uint32_t)record.at});
    }
    return true;
}

bool store_know(struct result_store *s, struct store_range *r, enum known what, struct err *e)
{
    if (r->known >= what)
        return true;
    if (!store_list_range(r, e))
        return false;
    struct place_filter *filter =
        what == KNOWN_ALL || r->segment_count == 0 ? NULL : place_filter_new();
    place_done(&r->places);
    r->damaged = 0;
    s->reader_range = NULL;
    bool ok = true;
    for (int i = 0; ok && i < r->segment_count; i++)
        ok = open_segment(&s->reader, r, i, e) &&
             fill_from(&s->reader, r, r->segments[i], filter, e);
    place_filter_free(filter);
    if (ok && r->segment_count) { /* the last one is open */
        s->reader_range = r;
        s->reader_segment = r->segments[r->segment_count - 1];
    }
    r->known = ok ? what : KNOWN_NOTHING;
    r->was_written = false;
    r->next_segment = 0;
    r->next_at = 0;
    return ok;
}

/* ---- walking ----------------------------------------------------------------------------------- */

/* Stored again later, or hidden by a single file. */
static bool is_last(const struct store_range *r, uint32_t segment,
                    const struct segment_record *record)
{
    struct place last = place_find(&r->places, place_key(record->id));
    bool is_place = last.segment == segment && last.at == record->at;
    return (is_place || (r->known == KNOWN_REPEATS && !last.segment)) &&
           !(r->has_singles && single_exists(r, record->id));
}

struct walking {
    struct store_range *r;
    struct store_walk *w;
    struct segment_reader reader;
    struct text payload;
};

static void walk_damage(struct walking *g, uint32_t segment, const char *id)
{
    g->w->damage_count++;
    if (g->w->damaged)
        g->w->damaged(g->w->context, segment, id);
}

static bool visit_record(struct walking *g, uint32_t segment, const struct segment_record *record,
                         struct err *e)
{
    text_clear(&g->payload);
    enum segment_step step =
        segment_payload(&g->reader, record, g->w->only_ids ? NULL : &g->payload, e);
    if (step == SEGMENT_DAMAGE)
        walk_damage(g, segment, record->id);
    if (step != SEGMENT_RECORD)
        return step == SEGMENT_DAMAGE;
    struct str payload = {g->payload.p, record->payload_n};
    return g->w->visit(g->w->context, record->id, payload, e);
}

static bool walk_segment(struct walking *g, int i, struct err *e)
{
    struct segment_record record;
    uint32_t segment = g->r->segments[i];
    if (!open_segment(&g->reader, g->r, i, e))
        return false;
    for (enum segment_step step; (step = segment_next(&g->reader, &record, e)) != SEGMENT_END;) {
        if (step == SEGMENT_FAILED)
            return false;
        if (step == SEGMENT_DAMAGE)
            walk_damage(g, segment, "");
        else if (is_last(g->r, segment, &record) && !visit_record(g, segment, &record, e))
            return false;
    }
    return true;
}

static bool walk_single(void *context, const char *name, struct err *e)
{
    struct walking *g = context;
    char id[SEGMENT_ID_LONGEST + 1];
    single_id(name, id);
    if (!id[0])
        return true;
    text_clear(&g->payload);
    if (!g->w->only_ids && !single_get(g->r, id, &g->payload, e)) {
        if (e->code != ERR_INPUT)
            return false;
        walk_damage(g, 0, id);
        return true;
    }
    return g->w->visit(g->w->context, id, (struct str){g->payload.p, g->payload.n}, e);
}

bool store_walk(struct result_store *s, struct store_range *r, struct store_walk *w, struct err *e)
{
    struct walking g = {.r = r, .w = w};
    w->damage_count = 0;
    bool ok = store_know(s, r, KNOWN_REPEATS, e);
    for (int i = 0, n = r->segment_count; ok && i < n; i++)
        ok = walk_segment(&g, i, e);
    if (ok && r->has_singles)
        ok = store_list(r->folder, walk_single, &g, e);
    segment_done(&g.reader);
    text_done(&g.payload);
    return ok;
}
