#include "kernels/backtest/numerics/account.h"

#include "kernels/backtest/numerics/cross.h"

uint64_t trade_hash_of(int64_t entry_bar, int64_t exit_bar)
{
    return trade_hash_of_entry(entry_bar) + (exit_bar < 0 ? 0 : trade_hash_of_exit(exit_bar));
}

static void end_trade(struct bt_trade *trade, long bar, int64_t price, double received)
{
    trade->exit_bar = bar;
    trade->exit_price = price;
    trade->received = received;
}

void account_long_flat(const struct account_rules *rules, const int8_t *signal, const int64_t *fill,
                       const int64_t *close, long n, double *equity, struct bt_trade *trades,
                       struct account_tally *tally)
{
    double cash = rules->cash, quantity = 0;
    long entry = -1; /* the bar of the open trade */
    *tally = (struct account_tally){0};
    for (long t = 0; t < n; t++) {
        int signalled = t >= rules->delay ? signal[t - rules->delay] : BT_STAY;
        double price = (double)fill[t] / rules->ticks_per_unit;
        if (signalled == BT_ENTER && entry < 0) {
            if (trades)
                trades[tally->trades] = (struct bt_trade){t, -1, fill[t], 0, cash, 0};
            quantity = cash / (price * (1 + rules->fee));
            cash = 0;
            entry = t;
            tally->orders++;
            tally->trades++;
        } else if (signalled == BT_EXIT && entry >= 0) {
            cash = quantity * price * (1 - rules->fee);
            quantity = 0;
            if (trades)
                end_trade(&trades[tally->trades - 1], t, fill[t], cash);
            tally->orders++;
            tally->trade_hash += trade_hash_of(entry, t);
            entry = -1;
        }
        tally->bars_long += entry >= 0;
        equity[t] = cash + quantity * ((double)close[t] / rules->ticks_per_unit);
    }
    if (entry >= 0)
        tally->trade_hash += trade_hash_of(entry, -1);
}
