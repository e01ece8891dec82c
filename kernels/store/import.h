/* A CSV file into a bundle in the making.
 *
 *     struct bundle_writer *w = bundle_writer_open(&target, e);
 *     if (import_csv(path, w, skip, &report, arena, e))  bundle_writer_commit(w, ...);
 *     else                                               bundle_writer_abandon(w);
 *
 * Rows may come date by date, symbol by symbol, or mixed, as long as each symbol's dates ascend.
 */
#ifndef CUPEL_STORE_IMPORT_H
#define CUPEL_STORE_IMPORT_H

#include "kernels/store/bundle.h"
#include "kernels/store/csv.h"

struct import_tally {
    long count, first_line;
};

struct import_report {
    long rows;                   /* taken */
    long skipped;                /* left out, by kind below */
    long rounded_prices;         /* to 1e-6 */
    struct import_tally outside; /* rows taken whose open or close is not within low..high */
    struct import_tally faults[CSV_FAULT_COUNT];
    uint64_t bytes;                   /* of (unpacked) text */
    const char *const *extra_columns; /* passed over; in the arena */
    int extra_count;
};

/* skip: a bad row is counted and left out, else it is the error "file:line: reason". Error also
 * when no row is left. The writer stays the caller's. */
bool import_csv(const char *path, struct bundle_writer *w, bool skip, struct import_report *out,
                struct arena *a, struct err *e) MUST_CHECK;

#endif
