/* Files of a store that nobody needs: what was kept aside as damaged, what killed processes left. */
#ifndef CUPEL_BACKTEST_STORE_LEFTOVERS_H
#define CUPEL_BACKTEST_STORE_LEFTOVERS_H

#include "kernels/backtest/store_look.h"

struct bt_leftovers {
    long damaged, temporaries; /* files kept aside, files of killed processes */
    uint64_t bytes;
};

/* In the order of the folders. is_temporary: else damaged. */
typedef bool bt_leftover_fn(void *context, const char *path, bool is_temporary, uint64_t bytes,
                            struct err *e);
bool bt_store_leftovers(struct bt_store *s, bt_leftover_fn *fn, void *context,
                        struct err *e) MUST_CHECK;
/* Such a function: adds to the struct bt_leftovers that is the context. */
bool bt_leftover_add(void *context, const char *path, bool is_temporary, uint64_t bytes,
                     struct err *e);

#endif
