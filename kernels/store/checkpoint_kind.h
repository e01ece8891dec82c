/* What the two kinds of checkpoint have in common: private to checkpoint*.c. */
#ifndef CUPEL_STORE_CHECKPOINT_KIND_H
#define CUPEL_STORE_CHECKPOINT_KIND_H

#include "harness/base/str.h"
#include "kernels/store/checkpoint_set.h"

struct checkpoint_kind {
    const char *suffix;        /* of a path of this kind */
    const char *const *beside; /* suffixes of files that belong to it, NULL at the end */

    /* An existing regular file; an absent one. */
    struct checkpoint *(*read)(const char *path, struct err *e);
    struct checkpoint *(*begin)(const char *path, struct err *e);
    /* A new file with all of c, by rename. */
    bool (*replace)(struct checkpoint *c, const char *path, struct err *e);

    void (*free)(struct checkpoint *c);
    const char *(*stamp)(struct checkpoint *c, const char *range, const char *id);
    void (*add)(struct checkpoint *c, const char *range, const char *id, const char *stamp);
    void (*remove)(struct checkpoint *c, const char *range, const char *id);
    long (*count)(struct checkpoint *c);
    bool (*each)(struct checkpoint *c, checkpoint_fn *fn, void *context, struct err *e);
    bool (*commit)(struct checkpoint *c, struct err *e); /* to the file that c is bound to */
};

/* What stands first in a handle of either kind. */
struct checkpoint {
    const struct checkpoint_kind *kind;
    const char *path; /* that it is bound to; NULL: none */
};

extern const struct checkpoint_kind checkpoint_json, checkpoint_sqlite;

struct checkpoint *checkpoint_in_memory(void);

/* "PATH.tmp.PID", a name that io_remove_temporaries knows. Owner: the caller, text_done. */
struct text checkpoint_temporary(const char *path);

/* The finished temporary file takes the place of path; on error it is removed. */
bool checkpoint_take_place(const char *temporary, const char *path, struct err *e) MUST_CHECK;

#endif
