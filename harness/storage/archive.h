/* Chosen runs of a base folder as one .tar.gz, which unpacks to a base folder: backtests/ID/{metadata,code,
 * results}, code in place also where the base has each content once.
 *
 *     archive_write(&(struct archive_order){.base = dir, .ids = ids, .id_count = n, .out = "w1.tar.gz"}, &sum, e)
 *
 * Every file of code is checked against its hash before anything is written, and again in the archive
 * when it is written; a file appears when all of it is there and right. libarchive is loaded here
 * and nowhere else: linked, it would cost every start of cupel its sixteen libraries.
 */
#ifndef CUPEL_STORAGE_ARCHIVE_H
#define CUPEL_STORAGE_ARCHIVE_H

#include "harness/base/err.h"

#include <stdint.h>

struct archive_order {
    const char *base;
    const char *const *ids;
    int id_count;
    const char *out;
    bool replace; /* the archive that is there; else what is there is refused */
};

struct archive_sum {
    uint64_t files, bytes; /* in the archive, before it is packed */
    uint64_t packed_bytes;
    int links; /* left out */
};

/* Error: out is there, no such run, code that is not what it was, no libarchive, or writing failed: then
 * nothing is there, or what was there before. */
bool archive_write(const struct archive_order *order, struct archive_sum *sum,
                   struct err *e) MUST_CHECK;

#endif
