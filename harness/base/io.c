#define _GNU_SOURCE
#include "harness/base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const op_names[] = {
#define IO_NAME(name, text) text,
    IO_OPS(IO_NAME)
#undef IO_NAME
};

/* As struct io_counts. Relaxed: each is exact, nobody reads two as of one moment. */
static struct {
    _Atomic uint64_t calls[IO_OP_COUNT];
    _Atomic uint64_t bytes_read, bytes_written;
} counts;

/* Returns the count with the new ones. */
static uint64_t count(_Atomic uint64_t *counter, uint64_t more)
{
    return atomic_fetch_add_explicit(counter, more, memory_order_relaxed) + more;
}

/* The planned fault: which operation, how many of them still pass, what errno it gives. Read once,
 * then constant. */
static pthread_once_t fault_once = PTHREAD_ONCE_INIT;
static struct {
    bool armed;
    enum io_op op;
    uint64_t nth;
    int number;
} fault;

/* No errno: the process ends there and then, as in a crash. */
enum { FAULT_KILL = -1 };

static const struct {
    const char *name;
    int number;
} fault_errors[] = {
    {"EIO",    EIO       },
    {"ENOSPC", ENOSPC    },
    {"EROFS",  EROFS     },
    {"EACCES", EACCES    },
    {"EMFILE", EMFILE    },
    {"KILL",   FAULT_KILL},
};

static bool fault_op(struct str name)
{
    for (int i = 0; i < IO_OP_COUNT; i++)
        if (str_is(name, op_names[i])) {
            fault.op = (enum io_op)i;
            return true;
        }
    return false;
}

static bool fault_number(struct str name)
{
    for (size_t i = 0; i < sizeof fault_errors / sizeof *fault_errors; i++)
        if (str_is(name, fault_errors[i].name)) {
            fault.number = fault_errors[i].number;
            return true;
        }
    return false;
}

/* op:nth[:errno name] */
static bool fault_parse(struct str plan)
{
    struct str rest = plan;
    long nth = 0;
    if (!fault_op(str_cut(&rest, ':')) || !rest.p)
        return false;
    if (!str_to_long(str_cut(&rest, ':'), &nth) || nth < 1)
        return false;
    fault.nth = (uint64_t)nth;
    fault.number = EIO;
    return !rest.p || fault_number(rest);
}

/* A plan with a slip of the pen would make a test pass for want of its fault: the process ends. */
static void fault_read(void)
{
    const char *plan = getenv("CUPEL_IO_FAULT");
    if (!plan || !*plan)
        return;
    fault.armed = fault_parse(str_of(plan));
    if (fault.armed)
        return;
    dprintf(STDERR_FILENO, "CUPEL_IO_FAULT: expected op:nth[:errno name], found \"%s\"\n", plan);
    _exit(2);
}

/* Counts one operation; true when it is the one that is to fail (errno is set then). */
static bool count_and_fail(enum io_op op)
{
    uint64_t calls = count(&counts.calls[op], 1);
    pthread_once(&fault_once, fault_read);
    if (!fault.armed || fault.op != op || calls != fault.nth)
        return false;
    if (fault.number == FAULT_KILL)
        raise(SIGKILL);
    errno = fault.number;
    return true;
}

bool io_count(enum io_op op, uint64_t bytes)
{
    if (count_and_fail(op))
        return false;
    if (op == IO_READ)
        count(&counts.bytes_read, bytes);
    if (op == IO_WRITE)
        count(&counts.bytes_written, bytes);
    return true;
}

struct io_counts io_counts_now(void)
{
    struct io_counts now = {.bytes_read = counts.bytes_read, .bytes_written = counts.bytes_written};
    for (int i = 0; i < IO_OP_COUNT; i++)
        now.calls[i] = counts.calls[i];
    return now;
}

void io_counts_add(struct io_counts more)
{
    for (int i = 0; i < IO_OP_COUNT; i++)
        count(&counts.calls[i], more.calls[i]);
    count(&counts.bytes_read, more.bytes_read);
    count(&counts.bytes_written, more.bytes_written);
}

const char *io_op_name(enum io_op op)
{
    return op_names[op];
}

int io_open(const char *path, int flags, struct err *e)
{
    int fd = count_and_fail(IO_OPEN) ? -1 : open(path, flags | O_CLOEXEC, 0666);
    if (fd < 0)
        err_system(e, "%s", path);
    return fd;
}

bool io_read(int fd, void *into, size_t n, size_t *got, struct err *e)
{
    ssize_t r;
    do
        r = count_and_fail(IO_READ) ? -1 : read(fd, into, n);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return err_system(e, "read");
    *got = (size_t)r;
    count(&counts.bytes_read, (uint64_t)r);
    return true;
}

bool io_write(int fd, const void *bytes, size_t n, struct err *e)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t w = count_and_fail(IO_WRITE) ? -1 : write(fd, p, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return err_system(e, "write");
        count(&counts.bytes_written, (uint64_t)w);
        p += w;
        n -= (size_t)w;
    }
    return true;
}

bool io_sync(int fd, struct err *e)
{
    if (count_and_fail(IO_SYNC) || fsync(fd) != 0)
        return err_system(e, "fsync");
    return true;
}

void io_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool io_read_file(const char *path, struct text *into, struct err *e)
{
    int fd = io_open(path, O_RDONLY, e);
    if (fd < 0)
        return false;
    struct stat st;
    bool ok = fstat(fd, &st) == 0 || err_system(e, "%s", path);
    if (ok && S_ISDIR(st.st_mode))
        ok = err_input(e, "%s: expected a file, found a folder", path);
    size_t chunk = ok && st.st_size > 0 ? (size_t)st.st_size + 1 : 64 * 1024, got = ok;
    char *buffer = mem_alloc(MEM_BASE, chunk);
    while (ok && got > 0) {
        ok = io_read(fd, buffer, chunk, &got, e) || err_prefix(e, "%s", path);
        if (ok)
            text_add(into, buffer, got);
    }
    mem_free(MEM_BASE, buffer);
    io_close(fd);
    return ok;
}

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

/* ---- maps and folders ------------------------------------------------------------------------- */

bool io_map(const char *path, struct io_map *out, struct err *e)
{
    *out = (struct io_map){0};
    int fd = io_open(path, O_RDONLY, e);
    if (fd < 0)
        return false;
    struct stat st;
    bool ok = fstat(fd, &st) == 0 || err_system(e, "%s", path);
    if (ok && st.st_size > 0) {
        void *p = count_and_fail(IO_MAP)
                      ? MAP_FAILED
                      : mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        ok = p != MAP_FAILED || err_system(e, "%s: map", path);
        if (ok)
            *out = (struct io_map){p, (size_t)st.st_size};
    }
    io_close(fd);
    return ok;
}

void io_unmap(struct io_map *map)
{
    if (map->p)
        munmap((void *)(uintptr_t)map->p, map->n);
    *map = (struct io_map){0};
}

bool io_make_dirs(const char *path, struct err *e)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part)
        return err_input(e, "\"%.60s\": not a usable folder name", path);
    memcpy(part, path, n + 1);
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char end = *p;
        *p = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return err_system(e, "make folder %s", part);
        *p = end;
        if (end == '\0')
            break;
    }
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return err_input(e, "%s: expected a folder, found a file", path);
    return true;
}

bool io_rename(const char *from, const char *to, struct err *e)
{
    if (count_and_fail(IO_RENAME) || rename(from, to) != 0)
        return err_system(e, "rename %s to %s", from, to);
    return true;
}

bool io_sync_dir(const char *path, struct err *e)
{
    int fd = io_open(path, O_RDONLY | O_DIRECTORY, e);
    if (fd < 0)
        return false;
    bool ok = io_sync(fd, e) || err_prefix(e, "%s", path);
    io_close(fd);
    return ok;
}

bool io_remove(const char *path, struct err *e)
{
    if (count_and_fail(IO_REMOVE) || unlink(path) != 0)
        return err_system(e, "remove %s", path);
    return true;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return count_and_fail(IO_REMOVE) ? -1 : remove(path);
}

bool io_remove_tree(const char *path, struct err *e)
{
    struct stat st;
    if (lstat(path, &st) != 0 && errno == ENOENT)
        return true;
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
        return err_system(e, "remove %s", path);
    return true;
}

/* NAME.tmp.PID; an SQLite database's log is NAME.tmp.PID-wal. */
bool io_is_temporary(const char *name)
{
    static const char mark[] = ".tmp.", *const logs[] = {"-wal", "-journal", "-shm"};
    const char *end = name + strlen(name);
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
        if ((size_t)(end - name) > strlen(logs[i]) && strcmp(end - strlen(logs[i]), logs[i]) == 0) {
            end -= strlen(logs[i]);
            break;
        }
    const char *digits = end;
    while (digits > name && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    size_t n = sizeof mark - 1;
    return digits < end && (size_t)(digits - name) > n && memcmp(digits - n, mark, n) == 0;
}

static int remove_temporary(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    return kind == FTW_F && io_is_temporary(path + at->base) ? remove_entry(path, st, kind, at) : 0;
}

bool io_remove_temporaries(const char *path, struct err *e)
{
    return nftw(path, remove_temporary, 16, FTW_PHYS) == 0 || err_system(e, "clean %s", path);
}

bool io_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool io_is_empty_dir(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return !io_exists(path);
    int entries = 0;
    while (readdir(dir))
        entries++;
    closedir(dir);
    return entries <= 2; /* . and .. */
}
