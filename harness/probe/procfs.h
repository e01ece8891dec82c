/* The probe's own looks at /proc: kept-open descriptors, read from the start by pread.
 *
 * Not through base/io, on purpose: io counts the workload's files, and a look at a clock must not
 * turn up in that count. Each look, of any thread, is counted here instead, so that /proc/self/io can
 * be corrected for it. A descriptor of /proc/self/... stays that of the process that opened it, after a
 * fork too.
 */
#ifndef CUPEL_PROBE_PROCFS_H
#define CUPEL_PROBE_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int procfs_open(const char *path); /* -1 when it cannot be read */
void procfs_close(int fd);         /* -1 is fine */

/* Up to size - 1 bytes from the start, NUL-terminated. False (and "") when nothing was read. */
bool procfs_read(int fd, char *text, size_t size);

/* The number after "name:" at the start of a line; -1 when there is none. */
int64_t procfs_field(const char *text, const char *name);

/* What all looks of this process have read so far. */
struct procfs_looks {
    int64_t calls, bytes;
};
struct procfs_looks procfs_looks(void);

#endif
