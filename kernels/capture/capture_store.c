/* A run is written into backtests/.tmp.ID and renamed. Who makes that folder holds the id: nobody else
 * can make ID itself, as that is done by renaming it only. */
#include "kernels/capture/capture_found.h"
#include "kernels/capture/capture_id.h"
#include "kernels/capture/capture_metadata.h"
#include "kernels/capture/capture_object.h"

#include "harness/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* One run while it is written. */
struct writing {
    const struct capture_order *order;
    struct arena *arena;
    struct capture_work *work;
    struct capture_run *run;
    const char *temporary;
    struct capture_lines folders; /* made in it, or that hold its objects: for syncing */
    struct text bytes;            /* of the file that is copied */
};

/* ---- folders ---------------------------------------------------------------------------------- */

bool capture_base_check(const char *base, struct err *e)
{
    struct text folder = {0};
    text_printf(&folder, "%s/backtests", base);
    bool ok = *base ? io_make_dirs(folder.p, e) : err_input(e, "base: expected a folder");
    if (ok && access(folder.p, W_OK | X_OK) != 0)
        ok = err_system(e, "%s", folder.p);
    text_done(&folder);
    return ok;
}

/* Makes a folder below the temporary one; one that is there is fine. */
static bool make_folder(struct writing *w, const char *path, struct err *e)
{
    if (mkdir(path, 0777) != 0)
        return errno == EEXIST || err_system(e, "make folder %s", path);
    w->work->folders++;
    capture_lines_add(&w->folders, w->arena, path);
    return true;
}

/* Makes the folders that lie between code/ and the file of a place. */
static bool make_folders_of(struct writing *w, const char *place, struct err *e)
{
    for (const char *slash = strchr(place, '/'); slash; slash = strchr(slash + 1, '/')) {
        int n = (int)(slash - place);
        if (!make_folder(w, arena_format(w->arena, "%s/code/%.*s", w->temporary, n, place), e))
            return false;
    }
    return true;
}

/* ---- ids -------------------------------------------------------------------------------------- */

enum { TRIES_MAX = 100000 };

enum claim { CLAIM_MADE, CLAIM_TAKEN, CLAIM_NO_BASE, CLAIM_ERROR };

/* Makes .tmp.ID, where neither it nor ID is there. That there is no ID only counts once it is made; the look before
 * saves the work. */
static enum claim claim(const char *temporary, const char *folder, struct err *e)
{
    if (io_exists(folder))
        return CLAIM_TAKEN;
    if (mkdir(temporary, 0777) != 0) {
        enum claim why = errno == EEXIST   ? CLAIM_TAKEN
                         : errno == ENOENT ? CLAIM_NO_BASE
                                           : CLAIM_ERROR;
        if (why == CLAIM_ERROR)
            err_system(e, "make folder %s", temporary);
        return why;
    }
    if (!io_exists(folder))
        return CLAIM_MADE;
    rmdir(temporary);
    return CLAIM_TAKEN;
}

static bool claim_id(struct writing *w, struct err *e)
{
    char id[CAPTURE_ID];
    const char *base = w->order->base;
    bool made_base = false;
    struct arena_mark mark = arena_mark(w->arena);
    for (int n = 0; n < TRIES_MAX;) {
        if (!capture_id_print(id, w->order->time_ms, n))
            return err_input(e, "a run's time: expected one of 1970 to 9991");
        arena_release(w->arena, mark);
        w->run->id = arena_text(w->arena, id);
        w->run->folder = arena_format(w->arena, "%s/backtests/%s", base, id);
        w->temporary = arena_format(w->arena, "%s/backtests/.tmp.%s", base, id);
        enum claim got = claim(w->temporary, w->run->folder, e);
        if (got == CLAIM_MADE)
            return true;
        if (got == CLAIM_ERROR || (got == CLAIM_NO_BASE && made_base))
            return got == CLAIM_ERROR ? false : err_input(e, "%s: it goes away again", base);
        if (got == CLAIM_NO_BASE && !(made_base = capture_base_check(base, e)))
            return false;
        n += got == CLAIM_TAKEN;
    }
    return err_input(e, "%s: too many runs of one moment", base);
}

/* ---- files ------------------------------------------------------------------------------------ */

static bool write_whole(const struct writing *w, const char *path, const struct text *bytes,
                        const struct capture_file *like, struct err *e)
{
    int fd = io_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, e);
    if (fd < 0)
        return false;
    bool ok = (bytes->n == 0 || io_write(fd, bytes->p, bytes->n, e)) &&
              (!like || capture_object_stamp(fd, like, e)) &&
              (!w->order->durable || io_sync(fd, e));
    io_close(fd);
    return ok || err_prefix(e, "%s", path);
}

static bool write_copy(struct writing *w, const struct capture_file *f, struct err *e)
{
    const char *path = arena_format(w->arena, "%s/code/%s", w->temporary, f->path);
    if (!make_folders_of(w, f->path, e) || !write_whole(w, path, &w->bytes, f, e))
        return false;
    w->work->files++;
    w->work->bytes += f->bytes;
    return true;
}

/* For syncing, once; also where the object was there: who wrote it may not have synced it yet. */
static void list_folder(struct writing *w, const char *folder)
{
    for (int i = 0; i < w->folders.n; i++)
        if (strcmp(w->folders.v[i], folder) == 0)
            return;
    capture_lines_add(&w->folders, w->arena, folder);
}

static bool write_object(struct writing *w, const struct capture_file *f, struct err *e)
{
    bool is_new = false;
    struct capture_object object = {w->order->base, f->sha256, w->order->durable};
    if (!capture_object_put(&object, &w->bytes, &is_new, &w->work->folders, e))
        return false;
    list_folder(w, w->order->base);
    list_folder(w, arena_format(w->arena, "%s/objects", w->order->base));
    list_folder(w, arena_format(w->arena, "%s/objects/%.2s", w->order->base, f->sha256));
    w->work->files += is_new;
    w->work->shared += !is_new;
    w->work->bytes += is_new ? f->bytes : 0;
    return true;
}

/* Reads a source as it is now. False: it cannot be had, which is a warning. */
static bool read_source(struct writing *w, const struct capture_file *from, struct capture_file *f)
{
    struct stat st;
    struct err e;
    text_clear(&w->bytes);
    if (!capture_paths_read(from->source, &w->bytes, &st, &e)) {
        struct capture_run *run = w->run;
        err_prefix(&e, "%s: left out", from->path);
        capture_lines_add(&run->warnings, w->arena, e.text);
        run->confidence = run->confidence > CAPTURE_DOUBT ? CAPTURE_DOUBT : run->confidence;
        return false;
    }
    *f = (struct capture_file){
        .path = from->path,
        .bytes = w->bytes.n,
        .mode = st.st_mode & 0777,
        .mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
    };
    sha256_of(w->bytes.p, w->bytes.n, f->sha256);
    return true;
}

static bool keep_files(struct writing *w, struct err *e)
{
    const struct capture_plan *plan = w->order->plan;
    struct capture_run *run = w->run;
    run->files = ARENA_NEW(w->arena, struct capture_file, plan->file_count + 1);
    for (int i = 0; i < plan->file_count; i++) {
        struct capture_file *f = &run->files[run->file_count];
        if (!read_source(w, &plan->files[i], f))
            continue;
        if (!(run->how == CAPTURE_COPIES ? write_copy(w, f, e) : write_object(w, f, e)))
            return false;
        run->bytes += f->bytes;
        run->file_count++;
    }
    return true;
}

/* ---- a run ------------------------------------------------------------------------------------ */

static bool write_metadata(struct writing *w, struct err *e)
{
    const char *path = arena_format(w->arena, "%s/" CAPTURE_METADATA_NAME, w->temporary);
    text_clear(&w->bytes);
    capture_metadata_print(w->order, w->run, &w->bytes);
    w->work->metadata_bytes += w->bytes.n;
    return write_whole(w, path, &w->bytes, NULL, e);
}

static bool make_layout(struct writing *w, struct err *e)
{
    static const char *const names[] = {"metadata", "results", "code"};
    int n = w->run->how == CAPTURE_COPIES ? 3 : 2;
    w->work->folders++;
    capture_lines_add(&w->folders, w->arena, w->temporary);
    for (int i = 0; i < n; i++)
        if (!make_folder(w, arena_format(w->arena, "%s/%s", w->temporary, names[i]), e))
            return false;
    return true;
}

static bool sync_folders(const struct writing *w, struct err *e)
{
    for (int i = w->folders.n - 1; w->order->durable && i >= 0; i--)
        if (!io_sync_dir(w->folders.v[i], e))
            return false;
    return true;
}

/* From here on it counts, or it is taken back. */
static bool publish(const struct writing *w, struct err *e)
{
    struct err ignored;
    if (!io_rename(w->temporary, w->run->folder, e))
        return false;
    if (!w->order->durable ||
        io_sync_dir(arena_format(w->arena, "%s/backtests", w->order->base), e))
        return true;
    if (!io_rename(w->run->folder, w->temporary, &ignored))
        err_prefix(e, "%s: it is there, but may be gone after a power cut", w->run->id);
    return false;
}

static void copy_warnings(struct writing *w)
{
    const struct capture_lines *from = &w->order->plan->warnings;
    for (int i = 0; i < from->n; i++)
        capture_lines_add(&w->run->warnings, w->arena, from->v[i]);
}

static bool write_run(struct writing *w, struct err *e)
{
    copy_warnings(w);
    return make_layout(w, e) && keep_files(w, e) && write_metadata(w, e) && sync_folders(w, e) &&
           publish(w, e);
}

static void add_work(struct capture_work *sum, const struct capture_work *more)
{
    sum->runs += more->runs;
    sum->files += more->files;
    sum->bytes += more->bytes;
    sum->shared += more->shared;
    sum->folders += more->folders;
    sum->metadata_bytes += more->metadata_bytes;
}

bool capture_store(const struct capture_order *order, struct arena *a, struct capture_work *work,
                   struct capture_run *out, struct err *e)
{
    struct capture_work done = {0};
    struct writing w = {.order = order, .arena = a, .work = &done, .run = out};
    struct err ignored;
    *out = (struct capture_run){
        .time_ms = order->time_ms,
        .how = order->how,
        .entry = order->plan->entry,
        .root = order->plan->root,
        .context = order->context ? order->context : "file",
        .mode = capture_metadata_mode(order->plan),
        .method = capture_method_name(order->plan->method),
        .confidence = order->plan->confidence,
    };
    if (!claim_id(&w, e))
        return err_prefix(e, "no code is kept with this run");
    bool ok = write_run(&w, e);
    if (!ok && !io_remove_tree(w.temporary, &ignored))
        err_prefix(e, "%s cannot be removed", w.temporary);
    text_done(&w.bytes);
    if (!ok)
        return err_prefix(e, "no code is kept with this run");
    done.runs = 1;
    if (work)
        add_work(work, &done);
    return true;
}
