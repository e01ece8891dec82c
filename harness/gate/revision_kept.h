/* Revisions that are kept from before, each at ROOT/KEY: those that nobody needs go, unless somebody uses them. */
#ifndef CUPEL_GATE_REVISION_KEPT_H
#define CUPEL_GATE_REVISION_KEPT_H

#include "harness/gate/repository.h"

/* Worktrees that this repository still knows, but for `key`: their makers were killed, or are at work and hold
 * the lock. */
bool revision_kept_remove_stale(const struct repository *r, const char *root, const char *key,
                                struct arena *a, struct err *e) MUST_CHECK;

/* Those that were built and not used for the longest time, until a few are left. */
void revision_kept_remove_old(const char *root);

/* Locks whose place is gone: of those who were killed, or of a build that failed. */
void revision_kept_remove_locks(const char *root);

#endif
