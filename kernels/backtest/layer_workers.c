/* workers: jobs go to processes; this one keeps the checkpoint, the results and their order.
 *
 * A worker gets a range and backtests as values and gives packed results, or rows in shared memory
 * (workers_wire.h). How a block is cut: workers_cut.h; what happens to answers: workers_batch.h.
 */
#include "kernels/backtest/workers_batch.h"

#include "kernels/backtest/workers_child.h"
#include "kernels/backtest/workers_cut.h"
#include "kernels/pool/pool.h"

#include <sys/mman.h>

enum { WINDOW_A_WORKER = 4, PLACE_BYTES = 256 * 1024 };

/* As many as blocks want, else as the setting says. */
static int batch_size(const struct bt_run *run)
{
    return (int)(run->block > run->plan.batch ? run->block : run->plan.batch);
}

/* A place has room for the rows of one backtest on all symbols at least. */
static bool need_places(struct bt_run *run, struct bt_workers *s, struct err *e)
{
    const struct bt_plan *plan = &run->plan;
    size_t least = (size_t)plan->symbol_count * BT_CUT_RUN * bt_row_packed_bytes(plan->metrics_all);
    if (run->block == 1 || plan->trades || plan->snapshots != BT_NO_SNAPSHOTS)
        return true;
    s->place_bytes = least > PLACE_BYTES ? least : PLACE_BYTES;
    void *p = mmap(NULL, (size_t)s->window * s->place_bytes, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return err_system(e, "memory shared with workers");
    s->places = p;
    return true;
}

static bool need_pool(struct bt_run *run, struct bt_workers *s, struct err *e)
{
    if (s->pool)
        return true;
    s->window = WINDOW_A_WORKER * run->plan.workers;
    struct pool_settings settings = {
        .workers = (int)run->plan.workers, .window = (int)s->window, .hang_ms = run->plan.hang_ms};
    struct pool_work work = {.context = run, .begin = bt_child_begin, .run = bt_child_run};
    if (!need_places(run, s, e))
        return false;
    s->pool = run->pool = pool_open(&settings, &work, e);
    return s->pool != NULL;
}

static bool exec_workers(const struct bt_exec_link *self, struct bt_run *run, long lo, long hi,
                         struct err *e)
{
    bool ok = need_pool(run, self->state, e);
    for (long at = lo; ok && at < hi;) {
        struct arena_mark mark = arena_mark(&run->work);
        struct bt_block block;
        bt_block_next(run, &at, hi, batch_size(run), &block);
        ok = (block.n == 0 || bt_workers_batch(run, &block, e)) && bt_range_ends(run, at, e);
        arena_release(&run->work, mark);
    }
    return ok;
}

static void done(void *state)
{
    struct bt_workers *s = state;
    pool_close(s->pool);
    if (s->places)
        munmap(s->places, (size_t)s->window * s->place_bytes);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct bt_workers *s = state;
    struct pool_stats stats = s->pool ? pool_stats(s->pool) : (struct pool_stats){0};
    if (max < 3)
        return 0;
    out[0] = (struct kernel_count){"workers_started", stats.workers_started};
    out[1] = (struct kernel_count){"workers_lost", stats.workers_lost};
    out[2] = (struct kernel_count){"worker_batches", stats.batches};
    return 3;
}

const struct bt_layer bt_layer_workers = {
    .name = "workers",
    .why = "one process -> jobs over worker processes",
    .rank = 100, /* ends first: its processes use what the others hold */
    .replace = {.exec = exec_workers},
    .state_size = sizeof(struct bt_workers),
    .done = done,
    .statistics = statistics,
};
