/* What build this is: version, commit, compiler and flags, for --version and every record. */
#ifndef CUPEL_BASE_VERSION_H
#define CUPEL_BASE_VERSION_H

#define CUPEL_VERSION "0.1.0"

const char *version_commit(void);   /* "9f3c2d1a+dirty", "unknown" outside a git checkout */
const char *version_compiler(void); /* "gcc 12.2.0" */
const char *version_flags(void);    /* the C flags of this build */

#endif
