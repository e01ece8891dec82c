#include "kernels/backtest/store_summary.h"

#include "harness/base/io.h"
#include "kernels/backtest/result_read.h"
#include "kernels/backtest/store_folder.h"

#include <stdlib.h>
#include <string.h>

/* ---- ranges ----------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct range_names {
    struct arena *arena;
    const char **v;
    int n;
};

static bool add_range(void *context, const char *path, const char *name, const struct stat *st,
                      struct err *e)
{
    (void)path;
    (void)e;
    struct range_names *names = context;
    if (!S_ISDIR(st->st_mode))
        return true;
    if ((names->n & (names->n - 1)) == 0) { /* full at each power of two */
        const char **grown = ARENA_NEW(names->arena, const char *, names->n ? 2 * names->n : 1);
        if (names->n)
            memcpy(grown, names->v, (size_t)names->n * sizeof *grown);
        names->v = grown;
    }
    names->v[names->n++] = arena_text(names->arena, name);
    return true;
}

bool bt_store_ranges(struct bt_store *s, const char *const **names, int *n, struct err *e)
{
    struct range_names list = {.arena = &s->arena};
    bool ok = !s->results || bt_folder_each(bt_store_path(s, "results"), add_range, &list, e);
    if (list.n)
        qsort(list.v, (size_t)list.n, sizeof *list.v, by_text);
    *names = list.v;
    *n = list.n;
    return ok;
}

/* ---- files ------------------------------------------------------------------------------------ */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

static bool count_file(void *context, const char *path, const char *name, const struct stat *st,
                       struct err *e)
{
    (void)path;
    (void)e;
    struct bt_range_summary *r = context;
    bool single = ends_with(name, ".json");
    long number = 0;
    struct str rest = str_of(name);
    bool segment = ends_with(name, ".bin") && str_is(str_cut(&rest, '-'), "segment") && rest.p &&
                   str_to_long(str_cut(&rest, '.'), &number);
    r->singles += single;
    r->segments += segment;
    r->last_segment = number > r->last_segment ? number : r->last_segment;
    if (single || segment)
        r->bytes += (uint64_t)st->st_size;
    return true;
}

bool bt_store_files(const struct bt_store *s, struct bt_range_summary *r, struct err *e)
{
    struct text folder = {0};
    text_printf(&folder, "%s/results/%s", s->dir, r->name);
    r->singles = r->segments = r->last_segment = 0;
    r->bytes = 0;
    bool ok = bt_folder_each(folder.p, count_file, r, e);
    text_done(&folder);
    return ok;
}

/* ---- results ---------------------------------------------------------------------------------- */

struct counting {
    const struct bt_store *store;
    const char *content;
    struct bt_range_summary *range;
};

static bool count_result(void *context, const char *range, const char *id, struct str payload,
                         struct err *e)
{
    (void)range;
    (void)id;
    (void)e;
    struct counting *c = context;
    char stamp[BT_STAMP_TEXT];
    if (bt_result_stamp(payload, stamp)) {
        c->range->results++;
        c->range->ages[bt_store_age(c->store, stamp, c->content)]++;
    } else {
        c->range->damaged++;
    }
    return true;
}

static bool summarise_range(struct bt_store *s, const char *content, struct bt_range_summary *r,
                            struct err *e)
{
    long damaged;
    struct counting c = {s, content, r};
    bool ok = result_store_stream(s->results, r->name, count_result, &c, &damaged, e) &&
              bt_store_files(s, r, e);
    r->damaged += ok ? damaged : 0;
    return ok;
}

bool bt_store_summary(struct bt_store *s, const char *content, struct bt_summary_of_store *out,
                      struct err *e)
{
    const char *const *names;
    *out = (struct bt_summary_of_store){0};
    bool ok = bt_store_ranges(s, &names, &out->n, e);
    out->ranges = ARENA_NEW(&s->arena, struct bt_range_summary, out->n + 1);
    for (int r = 0; ok && r < out->n; r++) {
        out->ranges[r].name = names[r];
        ok = summarise_range(s, content, &out->ranges[r], e);
    }
    return ok && bt_store_leftovers(s, bt_leftover_add, &out->left, e);
}
