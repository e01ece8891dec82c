#include "harness/storage/clean.h"

#include "harness/base/io.h"
#include "harness/storage/walk.h"
#include "kernels/capture/capture.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool clean_parse_age(const char *text, int64_t *ms, struct err *e)
{
    static const struct {
        char unit;
        long minutes;
    } units[] = {
        {'d', 1440},
        {'h', 60  },
        {'m', 1   },
    };
    const long most = 100000000; /* minutes: 190 years */
    size_t n = strlen(text);
    long count;
    for (size_t i = 0; n > 1 && i < sizeof units / sizeof *units; i++)
        if (text[n - 1] == units[i].unit && str_to_long((struct str){text, n - 1}, &count) &&
            count >= 0 && count <= most / units[i].minutes) {
            *ms = (int64_t)count * units[i].minutes * 60000;
            return true;
        }
    return err_input(e, "expected an age as 30d, 12h or 45m, found \"%.40s\"", text);
}

static bool is_gone(const char *path)
{
    struct stat st;
    return lstat(path, &st) != 0 && errno == ENOENT;
}

/* ---- planning --------------------------------------------------------------------------------- */

struct planning {
    struct clean *c;
    struct arena *arena;
    int room;
    char (*hashes)[SHA256_HEX]; /* of the runs that stay, sorted */
    size_t hash_count, hash_room;
    const char *folder; /* that is walked, below the base */
};

static void add_row(struct planning *p, const struct clean_row *row)
{
    struct clean *c = p->c;
    if (c->n == p->room) {
        struct clean_row *old = c->rows;
        p->room = p->room ? 2 * p->room : 64;
        c->rows = ARENA_NEW(p->arena, struct clean_row, p->room);
        if (old)
            memcpy(c->rows, old, (size_t)c->n * sizeof *old);
    }
    c->rows[c->n++] = *row;
    usage_add(&c->all, &row->amount);
}

/* Is it a folder of the base itself, absent too? A link would lead elsewhere. */
static bool is_own_folder(const struct clean_settings *s, const char *name, struct arena *a,
                          struct err *e)
{
    struct stat st;
    const char *path = arena_format(a, "%s/%s", s->base, name);
    if (lstat(path, &st) != 0)
        return errno == ENOENT || err_system(e, "%s", path);
    return S_ISDIR(st.st_mode) || err_input(e, "%s: expected a folder; nothing is removed", path);
}

static enum walk_next add_amount(void *context, const struct walk_entry *entry, struct err *e)
{
    (void)e;
    struct usage_amount amount = {!entry->is_folder, entry->is_folder, entry->apparent,
                                  entry->allocated, entry->is_folder ? 0 : entry->apparent};
    usage_add(context, &amount);
    return WALK_ON;
}

static bool add_folder(struct planning *p, enum clean_what what, const char *name, int64_t time_ms,
                       struct err *e)
{
    struct clean_row row = {
        .what = what, .place = arena_format(p->arena, "backtests/%s", name), .time_ms = time_ms};
    if (!walk_tree(arena_format(p->arena, "%s/%s", p->c->settings.base, row.place), add_amount,
                   &row.amount, e))
        return false;
    add_row(p, &row);
    return true;
}

/* ---- runs ------------------------------------------------------------------------------------- */

static void keep_hashes(struct planning *p, const struct capture_run *run)
{
    for (int i = 0; i < run->file_count && run->how == CAPTURE_CONTENT; i++) {
        if (p->hash_count == p->hash_room) {
            p->hash_room = p->hash_room ? 2 * p->hash_room : 256;
            p->hashes = mem_resize(MEM_BASE, p->hashes, p->hash_room * sizeof *p->hashes);
        }
        memcpy(p->hashes[p->hash_count++], run->files[i].sha256, SHA256_HEX);
    }
}

/* A sweep names its process. */
static bool is_in_use(const struct capture_run *run, pid_t user)
{
    struct err ignored;
    int64_t pid = 0;
    struct json *parameters =
        user ? json_parse(str_of(run->parameters), "parameters", &ignored) : NULL;
    bool is = parameters && json_need_int(parameters, "process", 1, INT32_MAX, &pid, &ignored) &&
              pid == user;
    json_free(parameters);
    return is;
}

static bool plan_run(struct planning *p, const char *id, struct err *e)
{
    struct clean *c = p->c;
    struct capture_run run;
    struct err why;
    int64_t time_ms;
    struct arena_mark mark = arena_mark(p->arena);
    if (!capture_id_parse(id, &time_ms))
        return true;
    bool whole = capture_read(c->settings.base, id, p->arena, &run, &why);
    bool is_old = time_ms < c->settings.now_ms - c->settings.older_ms;
    bool in_use = is_old && whole && is_in_use(&run, c->settings.user);
    if (is_old && !in_use)
        return add_folder(p, CLEAN_RUN, id, time_ms, e);
    if (!whole && is_gone(arena_format(p->arena, "%s/backtests/%s", c->settings.base, id)))
        return true; /* between the list and the look */
    c->kept++;
    c->in_use += in_use;
    if (whole)
        keep_hashes(p, &run);
    arena_release(p->arena, mark);
    if (!whole && !c->unreadable)
        c->unreadable = id;
    return true;
}

/* Nobody can tell who is writing it; whoever is, is at it now. */
static bool plan_leftover(struct planning *p, const char *name, struct err *e)
{
    struct stat st;
    const struct clean_settings *s = &p->c->settings;
    const char *path = arena_format(p->arena, "%s/backtests/%s", s->base, name);
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return true;
    int64_t time_ms = (int64_t)st.st_mtim.tv_sec * 1000;
    int64_t age = s->older_ms > CLEAN_GRACE_MS ? s->older_ms : CLEAN_GRACE_MS;
    return time_ms >= s->now_ms - age || add_folder(p, CLEAN_LEFTOVER, name, time_ms, e);
}

/* ---- objects ---------------------------------------------------------------------------------- */

static int by_hash(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* NAME.N.tmp.PID of a process that is gone. */
static bool is_abandoned(const char *name)
{
    const char *dot = strrchr(name, '.');
    long pid;
    return io_is_temporary(name) && dot && str_to_long(str_of(dot + 1), &pid) && pid > 0 &&
           kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* ab/cdef... -> the hash, or "". */
static void hash_of(const char *place, char out[SHA256_HEX])
{
    out[0] = '\0';
    if (strlen(place) == SHA256_HEX && place[2] == '/') {
        memcpy(out, place, 2);
        memcpy(out + 2, place + 3, SHA256_HEX - 2);
        if (strspn(out, "0123456789abcdef") != SHA256_HEX - 1)
            out[0] = '\0';
    }
}

static enum walk_next plan_object(void *context, const struct walk_entry *entry, struct err *e)
{
    struct planning *p = context;
    const struct clean_settings *s = &p->c->settings;
    char hash[SHA256_HEX];
    int64_t age = s->older_ms > CLEAN_GRACE_MS ? s->older_ms : CLEAN_GRACE_MS;
    hash_of(entry->place, hash);
    if (!entry->is_file || entry->mtime_ms >= s->now_ms - age)
        return WALK_ON;
    bool is_left =
        hash[0] && !p->c->unreadable &&
        (!p->hash_count || !bsearch(hash, p->hashes, p->hash_count, sizeof *p->hashes, by_hash));
    if (!is_left && !is_abandoned(entry->name))
        return WALK_ON;
    struct clean_row row = {.what = is_left ? CLEAN_OBJECT : CLEAN_LEFTOVER,
                            .place = arena_format(p->arena, "objects/%s", entry->place),
                            .time_ms = entry->mtime_ms};
    (void)add_amount(&row.amount, entry, e);
    add_row(p, &row);
    return WALK_ON;
}

/* ---- all of it -------------------------------------------------------------------------------- */

static bool plan_all(struct planning *p, struct err *e)
{
    const struct clean_settings *s = &p->c->settings;
    struct capture_lines ids = {0}, leftovers = {0};
    if (!is_own_folder(s, "backtests", p->arena, e) || !is_own_folder(s, "objects", p->arena, e) ||
        !capture_list(s->base, p->arena, &ids, &leftovers, e))
        return false;
    for (int i = 0; i < ids.n; i++)
        if (!plan_run(p, ids.v[i], e))
            return false;
    for (int i = 0; i < leftovers.n; i++)
        if (!plan_leftover(p, leftovers.v[i], e))
            return false;
    if (p->hash_count)
        qsort(p->hashes, p->hash_count, sizeof *p->hashes, by_hash);
    return walk_tree(arena_format(p->arena, "%s/objects", s->base), plan_object, p, e);
}

bool clean_plan(const struct clean_settings *settings, struct arena *a, struct clean *out,
                struct err *e)
{
    *out = (struct clean){.settings = *settings};
    struct planning p = {.c = out, .arena = a};
    struct stat st;
    bool ok = stat(settings->base, &st) == 0 || err_system(e, "%s", settings->base);
    ok = ok && plan_all(&p, e);
    mem_free(MEM_BASE, p.hashes);
    return ok;
}

/* ---- doing ------------------------------------------------------------------------------------ */

/* False with *gone: another cleaner was first, and e says nothing. */
static bool set_aside(const char *path, const char *aside, bool *gone, struct err *e)
{
    bool ok = io_rename(path, aside, e);
    *gone = !ok && is_gone(path);
    return ok;
}

/* Under the name of a run that is being written it counts as none, and is found again after a crash. */
static bool remove_folder(const char *base, const char *path, const char *name, bool *gone,
                          struct err *e)
{
    struct text aside = {0};
    text_printf(&aside, "%s/backtests/.tmp.%s", base, name);
    bool is_run = capture_is_id(name);
    bool ok = (!is_run || (io_remove_tree(aside.p, e) && set_aside(path, aside.p, gone, e))) &&
              io_remove_tree(is_run ? aside.p : path, e);
    text_done(&aside);
    return ok;
}

/* Whoever finds an object there touches it: one that was touched since is put back. */
static bool remove_object(const char *path, int64_t time_ms, bool *gone, struct err *e)
{
    struct stat st;
    struct text aside = {0};
    text_printf(&aside, "%s.0.tmp.%ld", path, (long)getpid());
    bool ok = set_aside(path, aside.p, gone, e) &&
              (lstat(aside.p, &st) == 0 || err_system(e, "%s", aside.p));
    int64_t now_ms = ok ? (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 : 0;
    ok = ok && (now_ms == time_ms ? io_remove(aside.p, e) : io_rename(aside.p, path, e));
    text_done(&aside);
    return ok;
}

static bool remove_file(const char *path, bool *gone, struct err *e)
{
    bool ok = io_remove(path, e);
    *gone = !ok && is_gone(path);
    return ok;
}

static bool remove_row(const struct clean *c, const struct clean_row *row, bool *gone,
                       struct err *e)
{
    struct text path = {0};
    text_printf(&path, "%s/%s", c->settings.base, row->place);
    const char *name = strrchr(path.p, '/') + 1;
    bool is_folder = strncmp(row->place, "backtests/", strlen("backtests/")) == 0;
    *gone = is_gone(path.p);
    bool ok = *gone                       ? true
              : is_folder                 ? remove_folder(c->settings.base, path.p, name, gone, e)
              : row->what == CLEAN_OBJECT ? remove_object(path.p, row->time_ms, gone, e)
                                          : remove_file(path.p, gone, e);
    text_done(&path);
    return ok || *gone;
}

bool clean_do(struct clean *c, struct err *e)
{
    for (int i = 0; i < c->n; i++) {
        bool gone;
        if (!remove_row(c, &c->rows[i], &gone, e))
            return false;
        c->gone += gone;
    }
    return true;
}
