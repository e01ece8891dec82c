/* Files that are replaced whole, and outputs that a user names. */
#define _GNU_SOURCE
#include "harness/base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What becomes the file `path` when all of it is there. */
struct replacement {
    const char *path;
    struct text temporary; /* beside it */
    int fd;
};

/* mode: that of the file which is replaced, NULL for a new one's. */
static bool replacement_open(const char *path, const mode_t *mode, struct replacement *out,
                             struct err *e)
{
    *out = (struct replacement){.path = path, .fd = -1};
    text_printf(&out->temporary, "%s.tmp.%ld", path, (long)getpid());
    out->fd = io_open(out->temporary.p, O_WRONLY | O_CREAT | O_TRUNC, e);
    if (out->fd >= 0 && mode && fchmod(out->fd, *mode & 07777) != 0)
        return err_system(e, "%s: mode", path);
    return out->fd >= 0;
}

static void replacement_drop(struct replacement *r)
{
    if (r->fd >= 0)
        unlink(r->temporary.p);
    io_close(r->fd);
    r->fd = -1;
    text_done(&r->temporary);
}

static bool replacement_commit(struct replacement *r, struct err *e)
{
    char folder[PATH_MAX];
    bool ok = (io_sync(r->fd, e) || err_prefix(e, "%s", r->path)) &&
              io_rename(r->temporary.p, r->path, e);
    if (!ok)
        return false;
    io_close(r->fd);
    r->fd = -1;
    snprintf(folder, sizeof folder, "%s", r->path);
    return io_sync_dir(dirname(folder), e);
}

static bool replace_file(const char *path, const mode_t *mode, struct str bytes, struct err *e)
{
    struct replacement r;
    bool ok = replacement_open(path, mode, &r, e) &&
              (io_write(r.fd, bytes.p, bytes.n, e) || err_prefix(e, "%s", path)) &&
              replacement_commit(&r, e);
    replacement_drop(&r);
    return ok;
}

bool io_write_file(const char *path, const void *bytes, size_t n, struct err *e)
{
    return replace_file(path, NULL, (struct str){bytes, n}, e);
}

/* ---- outputs that a user names ---------------------------------------------------------------- */

/* Standard output or error when it is that file, so that what else goes there stays; else -1. */
static int standard_fd(const struct stat *file)
{
    struct stat st;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (fstat(fd, &st) == 0 && st.st_dev == file->st_dev && st.st_ino == file->st_ino)
            return fd;
    return -1;
}

static bool check_absent(const char *path, struct err *e)
{
    struct stat st;
    char folder[PATH_MAX];
    if (lstat(path, &st) == 0)
        return err_input(e, "%s: a link to nothing", path);
    const char *slash = strrchr(path, '/');
    int n = slash ? (int)(slash - path) + 1 : 0;
    snprintf(folder, sizeof folder, "%.*s", n, path);
    return access(n ? folder : "./", W_OK | X_OK) == 0 || err_system(e, "%s", n ? folder : "./");
}

bool io_check_output(const char *path, struct err *e)
{
    struct stat st;
    size_t n = strlen(path);
    if (strcmp(path, "-") == 0)
        return true;
    if (n == 0 || n >= PATH_MAX)
        return err_input(e, "expected the name of a file, found \"%.60s\"", path);
    bool exists = stat(path, &st) == 0;
    if (!exists && errno != ENOENT && errno != ENOTDIR)
        return err_system(e, "%s", path);
    if (path[n - 1] == '/' || (exists && S_ISDIR(st.st_mode)))
        return err_input(e, "%s: expected a file, found a folder", path);
    if (exists)
        return access(path, W_OK) == 0 || err_system(e, "%s", path);
    return check_absent(path, e);
}

bool io_same_file(const char *a, const char *b)
{
    struct stat in_a, in_b;
    if (strcmp(a, "-") == 0 || strcmp(b, "-") == 0)
        return false;
    if (strcmp(a, b) == 0)
        return true;
    return stat(a, &in_a) == 0 && stat(b, &in_b) == 0 && S_ISREG(in_a.st_mode) &&
           in_a.st_dev == in_b.st_dev && in_a.st_ino == in_b.st_ino;
}

bool io_check_unlike(const char *out, const char *input, struct err *e)
{
    return !input || !io_same_file(out, input) ||
           err_input(e, "%s is read: expected another file", out);
}

/* ---- what killed processes left --------------------------------------------------------------- */

/* The process of NAME.tmp.PID, 0 for any other name. */
static pid_t maker_of(const char *entry, const char *name)
{
    static const char mark[] = ".tmp.";
    size_t n = strlen(name);
    long pid = 0;
    if (strncmp(entry, name, n) != 0 || strncmp(entry + n, mark, sizeof mark - 1) != 0)
        return 0;
    bool ok = str_to_long(str_of(entry + n + sizeof mark - 1), &pid);
    return ok && pid > 0 && pid <= INT_MAX ? (pid_t)pid : 0;
}

static bool is_gone(pid_t pid)
{
    return kill(pid, 0) != 0 && errno == ESRCH;
}

int io_remove_leftovers(const char *path)
{
    char real[PATH_MAX], copy[PATH_MAX];
    struct text file = {0};
    struct err ignored;
    int removed = 0;
    if (!realpath(path, real))
        snprintf(real, sizeof real, "%s", path);
    snprintf(copy, sizeof copy, "%s", real);
    const char *slash = strrchr(real, '/'), *name = slash ? slash + 1 : real;
    const char *folder = dirname(copy);
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        pid_t maker = maker_of(entry->d_name, name);
        text_clear(&file);
        text_printf(&file, "%s/%s", folder, entry->d_name);
        if (maker && is_gone(maker))
            removed += io_remove(file.p, &ignored);
    }
    if (dir)
        closedir(dir);
    text_done(&file);
    return removed;
}

/* ---- in pieces -------------------------------------------------------------------------------- */

enum { PIECE = 64 * 1024 };

struct io_output {
    char path[PATH_MAX];  /* as named, for messages; the file itself where there is one */
    struct replacement r; /* of a regular file */
    int through;          /* what is written through; -1: nothing */
    bool is_standard;     /* not ours to close */
    size_t waiting;
    char piece[PIECE];
};

/* Standard output, what stands for it, or a device. */
static bool open_through(struct io_output *o, int standard, struct err *e)
{
    o->is_standard = standard >= 0;
    o->through = standard >= 0 ? standard : io_open(o->path, O_WRONLY | O_NOCTTY, e);
    return o->through >= 0;
}

static bool open_output(struct io_output *o, const char *path, struct err *e)
{
    struct stat st;
    bool named = strcmp(path, "-") != 0;
    snprintf(o->path, sizeof o->path, "%s", named ? path : "standard output");
    if (!named)
        return open_through(o, STDOUT_FILENO, e);
    if (!io_check_output(path, e))
        return false;
    if (stat(path, &st) != 0)
        return replacement_open(o->path, NULL, &o->r, e);
    int standard = standard_fd(&st);
    if (standard >= 0 || !S_ISREG(st.st_mode))
        return open_through(o, standard, e);
    return realpath(path, o->path) ? replacement_open(o->path, &st.st_mode, &o->r, e)
                                   : err_system(e, "%s", path);
}

struct io_output *io_output_open(const char *path, struct err *e)
{
    struct io_output *o = mem_alloc(MEM_BASE, sizeof *o);
    o->r = (struct replacement){.fd = -1};
    o->through = -1;
    o->is_standard = false;
    o->waiting = 0;
    if (open_output(o, path, e))
        return o;
    io_output_abandon(o);
    return NULL;
}

static bool write_piece(struct io_output *o, struct err *e)
{
    int fd = o->through >= 0 ? o->through : o->r.fd;
    size_t n = o->waiting;
    o->waiting = 0;
    return io_write(fd, o->piece, n, e) || err_prefix(e, "%s", o->path);
}

bool io_output_flush(struct io_output *o, struct err *e)
{
    return o->through < 0 || write_piece(o, e);
}

bool io_output_append(struct io_output *o, const void *bytes, size_t n, struct err *e)
{
    const char *p = bytes;
    if (o->waiting + n > PIECE && !write_piece(o, e))
        return false;
    for (; n > PIECE; p += PIECE, n -= PIECE) {
        memcpy(o->piece, p, PIECE);
        o->waiting = PIECE;
        if (!write_piece(o, e))
            return false;
    }
    memcpy(o->piece + o->waiting, p, n);
    o->waiting += n;
    return true;
}

bool io_output_commit(struct io_output *o, struct err *e)
{
    bool ok = write_piece(o, e) && (o->through >= 0 || replacement_commit(&o->r, e));
    io_output_abandon(o);
    return ok;
}

void io_output_abandon(struct io_output *o)
{
    if (!o)
        return;
    if (!o->is_standard)
        io_close(o->through);
    replacement_drop(&o->r);
    mem_free(MEM_BASE, o);
}

bool io_write_output(const char *path, const void *bytes, size_t n, struct err *e)
{
    struct io_output *o = io_output_open(path, e);
    if (!o)
        return false;
    if (io_output_append(o, bytes, n, e))
        return io_output_commit(o, e);
    io_output_abandon(o);
    return false;
}
