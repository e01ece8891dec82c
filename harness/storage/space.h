/* How much of a disk is used, now and after what is still to come.
 *
 *     struct space s;
 *     if (space_read("runs/w1", &s, e) && space_after(&s, bytes) >= SPACE_WARN) ...
 */
#ifndef CUPEL_STORAGE_SPACE_H
#define CUPEL_STORAGE_SPACE_H

#include "harness/base/str.h"
#include "harness/storage/usage.h"

#define SPACE_WARN 0.80

struct space {
    uint64_t used, available; /* bytes, as df counts: what is kept for root is neither */
    uint64_t block;           /* what a file's bytes are rounded up to */
};

/* Of the disk on which the folder is, or will be: then its nearest folder that is there. */
bool space_read(const char *folder, struct space *out, struct err *e) MUST_CHECK;

/* The share of the disk that is used when so many bytes more are; above 1: they do not fit. */
double space_after(const struct space *s, uint64_t more_bytes);

/* "82 % of the disk of DIR will be used (needs 1.2 GiB, 3.4 GiB are free)"; nothing below SPACE_WARN. */
void space_warn(const struct space *s, const char *folder, uint64_t more_bytes, struct text *out);

/* ---- how much a captured run takes --------------------------------------------------------------- */

struct space_run {
    uint64_t first, next; /* allocated bytes, of the first run and of each after it */
    uint64_t apparent;    /* of each after it */
};

/* Of a plan that is not stored yet. */
struct space_run space_of_plan(const struct capture_plan *plan, enum capture_how how,
                               const struct space *s);

/* The mean of the runs that are there; n > 0. */
struct space_run space_of_usage(const struct usage *u);

#endif
