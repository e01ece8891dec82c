/* What a process holds, as the kernel accounts it: /proc/PID/smaps_rollup. Pages that several processes
 * map are `shared`; pss gives each its share of them. The reading is of the process as it stands, not of
 * its peak, and costs the reader a pass over its page tables: never within what is timed.
 */
#ifndef CUPEL_SLOTS_SLOTS_MEMORY_H
#define CUPEL_SLOTS_SLOTS_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct slots_memory {
    uint64_t rss, pss, shared, own; /* bytes; rss = shared + private */
};

/* false: it cannot be read (no such process, no such file in this kernel). */
bool slots_memory_read(pid_t pid, struct slots_memory *out);

#endif
