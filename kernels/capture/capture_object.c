#include "kernels/capture/capture_object.h"

#include "harness/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

const char *capture_object_path(const char *base, const char sha256[SHA256_HEX], struct arena *a)
{
    return arena_format(a, "%s/objects/%.2s/%s", base, sha256, sha256 + 2);
}

bool capture_object_stamp(int fd, const struct capture_file *like, struct err *e)
{
    static const int64_t second_ns = 1000000000;
    int64_t seconds = like->mtime_ns / second_ns - (like->mtime_ns % second_ns < 0);
    struct timespec when = {
        .tv_sec = (time_t)seconds,
        .tv_nsec = (long)(like->mtime_ns - seconds * second_ns),
    };
    const struct timespec times[2] = {when, when};
    return (fchmod(fd, like->mode) == 0 && futimens(fd, times) == 0) ||
           err_system(e, "mode and time");
}

/* Is it there, whole? A file that a power cut left short is none. Touched before the look: a cleaner takes an
 * object aside, and puts it back when its time is a new one, so that what is seen here stays. Whether the
 * touch succeeds does not matter: where it is gone the look says so, and another's cannot be touched. */
static bool is_there(const char *path, size_t bytes)
{
    struct stat st;
    (void)utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size == bytes;
}

/* objects/ab; made when it is not there. */
static bool make_folder(const struct capture_object *o, char folder[PATH_MAX], uint64_t *folders,
                        struct err *e)
{
    if (snprintf(folder, PATH_MAX, "%s/objects/%.2s", o->base, o->sha256) >= PATH_MAX)
        return err_input(e, "%.60s...: the name is too long", o->base);
    if (mkdir(folder, 0777) == 0) {
        *folders += 1;
        return true;
    }
    if (errno == EEXIST)
        return true;
    *folders += 2;
    return io_make_dirs(folder, e);
}

/* A name of its own for each writer: of this process, and of those before it that were killed. -1 on
 * error. */
static int open_temporary(const char *path, char out[PATH_MAX], struct err *e)
{
    for (int n = 0; n < 1000; n++) {
        if (snprintf(out, PATH_MAX, "%s.%d.tmp.%ld", path, n, (long)getpid()) >= PATH_MAX) {
            err_input(e, "%.60s...: the name is too long", path);
            return -1;
        }
        int fd = io_open(out, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, e);
        if (fd >= 0 || !io_exists(out))
            return fd;
    }
    return -1;
}

static bool write_new(const struct capture_object *o, const char *path, const struct text *bytes,
                      struct err *e)
{
    char temporary[PATH_MAX];
    struct err ignored;
    int fd = open_temporary(path, temporary, e);
    if (fd < 0)
        return false;
    bool ok = bytes->n == 0 || io_write(fd, bytes->p, bytes->n, e);
    ok = ok && (!o->durable || io_sync(fd, e));
    io_close(fd);
    ok = (ok || err_prefix(e, "%s", path)) && io_rename(temporary, path, e);
    if (!ok && !io_remove(temporary, &ignored))
        err_prefix(e, "%s cannot be removed", temporary);
    return ok;
}

bool capture_object_put(const struct capture_object *o, const struct text *bytes, bool *is_new,
                        uint64_t *folders, struct err *e)
{
    char folder[PATH_MAX], path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/objects/%.2s/%s", o->base, o->sha256, o->sha256 + 2) >=
        (int)sizeof path)
        return err_input(e, "%.60s...: the name is too long", o->base);
    *is_new = !is_there(path, bytes->n);
    return !*is_new || (make_folder(o, folder, folders, e) && write_new(o, path, bytes, e));
}
