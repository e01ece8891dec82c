/* A folder and all that is below it, parents first, in byte order of the names. Links are entries, and
 * never followed. What goes away meanwhile is passed over.
 *
 *     walk_tree(folder, add, &sum, e)
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

#endif
