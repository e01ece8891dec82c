/* What the checkpoint of a store names: id and stamp of all that is done, range by range. */
#ifndef CUPEL_BACKTEST_STORE_NAMED_H
#define CUPEL_BACKTEST_STORE_NAMED_H

#include "kernels/backtest/store_look.h"
#include "kernels/store/checkpoint.h"

/* The checkpoint; both kinds of it when a conversion from one to the other was cut short. Error: also
 * ERR_INPUT when it is damaged. */
struct bt_named {
    struct checkpoint *doc[BT_NAMED_KINDS];
};

bool bt_named_read(const struct bt_store *s, struct bt_named *out, struct err *e) MUST_CHECK;
void bt_named_done(struct bt_named *n);
bool bt_named_has(const struct bt_named *n, const char *range, const char *id, const char *stamp);
/* One that both name is one. */
bool bt_named_each(const struct bt_named *n, checkpoint_fn *fn, void *context,
                   struct err *e) MUST_CHECK;

#endif
