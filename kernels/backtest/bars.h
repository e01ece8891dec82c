/* Bars of one asset as the slots hand them on: a view on columns, whatever stores them.
 *
 * step counts int64_t's: 1 for a contiguous column, more for a field within an array of rows.
 */
#ifndef CUPEL_BACKTEST_BARS_H
#define CUPEL_BACKTEST_BARS_H

#include <stddef.h>
#include <stdint.h>

struct bt_col {
    const int64_t *p;
    ptrdiff_t step;
};

static inline int64_t bt_at(struct bt_col c, long i)
{
    return c.p[i * c.step];
}

enum bt_field { BT_TIME, BT_OPEN, BT_HIGH, BT_LOW, BT_CLOSE, BT_FIELDS };

struct bt_slice; /* slots.h */

struct bt_bars {
    const struct bt_slice *of; /* whose they are: what a cache's key is made of */
    long n;                    /* may be 0: no bar in the range */
    int64_t largest;           /* no price of the bundle is above it, micro-units */
    struct bt_col field[BT_FIELDS];
};

/* One field of the bars, contiguous. */
struct bt_series {
    const int64_t *v;
    long n;
    int64_t largest;
    const struct bt_bars *of; /* and `field`: whose it is; NULL: of nothing that a key could name */
    enum bt_field field;
};

#endif
