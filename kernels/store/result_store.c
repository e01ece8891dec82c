#include "kernels/store/result_store_parts.h"

#include "harness/base/arena.h"
#include "harness/base/io.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- life -------------------------------------------------------------------------------------- */

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
    for (struct store_range *r = s->ranges; r; r = r->hh.next) {
        place_done(&r->places);
        mem_free(MEM_RESULTS, r->segments);
    }
    HASH_CLEAR(hh, s->ranges);
    segment_done(&s->reader);
    arena_done(&s->arena);
    mem_free(MEM_RESULTS, s);
}

/* ---- one result -------------------------------------------------------------------------------- */

/* The reader, with that segment open. */
static struct segment_reader *reader_of(struct result_store *s, const struct store_range *r,
                                        uint32_t segment, struct err *e)
{
    if (s->reader_range == r && s->reader_segment == segment)
        return &s->reader;
    struct text path = {0};
    store_segment_path(r, segment, &path);
    bool ok = segment_open(&s->reader, path.p, e);
    text_done(&path);
    s->reader_range = ok ? r : NULL;
    s->reader_segment = segment;
    return ok ? &s->reader : NULL;
}

static bool give_payload(struct segment_reader *reader, const struct segment_record *record,
                         struct text *out, bool *found, struct err *e)
{
    enum segment_step step = segment_payload(reader, record, out, e);
    if (step == SEGMENT_DAMAGE)
        *e = reader->damage;
    *found = step == SEGMENT_RECORD;
    return *found;
}

static bool get_at(struct result_store *s, const struct store_range *r, struct place place,
                   const char *id, struct text *out, bool *found, struct err *e)
{
    struct segment_record record;
    struct segment_reader *reader = reader_of(s, r, place.segment, e);
    if (!reader)
        return false;
    segment_seek(reader, place.at);
    enum segment_step step = segment_next(reader, &record, e);
    if (step == SEGMENT_FAILED)
        return false;
    if (step != SEGMENT_RECORD || strcmp(record.id, id) != 0)
        return err_input(e, "%s: changed since it was indexed", reader->path.p);
    return give_payload(reader, &record, out, found, e);
}

/* Reads on from where the last get ended; *found stays false when the id does not come any more,
 * and then the place to go on from is left as it was. */
static bool get_ahead(struct result_store *s, struct store_range *r, const char *id,
                      struct text *out, bool *found, struct err *e)
{
    struct segment_record record;
    uint64_t at = r->next_at;
    for (int i = r->next_segment; i < r->segment_count; i++, at = 0) {
        struct segment_reader *reader = reader_of(s, r, r->segments[i], e);
        if (!reader)
            return false;
        segment_seek(reader, at ? at : SEGMENT_FIRST);
        for (enum segment_step step; (step = segment_next(reader, &record, e)) != SEGMENT_END;) {
            if (step == SEGMENT_FAILED)
                return false;
            if (step != SEGMENT_RECORD || strcmp(record.id, id) != 0)
                continue;
            r->next_segment = i;
            r->next_at = reader->at;
            return give_payload(reader, &record, out, found, e);
        }
    }
    return true;
}

static bool get_absent(const struct store_range *r, const char *id, struct err *e)
{
    if (!r->damaged)
        return true;
    *e = r->first_damage;
    return err_prefix(e, "result %s is lost, or in what is damaged", id);
}

static bool get_segment(struct result_store *s, struct store_range *r, const char *id,
                        struct text *out, bool *found, struct err *e)
{
    if (!store_know(s, r, r->was_written ? KNOWN_ALL : KNOWN_REPEATS, e))
        return false;
    uint64_t key = place_key(id);
    struct place place = place_find(&r->places, key);
    if (!place.segment && r->known == KNOWN_REPEATS) {
        if (!get_ahead(s, r, id, out, found, e) || *found)
            return *found;
        if (!store_know(s, r, KNOWN_ALL, e))
            return false;
        place = place_find(&r->places, key);
    }
    return place.segment ? get_at(s, r, place, id, out, found, e) : get_absent(r, id, e);
}

bool result_store_get(struct result_store *s, const char *range, const char *id, struct text *out,
                      bool *found, struct err *e)
{
    *found = false;
    if (!store_check_name("range", range, e) || !store_check_name("id", id, e))
        return false;
    struct store_range *r = store_need_range(s, range);
    if (!store_list_range(r, e))
        return false;
    if (!r->has_singles || !single_exists(r, id))
        return get_segment(s, r, id, out, found, e);
    *found = single_get(r, id, out, e);
    return *found;
}

/* ---- a batch ----------------------------------------------------------------------------------- */

static bool check_item(const struct result_item *item, uint64_t *bytes, struct err *e)
{
    if (!store_check_name("id", item->id, e))
        return false;
    if (item->payload.n < 1 || item->payload.n > SEGMENT_PAYLOAD_LARGEST)
        return err_input(e, "result store: %s: expected a payload of 1 byte to 1 GB, found %zu",
                         item->id, item->payload.n);
    *bytes += item->payload.n + SEGMENT_OVERHEAD;
    return *bytes <= UINT32_MAX || err_input(e, "result store: expected a batch of up to 4 GB");
}

/* What filling the places would find in the file that was just written. */
static void index_batch(struct store_range *r, const struct result_item *items, int n,
                        const uint32_t *at)
{
    for (int i = 0; i < n; i++)
        place_put(&r->places, place_key(items[i].id), (struct place){r->last_segment, at[i]});
}

bool result_store_put_batch(struct result_store *s, const char *range,
                            const struct result_item *items, int n, struct err *e)
{
    uint64_t bytes = 0;
    if (!store_check_name("range", range, e))
        return false;
    for (int i = 0; i < n; i++)
        if (!check_item(&items[i], &bytes, e))
            return false;
    struct store_range *r = store_need_range(s, range);
    struct text file = {0};
    uint32_t *at = mem_alloc(MEM_RESULTS, (size_t)n * sizeof *at);
    segment_begin(&file);
    for (int i = 0; i < n; i++)
        at[i] = (uint32_t)segment_add(&file, items[i].id, items[i].payload);
    segment_end(&file, n);
    bool ok =
        store_list_range(r, e) && store_make_folder(s, r, e) && store_write_segment(r, &file, e);
    if (ok && r->known == KNOWN_ALL)
        index_batch(r, items, n, at);
    if (ok && r->known == KNOWN_REPEATS) { /* one of these may repeat an earlier one */
        r->known = KNOWN_NOTHING;
        r->was_written = true;
    }
    ok = ok && (!r->has_singles || single_remove_all(r, items, n, e));
    mem_free(MEM_RESULTS, at);
    text_done(&file);
    return ok;
}

/* ---- all results ------------------------------------------------------------------------------- */

/* Names, to be sorted. */
struct names {
    struct arena *arena;
    const char **v;
    size_t n;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool add_name(void *context, const char *name, struct err *e)
{
    (void)e;
    struct names *names = context;
    if ((names->n & (names->n - 1)) == 0) { /* full at each power of two */
        const char **grown = ARENA_NEW_RAW(names->arena, const char *, names->n ? 2 * names->n : 1);
        if (names->n)
            memcpy(grown, names->v, names->n * sizeof *grown);
        names->v = grown;
    }
    names->v[names->n++] = arena_text(names->arena, name);
    return true;
}

static void sort_names(struct names *names)
{
    if (names->n)
        qsort(names->v, names->n, sizeof *names->v, by_text);
}

static bool is_folder(const char *parent, const char *name, struct arena *a)
{
    struct stat st;
    return stat(arena_format(a, "%s/%s", parent, name), &st) == 0 && S_ISDIR(st.st_mode);
}

/* Calls fn for each range, or only for the one that is named. */
typedef bool range_fn(void *context, struct result_store *s, struct store_range *r, struct err *e);

static bool each_range(struct result_store *s, const char *only, range_fn *fn, void *context,
                       struct err *e)
{
    struct arena scratch = {.component = MEM_RESULTS};
    struct names names = {.arena = &scratch};
    bool ok = only ? store_check_name("range", only, e) && add_name(&names, only, e)
                   : store_list(s->folder, add_name, &names, e);
    sort_names(&names);
    for (size_t i = 0; ok && i < names.n; i++)
        if (is_folder(s->folder, names.v[i], &scratch))
            ok = fn(context, s, store_need_range(s, names.v[i]), e);
    arena_done(&scratch);
    return ok;
}

struct eaching {
    result_store_fn *each;
    void *context;
    long *damaged;
};

static bool add_id(void *context, const char *id, struct str payload, struct err *e)
{
    (void)payload;
    return add_name(context, id, e);
}

static bool each_of_range(void *context, struct result_store *s, struct store_range *r,
                          struct err *e)
{
    struct eaching *g = context;
    struct arena scratch = {.component = MEM_RESULTS};
    struct names ids = {.arena = &scratch};
    struct store_walk walk = {.visit = add_id, .context = &ids, .only_ids = true};
    bool ok = store_walk(s, r, &walk, e);
    *g->damaged += walk.damage_count;
    sort_names(&ids);
    for (size_t i = 0; ok && i < ids.n; i++)
        ok = g->each(g->context, r->name, ids.v[i], e);
    arena_done(&scratch);
    return ok;
}

bool result_store_each(struct result_store *s, result_store_fn *each, void *context, long *damaged,
                       struct err *e)
{
    struct eaching g = {each, context, damaged};
    *damaged = 0;
    return each_range(s, NULL, each_of_range, &g, e);
}

struct streaming {
    result_store_stream_fn *fn;
    void *context;
    long *damaged;
    const char *range;
};

static bool stream_one(void *context, const char *id, struct str payload, struct err *e)
{
    struct streaming *g = context;
    return g->fn(g->context, g->range, id, payload, e);
}

static bool stream_range(void *context, struct result_store *s, struct store_range *r,
                         struct err *e)
{
    struct streaming *g = context;
    struct store_walk walk = {.visit = stream_one, .context = g};
    g->range = r->name;
    bool ok = store_walk(s, r, &walk, e);
    *g->damaged += walk.damage_count;
    return ok;
}

bool result_store_stream(struct result_store *s, const char *range, result_store_stream_fn *fn,
                         void *context, long *damaged, struct err *e)
{
    struct streaming g = {fn, context, damaged, NULL};
    *damaged = 0;
    return each_range(s, range, stream_range, &g, e);
}
