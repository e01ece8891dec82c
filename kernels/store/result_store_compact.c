/* Rewriting a range. The order makes a crash harmless: what is kept is on disk twice before any of
 * the old goes; old segments go in the order of writing, so that an older result never comes back
 * in place of a newer one; single files, which hide what segments hold, go last. */
#include "kernels/store/result_store_parts.h"

#include "harness/base/arena.h"
#include "harness/base/io.h"

#include <string.h>
#include <unistd.h>

enum { SEGMENT_BYTES = 1 << 20 };

struct compaction {
    struct result_store *s;
    struct store_range *r;
    result_store_keep_fn *keep;
    void *context;
    struct result_store_compacted *told;
    int old_count;     /* of segments, the new ones are behind them */
    uint32_t old_last; /* number of the last */
    bool *has_damage;  /* of each old segment */
    struct text file;  /* the segment that is being filled */
    long records;      /* in it */
};

static bool flush(struct compaction *c, struct err *e)
{
    if (c->records == 0)
        return true;
    segment_end(&c->file, c->records);
    c->records = 0;
    return store_write_segment(c->r, &c->file, e);
}

static bool take(void *context, const char *id, struct str payload, struct err *e)
{
    struct compaction *c = context;
    bool keep = false;
    if (!c->keep(c->context, c->r->name, id, payload, &keep, e))
        return false;
    *(keep ? &c->told->kept : &c->told->dropped) += 1;
    if (!keep)
        return true;
    if (c->records == 0)
        segment_begin(&c->file);
    segment_add(&c->file, id, payload);
    c->records++;
    return c->file.n < SEGMENT_BYTES || flush(c, e);
}

static void note_damage(void *context, uint32_t segment, const char *id)
{
    struct compaction *c = context;
    (void)id;
    c->told->damaged++;
    for (int i = 0; i < c->old_count; i++)
        c->has_damage[i] = c->has_damage[i] || c->r->segments[i] == segment;
}

static bool retire_segment(const struct compaction *c, int i, struct err *e)
{
    struct text path = {0}, aside = {0};
    store_segment_path(c->r, c->r->segments[i], &path);
    text_printf(&aside, "%s.damaged", path.p);
    bool ok = c->has_damage[i] ? io_rename(path.p, aside.p, e) : io_remove(path.p, e);
    text_done(&path);
    text_done(&aside);
    return ok;
}

static bool retire_single(void *context, const char *name, struct err *e)
{
    struct compaction *c = context;
    char id[SEGMENT_ID_LONGEST + 1];
    single_id(name, id);
    if (!id[0])
        return true;
    struct text path = {0}, content = {0};
    single_path(c->r, id, &path);
    bool ok = single_get(c->r, id, &content, e)
                  ? io_remove(path.p, e)
                  : e->code == ERR_INPUT && result_store_set_aside(c->s, c->r->name, id, e);
    text_done(&path);
    text_done(&content);
    return ok;
}

static bool retire_old(struct compaction *c, struct err *e)
{
    for (int i = 0; i < c->old_count; i++)
        if (!retire_segment(c, i, e))
            return false;
    return !c->r->has_singles || store_list(c->r->folder, retire_single, c, e);
}

/* Nothing of the old has gone yet: the new would only take room. Best effort. */
static void undo(const struct compaction *c)
{
    struct text path = {0};
    for (uint32_t number = c->r->last_segment; number > c->old_last; number--) {
        store_segment_path(c->r, number, &path);
        unlink(path.p);
    }
    text_done(&path);
}

bool result_store_compact(struct result_store *s, const char *range, result_store_keep_fn *keep,
                          void *context, struct result_store_compacted *told, struct err *e)
{
    *told = (struct result_store_compacted){0};
    if (!store_check_name("range", range, e))
        return false;
    struct store_range *r = store_need_range(s, range);
    struct compaction c = {.s = s, .r = r, .keep = keep, .context = context, .told = told};
    struct store_walk walk = {.visit = take, .damaged = note_damage, .context = &c};
    if (!store_know(s, r, KNOWN_REPEATS, e))
        return false;
    c.old_count = r->segment_count;
    c.old_last = r->last_segment;
    c.has_damage = mem_alloc_zero(MEM_RESULTS, (size_t)c.old_count * sizeof *c.has_damage);
    bool is_written = store_walk(s, r, &walk, e) && flush(&c, e);
    bool ok = is_written && retire_old(&c, e) &&
              (c.old_count + told->kept + told->dropped == 0 || io_sync_dir(r->folder, e));
    if (!is_written)
        undo(&c);
    mem_free(MEM_RESULTS, c.has_damage);
    text_done(&c.file);
    store_forget(r);
    s->reader_range = NULL;
    return ok;
}
