#include "kernels/backtest/snapshots.h"

#include "harness/base/mem.h"
#include "kernels/store/dates.h"

#include <string.h>

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* 1970-01-01 was a Thursday: weeks begin three days before it. */
static int64_t period_of(enum bt_snapshots every, int64_t time)
{
    int64_t day = floor_div(time, DATE_DAY_SECONDS);
    return every == BT_WEEKLY ? floor_div(day + 3, 7) : day;
}

int64_t bt_calendar_time(const struct bt_calendar *c, enum bt_snapshots every, long p)
{
    int64_t day = every == BT_WEEKLY ? c->period[p] * 7 + 3 : c->period[p];
    return day * DATE_DAY_SECONDS;
}

void bt_calendar_need(struct bt_calendar *c, const struct bt_plan *plan, int range,
                      struct bundle *bundle, const uint32_t *assets, int n)
{
    const struct bundle_info *info = bundle_info(bundle);
    if (c->period && c->range == range && memcmp(c->content, info->content, SHA256_HEX) == 0)
        return;
    bt_calendar_done(c);
    long rows;
    const struct bar_row *row = bundle_rows(bundle, &rows);
    bool *wanted = mem_alloc_zero(MEM_RESULTS, (size_t)info->assets + 1);
    for (int i = 0; i < n; i++)
        wanted[assets[i]] = true;
    c->range = range;
    memcpy(c->content, info->content, SHA256_HEX);
    c->period = mem_alloc(MEM_RESULTS, ((size_t)rows + 1) * sizeof *c->period);
    const struct bt_range *r = &plan->ranges[range];
    for (long i = 0; i < rows; i++) {
        if (row[i].time < r->from || row[i].time > r->to || row[i].asset >= info->assets ||
            !wanted[row[i].asset])
            continue;
        int64_t period = period_of(plan->snapshots, row[i].time);
        if (c->n == 0 || c->period[c->n - 1] != period)
            c->period[c->n++] = period;
    }
    mem_free(MEM_RESULTS, wanted);
    c->period = mem_resize(MEM_RESULTS, c->period, ((size_t)c->n + 1) * sizeof *c->period);
}

void bt_calendar_done(struct bt_calendar *c)
{
    mem_free(MEM_RESULTS, c->period);
    *c = (struct bt_calendar){0};
}

void bt_snapshots_add(const struct bt_calendar *c, enum bt_snapshots every, struct bt_col time,
                      const double *equity, long bars, double initial_cash, double *total)
{
    double last = initial_cash;
    long t = 0;
    for (long p = 0; p < c->n; p++) {
        for (; t < bars && period_of(every, bt_at(time, t)) <= c->period[p]; t++)
            last = equity[t];
        total[p] += last;
    }
}
