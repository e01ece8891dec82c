/* checkpoint-cache: the checkpoint is read once and then answered from memory.
 *
 * Correct because the store is locked: nobody but this run writes the file, and what this run
 * writes it first adds to the same object.
 */
#include "kernels/backtest/run.h"

struct state {
    struct checkpoint *doc;
    struct bt_lease beneath;
    uint64_t hits, misses;
};

static bool checkpoint_checkpoint_cache(const struct bt_checkpoint_link *self, struct bt_run *run,
                                        struct checkpoint **doc, struct bt_lease *lease,
                                        struct err *e)
{
    struct state *s = self->state;
    if (s->doc) {
        s->hits++;
    } else {
        s->misses++;
        if (!BT_CALL(self->next, run, &s->doc, &s->beneath, e))
            return false;
    }
    *doc = s->doc;
    *lease = (struct bt_lease){0}; /* it stays until the run is over */
    return true;
}

static void done(void *state)
{
    struct state *s = state;
    bt_lease_end(&s->beneath);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    if (max < 2)
        return 0;
    out[0] = (struct kernel_count){"checkpoint_cache_hits", s->hits};
    out[1] = (struct kernel_count){"checkpoint_cache_misses", s->misses};
    return 2;
}

const struct bt_layer bt_layer_checkpoint_cache = {
    .name = "checkpoint-cache",
    .why = "checkpoint re-read per backtest -> read once, answered from memory",
    .wrap = {.checkpoint = checkpoint_checkpoint_cache},
    .state_size = sizeof(struct state),
    .done = done,
    .statistics = statistics,
};
