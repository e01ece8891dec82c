#include "harness/storage/archive.h"

#include "harness/base/io.h"
#include "harness/storage/archive_library.h"
#include "harness/storage/walk.h"
#include "kernels/capture/capture.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct archiving {
    const struct archive_order *order;
    struct archive_library lib;
    struct arena arena;
    struct archive_sum *sum;
    struct archive *a;
    struct archive_entry *entry;
    struct io_output *out;
    struct capture_run *runs; /* [order->id_count] */
    const struct capture_run *run;
    struct text bytes; /* of one file */
    struct err failed; /* of the callback; code ERR_OK: none */
};

/* ---- the output ------------------------------------------------------------------------------- */

static la_ssize_t put_packed(struct archive *a, void *context, const void *bytes, size_t n)
{
    (void)a;
    struct archiving *w = context;
    if (w->failed.code != ERR_OK || !io_output_append(w->out, bytes, n, &w->failed))
        return -1;
    w->sum->packed_bytes += n;
    return (la_ssize_t)n;
}

static bool refused(struct archiving *w, struct err *e)
{
    const char *why = w->lib.archive_error_string(w->a);
    return w->failed.code != ERR_OK ? err_set(e, w->failed.code, "%s", w->failed.text)
                                    : err_set(e, ERR_SYSTEM, "libarchive: %s", why ? why : "?");
}

static bool begin_archive(struct archiving *w, struct err *e)
{
    const struct archive_library *lib = &w->lib;
    w->a = lib->archive_write_new();
    w->entry = lib->archive_entry_new();
    if (!w->a || !w->entry)
        return err_set(e, ERR_SYSTEM, "libarchive: no memory");
    bool ok =
        lib->archive_write_set_format_pax_restricted(w->a) == ARCHIVE_OK &&
        lib->archive_write_add_filter_gzip(w->a) == ARCHIVE_OK &&
        /* no time in it: the same runs, the same bytes */
        lib->archive_write_set_filter_option(w->a, "gzip", "timestamp", NULL) >= ARCHIVE_WARN &&
        lib->archive_write_set_bytes_in_last_block(w->a, 1) == ARCHIVE_OK &&
        lib->archive_write_open(w->a, w, NULL, put_packed, NULL) == ARCHIVE_OK;
    return ok || refused(w, e);
}

/* ---- entries ---------------------------------------------------------------------------------- */

struct shape {
    unsigned type, mode;
    int64_t mtime_ns;
};

static bool put_entry(struct archiving *w, const char *place, struct shape shape, struct err *e)
{
    const struct archive_library *lib = &w->lib;
    const char *path =
        arena_format(&w->arena, "backtests/%s%s%s", w->run->id, *place ? "/" : "", place);
    bool is_file = shape.type == AE_IFREG;
    lib->archive_entry_clear(w->entry);
    lib->archive_entry_set_pathname(w->entry, path);
    lib->archive_entry_set_filetype(w->entry, shape.type);
    lib->archive_entry_set_perm(w->entry, (mode_t)shape.mode);
    lib->archive_entry_set_size(w->entry, is_file ? (la_int64_t)w->bytes.n : 0);
    lib->archive_entry_set_mtime(w->entry, (time_t)(shape.mtime_ns / 1000000000),
                                 (long)(shape.mtime_ns % 1000000000));
    if (lib->archive_write_header(w->a, w->entry) != ARCHIVE_OK)
        return refused(w, e);
    if (!is_file)
        return true;
    w->sum->files++;
    w->sum->bytes += w->bytes.n;
    return w->bytes.n == 0 ||
           lib->archive_write_data(w->a, w->bytes.p, w->bytes.n) == (la_ssize_t)w->bytes.n ||
           refused(w, e);
}

static bool read_into(struct archiving *w, const char *path, struct err *e)
{
    text_clear(&w->bytes);
    return io_read_file(path, &w->bytes, e);
}

/* The archive has copies, whatever the base has. */
static bool read_metadata(struct archiving *w, const char *path, struct err *e)
{
    if (!read_into(w, path, e) || w->run->how == CAPTURE_COPIES)
        return w->bytes.n > 0;
    struct json *root = json_parse((struct str){w->bytes.p, w->bytes.n}, path, e);
    if (!root)
        return false;
    json_remove(root, "store");
    json_put_text(root, "store", capture_how_names[CAPTURE_COPIES]);
    text_clear(&w->bytes);
    json_print_pretty(root, &w->bytes);
    json_free(root);
    return true;
}

static bool put_code(struct archiving *w, struct err *e)
{
    for (int i = 0; i < w->run->file_count; i++) {
        const struct capture_file *f = &w->run->files[i];
        const char *path = w->run->how == CAPTURE_CONTENT
                               ? capture_object_path(w->order->base, f->sha256, &w->arena)
                               : arena_format(&w->arena, "%s/code/%s", w->run->folder, f->path);
        struct shape shape = {AE_IFREG, f->mode, f->mtime_ns};
        if (!read_into(w, path, e) ||
            !put_entry(w, arena_format(&w->arena, "code/%s", f->path), shape, e))
            return false;
    }
    return true;
}

/* All but the code, which is put by its metadata. */
static enum walk_next put_other(void *context, const struct walk_entry *entry, struct err *e)
{
    struct archiving *w = context;
    struct shape shape = {entry->is_folder ? AE_IFDIR : AE_IFREG, entry->is_folder ? 0755 : 0644,
                          entry->mtime_ms * 1000000};
    bool is_metadata = strcmp(entry->place, "metadata/backtest_metadata.json") == 0;
    if (strcmp(entry->place, "code") == 0)
        return WALK_PAST;
    if (!entry->is_folder && !entry->is_file) {
        w->sum->links++;
        return WALK_ON;
    }
    bool ok = entry->is_folder ||
              (is_metadata ? read_metadata(w, entry->path, e) : read_into(w, entry->path, e));
    return ok && put_entry(w, entry->place, shape, e) ? WALK_ON : WALK_STOP;
}

static bool put_run(struct archiving *w, struct err *e)
{
    struct arena_mark mark = arena_mark(&w->arena);
    bool ok = walk_tree(w->run->folder, put_other, w, e) && put_code(w, e);
    arena_release(&w->arena, mark);
    return ok || err_prefix(e, "%s", w->run->id);
}

/* ---- looking again ---------------------------------------------------------------------------- */

static bool hash_entry(struct archiving *w, struct archive *a, char hex[SHA256_HEX], struct err *e)
{
    char piece[16384];
    la_ssize_t n;
    struct sha256 *h = sha256_new();
    while ((n = w->lib.archive_read_data(a, piece, sizeof piece)) > 0)
        sha256_add(h, piece, (size_t)n);
    sha256_end(h, hex);
    return n == 0 || err_set(e, ERR_SYSTEM, "it cannot be read back");
}

/* backtests/ID/code/PLACE -> the file; NULL: another entry. */
static const struct capture_file *file_of(const struct archiving *w, const char *path)
{
    for (int r = 0; r < w->order->id_count; r++) {
        const struct capture_run *run = &w->runs[r];
        const char *rest = path + strlen("backtests/");
        size_t n = strlen(run->id);
        if (strncmp(rest, run->id, n) != 0 || strncmp(rest + n, "/code/", 6) != 0)
            continue;
        for (int i = 0; i < run->file_count; i++)
            if (strcmp(run->files[i].path, rest + n + 6) == 0)
                return &run->files[i];
    }
    return NULL;
}

static bool check_entries(struct archiving *w, struct archive *a, uint64_t *files, struct err *e)
{
    struct archive_entry *entry;
    int got;
    while ((got = w->lib.archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
        char hex[SHA256_HEX];
        const char *path = w->lib.archive_entry_pathname(entry);
        if (w->lib.archive_entry_filetype(entry) != AE_IFREG)
            continue;
        const struct capture_file *file = file_of(w, path);
        if (!hash_entry(w, a, hex, e))
            return false;
        if (file && strcmp(file->sha256, hex) != 0)
            return err_set(e, ERR_SYSTEM, "%s: changed while it was archived", path);
        *files += 1;
    }
    return got == ARCHIVE_EOF || err_set(e, ERR_SYSTEM, "it cannot be read back");
}

static bool check_archive(struct archiving *w, const char *path, struct err *e)
{
    uint64_t files = 0;
    struct archive *a = w->lib.archive_read_new();
    bool ok = a && w->lib.archive_read_support_format_tar(a) == ARCHIVE_OK &&
              w->lib.archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
              w->lib.archive_read_open_filename(a, path, 65536) == ARCHIVE_OK;
    if (!ok)
        err_set(e, ERR_SYSTEM, "it cannot be read back");
    ok = ok && check_entries(w, a, &files, e) &&
         (files == w->sum->files ||
          err_set(e, ERR_SYSTEM, "it holds %llu files, expected %llu", (unsigned long long)files,
                  (unsigned long long)w->sum->files));
    w->lib.archive_read_free(a);
    return ok || err_prefix(e, "%s", path);
}

/* ---- all of it -------------------------------------------------------------------------------- */

/* Another archive may hold the only copy of its runs. What is renamed onto a device or a link takes its
 * place, so those are never replaced. */
static bool check_target(const struct archive_order *o, struct err *e)
{
    struct stat st;
    if (!io_check_output(o->out, e))
        return false;
    if (lstat(o->out, &st) != 0)
        return errno == ENOENT || err_system(e, "%s", o->out);
    if (!S_ISREG(st.st_mode))
        return err_input(e, "%s: is there and no regular file: expected the name of a new file",
                         o->out);
    return o->replace || err_input(e, "%s exists: --replace puts the new one in its place", o->out);
}

static bool choose_runs(struct archiving *w, struct err *e)
{
    const struct archive_order *o = w->order;
    w->runs = ARENA_NEW(&w->arena, struct capture_run, o->id_count + 1);
    for (int i = 0; i < o->id_count; i++) {
        for (int k = 0; k < i; k++)
            if (strcmp(o->ids[k], o->ids[i]) == 0)
                return err_input(e, "%s: named twice", o->ids[i]);
        if (!capture_is_id(o->ids[i]))
            return err_input(e, "expected the id of a run, found \"%.60s\"", o->ids[i]);
        if (!capture_read(o->base, o->ids[i], &w->arena, &w->runs[i], e) ||
            !capture_verify(o->base, &w->runs[i], e))
            return err_prefix(e, "%s", o->ids[i]);
    }
    return true;
}

static bool write_all(struct archiving *w, struct err *e)
{
    if (!begin_archive(w, e))
        return false;
    for (int i = 0; i < w->order->id_count; i++) {
        w->run = &w->runs[i];
        if (!put_run(w, e))
            return false;
    }
    return w->lib.archive_write_close(w->a) == ARCHIVE_OK || refused(w, e);
}

/* Under another name until it has been read again. */
static bool write_checked(struct archiving *w, const char *path, struct err *e)
{
    struct err ignored;
    w->out = io_output_open(path, e);
    bool ok = w->out && write_all(w, e);
    w->lib.archive_write_free(w->a);
    w->lib.archive_entry_free(w->entry);
    if (!ok) {
        io_output_abandon(w->out);
        return false;
    }
    if (!io_output_commit(w->out, e))
        return false;
    ok =
        check_archive(w, path, e) && check_target(w->order, e) && io_rename(path, w->order->out, e);
    if (!ok && !io_remove(path, &ignored))
        err_prefix(e, "%s cannot be removed", path);
    return ok;
}

bool archive_write(const struct archive_order *order, struct archive_sum *sum, struct err *e)
{
    struct archiving w = {.order = order, .sum = sum};
    struct archive_names names = archive_names_begin();
    *sum = (struct archive_sum){0};
    bool ok = check_target(order, e) && archive_library_load(&w.lib, e) && choose_runs(&w, e) &&
              write_checked(&w, arena_format(&w.arena, "%s.unchecked", order->out), e);
    archive_names_end(names);
    text_done(&w.bytes);
    arena_done(&w.arena);
    return ok;
}
