/* What stands in the segments of a range, counted record by record: copies that nobody reads any more, and
 * gaps that damage has made, are seen only there.
 */
#ifndef CUPEL_BACKTEST_STORE_SEGMENTS_H
#define CUPEL_BACKTEST_STORE_SEGMENTS_H

#include "kernels/backtest/store_summary.h"

struct bt_segments {
    struct bt_range_summary files; /* what is said of files */
    long records;                  /* whole heads: older copies too, whatever their payload */
    /* Damage between records, which hides what stood there. Not that of a file's own head: nothing is
     * lost by it, and nobody mends it. */
    long gaps;
};

/* Reads the heads of all records of the range. */
bool bt_segments_count(const struct bt_store *s, const char *range, struct bt_segments *out,
                       struct err *e) MUST_CHECK;

#endif
