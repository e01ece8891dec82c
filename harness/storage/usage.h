/* How much the runs of a base folder take, by kind and by run. What may not be read is not counted: its
 * places are listed, and all sums are at least.
 *
 *     struct usage u;
 *     if (usage_read("runs/w1", &arena, &u, e)) ... u.all.allocated, u.runs[i], u.unread_n ...
 */
#ifndef CUPEL_STORAGE_USAGE_H
#define CUPEL_STORAGE_USAGE_H

#include "kernels/capture/capture.h"

/* kind, name */
#define USAGE_KINDS(X)                                                                             \
    X(CODE, "code")         /* files in runs */                                                    \
    X(METADATA, "metadata") /* of runs */                                                          \
    X(RESULTS, "results")   /* of runs, and the folder results/ of a sweep's store */              \
    X(OBJECTS, "objects")   /* contents that runs share */                                         \
    X(OTHER, "other")       /* folders of runs, checkpoints, what was left over */

enum usage_kind {
#define USAGE_ENUM(name, text) USAGE_##name,
    USAGE_KINDS(USAGE_ENUM)
#undef USAGE_ENUM
        USAGE_KIND_COUNT
};

extern const char *const usage_kind_names[USAGE_KIND_COUNT];

struct usage_amount {
    uint64_t files, folders;
    uint64_t apparent, allocated; /* bytes of both, as `du --apparent-size` and `du` count */
    uint64_t file_bytes;          /* apparent, of files alone */
};

struct usage_run {
    const char *id;
    bool whole;             /* there is metadata of this run, and all code is as long as it says */
    const char *why;        /* it is not; NULL: whole */
    bool is_partial;        /* some of it could not be read */
    struct capture_run run; /* of a whole one */
    struct usage_amount kinds[USAGE_KIND_COUNT], all;
};

struct usage_unread {
    const char *path, *why;
};

struct usage {
    struct usage_run *runs; /* in order of time */
    int n, whole;
    struct usage_amount kinds[USAGE_KIND_COUNT], all;
    uint64_t code_of_runs; /* bytes, if each whole run had copies of its files */
    int leftovers;         /* folders of runs that were never finished */

    struct usage_unread
        *unread; /* places that could not be read; what is below them is not counted */
    int unread_n;
};

void usage_add(struct usage_amount *sum, const struct usage_amount *more);

/* Error: no such folder, or it cannot be read itself. All in the arena. */
bool usage_read(const char *base, struct arena *a, struct usage *out, struct err *e) MUST_CHECK;

#endif
