#include "harness/storage/usage.h"

#include "harness/storage/walk.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const usage_kind_names[USAGE_KIND_COUNT] = {
#define USAGE_NAME(name, text) [USAGE_##name] = (text),
    USAGE_KINDS(USAGE_NAME)
#undef USAGE_NAME
};

void usage_add(struct usage_amount *sum, const struct usage_amount *more)
{
    sum->files += more->files;
    sum->folders += more->folders;
    sum->apparent += more->apparent;
    sum->allocated += more->allocated;
    sum->file_bytes += more->file_bytes;
}

static struct usage_amount amount_of(const struct walk_entry *entry)
{
    return (struct usage_amount){
        .files = !entry->is_folder,
        .folders = entry->is_folder,
        .apparent = entry->apparent,
        .allocated = entry->allocated,
        .file_bytes = entry->is_folder ? 0 : entry->apparent,
    };
}

/* Is the first folder of the place this one? */
static bool is_in(const char *place, const char *folder)
{
    size_t n = strlen(folder);
    return strncmp(place, folder, n) == 0 && (place[n] == '/' || place[n] == '\0');
}

static enum usage_kind kind_in_run(const char *place)
{
    for (int k = USAGE_CODE; k <= USAGE_RESULTS; k++)
        if (is_in(place, usage_kind_names[k]))
            return (enum usage_kind)k;
    return USAGE_OTHER;
}

/* One walk: of a run, or (run NULL) of the rest of the base. */
struct reading {
    struct usage *usage;
    struct usage_run *run;
    const char *folder; /* for people: BASE, or BASE/backtests/ID */
    struct arena *arena;
};

static void add_unread(struct usage *u, struct arena *a, const char *path, const char *why)
{
    /* Full at 0 and at each power of two. */
    if ((u->unread_n & (u->unread_n - 1)) == 0) {
        struct usage_unread *old = u->unread;
        u->unread = ARENA_NEW(a, struct usage_unread, u->unread_n ? 2 * u->unread_n : 1);
        if (old)
            memcpy(u->unread, old, (size_t)u->unread_n * sizeof *old);
    }
    u->unread[u->unread_n++] = (struct usage_unread){arena_text(a, path), arena_text(a, why)};
}

/* Where the list of runs could not be read, it is the first, and was told. */
static void miss(void *context, const char *place, const char *why)
{
    const struct reading *r = context;
    struct usage *u = r->usage;
    const char *path = *place ? arena_format(r->arena, "%s/%s", r->folder, place) : r->folder;
    if (r->run)
        r->run->is_partial = true;
    if (u->unread_n == 0 || strcmp(u->unread[0].path, path) != 0)
        add_unread(u, r->arena, path, why);
}

static enum walk_next add_to_run(void *context, const struct walk_entry *entry, struct err *e)
{
    (void)e;
    const struct reading *r = context;
    struct usage_amount amount = amount_of(entry);
    usage_add(&r->run->kinds[kind_in_run(entry->place)], &amount);
    return WALK_ON;
}

/* Runs are added one by one. */
static enum walk_next add_to_base(void *context, const struct walk_entry *entry, struct err *e)
{
    (void)e;
    const struct reading *r = context;
    struct usage *u = r->usage;
    struct usage_amount amount = amount_of(entry);
    bool is_run = entry->depth == 2 && is_in(entry->place, "backtests") && entry->is_folder &&
                  capture_is_id(entry->name);
    if (is_run)
        return WALK_PAST;
    usage_add(&u->kinds[is_in(entry->place, "objects")   ? USAGE_OBJECTS
                        : is_in(entry->place, "results") ? USAGE_RESULTS
                                                         : USAGE_OTHER],
              &amount);
    return WALK_ON;
}

static bool read_run(const char *base, const char *id, struct arena *a, struct usage *u,
                     struct err *e)
{
    struct err why;
    struct usage_run *r = &u->runs[u->n];
    struct reading reading = {u, r, arena_format(a, "%s/backtests/%s", base, id), a};
    *r = (struct usage_run){.id = id};
    r->whole = capture_read(base, id, a, &r->run, &why) && capture_check_sizes(base, &r->run, &why);
    r->why = r->whole ? NULL : arena_text(a, why.text);
    if (!walk_readable(reading.folder, add_to_run, miss, &reading, e))
        return false;
    for (int k = 0; k < USAGE_KIND_COUNT; k++)
        usage_add(&r->all, &r->kinds[k]);
    return true;
}

static bool read_runs(const char *base, struct arena *a, struct usage *u, struct err *e)
{
    struct capture_lines ids = {0}, leftovers = {0};
    struct err why;
    if (!capture_list(base, a, &ids, &leftovers, &why)) {
        const char *colon = strrchr(why.text, ':'); /* "BASE/backtests: what the system says" */
        add_unread(u, a, arena_format(a, "%s/backtests", base), colon ? colon + 2 : why.text);
    }
    u->leftovers = leftovers.n;
    u->runs = ARENA_NEW(a, struct usage_run, ids.n + 1);
    for (; u->n < ids.n; u->n++) {
        const struct usage_run *r = &u->runs[u->n];
        if (!read_run(base, ids.v[u->n], a, u, e))
            return false;
        u->whole += r->whole;
        u->code_of_runs += r->whole ? r->run.bytes : 0;
        for (int k = 0; k < USAGE_KIND_COUNT; k++)
            usage_add(&u->kinds[k], &r->kinds[k]);
    }
    return true;
}

static bool check_base(const char *base, struct err *e)
{
    struct stat st;
    if (stat(base, &st) != 0)
        return err_system(e, "%s", base);
    if (!S_ISDIR(st.st_mode))
        return err_input(e, "%s: expected a folder, found a file", base);
    return faccessat(AT_FDCWD, base, R_OK | X_OK, AT_EACCESS) == 0 || err_system(e, "%s", base);
}

bool usage_read(const char *base, struct arena *a, struct usage *out, struct err *e)
{
    *out = (struct usage){0};
    struct reading rest = {.usage = out, .folder = base, .arena = a};
    /* The base may be named by a link; below it none is followed. */
    if (!check_base(base, e) || !read_runs(base, a, out, e) ||
        !walk_readable(arena_format(a, "%s/.", base), add_to_base, miss, &rest, e))
        return false;
    for (int k = 0; k < USAGE_KIND_COUNT; k++)
        usage_add(&out->all, &out->kinds[k]);
    return true;
}
