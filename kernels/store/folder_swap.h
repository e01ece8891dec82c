/* A folder that appears whole: made beside its target under another name, then renamed.
 *
 *     struct folder_swap f;
 *     folder_swap_begin(&f, "data/mag7", replace, arena, e)    // makes data/mag7.tmp.PID
 *     ... write into f.temporary, sync each file ...
 *     folder_swap_commit(&f, e)  or  folder_swap_abandon(&f)
 *
 * A kill in between leaves only the temporary folder; the next begin for the same target removes it.
 */
#ifndef CUPEL_STORE_FOLDER_SWAP_H
#define CUPEL_STORE_FOLDER_SWAP_H

#include "harness/base/arena.h"
#include "harness/base/err.h"

#include <stdbool.h>

struct folder_swap {
    const char *target, *parent, *temporary; /* in the arena */
    bool replace;
};

/* Makes parent folders that are missing. Error: the target exists and replace is false. */
bool folder_swap_begin(struct folder_swap *f, const char *target, bool replace, struct arena *a,
                       struct err *e) MUST_CHECK;

/* Replacing removes the folder: only one that holds nothing but these names (NULL-terminated), or one that
 * is not there, may go that way. what: "a bundle". */
bool folder_swap_may_replace(const char *target, const char *const *names, const char *what,
                             struct err *e) MUST_CHECK;

/* Syncs, renames (or exchanges, when the target exists) and removes what gave way. On error the
 * temporary folder is removed and the target is as it was, unless the error says that the new one is
 * in place: only the last sync, of the parent folder, failed. */
bool folder_swap_commit(struct folder_swap *f, struct err *e) MUST_CHECK;
void folder_swap_abandon(const struct folder_swap *f);

#endif
