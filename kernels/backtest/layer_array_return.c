/* array-return: a field whose values already stand side by side is handed out as it is, without a
 * copy. Columns of step 1 are what pre-group makes.
 *
 * The view lives as long as the bars, which is what the slot promises.
 */
#include "kernels/backtest/run.h"

struct state {
    uint64_t views, copies;
};

static bool history_array_return(const struct bt_history_link *self, struct bt_run *run,
                                 const struct bt_bars *bars, enum bt_field field,
                                 struct bt_series *out, struct err *e)
{
    struct state *s = self->state;
    struct bt_col col = bars->field[field];
    if (col.step != 1) {
        s->copies++;
        return BT_CALL(self->next, run, bars, field, out, e);
    }
    s->views++;
    *out = (struct bt_series){col.p, bars->n, bars->largest, bars, field};
    return true;
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    if (max < 2)
        return 0;
    out[0] = (struct kernel_count){"history_views", s->views};
    out[1] = (struct kernel_count){"history_copies", s->copies};
    return 2;
}

const struct bt_layer bt_layer_array_return = {
    .name = "array-return",
    .why = "series copied out of typed rows per call -> a view on the column",
    .wrap = {.history = history_array_return},
    .needs = BT_CONTIGUOUS,
    .state_size = sizeof(struct state),
    .statistics = statistics,
};
