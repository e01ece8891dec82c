#include "kernels/backtest/signals.h"

#include <string.h>

enum { UNWRITTEN = 0x55 };

/* Layers read different bits of a signal: one that is none would be several things at once. */
static bool all_are_signals(const int8_t *signal, long n, struct err *e)
{
    for (long i = 0; i < n; i++)
        if (signal[i] < BT_EXIT || signal[i] > BT_ENTER)
            return err_input(e, "signal: bar %ld of %ld: expected -1, 0 or 1, found %s", i, n,
                             signal[i] == UNWRITTEN ? "nothing written" : "another value");
    return true;
}

bool bt_signals(struct bt_run *run, const double *values, const struct bt_series *close,
                const int8_t **signal, struct err *e)
{
    const struct bt_strategy *strategy = run->plan.strategy;
    struct bt_ask asks[BT_ASKS_MAX];
    struct bt_indicator indicators[BT_ASKS_MAX];
    bool plugged = run->plan.strategy_file != NULL;
    int n = strategy->asks(values, asks);
    for (int i = 0; i < n; i++)
        if (!BT_CALL(run->ops.indicator, run, &asks[i], close, &indicators[i], e))
            return false;
    int8_t *out = ARENA_NEW_RAW(&run->scratch, int8_t, close->n);
    if (plugged)
        memset(out, UNWRITTEN, (size_t)close->n);
    strategy->signal(values, close, indicators, out);
    *signal = out;
    return !plugged || all_are_signals(out, close->n, e);
}
