#include "harness/base/io.h"

#include <errno.h>
#include <fcntl.h>
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
