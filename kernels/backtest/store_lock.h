/* Who uses a store: a lock on DIR/lock.
 *
 * An fcntl lock, not flock: it ends with the process that took it, however that ends, and a worker
 * that outlives its parent does not have it. It is the process's: closing any descriptor of the file
 * gives it up, so that one process must not open the file twice.
 */
#ifndef CUPEL_BACKTEST_STORE_LOCK_H
#define CUPEL_BACKTEST_STORE_LOCK_H

#include "harness/base/err.h"

#include <sys/types.h>

enum bt_lock {
    BT_LOCK_SHARED,   /* nobody shall write; the file must be there */
    BT_LOCK_EXCLUSIVE /* makes the file */
};

/* *fd is the lock, until io_close. Error: another has it, named by its process. */
bool bt_store_lock(const char *path, enum bt_lock kind, int *fd, struct err *e) MUST_CHECK;

/* The process that holds the lock exclusively, 0: nobody. For who has not locked it. */
bool bt_store_holder(const char *path, pid_t *holder, struct err *e) MUST_CHECK;

#endif
