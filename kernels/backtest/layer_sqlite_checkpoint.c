/* sqlite-checkpoint: beyond some thousand results the checkpoint is a table with an index, so that
 * looking up and adding cost the same for the hundred-thousandth as for the first, and nothing of it
 * stands in memory. Below that a small JSON file is cheaper, and stays (checkpoint_read_growing):
 * a database from the first result on (checkpoint_index_after 0) costs a small run more than all of
 * its JSON does.
 */
#include "kernels/backtest/run.h"

static void end_checkpoint(void *owner, void *doc)
{
    (void)owner;
    checkpoint_free(doc);
}

static bool checkpoint_sqlite_checkpoint(const struct bt_checkpoint_link *self, struct bt_run *run,
                                         struct checkpoint **doc, struct bt_lease *lease,
                                         struct err *e)
{
    (void)self;
    *doc = checkpoint_read_growing(run->json_path, run->sqlite_path, run->plan.index_after, e);
    *lease = (struct bt_lease){*doc ? end_checkpoint : NULL, NULL, *doc};
    run->counts.checkpoint_reads++;
    return *doc != NULL;
}

const struct bt_layer bt_layer_sqlite_checkpoint = {
    .name = "sqlite-checkpoint",
    .why = "JSON parsed and rewritten as a whole -> a table with an index, in transactions",
    .replace = {.checkpoint = checkpoint_sqlite_checkpoint},
    .gives = BT_INDEXED_CHECKPOINT,
};
