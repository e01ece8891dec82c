/* Which local files a source file needs: private to this folder. Both read one text and add to the
 * found files; what they do not understand is a warning with its line.
 */
#ifndef CUPEL_CAPTURE_NEEDS_H
#define CUPEL_CAPTURE_NEEDS_H

#include "kernels/capture/capture_found.h"

struct capture_source {
    struct capture_found *found;
    const char *place;  /* of this file */
    const char *folder; /* it lies in */
    const char *home;   /* folder of the entry file: where Python looks first */
    struct str text;
};

/* Includes in quotes (and #include_next, #import, #embed) beside the file, then from the root. What stands
 * in comments, strings (raw ones of C++ too) and <...> is none; conditions are not evaluated: both branches count. */
void capture_needs_c(const struct capture_source *s);

/* import a.b, from a.b import c, from ..x import y, with the __init__.py of each package on the way. Looked for in
 * the entry file's folder, in the root and in its src/; what is in none of them is not local. */
void capture_needs_python(const struct capture_source *s);

/* What a Python file imports, as it is parsed: one call for each name. */
struct capture_import {
    int line, level;   /* level: dots in front */
    struct str module; /* "a.b", n 0: only dots */
    struct str name;   /* what is taken out of it; n 0: `import a.b`; "*" */
};

struct capture_python {
    void (*take)(void *context, const struct capture_import *import);
    void (*doubt)(void *context, int line, const char *what); /* "not understood" */
    void *context;
};
void capture_python_parse(struct str text, const struct capture_python *to);

/* The names in the includes of a C file. */
struct capture_c {
    void (*take)(void *context, int line, struct str name);
    void (*doubt)(void *context, int line, const char *what);
    void *context;
};
void capture_c_parse(struct str text, const struct capture_c *to);

#endif
