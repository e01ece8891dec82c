/* A folder and all that is below it, parents first, in byte order of the names. Links are entries, and
 * never followed. What goes away meanwhile is passed over.
 *
 *     walk_tree(folder, add, &sum, e)                  // all of it, or an error
 *     walk_readable(folder, add, miss, &sum, e)        // what can be read; the rest is told
 */
#ifndef CUPEL_STORAGE_WALK_H
#define CUPEL_STORAGE_WALK_H

#include "harness/base/err.h"

#include <stdint.h>

struct walk_entry {
    const char *path, *name;
    const char *place; /* below the folder; "": itself */
    int depth;         /* 0: the folder itself */
    bool is_folder, is_file;
    uint64_t apparent,
        allocated;    /* bytes: st_size, st_blocks * 512; of folders too, as du counts */
    int64_t mtime_ms; /* since 1970 */
};

enum walk_next { WALK_ON, WALK_PAST /* not into this folder */, WALK_STOP /* e says why */ };

typedef enum walk_next walk_fn(void *context, const struct walk_entry *entry, struct err *e);

/* A folder that is not there has no entries. */
bool walk_tree(const char *folder, walk_fn *fn, void *context, struct err *e) MUST_CHECK;

/* What cannot be looked at, or not into: `place` below the folder, "": itself; why: of the system. A
 * folder that may be listed but not entered is told once, not its entries. */
typedef void walk_miss_fn(void *context, const char *place, const char *why);

/* As walk_tree, and goes on behind what cannot be read. */
bool walk_readable(const char *folder, walk_fn *fn, walk_miss_fn *miss, void *context,
                   struct err *e) MUST_CHECK;

#endif
