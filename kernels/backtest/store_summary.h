/* What a store holds in all: results by age, files and bytes of each range, leftovers.
 *
 *     struct bt_summary_of_store all;
 *     bt_store_summary(&store, content, &all, e)
 */
#ifndef CUPEL_BACKTEST_STORE_SUMMARY_H
#define CUPEL_BACKTEST_STORE_SUMMARY_H

#include "kernels/backtest/store_leftovers.h"

struct bt_range_summary {
    const char *name;
    long results, damaged; /* damaged: records and files that cannot be read, and are not results */
    long ages[BT_AGES];
    long singles, segments; /* files */
    long last_segment;      /* number; 0: none */
    uint64_t bytes;         /* of these */
};

struct bt_summary_of_store {
    struct bt_range_summary *ranges; /* in byte order of the names */
    int n;
    struct bt_leftovers left;
};

/* Reads every result once; memory does not depend on how many there are. Lives in s->arena. */
bool bt_store_summary(struct bt_store *s, const char *content, struct bt_summary_of_store *out,
                      struct err *e) MUST_CHECK;

/* The ranges that have a folder, in byte order. In s->arena. */
bool bt_store_ranges(struct bt_store *s, const char *const **names, int *n,
                     struct err *e) MUST_CHECK;
/* Fills what is said of files, for the range of that name. */
bool bt_store_files(const struct bt_store *s, struct bt_range_summary *r, struct err *e) MUST_CHECK;

#endif
