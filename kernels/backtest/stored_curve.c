#include "kernels/backtest/stored_curve.h"

#include "kernels/backtest/base.h"
#include "kernels/backtest/snapshots.h"
#include "kernels/store/dates.h"

#include <string.h>

static bool find_assets(struct bundle *b, const struct bt_plan *plan, struct arena *a,
                        uint32_t *ids, struct err *e)
{
    struct bundle_asset *assets;
    int n;
    if (!bundle_assets(b, a, &assets, &n, e))
        return false;
    for (int s = 0; s < plan->symbol_count; s++) {
        int k = 0;
        while (k < n && strcmp(assets[k].symbol, plan->symbols[s]) != 0)
            k++;
        if (k == n)
            return err_input(e, "no symbol %s", plan->symbols[s]);
        ids[s] = assets[k].id;
    }
    return true;
}

static bool fill_days(struct bundle *b, const struct bt_stored *r, const struct bt_stamp *stamp,
                      struct arena *a, struct bt_curve *out, struct err *e)
{
    struct bt_calendar c = {0};
    struct bt_plan plan = r->plan;
    uint32_t *ids = ARENA_NEW_RAW(a, uint32_t, plan.symbol_count);
    plan.ranges = &stamp->range;
    plan.snapshots = stamp->snapshots;
    if (!find_assets(b, &plan, a, ids, e))
        return false;
    bt_calendar_need(&c, &plan, 0, b, ids, plan.symbol_count);
    bool ok = c.n == r->result->equity_n ||
              err_input(e, "%ld days, the result has %ld values", c.n, r->result->equity_n);
    *out = (struct bt_curve){.equity = r->result->equity,
                             .n = ok ? c.n : 0,
                             .cash = bt_initial_cash * plan.symbol_count};
    out->day = ARENA_NEW_RAW(a, int64_t, out->n + 1);
    for (long p = 0; p < out->n; p++)
        out->day[p] = bt_calendar_time(&c, plan.snapshots, p);
    bt_calendar_done(&c);
    return ok;
}

bool bt_curve_make(const struct bt_store *s, const struct bt_stored *r, const char *bundle,
                   struct arena *a, struct bt_curve *out, struct err *e)
{
    const struct bt_stamp *stamp = bt_stamps_find(&s->stamps, r->role.stamp);
    if (!r->result->equity)
        return err_input(e, "%s: result %s: stored without equity (sweep --snapshots daily)",
                         s->dir, r->result->item.id);
    if (!stamp)
        return err_input(e,
                         "%s/stamps.json: does not explain the stamp %s of result %s, so that "
                         "its dates are unknown",
                         s->dir, r->role.stamp, r->result->item.id);
    const char *dir = bundle ? bundle : stamp->bundle;
    struct bundle *b = bundle_open(dir, e);
    if (!b)
        return err_prefix(
            e,
            "bundle %s, content %.12s...: not to be had, and the days of result %s are "
            "its days (--bundle says where it is)",
            dir, r->content, r->result->item.id);
    bool ok = strcmp(bundle_info(b)->content, r->content) == 0 ||
              err_input(e, "its content is %.12s..., the result is of %.12s... (--bundle)",
                        bundle_info(b)->content, r->content);
    ok = (ok && fill_days(b, r, stamp, a, out, e)) || err_prefix(e, "%s", dir);
    bundle_close(b);
    return ok;
}

long bt_curve_returns(const struct bt_curve *c, bool yearly, struct bt_period_return *out)
{
    double before = c->cash;
    long n = 0;
    for (long p = 0; p < c->n; p++) {
        struct date d =
            date_from_days(c->day[p] / DATE_DAY_SECONDS - (c->day[p] % DATE_DAY_SECONDS < 0));
        int month = yearly ? 0 : d.month;
        bool is_new = n == 0 || out[n - 1].year != d.year || out[n - 1].month != month;
        if (is_new && n > 0)
            before = c->equity[p - 1];
        if (is_new)
            out[n++] = (struct bt_period_return){.year = d.year, .month = month};
        out[n - 1].value = c->equity[p] / before - 1;
    }
    return n;
}
