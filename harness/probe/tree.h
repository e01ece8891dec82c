/* The resident memory of a process and of all that descends from it, as /proc tells it now.
 *
 *     struct tree t;
 *     if (tree_read(getpid(), true, &t)) ... t.rss_bytes, t.processes ...
 *
 * Pages that processes share are in the sum once for each. What ends while it is read is left out.
 * For any thread; allocates nothing.
 */
#ifndef CUPEL_PROBE_TREE_H
#define CUPEL_PROBE_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { TREE_MAX = 1024 }; /* processes; those beyond are not counted */

struct tree {
    int processes;
    uint64_t rss_bytes; /* sum over them */
};

/* with_root: the first process counts too. False when nothing was there to be read. */
bool tree_read(pid_t root, bool with_root, struct tree *out);

/* Does this kernel tell the children of a process (CONFIG_PROC_CHILDREN)? Else a tree is its root. */
bool tree_has_children(void);

#endif
