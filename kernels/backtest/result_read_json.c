#include "kernels/backtest/result_read_json.h"

#include "kernels/backtest/result_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool need_this(const struct json *object, const char *key, const char *expected,
                      struct err *e)
{
    const char *found;
    if (!json_need_text(object, key, &found, e))
        return false;
    return strcmp(found, expected) == 0 ||
           err_input(e, "%s: expected %.70s, found %.70s", key, expected, found);
}

static bool need_stamp(const struct json *object, const char *asked, struct err *e)
{
    const char *stored;
    if (!json_need_text(object, "stamp", &stored, e))
        return false;
    return (strlen(stored) == BT_STAMP_TEXT - 1 && bt_stamp_serves(stored, asked)) ||
           err_set(e, ERR_DIFFERENT, "stamp: expected %s or one with more stored, found %.70s",
                   asked, stored);
}

static bool read_number(const struct bt_plan *plan, const struct json *object,
                        const struct bt_metric *m, struct bt_row *row, struct err *e)
{
    void *at = (char *)row + m->offset;
    const struct json *value = json_get(object, m->name);
    bool stored = m->core || plan->metrics_all;
    if (m->whole)
        return !stored || json_need_int(object, m->name, 0, (int64_t)1 << 53, at, e);
    *(double *)at = (double)NAN;
    if (!stored)
        return true;
    return (value && json_kind(value) == JSON_NULL) || json_need_number(object, m->name, at, e);
}

static bool read_hash(const struct json *object, uint64_t *out, struct err *e)
{
    const char *text;
    char *end;
    if (!json_need_text(object, "trade_hash", &text, e))
        return false;
    *out = strtoull(text, &end, 16);
    return (strlen(text) == 16 && *end == '\0') ||
           err_input(e, "trade_hash: expected 16 hexadecimal digits, found \"%.20s\"", text);
}

static long count_trades(const char *text)
{
    long n = *text != '\0';
    for (const char *p = text; *p; p++)
        n += *p == ' ';
    return n;
}

/* "12+30 51+7 90+" */
static bool read_trades(const struct bt_plan *plan, const struct json *object, int symbol,
                        struct bt_result *r, struct err *e)
{
    const char *text;
    if (!json_need_text(object, "trades_at", &text, e))
        return false;
    long n = count_trades(text);
    struct bt_span *v = mem_alloc(MEM_RESULTS, (size_t)n * sizeof *v);
    bt_result_need_trades(plan, r)[symbol] = (struct bt_trades){v, n};
    struct str rest = str_of(text);
    for (long i = 0; i < n; i++) {
        struct str held = str_cut(&rest, ' '), entry = str_cut(&held, '+');
        long from = 0, bars = 0;
        if (!held.p || !str_to_long(entry, &from) || (held.n && !str_to_long(held, &bars)))
            return err_input(e, "trades_at: expected ENTRY+BARS, found \"%.40s\"", text);
        v[i] = (struct bt_span){from, held.n ? from + bars : -1};
    }
    return true;
}

static bool read_equity(const struct json *root, struct bt_result *r, struct err *e)
{
    const struct json *list;
    if (!json_need_array(root, "equity", &list, e))
        return false;
    r->equity = mem_alloc(MEM_RESULTS, (size_t)json_count(list) * sizeof *r->equity);
    for (const struct json *v = json_first(list); v; v = json_next(v))
        r->equity[r->equity_n++] = json_number(v);
    return true;
}

static bool read_row(const struct bt_plan *plan, const struct json *object, int symbol,
                     struct bt_result *r, struct err *e)
{
    struct bt_row *row = &r->rows[symbol];
    if (!need_this(object, "symbol", plan->symbols[symbol], e) ||
        !read_hash(object, &row->trade_hash, e))
        return false;
    if (json_get(object, "error") && !json_need_number(object, "error", &row->error, e))
        return false;
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (!read_number(plan, object, m, row, e))
            return false;
    return !plan->trades || read_trades(plan, object, symbol, r, e);
}

static bool read_result(const struct bt_plan *plan, const struct json *root, struct bt_result *r,
                        struct err *e)
{
    const struct json *rows;
    const struct bt_range *range = &plan->ranges[r->range];
    if (!need_this(root, "id", r->item.id, e) || !need_this(root, "range", range->name, e) ||
        !need_stamp(root, plan->roles[r->range].stamp, e) ||
        !need_this(root, "bundle", plan->content, e) || !json_need_array(root, "rows", &rows, e))
        return false;
    if (json_count(rows) != plan->symbol_count)
        return err_input(e, "rows: expected %d, found %d", plan->symbol_count, json_count(rows));
    memcpy(r->content, plan->content, SHA256_HEX);
    const struct json *row = json_first(rows);
    for (int s = 0; s < plan->symbol_count; s++, row = json_next(row))
        if (!read_row(plan, row, s, r, e))
            return err_prefix(e, "row %d", s + 1);
    return plan->snapshots == BT_NO_SNAPSHOTS || read_equity(root, r, e);
}

bool bt_result_read_json(const struct bt_plan *plan, struct str payload, struct bt_result *r,
                         struct err *e)
{
    char name[40];
    snprintf(name, sizeof name, "result %s", r->item.id);
    struct json *root = json_parse(payload, name, e);
    bool ok = root && ((read_result(plan, root, r, e) && bt_check_holds(payload, e)) ||
                       err_prefix(e, "%s", name));
    json_free(root);
    return ok;
}

bool bt_result_stamp_json(struct str payload, char out[BT_STAMP_TEXT])
{
    struct err ignored;
    struct json *root = json_parse(payload, "result", &ignored);
    const char *stamp = root ? json_text(json_get(root, "stamp")) : "";
    bool ok = strlen(stamp) == BT_STAMP_TEXT - 1 && bt_check_holds(payload, &ignored);
    if (ok)
        memcpy(out, stamp, BT_STAMP_TEXT);
    json_free(root);
    return ok;
}

static bool take_text(const struct json *object, const char *key, size_t digits, char *out,
                      struct err *e)
{
    const char *text;
    if (!json_need_text(object, key, &text, e))
        return false;
    if (strlen(text) != digits)
        return err_input(e, "%s: expected %zu digits, found \"%.70s\"", key, digits, text);
    memcpy(out, text, digits + 1);
    return true;
}

/* A metric that a result has only where all were asked for. */
static const struct bt_metric *extra_metric(void)
{
    const struct bt_metric *m = bt_metrics;
    while (m->core)
        m++;
    return m;
}

static bool peek_root(const struct bt_strategy *strategy, const struct json *root,
                      struct bt_peek *out, struct err *e)
{
    const struct json *params, *rows;
    if (!take_text(root, "id", BT_ID_TEXT - 1, out->item.id, e) ||
        !take_text(root, "stamp", BT_STAMP_TEXT - 1, out->stamp, e) ||
        !take_text(root, "bundle", SHA256_HEX - 1, out->content, e) ||
        !json_need_object(root, "params", &params, e) || !json_need_array(root, "rows", &rows, e))
        return false;
    out->metrics_all = json_get(json_first(rows), extra_metric()->name) != NULL;
    out->trades = json_get(json_first(rows), "trades_at") != NULL;
    out->snapshots = json_get(root, "equity") != NULL;
    for (int i = 0; i < strategy->param_count; i++)
        if (!json_need_number(params, strategy->params[i].name, &out->item.values[i], e))
            return false;
    return true;
}

bool bt_result_peek_json(const struct bt_strategy *strategy, struct str payload,
                         struct bt_peek *out, struct err *e)
{
    struct json *root = json_parse(payload, "result", e);
    bool ok = root && bt_check_holds(payload, e) && peek_root(strategy, root, out, e);
    json_free(root);
    return ok;
}
