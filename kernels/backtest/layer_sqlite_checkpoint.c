/* sqlite-checkpoint: the checkpoint is a table with an index, so that looking up and adding cost the
 * same for the first result as for the hundred-thousandth, and nothing of it stands in memory.
 *
 * The file is checkpoint.sqlite in place of checkpoint.json: session.h takes over what the other
 * kind holds.
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
    *doc = checkpoint_read(run->checkpoint_path, e);
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
