/* The lock of a revision's place: whoever builds or removes it holds it alone, who measures shares it. A file
 * beside the place, ROOT/KEY.lock, gone with it. */
#ifndef CUPEL_GATE_REVISION_LOCK_H
#define CUPEL_GATE_REVISION_LOCK_H

#include "harness/base/err.h"

#define REVISION_LOCK_END ".lock"

/* The descriptor, locked; -1 without e->text when another holds it, -1 with e on an error. */
int revision_lock_try(const char *path, struct err *e) MUST_CHECK;

/* The same, but waits for the others, and says so; -1: an error, INTERRUPTED. */
int revision_lock_wait(const char *path, const char *label, struct err *e) MUST_CHECK;

#endif
