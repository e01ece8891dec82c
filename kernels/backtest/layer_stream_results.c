/* stream-results: stored results are read when their turn comes, and not kept.
 */
#include "kernels/backtest/run.h"

struct wanted {
    const struct bt_plan *plan;
    const struct bt_job *job;
    struct bt_result **results;
};

static bool take_wanted(void *context, struct bt_result *result, struct err *e)
{
    (void)e;
    struct wanted *w = context;
    bool current = bt_result_is_of_plan(w->plan, result);
    for (int k = 0; current && k < w->job->n; k++)
        if (!w->results[k] && w->job->items[k].backtest == result->item.backtest) {
            w->results[k] = result;
            return true;
        }
    bt_result_free(result);
    return true;
}

static bool recall_stream_results(const struct bt_recall_link *self, struct bt_run *run,
                                  const struct bt_job *job, struct bt_result **results,
                                  struct err *e)
{
    (void)self;
    struct wanted wanted = {&run->plan, job, results};
    struct bt_sink sink = {.take = take_wanted, .context = &wanted};
    bool ok = BT_CALL(run->ops.load, run, job, &sink, e);
    if (sink.first_problem.text[0])
        bt_note_lost(run, &sink.first_problem);
    return ok;
}

const struct bt_layer bt_layer_stream_results = {
    .name = "stream-results",
    .why = "stored results read ahead and held -> read when their turn comes",
    .replace = {.recall = recall_stream_results},
    .needs = BT_BY_ID,
};
