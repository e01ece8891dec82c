/* What every process had mapped, also of those that have ended: an address is looked up in the files
 * that stood there at that moment.
 *
 *     spaces_map(&spaces, pid, &(struct spaces_mapping){start, end, offset, image});
 *     const struct spaces_mapping *m = spaces_find(&spaces, pid, address);
 */
#ifndef CUPEL_PROFILE_SPACES_H
#define CUPEL_PROFILE_SPACES_H

#include "harness/base/err.h"
#include "harness/profile/pairs.h"
#include "harness/profile/record.h"

#include <stdint.h>
#include <sys/types.h>

struct spaces_mapping {
    uint64_t start, end, offset; /* offset: in the file */
    int image;
};

struct space;

struct spaces {
    struct pairs by_pid;
    struct space *spaces;
    int count, capacity;
};

/* A later mapping covers an earlier one. */
void spaces_map(struct spaces *all, pid_t pid, const struct spaces_mapping *mapping);

/* The child has what its parent has now. */
void spaces_fork(struct spaces *all, pid_t parent, pid_t child);

/* A new program: nothing is mapped. Also before a process is known. */
void spaces_exec(struct spaces *all, pid_t pid);

/* NULL: nothing stands there. For as long as nothing is added. */
const struct spaces_mapping *spaces_find(const struct spaces *all, pid_t pid, uint64_t address);

void spaces_done(struct spaces *all);

/* What a living process has mapped that can be executed, from /proc/PID/maps. */
typedef void spaces_visit(void *context, const struct record_mapping *mapping);
bool spaces_read(pid_t pid, spaces_visit *visit, void *context, struct err *e) MUST_CHECK;

#endif
