/* batch: results are delivered and let go after each batch, and the memory goes back to the system, as
 * soon as it is enough to be worth a system call and fresh pages for those that come next.
 *
 * Where somebody will look at results again (filters) and there is no store to bring them back from,
 * they are kept as the base keeps them; and so are, from the first on, those of a bundle that was
 * replaced while the run was under way, which the store does not bring back under this plan.
 */
#include "kernels/backtest/run.h"

#include "harness/base/mem.h"

enum { GIVEN_FROM = 32 << 20 }; /* bytes */

struct state {
    struct bt_result **held; /* room for a batch */
    long n, batch;
    size_t result_bytes, let_go; /* of one; of those since memory was last given back */
    bool keeps;                  /* from now on the base does */
    uint64_t batches;
};

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)e;
    struct state *s = state;
    s->batch = plan->batch;
    s->result_bytes = sizeof **s->held + (size_t)plan->symbol_count * sizeof(struct bt_row);
    return true;
}

static void let_go(struct state *s)
{
    for (long i = 0; i < s->n; i++)
        bt_result_free(s->held[i]);
    s->n = 0;
}

static void done(void *state)
{
    struct state *s = state;
    let_go(s);
    mem_free(MEM_RESULTS, s->held);
}

static bool deliver_all(struct state *s, struct bt_run *run, struct err *e)
{
    bool ok = true;
    if (s->n == 0)
        return true;
    for (long i = 0; ok && !bt_plan_looks_back(&run->plan) && i < s->n; i++)
        ok = bt_run_consume(run, s->held[i], e);
    s->let_go += (size_t)s->n * s->result_bytes;
    let_go(s);
    s->batches++;
    if (s->let_go >= GIVEN_FROM) {
        mem_give_back(MEM_RESULTS);
        s->let_go = 0;
    }
    return ok;
}

static bool must_keep(const struct bt_run *run, const struct bt_result *result)
{
    if (!bt_plan_looks_back(&run->plan) && run->plan.range_count == 1)
        return false;
    return !run->store || !bt_result_is_of_plan(&run->plan, result);
}

static bool collect_batch(const struct bt_collect_link *self, struct bt_run *run,
                          struct bt_result *result, struct err *e)
{
    struct state *s = self->state;
    s->keeps = s->keeps || must_keep(run, result);
    if (s->keeps) {
        if (deliver_all(s, run, e))
            return BT_CALL(self->next, run, result, e);
        bt_result_free(result);
        return false;
    }
    if (!s->held)
        s->held = mem_alloc(MEM_RESULTS, (size_t)s->batch * sizeof(struct bt_result *));
    s->held[s->n++] = result;
    return s->n < s->batch || deliver_all(s, run, e);
}

static bool deliver_batch(const struct bt_deliver_link *self, struct bt_run *run,
                          enum bt_point point, struct err *e)
{
    return deliver_all(self->state, run, e) && BT_CALL(self->next, run, point, e);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    if (max < 1)
        return 0;
    out[0] = (struct kernel_count){"batches_released", s->batches};
    return 1;
}

const struct bt_layer bt_layer_batch = {
    .name = "batch",
    .why = "all results held to the end -> bounded batches, memory given back",
    .wrap = {.collect = collect_batch, .deliver = deliver_batch},
    .state_size = sizeof(struct state),
    .init = init,
    .done = done,
    .statistics = statistics,
};
