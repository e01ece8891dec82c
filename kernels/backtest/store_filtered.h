/* What the filters of a store's last run left out: DIR/filtered.json. */
#ifndef CUPEL_BACKTEST_STORE_FILTERED_H
#define CUPEL_BACKTEST_STORE_FILTERED_H

#include "kernels/backtest/store_look.h"

/* Ids in byte order. n 0: none, or no filters. */
struct bt_left_out {
    const char **ids;
    int n;
    const char *window_filter, *final_filter; /* NULL: none */
};
bool bt_store_left_out(struct bt_store *s, struct bt_left_out *out, struct err *e) MUST_CHECK;
bool bt_is_left_out(const struct bt_left_out *left, const char *id);

#endif
