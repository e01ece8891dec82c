/* Another commit of the repository that this process stands in, its files and what was built of them:
 * what `gate --against` compares with.
 *
 *     struct revision r = REVISION_NONE;
 *     const struct revision_request wanted = {.name = "v1.2", .build = "make", .product = "bench"};
 *     if (revision_open(&r, &wanted, &arena, e)) ... r.folder ...
 *     revision_close(&r);
 *
 * It is checked out by `git worktree` in $CUPEL_CACHE/revisions, built there, and kept for the next time,
 * known to the repository no more. A few are kept; what a killed run left is removed by the next.
 */
#ifndef CUPEL_GATE_REVISION_H
#define CUPEL_GATE_REVISION_H

#include "harness/gate/repository.h"

struct revision_request {
    const char *name;    /* of the commit: a branch, a tag, HEAD~3 */
    const char *build;   /* for the shell, run in the folder; NULL: there is nothing to build */
    const char *product; /* what the build must leave, relative to the folder; NULL: anything */
    bool at_top;         /* built there, wherever below it this process is */
    bool rebuild;        /* even when it was built before */
};

struct revision {
    struct repository repository;
    const char *commit;
    const char *folder;  /* of its files, at the place below the top that this process is at */
    const char *scratch; /* a folder for logs, kept with it */
    const char *label;   /* "v1.2 (1a2b3c4d5e6f)" */
    bool is_head;
    bool was_there; /* built before */
    int lock;       /* keeps others from removing it; -1: none */
};

#define REVISION_NONE                                                                              \
    {                                                                                              \
        .lock = -1                                                                                 \
    }

/* Says what it does (log_info). Error: no repository or commit, or the build fails (its last lines go to
 * log_error); INTERRUPTED. Then nothing is left: no worktree, no files. */
bool revision_open(struct revision *r, const struct revision_request *wanted, struct arena *a,
                   struct err *e) MUST_CHECK;
void revision_close(struct revision *r);

#endif
