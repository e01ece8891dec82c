#include "harness/cmd/sweep_table.h"

#include "harness/base/version.h"
#include "kernels/store/dates.h"

#include <string.h>

/* ---- what the table is of --------------------------------------------------------------------- */

static void put_ranges(const struct bt_plan *plan, struct json *root)
{
    char text[DATE_TEXT];
    struct json *ranges = json_put_array(root, "ranges");
    for (int r = 0; r < plan->range_count; r++) {
        struct json *range = json_object();
        json_put_text(range, "name", plan->ranges[r].name);
        json_put_text(range, "from", date_format(text, plan->ranges[r].from));
        json_put_text(range, "to", date_format(text, plan->ranges[r].to));
        json_push(ranges, range);
    }
}

static struct json *describe(const char *name, const struct bt_plan *plan)
{
    struct json *root = json_object();
    json_put_text(root, "table", name);
    json_put_text(root, "cupel", CUPEL_VERSION);
    json_put_text(root, "bundle", plan->bundle_dir);
    json_put_text(root, "content", plan->content);
    json_put_bool(root, "synthetic", plan->synthetic);
    json_put_text(root, "strategy", plan->strategy->name);
    struct json *params = json_put_array(root, "params");
    for (int i = 0; i < plan->strategy->param_count; i++)
        json_push(params, json_of_text(plan->strategy->params[i].name));
    struct json *symbols = json_put_array(root, "symbols");
    for (int s = 0; s < plan->symbol_count; s++)
        json_push(symbols, json_of_text(plan->symbols[s]));
    put_ranges(plan, root);
    json_put_number(root, "combinations", (double)plan->combinations.count);
    json_put_text(root, "objective", plan->objective->name);
    json_put_text(root, "window_filter", plan->window_filter_text);
    json_put_text(root, "final_filter", plan->final_filter_text);
    json_put_text(root, "fill", plan->fill.name);
    json_put_number(root, "fee", plan->fee);
    json_put_number(root, "periods_per_year", plan->periods_per_year);
    return root;
}

bool sweep_table_describe(struct emitter *out, const char *name, const struct bt_plan *plan,
                          struct err *e)
{
    if (!emitter_is_json(out))
        return true;
    struct json *root = describe(name, plan);
    bool ok = emitter_object(out, root, e);
    json_free(root);
    return ok;
}

/* ---- records ---------------------------------------------------------------------------------- */

/* These first, in this order, as they have always stood. */
static const char *const plain[] = {"total_return", "sharpe", "max_drawdown", "orders", "trades"};

static bool is_plain(const char *name)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(name, plain[i]) == 0)
            return true;
    return false;
}

static void choose_metrics(struct sweep_table *t)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        t->shown[t->shown_n++] = bt_metric_find(str_of(plain[i]));
    for (const struct bt_metric *m = bt_metrics; t->plan->metrics_all && m->name; m++)
        if (!is_plain(m->name))
            t->shown[t->shown_n++] = m;
}

/* One line of the table. row NULL: the mean over rows[n]. */
struct record {
    const char *range, *symbol, *key;
    const double *values;
    int ranges;
    const struct bt_row *row, *rows;
};

static void add_key(struct sweep_table *t, const struct record *r)
{
    if (!emitter_is_json(&t->out)) {
        emitter_text(&t->out, "key", r->key);
        return;
    }
    emitter_enter(&t->out, "params");
    for (int i = 0; i < t->plan->strategy->param_count; i++)
        emitter_number(&t->out, t->plan->strategy->params[i].name, r->values[i]);
    emitter_leave(&t->out);
}

static void add_fields(struct sweep_table *t, const struct record *r)
{
    bool several = t->plan->range_count > 1 || emitter_is_json(&t->out);
    if (several && !t->combined)
        emitter_text(&t->out, "range", r->range);
    emitter_text(&t->out, "symbol", r->symbol);
    add_key(t, r);
    if (t->combined)
        emitter_count(&t->out, "ranges", r->ranges);
    for (int i = 0; i < t->shown_n; i++) {
        const struct bt_metric *m = t->shown[i];
        emitter_number(&t->out, m->name,
                       r->row ? bt_metric_of(m, r->row)
                              : bt_metric_mean(m, r->rows, t->plan->symbol_count));
    }
}

static bool add_record(struct sweep_table *t, const struct record *r, struct err *e)
{
    emitter_begin(&t->out);
    add_fields(t, r);
    return emitter_end(&t->out, e);
}

bool sweep_table_open(struct sweep_table *t, const struct bt_plan *plan, bool combined,
                      const char *format, const char *path, struct err *e)
{
    static const struct bt_row none;
    static const double values[BT_PARAMS_MAX];
    const struct record heading = {"", "", "", values, 0, &none, NULL};
    *t = (struct sweep_table){.plan = plan, .combined = combined};
    choose_metrics(t);
    if (!emitter_open(&t->out, format, path, e))
        return false;
    emitter_head(&t->out);
    add_fields(t, &heading);
    return emitter_end(&t->out, e) &&
           sweep_table_describe(&t->out, combined ? "summary" : "results", plan, e);
}

bool sweep_table_result(struct sweep_table *t, const struct bt_result *r, struct err *e)
{
    char key[BT_KEY_TEXT];
    bt_plan_key(t->plan, r->item.values, key);
    struct record record = {
        .range = t->plan->ranges[r->range].name, .key = key, .values = r->item.values};
    for (int s = 0; s < t->plan->symbol_count; s++) {
        record.symbol = t->plan->symbols[s];
        record.row = &r->rows[s];
        if (!add_record(t, &record, e))
            return false;
    }
    return true;
}

bool sweep_table_combined(struct sweep_table *t, const struct bt_combined *c, struct err *e)
{
    char key[BT_KEY_TEXT];
    bt_plan_key(t->plan, c->item->values, key);
    struct record record = {
        .key = key, .values = c->item->values, .ranges = c->ranges, .rows = c->rows};
    for (int s = 0; s < t->plan->symbol_count; s++) {
        record.symbol = t->plan->symbols[s];
        record.row = &c->rows[s];
        if (!add_record(t, &record, e))
            return false;
    }
    record.symbol = "mean";
    record.row = NULL;
    return add_record(t, &record, e);
}
