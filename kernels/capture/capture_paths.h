/* Names below a project's root, private to this folder. A place is a path below the root: "" is the
 * root, "a/b.py" a file in it; no ".", no "..", no double slash.
 *
 *     const char *place = capture_paths_join("utils", "../config/risk.py", a);   // "config/risk.py"
 *     switch (capture_paths_look(root, place, a, &file)) ...
 */
#ifndef CUPEL_CAPTURE_PATHS_H
#define CUPEL_CAPTURE_PATHS_H

#include "kernels/capture/capture.h"

#include <sys/stat.h>

/* The place of `name` seen from the folder `from`, by words alone. NULL: it is absolute, empty, or leaves
 * the root. Owner: the arena. */
const char *capture_paths_join(const char *from, const char *name, struct arena *a);

/* The folder that a place lies in. */
const char *capture_paths_folder(const char *place, struct arena *a);

/* Is it a place of a file, as capture_paths_join makes them? */
bool capture_paths_is_place(const char *path);

/* What lies below `root` (a real path), as a place; NULL when `real` does not. */
const char *capture_paths_below(const char *root, const char *real);

enum capture_look {
    CAPTURE_THERE,
    CAPTURE_ABSENT,
    CAPTURE_DANGLING, /* a link that leads to nothing, or round in a circle */
    CAPTURE_SHUT,     /* a folder on the way may not be entered */
    CAPTURE_OUTSIDE,  /* a link leads out of the root */
    CAPTURE_NO_FILE,  /* a folder, a device, a pipe */
    CAPTURE_TOO_LARGE,
    CAPTURE_NO_NAME, /* is no UTF-8, which the metadata could not tell */
};

enum { CAPTURE_FILE_BYTES_MAX = 64 << 20 };

const char *capture_look_words(enum capture_look look); /* "is not there" */

/* THERE: path, source and bytes of *out are set. */
enum capture_look capture_paths_look(const char *root, const char *place, struct arena *a,
                                     struct capture_file *out);

bool capture_paths_is_folder(const char *root, const char *place);

/* The project's root for an entry file in the folder `real` (a real path). */
const char *capture_paths_root(const char *real, struct arena *a);

/* A regular file of at most CAPTURE_FILE_BYTES_MAX, whole, appended. No link is followed at the last part of the path,
 * and nothing that is not a regular file is waited for. */
bool capture_paths_read(const char *path, struct text *into, struct stat *st,
                        struct err *e) MUST_CHECK;

#endif
