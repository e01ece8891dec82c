/* What the runs of a base give back, as a hash: private to this folder. */
#ifndef CUPEL_CAPTURE_DIGEST_H
#define CUPEL_CAPTURE_DIGEST_H

#include "kernels/capture/capture.h"

/* Adds each run in the order of ids: id, parameters, and of its files (all, or the entry file only) path, bytes,
 * permissions and time. Equal for every way of storing. Error: a run that cannot be read, or a file that is not
 * what was kept. */
bool capture_digest_add(struct sha256 *h, const char *base, bool all, struct err *e) MUST_CHECK;

#endif
