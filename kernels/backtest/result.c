#define _GNU_SOURCE
#include "kernels/backtest/result.h"

#include "harness/base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t bt_result_bytes(const struct bt_plan *plan)
{
    return sizeof(struct bt_result) + (size_t)plan->symbol_count * sizeof(struct bt_row);
}

struct bt_result *bt_result_new(const struct bt_plan *plan, long backtest)
{
    struct bt_result *r = mem_alloc_zero(MEM_RESULTS, bt_result_bytes(plan));
    r->backtest = backtest;
    return r;
}

void bt_result_free(struct bt_result *r)
{
    if (r)
        mem_free(MEM_RESULTS, r);
}

/* ---- writing ---------------------------------------------------------------------------------- */

static struct json *row_json(const struct bt_plan *plan, const char *symbol,
                             const struct bt_row *row)
{
    char hash[24];
    struct json *object = json_object();
    json_put_text(object, "symbol", symbol);
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (m->core || plan->metrics_all)
            json_put_number(object, m->name, bt_metric_of(m, row));
    snprintf(hash, sizeof hash, "%016" PRIx64, row->trade_hash);
    json_put_text(object, "trade_hash", hash);
    return object;
}

/* `,"check":"0123456789abcdef"}` in the place of the brace at the end. */
enum { CHECK_DIGITS = 16, CHECK_TEXT = sizeof ",\"check\":\"\"}" - 1 + CHECK_DIGITS };

static void make_check(struct str before, char out[CHECK_TEXT + 1])
{
    char hex[SHA256_HEX];
    sha256_of(before.p, before.n, hex);
    snprintf(out, CHECK_TEXT + 1, ",\"check\":\"%.*s\"}", CHECK_DIGITS, hex);
}

static void add_check(struct text *out, size_t begin)
{
    char check[CHECK_TEXT + 1];
    size_t end = out->n - 1;
    make_check((struct str){out->p + begin, end - begin}, check);
    text_add(out, check + 1, CHECK_TEXT - 1);
    out->p[end] = check[0];
}

void bt_result_write(const struct bt_plan *plan, const struct bt_result *r, struct text *out)
{
    const double *values = bt_plan_values(plan, r->backtest);
    struct json *root = json_object();
    json_put_text(root, "id", bt_plan_id(plan, r->backtest));
    json_put_text(root, "range", bt_plan_range(plan, r->backtest)->name);
    json_put_text(root, "bundle", r->content);
    json_put_text(root, "strategy", plan->strategy->name);
    struct json *params = json_put_object(root, "params");
    for (int i = 0; i < plan->grid.params; i++)
        json_put_number(params, plan->strategy->params[i].name, values[i]);
    struct json *rows = json_put_array(root, "rows");
    for (int s = 0; s < plan->symbol_count; s++)
        json_push(rows, row_json(plan, plan->symbols[s], &r->rows[s]));
    struct json *mean = json_put_object(root, "mean");
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (m->core || plan->metrics_all)
            json_put_number(mean, m->name, bt_metric_mean(m, r->rows, plan->symbol_count));
    size_t begin = out->n;
    json_print(root, out);
    json_free(root);
    add_check(out, begin);
}

/* ---- reading ---------------------------------------------------------------------------------- */

static bool check_holds(struct str payload, struct err *e)
{
    char check[CHECK_TEXT + 1];
    size_t n = payload.n > CHECK_TEXT ? payload.n - CHECK_TEXT : 0;
    make_check((struct str){payload.p, n}, check);
    return (n > 0 && memcmp(payload.p + n, check, CHECK_TEXT) == 0) ||
           err_input(e, "damaged: its text does not match its check");
}

static bool need_this(const struct json *object, const char *key, const char *expected,
                      struct err *e)
{
    const char *found;
    if (!json_need_text(object, key, &found, e))
        return false;
    return strcmp(found, expected) == 0 ||
           err_input(e, "%s: expected %.70s, found %.70s", key, expected, found);
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
    return !stored || (value && json_kind(value) == JSON_NULL) ||
           json_need_number(object, m->name, at, e);
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

static bool read_row(const struct bt_plan *plan, const struct json *object, const char *symbol,
                     struct bt_row *row, struct err *e)
{
    if (!need_this(object, "symbol", symbol, e) || !read_hash(object, &row->trade_hash, e))
        return false;
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (!read_number(plan, object, m, row, e))
            return false;
    return true;
}

static bool read_result(const struct bt_plan *plan, const struct json *root, struct bt_result *r,
                        struct err *e)
{
    const struct json *rows;
    if (!need_this(root, "id", bt_plan_id(plan, r->backtest), e) ||
        !need_this(root, "range", bt_plan_range(plan, r->backtest)->name, e) ||
        !need_this(root, "bundle", plan->content, e) || !json_need_array(root, "rows", &rows, e))
        return false;
    if (json_count(rows) != plan->symbol_count)
        return err_input(e, "rows: expected %d, found %d", plan->symbol_count, json_count(rows));
    memcpy(r->content, plan->content, SHA256_HEX);
    const struct json *row = json_first(rows);
    for (int s = 0; s < plan->symbol_count; s++, row = json_next(row))
        if (!read_row(plan, row, plan->symbols[s], &r->rows[s], e))
            return err_prefix(e, "row %d", s + 1);
    return true;
}

struct bt_result *bt_result_read(const struct bt_plan *plan, long backtest, struct str payload,
                                 struct err *e)
{
    char name[40];
    snprintf(name, sizeof name, "result %s", bt_plan_id(plan, backtest));
    struct json *root = json_parse(payload, name, e);
    if (!root)
        return NULL;
    struct bt_result *r = bt_result_new(plan, backtest);
    if (!read_result(plan, root, r, e) || !check_holds(payload, e)) {
        err_prefix(e, "%s", name);
        bt_result_free(r);
        r = NULL;
    }
    json_free(root);
    return r;
}

/* ---- digest ----------------------------------------------------------------------------------- */

/* Undefined is one thing, whatever bits it has. */
static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return isnan(x) ? UINT64_MAX : bits;
}

static void add_row(struct sha256 *h, const struct bt_plan *plan, const struct bt_result *r, int s,
                    struct text *line)
{
    const struct bt_row *row = &r->rows[s];
    text_clear(line);
    text_printf(line, "%s %s %s %016" PRIx64, bt_plan_range(plan, r->backtest)->name,
                bt_plan_id(plan, r->backtest), plan->symbols[s], row->trade_hash);
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (m->digest && (m->core || plan->metrics_all))
            text_printf(line, " %016" PRIx64, bits_of(bt_metric_of(m, row)));
    text_puts(line, "\n");
    sha256_add(h, line->p, line->n);
}

static int compare_symbols(const void *a, const void *b, void *symbols)
{
    const char *const *names = symbols;
    return strcmp(names[*(const int *)a], names[*(const int *)b]);
}

/* The plan's symbols in byte order: how they were asked for must not matter. */
static int *symbol_order(const struct bt_plan *plan)
{
    int *order = mem_alloc(MEM_BASE, (size_t)plan->symbol_count * sizeof *order);
    for (int s = 0; s < plan->symbol_count; s++)
        order[s] = s;
    qsort_r(order, (size_t)plan->symbol_count, sizeof *order, compare_symbols,
            (void *)(uintptr_t)plan->symbols);
    return order;
}

bool bt_results_digest(const struct bt_plan *plan, struct bt_result *const *results,
                       char hex[SHA256_HEX], struct err *e)
{
    struct sha256 *h = sha256_new();
    struct text line = {0};
    int *order = symbol_order(plan);
    long missing = 0;
    for (int range = 0; range < plan->range_count; range++)
        for (long k = 0; k < plan->grid.count; k++) {
            const struct bt_result *r = results[range * plan->grid.count + plan->by_id[k]];
            missing += r == NULL;
            for (int s = 0; r && s < plan->symbol_count; s++)
                add_row(h, plan, r, order[s], &line);
        }
    sha256_end(h, hex);
    text_done(&line);
    mem_free(MEM_BASE, order);
    return missing == 0 || err_input(e, "digest: %ld of %ld backtests have no result", missing,
                                     bt_plan_backtests(plan));
}
