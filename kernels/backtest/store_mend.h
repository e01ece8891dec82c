/* Setting a store right: store.json restored, its checkpoint made again, what nobody needs removed.
 */
#ifndef CUPEL_BACKTEST_STORE_MEND_H
#define CUPEL_BACKTEST_STORE_MEND_H

#include "kernels/backtest/store_leftovers.h"

/* Sees to DIR/store.json before the store is opened: one that is lost or damaged, or that stored
 * results contradict, is made again from what stamps.json or a result tells and every result fits;
 * what was there is kept as store.json.damaged. *told gets a line when it was. Error: a run has the
 * store; no store; nobody tells what was in it. */
bool bt_store_restore(const char *dir, struct text *told, struct err *e) MUST_CHECK;

/* For the others the store is open for BT_CHANGE. */

/* The checkpoint from the results, of the kind that is there (JSON when both or none are): first the
 * new one, by rename, then what it replaces goes. One that is damaged is kept as PATH.damaged. */
struct bt_rebuilt {
    const char *path;
    long results, before; /* entries; before: -1 when there was none that could be read */
};
bool bt_store_rebuild(struct bt_store *s, struct bt_rebuilt *out, struct err *e) MUST_CHECK;

/* What nobody needs. Dry: only counts. Else in an order that makes a crash harmless: entries of the
 * checkpoint, then the results that no entry names any more (store/result_store.h: compact), then
 * files kept aside and temporary ones. A result that is named and fresh is never touched but to be
 * written again in another segment. */
struct bt_garbage {
    long unnamed;  /* results that no checkpoint names under their stamp */
    long stale;    /* of another content than that of the bundle, or of other code */
    long repeated; /* older copies of results that are stored again */
    long damaged;  /* records and files that cannot be read: kept aside, until the next time */
    struct bt_leftovers left;
    uint64_t bytes_before, bytes_after; /* of all results; after: as before when dry */
};

/* content: of the bundle that results shall be of; NULL: stale ones stay. Error: no checkpoint that
 * can be read, so that nobody knows what is needed. */
bool bt_store_collect(struct bt_store *s, const char *content, bool dry, struct bt_garbage *out,
                      struct err *e) MUST_CHECK;

#endif
