/* The git repository that this process stands in: what is asked of it, and worktrees of other commits.
 * Branches, the index and the user's files are never touched, hooks are not run.
 *
 *     struct repository r;
 *     const char *commit;
 *     if (repository_here(&r, &arena, e) && repository_commit(&r, "v1.2", &commit, &arena, e) &&
 *         repository_add_worktree(&r, commit, path, e))
 *         ...
 *     repository_remove_worktree(&r, path);
 */
#ifndef CUPEL_GATE_REPOSITORY_H
#define CUPEL_GATE_REPOSITORY_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/opt.h"

struct repository {
    const char *top;      /* its working tree, absolute */
    const char *below;    /* this process's folder below it: "", or "sub/folder" */
    const char *head;     /* the commit that is checked out */
    const char *describe; /* as `git describe --always --dirty=+dirty --abbrev=12` */
    bool is_dirty;        /* files that git knows were changed */
};

/* Texts live in the arena. Error: no git, no repository, no commit in it. */
bool repository_here(struct repository *r, struct arena *a, struct err *e) MUST_CHECK;

/* The full name of the commit that a branch, tag or any other name stands for. Error: there is none. */
bool repository_commit(const struct repository *r, const char *name, const char **commit,
                       struct arena *a, struct err *e) MUST_CHECK;

/* Does the commit hold that file or folder (relative to the top)? */
bool repository_holds(const struct repository *r, const char *commit, const char *path,
                      struct err *e) MUST_CHECK;

/* The commit's files at `path`, which must not exist yet. */
bool repository_add_worktree(const struct repository *r, const char *commit, const char *path,
                             struct err *e) MUST_CHECK;

/* The repository forgets the worktree, its files go. For clearing up: works when interrupted too, and when
 * either is gone already; what cannot be removed stays. */
void repository_remove_worktree(const struct repository *r, const char *path);

/* The repository forgets the worktree, its files stay, as a folder of no repository. */
bool repository_detach_worktree(const struct repository *r, const char *path,
                                struct err *e) MUST_CHECK;

/* Paths of all its worktrees below a folder. */
bool repository_worktrees(const struct repository *r, const char *folder, struct opt_texts *out,
                          struct arena *a, struct err *e) MUST_CHECK;

#endif
