#include "kernels/backtest/numerics/cross.h"

__extension__ typedef __int128 wide_int;

/* The sign of fast - slow. `wide` is a constant at each call: two loops come of it. */
static inline int compare(int64_t fast, long fast_window, int64_t slow, long slow_window, bool wide)
{
    if (wide) {
        wide_int a = (wide_int)fast * slow_window, b = (wide_int)slow * fast_window;
        return (a > b) - (a < b);
    }
    int64_t a = fast * slow_window, b = slow * fast_window;
    return (a > b) - (a < b);
}

static inline void signals(struct cross_average fast, struct cross_average slow, long n, bool wide,
                           int8_t *signal)
{
    long longest = fast.window > slow.window ? fast.window : slow.window;
    long first = longest - 1 < n ? longest - 1 : n;
    for (long i = 0; i < first; i++)
        signal[i] = BT_STAY;
    bool was_below = false;
    for (long i = first; i < n; i++) {
        int side = compare(fast.sums[i], fast.window, slow.sums[i], slow.window, wide);
        was_below = was_below || side < 0;
        signal[i] = (int8_t)(was_below ? side : BT_STAY);
    }
}

void cross_signals(struct cross_average fast, struct cross_average slow, long n, bool wide,
                   int8_t *signal)
{
    if (wide)
        signals(fast, slow, n, true, signal);
    else
        signals(fast, slow, n, false, signal);
}

void cross_real_signals(const double *fast, const double *slow, long first, long n, int8_t *signal)
{
    bool was_below = false;
    for (long i = 0; i < n && i < first; i++)
        signal[i] = BT_STAY;
    for (long i = first; i < n; i++) {
        int side = (fast[i] > slow[i]) - (fast[i] < slow[i]);
        was_below = was_below || side < 0;
        signal[i] = (int8_t)(was_below ? side : BT_STAY);
    }
}

bool cross_needs_wide(int64_t largest, long fast_window, long slow_window)
{
    return largest > INT64_MAX / fast_window / slow_window;
}
