#include "kernels/backtest/result_write.h"

#include "kernels/backtest/result_check.h"

#include <inttypes.h>
#include <stdio.h>

static void put_trades(struct json *object, const struct bt_trades *trades, struct text *scratch)
{
    text_clear(scratch);
    for (long i = 0; i < trades->n; i++) {
        const struct bt_span *t = &trades->v[i];
        text_printf(scratch, t->exit < 0 ? "%s%" PRId64 "+" : "%s%" PRId64 "+%" PRId64,
                    i ? " " : "", t->entry, t->exit - t->entry);
    }
    json_put_text(object, "trades_at", scratch->n ? scratch->p : "");
}

static struct json *row_json(const struct bt_plan *plan, const struct bt_result *r, int s,
                             struct text *scratch)
{
    char hash[24];
    const struct bt_row *row = &r->rows[s];
    struct json *object = json_object();
    json_put_text(object, "symbol", plan->symbols[s]);
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (m->core || plan->metrics_all)
            json_put_number(object, m->name, bt_metric_of(m, row));
    snprintf(hash, sizeof hash, "%016" PRIx64, row->trade_hash);
    json_put_text(object, "trade_hash", hash);
    if (row->error > 0)
        json_put_number(object, "error", row->error);
    if (r->trades)
        put_trades(object, &r->trades[s], scratch);
    return object;
}

static void put_rows(const struct bt_plan *plan, const struct bt_result *r, struct json *root)
{
    struct text scratch = {0};
    struct json *rows = json_put_array(root, "rows");
    for (int s = 0; s < plan->symbol_count; s++)
        json_push(rows, row_json(plan, r, s, &scratch));
    text_done(&scratch);
    struct json *mean = json_put_object(root, "mean");
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (m->core || plan->metrics_all)
            json_put_number(mean, m->name, bt_metric_mean(m, r->rows, plan->symbol_count));
}

void bt_put_rules(const struct bt_plan *plan, struct json *object)
{
    json_put_text(object, "fill", plan->fill.name);
    json_put_number(object, "fee", plan->fee);
    json_put_number(object, "periods_per_year", plan->periods_per_year);
}

static void put_params(const struct bt_plan *plan, const struct bt_result *r, struct json *root)
{
    const struct bt_strategy *strategy = plan->strategy;
    struct json *params = json_put_object(root, "params");
    for (int i = 0; i < strategy->param_count; i++)
        json_put_number(params, strategy->params[i].name, r->item.values[i]);
}

static void put_equity(const struct bt_result *r, struct json *root)
{
    struct json *equity = json_put_array(root, "equity");
    for (long i = 0; i < r->equity_n; i++)
        json_push(equity, json_of_number(r->equity[i]));
}

void bt_result_write(const struct bt_plan *plan, const struct bt_result *r, struct text *out)
{
    char stamp[BT_STAMP_TEXT];
    struct json *root = json_object();
    bt_plan_stamp(plan, r->range, r->content, stamp);
    json_put_text(root, "id", r->item.id);
    json_put_text(root, "range", plan->ranges[r->range].name);
    json_put_text(root, "stamp", stamp);
    json_put_text(root, "bundle", r->content);
    json_put_text(root, "strategy", plan->strategy->name);
    bt_put_rules(plan, root);
    put_params(plan, r, root);
    put_rows(plan, r, root);
    if (r->equity)
        put_equity(r, root);
    size_t begin = out->n;
    json_print(root, out);
    json_free(root);
    bt_check_add(out, begin);
}
