#include "harness/probe/procfs.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Atomic int64_t looks, bytes_seen;

int procfs_open(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC);
}

void procfs_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool procfs_read(int fd, char *text, size_t size)
{
    text[0] = '\0';
    if (fd < 0)
        return false;
    ssize_t n = pread(fd, text, size - 1, 0);
    atomic_fetch_add_explicit(&looks, 1, memory_order_relaxed);
    if (n <= 0)
        return false;
    atomic_fetch_add_explicit(&bytes_seen, n, memory_order_relaxed);
    text[n] = '\0';
    return true;
}

int64_t procfs_field(const char *text, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, n) != 0 || line[n] != ':')
            continue;
        char *end;
        int64_t value = strtoll(line + n + 1, &end, 10);
        return end > line + n + 1 ? value : -1;
    }
    return -1;
}

struct procfs_looks procfs_looks(void)
{
    return (struct procfs_looks){looks, bytes_seen};
}
