#include "kernels/backtest/store_look.h"

#include "harness/base/io.h"
#include "harness/base/json.h"
#include "kernels/backtest/result_read.h"
#include "kernels/backtest/store_lock.h"
#include "kernels/backtest/strategies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *const bt_age_names[BT_AGES] = {"fresh", "stale", "unknown"};

/* ---- open ------------------------------------------------------------------------------------- */

static const char *in_store(struct bt_store *s, const char *name)
{
    return arena_format(&s->arena, "%s/%s", s->dir, name);
}

static bool lock_store(struct bt_store *s, enum bt_look how, struct err *e)
{
    const char *path = in_store(s, "lock");
    if (how == BT_CHANGE)
        return bt_store_lock(path, BT_LOCK_EXCLUSIVE, &s->lock, e);
    if (how == BT_QUIET)
        return !io_exists(path) || bt_store_lock(path, BT_LOCK_SHARED, &s->lock, e);
    return bt_store_holder(path, &s->holder, e);
}

/* Without the stamps one can still look; whoever minds is told by the problem. */
static void read_stamps(struct bt_store *s)
{
    if (!bt_stamps_read(in_store(s, "stamps.json"), &s->arena, &s->stamps, &s->stamps_problem))
        s->stamps = (struct bt_stamps){0};
}

bool bt_store_open(const char *dir, enum bt_look how, struct bt_store *out, struct err *e)
{
    *out = (struct bt_store){.lock = -1};
    out->dir = arena_text(&out->arena, dir);
    const char *facts = in_store(out, "store.json");
    if (!io_exists(facts))
        return err_input(e, "%s: not a store (store.json is missing)", dir);
    if (!lock_store(out, how, e))
        return false;
    if (!bt_facts_read(facts, &out->arena, &out->facts, e)) {
        e->code = e->code == ERR_DIFFERENT ? ERR_INPUT : e->code;
        return false;
    }
    read_stamps(out);
    for (int k = 0; k < BT_NAMED_KINDS; k++) {
        const char *path = in_store(out, k == 0 ? "checkpoint.json" : "checkpoint.sqlite");
        out->checkpoint[k] = io_exists(path) ? path : NULL;
    }
    if (io_exists(in_store(out, "results")))
        out->results = result_store_open(dir, e);
    return out->results || !io_exists(in_store(out, "results"));
}

void bt_store_close(struct bt_store *s)
{
    result_store_close(s->results);
    io_close(s->lock);
    arena_done(&s->arena);
    *s = (struct bt_store){.lock = -1};
}

/* ---- what is named ---------------------------------------------------------------------------- */

bool bt_named_read(const struct bt_store *s, struct bt_named *out, struct err *e)
{
    *out = (struct bt_named){0};
    for (int k = 0; k < BT_NAMED_KINDS; k++)
        if (s->checkpoint[k] && !(out->doc[k] = checkpoint_read(s->checkpoint[k], e))) {
            bt_named_done(out);
            return false;
        }
    return true;
}

void bt_named_done(struct bt_named *n)
{
    for (int k = 0; k < BT_NAMED_KINDS; k++)
        checkpoint_free(n->doc[k]);
    *n = (struct bt_named){0};
}

bool bt_named_has(const struct bt_named *n, const char *range, const char *id, const char *stamp)
{
    for (int k = 0; k < BT_NAMED_KINDS; k++)
        if (n->doc[k] && checkpoint_has(n->doc[k], range, id, stamp))
            return true;
    return false;
}

struct second {
    struct checkpoint *first; /* what it has was told already */
    checkpoint_fn *fn;
    void *context;
};

static bool tell_second(void *context, const char *range, const char *id, const char *stamp,
                        struct err *e)
{
    struct second *s = context;
    return (s->first && checkpoint_has(s->first, range, id, NULL)) ||
           s->fn(s->context, range, id, stamp, e);
}

bool bt_named_each(const struct bt_named *n, checkpoint_fn *fn, void *context, struct err *e)
{
    struct second second = {n->doc[0], fn, context};
    return (!n->doc[0] || checkpoint_each(n->doc[0], fn, context, e)) &&
           (!n->doc[1] || checkpoint_each(n->doc[1], tell_second, &second, e));
}

static bool count_one(void *context, const char *range, const char *id, const char *stamp,
                      struct err *e)
{
    (void)range;
    (void)id;
    (void)stamp;
    (void)e;
    ++*(long *)context;
    return true;
}

bool bt_named_count(const struct bt_named *n, long *count, struct err *e)
{
    *count = 0;
    return bt_named_each(n, count_one, count, e);
}

/* ---- folders ---------------------------------------------------------------------------------- */

/* Calls fn with every name in a folder but those with a dot in front, in the order of the folder. */
typedef bool name_fn(void *context, const char *path, const char *name, const struct stat *st,
                     struct err *e);

static DIR *open_folder(const char *folder, struct err *e)
{
    int fd = io_open(folder, O_RDONLY | O_DIRECTORY, e);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && !dir) {
        err_system(e, "%s", folder);
        io_close(fd);
    }
    return dir;
}

static bool each_name(const char *folder, name_fn *fn, void *context, struct err *e)
{
    DIR *dir = open_folder(folder, e);
    struct text path = {0};
    bool ok = dir != NULL;
    for (const struct dirent *entry; ok && (entry = readdir(dir));) {
        struct stat st;
        text_clear(&path);
        text_printf(&path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && lstat(path.p, &st) == 0) /* else it has gone meanwhile */
            ok = fn(context, path.p, entry->d_name, &st, e);
    }
    text_done(&path);
    if (dir)
        closedir(dir);
    return ok;
}

/* ---- leftovers -------------------------------------------------------------------------------- */

struct leftovers {
    bt_leftover_fn *fn;
    void *context;
    int depth; /* DIR, results, RANGE */
};

/* NAME.damaged, and the log of a database: NAME.damaged-wal. */
static bool is_kept_aside(const char *name)
{
    static const char mark[] = ".damaged";
    const char *at = strstr(name, mark);
    return at && (at[sizeof mark - 1] == '\0' || at[sizeof mark - 1] == '-');
}

const char *const bt_store_foreign[] = {"backtests", "objects", NULL};

static bool is_foreign(const char *name)
{
    for (const char *const *f = bt_store_foreign; *f; f++)
        if (strcmp(*f, name) == 0)
            return true;
    return false;
}

static bool find_leftovers(void *context, const char *path, const char *name, const struct stat *st,
                           struct err *e)
{
    struct leftovers *l = context;
    bool temporary = io_is_temporary(name);
    if (S_ISREG(st->st_mode) && (temporary || is_kept_aside(name)))
        return l->fn(l->context, path, temporary, (uint64_t)st->st_size, e);
    if (!S_ISDIR(st->st_mode) || l->depth == 2 || (l->depth == 0 && is_foreign(name)))
        return true;
    struct leftovers below = {l->fn, l->context, l->depth + 1};
    return each_name(path, find_leftovers, &below, e);
}

bool bt_store_leftovers(struct bt_store *s, bt_leftover_fn *fn, void *context, struct err *e)
{
    struct leftovers l = {fn, context, 0};
    return each_name(s->dir, find_leftovers, &l, e);
}

bool bt_leftover_add(void *context, const char *path, bool is_temporary, uint64_t bytes,
                     struct err *e)
{
    (void)path;
    (void)e;
    struct bt_leftovers *sum = context;
    *(is_temporary ? &sum->temporaries : &sum->damaged) += 1;
    sum->bytes += bytes;
    return true;
}

/* ---- summary ---------------------------------------------------------------------------------- */

enum bt_age bt_store_age(const struct bt_store *s, const char *stamp, const char *content)
{
    const struct bt_stamp *known = bt_stamps_find(&s->stamps, stamp);
    if (!known || !known->code_now)
        return BT_UNKNOWN;
    bool fresh = strcmp(known->code, known->code_now) == 0 &&
                 (!content || strcmp(known->content, content) == 0);
    return fresh ? BT_FRESH : BT_STALE;
}

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
    bool ok = each_name(folder.p, count_file, r, e);
    text_done(&folder);
    return ok;
}

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
    bool ok = !s->results || each_name(in_store(s, "results"), add_range, &list, e);
    if (list.n)
        qsort(list.v, (size_t)list.n, sizeof *list.v, by_text);
    *names = list.v;
    *n = list.n;
    return ok;
}

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

/* ---- filtered --------------------------------------------------------------------------------- */

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
    const char *path = in_store(s, "filtered.json");
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

/* ---- one result ------------------------------------------------------------------------------- */

struct key_search {
    const struct bt_plan *facts;
    const char *key;
    char *id;
    bool found;
};

static bool compare_key(void *context, const char *range, const char *id, struct str payload,
                        struct err *e)
{
    (void)range;
    struct key_search *k = context;
    struct bt_peek peek;
    struct err damaged;
    char key[BT_KEY_TEXT];
    if (!bt_result_peek(k->facts->strategy, payload, &peek, &damaged))
        return true;
    bt_plan_key(k->facts, peek.item.values, key);
    k->found = strcmp(key, k->key) == 0 && strlen(id) == BT_ID_TEXT - 1;
    if (!k->found)
        return true;
    memcpy(k->id, id, BT_ID_TEXT);
    return err_input(e, "found"); /* ends the stream */
}

bool bt_store_find_key(struct bt_store *s, const char *key, char id[BT_ID_TEXT], struct err *e)
{
    struct key_search k = {&s->facts, key, id, false};
    long damaged;
    if (s->results && !result_store_stream(s->results, NULL, compare_key, &k, &damaged, e) &&
        !k.found)
        return false;
    return k.found ||
           err_input(e, "%s: no result has the id or the parameters \"%.60s\"", s->dir, key);
}

bool bt_store_get(struct bt_store *s, const char *range, const char *id, struct bt_stored *out,
                  bool *found, struct err *e)
{
    struct text payload = {0};
    *out = (struct bt_stored){0};
    *found = false;
    bool ok = !s->results || result_store_get(s->results, range, id, &payload, found, e);
    if (ok && *found)
        ok = bt_stored_read(&s->facts, range, id, (struct str){payload.p, payload.n}, out, e) ||
             err_prefix(e, "%s/results/%s", s->dir, range);
    text_done(&payload);
    return ok;
}
