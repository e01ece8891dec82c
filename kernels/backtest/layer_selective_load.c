/* selective-load: of all that is stored only the results that are needed are read, each by its id.
 */
#include "kernels/backtest/run.h"

#include "kernels/backtest/result_read.h"

static bool load_one(struct bt_run *run, int range, const struct bt_item *item,
                     struct text *payload, struct bt_sink *sink, struct err *e)
{
    bool found;
    struct err problem = {0};
    struct bt_result *result = NULL;
    text_clear(payload);
    if (result_store_get(run->store, run->plan.ranges[range].name, item->id, payload, &found,
                         &problem)) {
        if (!found)
            return true;
        run->counts.results_parsed++;
        result =
            bt_result_read(&run->plan, range, item, (struct str){payload->p, payload->n}, &problem);
    }
    if (result)
        return sink->take(sink->context, result, e);
    bt_sink_problem(sink, &problem);
    return true;
}

static bool load_all(struct bt_run *run, struct text *payload, struct bt_sink *sink, struct err *e)
{
    struct bt_item item;
    for (long i = 0, n = bt_plan_backtests(&run->plan); i < n; i++) {
        bt_plan_item(&run->plan, i, &item);
        if (!load_one(run, bt_plan_range_of(&run->plan, i), &item, payload, sink, e))
            return false;
    }
    return true;
}

static bool load_selective_load(const struct bt_load_link *self, struct bt_run *run,
                                const struct bt_job *job, struct bt_sink *sink, struct err *e)
{
    (void)self;
    struct text payload = {0};
    bool ok = job || load_all(run, &payload, sink, e);
    for (int k = 0; ok && job && k < job->n; k++)
        ok = load_one(run, job->range, &job->items[k], &payload, sink, e);
    text_done(&payload);
    return ok;
}

const struct bt_layer bt_layer_selective_load = {
    .name = "selective-load",
    .why = "every stored result parsed -> only those that are needed, by id",
    .replace = {.load = load_selective_load},
    .gives = BT_BY_ID,
};
