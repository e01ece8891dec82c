/* batch-write: results wait for their batch; then one segment, and after it one checkpoint.
 *
 * The order makes a crash harmless: a result that no checkpoint names is computed again, a
 * checkpoint never names a result that is not on disk. At most one batch is lost.
 */
#include "kernels/backtest/run.h"

#include "kernels/backtest/result_packed.h"

#include <string.h>

struct state {
    int range;                 /* of all that wait */
    struct result_item *items; /* room for a whole batch */
    struct text *payloads;     /* items[i].payload is payloads[i] */
    struct mark {
        char id[BT_ID_TEXT], stamp[BT_STAMP_TEXT];
    } * marks;
    int waiting, batch;
    uint64_t batches;
};

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)e;
    struct state *s = state;
    s->batch = (int)plan->checkpoint_batch;
    return true;
}

static void done(void *state)
{
    struct state *s = state;
    for (int i = 0; s->payloads && i < s->batch; i++)
        text_done(&s->payloads[i]);
    mem_free(MEM_RESULTS, s->payloads);
    mem_free(MEM_RESULTS, s->marks);
    mem_free(MEM_RESULTS, s->items);
}

static bool write_batch(struct state *s, struct bt_run *run, struct checkpoint *doc, struct err *e)
{
    const char *range = run->plan.ranges[s->range].name;
    run->counts.result_writes++;
    if (!result_store_put_batch(run->store, range, s->items, s->waiting, e))
        return false;
    for (int i = 0; i < s->waiting; i++)
        checkpoint_add(doc, range, s->marks[i].id, s->marks[i].stamp);
    s->batches++;
    s->waiting = 0;
    return bt_write_checkpoint(run, doc, e);
}

static void make_room(struct state *s)
{
    s->items = mem_alloc_zero(MEM_RESULTS, (size_t)s->batch * sizeof *s->items);
    s->payloads = mem_alloc_zero(MEM_RESULTS, (size_t)s->batch * sizeof *s->payloads);
    s->marks = mem_alloc_zero(MEM_RESULTS, (size_t)s->batch * sizeof *s->marks);
}

static bool save_batch_write(const struct bt_save_link *self, struct bt_run *run,
                             struct checkpoint *doc, const struct bt_result *result, struct err *e)
{
    struct state *s = self->state;
    if (!s->items)
        make_room(s);
    /* Full when the write before failed and the caller goes on all the same. */
    if (s->waiting == s->batch && !write_batch(s, run, doc, e))
        return false;
    s->range = result->range;
    struct text *payload = &s->payloads[s->waiting];
    struct mark *mark = &s->marks[s->waiting];
    text_clear(payload);
    bt_result_pack(&run->plan, result, payload);
    memcpy(mark->id, result->item.id, sizeof mark->id);
    bt_plan_stamp(&run->plan, result->range, result->content, mark->stamp);
    s->items[s->waiting++] = (struct result_item){
        mark->id, {payload->p, payload->n}
    };
    return s->waiting < s->batch || write_batch(s, run, doc, e);
}

static bool flush_batch_write(const struct bt_flush_link *self, struct bt_run *run, int range,
                              struct err *e)
{
    struct state *s = self->state;
    struct checkpoint *doc;
    struct bt_lease lease;
    if (s->waiting == 0 || s->range != range)
        return true;
    if (!BT_CALL(run->ops.checkpoint, run, &doc, &lease, e))
        return false;
    bool ok = write_batch(s, run, doc, e);
    bt_lease_end(&lease);
    return ok;
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    if (max < 1)
        return 0;
    out[0] = (struct kernel_count){"batches_written", s->batches};
    return 1;
}

const struct bt_layer bt_layer_batch_write = {
    .name = "batch-write",
    .why = "one file and one checkpoint write a result -> one of each a batch, checkpoint last",
    .replace = {.save = save_batch_write, .flush = flush_batch_write},
    .state_size = sizeof(struct state),
    .init = init,
    .done = done,
    .statistics = statistics,
};
