#define _GNU_SOURCE
#include "kernels/backtest/result.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bt_result *bt_result_new(const struct bt_plan *plan, int range, const struct bt_item *item)
{
    size_t rows = (size_t)plan->symbol_count * sizeof(struct bt_row);
    struct bt_result *r = mem_alloc_zero(MEM_RESULTS, sizeof *r + rows);
    r->item = *item;
    r->range = range;
    return r;
}

/* Blocks are powers of two, and from some size on a huge page: one fault instead of 512, and what is held
 * by a few results that stay is not much. */
enum { BLOCK_LEAST = 1 << 9, HUGE_FROM = 1 << 19, BLOCK_MOST = MEM_HUGE_PAGE };
enum { SPARE_MOST = 16 * BLOCK_MOST };

struct bt_result_block {
    struct bt_result_pool *pool;
    struct bt_result_block *next; /* of the spare ones */
    size_t bytes;
    long live; /* results that are not freed yet */
};

static struct bt_result_block *take_spare(struct bt_result_pool *pool, size_t bytes)
{
    for (struct bt_result_block **at = &pool->spare; *at; at = &(*at)->next)
        if ((*at)->bytes >= bytes) {
            struct bt_result_block *block = *at;
            *at = block->next;
            pool->spare_bytes -= block->bytes;
            return block;
        }
    return NULL;
}

static struct bt_result_block *take_block(struct bt_result_pool *pool, size_t bytes)
{
    size_t size = BLOCK_LEAST;
    while (size < bytes && size < HUGE_FROM)
        size *= 2;
    if (size < bytes)
        size = bytes < BLOCK_MOST ? BLOCK_MOST : bytes;
    struct bt_result_block *block = take_spare(pool, bytes);
    if (block)
        return block;
    block = size == BLOCK_MOST ? mem_alloc_huge(MEM_RESULTS, size) : mem_alloc(MEM_RESULTS, size);
    *block = (struct bt_result_block){.pool = pool, .bytes = size};
    return block;
}

static void give_block(struct bt_result_block *block)
{
    struct bt_result_pool *pool = block->pool;
    if (pool->spare_bytes + block->bytes > SPARE_MOST) {
        mem_free(MEM_RESULTS, block);
        return;
    }
    block->next = pool->spare;
    pool->spare = block;
    pool->spare_bytes += block->bytes;
}

void bt_result_pool_done(struct bt_result_pool *pool)
{
    for (struct bt_result_block *block = pool->spare, *next; block; block = next) {
        next = block->next;
        mem_free(MEM_RESULTS, block);
    }
    *pool = (struct bt_result_pool){0};
}

static size_t result_bytes(const struct bt_plan *plan)
{
    return sizeof(struct bt_result) + (size_t)plan->symbol_count * sizeof(struct bt_row);
}

static int results_a_block(size_t size, int n)
{
    size_t room = (BLOCK_MOST - sizeof(struct bt_result_block)) / size;
    return room < 1 ? 1 : room < (size_t)n ? (int)room : n;
}

void bt_results_new(const struct bt_plan *plan, struct bt_result_pool *pool, int range,
                    const struct bt_item *items, int n, struct bt_result **out)
{
    size_t size = result_bytes(plan);
    for (int lo = 0, count; lo < n; lo += count) {
        count = results_a_block(size, n - lo);
        struct bt_result_block *block = take_block(pool, sizeof *block + (size_t)count * size);
        char *at = (char *)(block + 1);
        block->live = count;
        for (int k = lo; k < lo + count; k++, at += size) {
            out[k] = (struct bt_result *)(void *)at;
            *out[k] = (struct bt_result){.item = items[k], .range = range, .block = block};
        }
    }
}

static void free_trades(struct bt_result *r)
{
    for (long s = 0; r->trades && r->trades[s].n >= 0; s++)
        mem_free(MEM_RESULTS, r->trades[s].v);
    mem_free(MEM_RESULTS, r->trades);
    r->trades = NULL;
}

static void free_lists(struct bt_result *r)
{
    free_trades(r);
    mem_free(MEM_RESULTS, r->equity);
}

void bt_result_free(struct bt_result *r)
{
    if (!r)
        return;
    if (r->trades || r->equity)
        free_lists(r);
    if (!r->block)
        mem_free(MEM_RESULTS, r);
    else if (--r->block->live == 0)
        give_block(r->block);
}

/* A list that ends with n = -1. */
static struct bt_trades *need_trades(const struct bt_plan *plan, struct bt_result *r)
{
    if (!r->trades) {
        r->trades =
            mem_alloc_zero(MEM_RESULTS, (size_t)(plan->symbol_count + 1) * sizeof *r->trades);
        r->trades[plan->symbol_count].n = -1;
    }
    return r->trades;
}

bool bt_result_is_of_plan(const struct bt_plan *plan, const struct bt_result *r)
{
    return strcmp(r->content, plan->content) == 0;
}

void bt_result_put_trades(const struct bt_plan *plan, struct bt_result *r, int symbol,
                          const struct bt_trade *trades, long n)
{
    struct bt_trades *t = &need_trades(plan, r)[symbol];
    *t = (struct bt_trades){mem_alloc(MEM_RESULTS, (size_t)n * sizeof *t->v), n};
    for (long i = 0; i < n; i++)
        t->v[i] = (struct bt_span){trades[i].entry_bar, trades[i].exit_bar};
}

/* ---- writing ---------------------------------------------------------------------------------- */

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

void bt_put_rules(const struct bt_plan *plan, struct json *object)
{
    json_put_text(object, "fill", plan->fill.name);
    json_put_number(object, "fee", plan->fee);
    json_put_number(object, "periods_per_year", plan->periods_per_year);
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
    struct json *params = json_put_object(root, "params");
    for (int i = 0; i < plan->strategy->param_count; i++)
        json_put_number(params, plan->strategy->params[i].name, r->item.values[i]);
    put_rows(plan, r, root);
    struct json *equity = r->equity ? json_put_array(root, "equity") : NULL;
    for (long i = 0; equity && i < r->equity_n; i++)
        json_push(equity, json_of_number(r->equity[i]));
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

/* "12+30 51+7 90+" */
static bool read_trades(const struct bt_plan *plan, const struct json *object, int symbol,
                        struct bt_result *r, struct err *e)
{
    const char *text;
    if (!json_need_text(object, "trades_at", &text, e))
        return false;
    long n = *text != '\0';
    for (const char *p = text; *p; p++)
        n += *p == ' ';
    struct bt_span *v = mem_alloc(MEM_RESULTS, (size_t)n * sizeof *v);
    need_trades(plan, r)[symbol] = (struct bt_trades){v, n};
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

static bool read_json(const struct bt_plan *plan, struct str payload, struct bt_result *r,
                      struct err *e)
{
    char name[40];
    snprintf(name, sizeof name, "result %s", r->item.id);
    struct json *root = json_parse(payload, name, e);
    bool ok = root && ((read_result(plan, root, r, e) && check_holds(payload, e)) ||
                       err_prefix(e, "%s", name));
    json_free(root);
    return ok;
}

/* ---- packed ----------------------------------------------------------------------------------- */

/* No text of JSON begins so. `shape` tells programs with other rows apart. */
enum { PACK_MARK = 1 };

struct pack_head {
    uint8_t mark, has_trades, has_equity, metrics_all;
    uint32_t shape, symbols;
    char id[BT_ID_TEXT], stamp[BT_STAMP_TEXT], content[SHA256_HEX];
    int64_t backtest, equity_n;
    double values[BT_PARAMS_MAX];
};

static uint32_t shape_of_rows(void)
{
    uint32_t shape = 2166136261u; /* FNV-1a over the names */
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        for (const char *p = m->name; *p; p++)
            shape = (shape ^ (uint8_t)*p) * 16777619u;
    return shape + (uint32_t)sizeof(struct bt_row);
}

/* Seven bits a byte, the lowest first. */
static void add_varint(struct text *out, uint64_t x)
{
    char bytes[10];
    size_t n = 0;
    for (; x > 127; x >>= 7)
        bytes[n++] = (char)(x | 128);
    bytes[n++] = (char)x;
    text_add(out, bytes, n);
}

static bool take_varint(struct str *in, uint64_t *x)
{
    *x = 0;
    for (int shift = 0; in->n > 0 && shift < 64; shift += 7) {
        uint8_t byte = (uint8_t)*in->p;
        in->p++, in->n--;
        *x |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

static bool take(struct str *in, void *into, size_t n)
{
    if (in->n < n)
        return false;
    memcpy(into, in->p, n);
    in->p += n;
    in->n -= n;
    return true;
}

/* Per symbol their number; then of each the bars since the entry before, and the bars held + 1 (0:
 * still open). */
static void pack_trades(const struct bt_trades *trades, struct text *out)
{
    int64_t before = 0;
    add_varint(out, (uint64_t)trades->n);
    for (long i = 0; i < trades->n; i++) {
        const struct bt_span *t = &trades->v[i];
        add_varint(out, (uint64_t)(t->entry - before));
        add_varint(out, t->exit < 0 ? 0 : (uint64_t)(t->exit - t->entry + 1));
        before = t->entry;
    }
}

static bool unpack_trades(struct str *in, struct bt_trades *trades)
{
    uint64_t n, gap, held;
    int64_t entry = 0;
    if (!take_varint(in, &n) || n > in->n)
        return false;
    *trades = (struct bt_trades){mem_alloc(MEM_RESULTS, n * sizeof *trades->v), (long)n};
    for (uint64_t i = 0; i < n; i++) {
        if (!take_varint(in, &gap) || !take_varint(in, &held))
            return false;
        entry += (int64_t)gap;
        trades->v[i] = (struct bt_span){entry, held ? entry + (int64_t)held - 1 : -1};
    }
    return true;
}

void bt_result_pack(const struct bt_plan *plan, const struct bt_result *r, struct text *out)
{
    struct pack_head head;
    memset(&head, 0, sizeof head); /* the gaps too: equal results are equal bytes */
    head.mark = PACK_MARK;
    head.has_trades = r->trades != NULL;
    head.has_equity = r->equity != NULL;
    head.metrics_all = plan->metrics_all;
    head.shape = shape_of_rows();
    head.symbols = (uint32_t)plan->symbol_count;
    head.backtest = r->item.backtest;
    head.equity_n = r->equity_n;
    memcpy(head.id, r->item.id, sizeof head.id);
    memcpy(head.values, r->item.values, (size_t)plan->strategy->param_count * sizeof(double));
    memcpy(head.content, r->content, sizeof head.content);
    bt_plan_stamp(plan, r->range, r->content, head.stamp);
    text_add(out, (const char *)&head, sizeof head);
    text_add(out, (const char *)r->rows, head.symbols * sizeof *r->rows);
    for (int s = 0; r->trades && s < plan->symbol_count; s++)
        pack_trades(&r->trades[s], out);
    if (r->equity)
        text_add(out, (const char *)r->equity, (size_t)r->equity_n * sizeof *r->equity);
}

static bool unpack_lists(const struct bt_plan *plan, const struct pack_head *head, struct str *in,
                         struct bt_result *r)
{
    if (head->has_trades) {
        need_trades(plan, r);
        for (int s = 0; s < plan->symbol_count; s++)
            if (!unpack_trades(in, &r->trades[s]))
                return false;
    }
    if (!head->has_equity)
        return in->n == 0;
    size_t bytes = (size_t)head->equity_n * sizeof *r->equity;
    if (head->equity_n < 0 || in->n != bytes)
        return false;
    r->equity = mem_alloc(MEM_RESULTS, bytes);
    r->equity_n = (long)head->equity_n;
    return take(in, r->equity, bytes);
}

static void forget_others(struct bt_row *row)
{
    for (const struct bt_metric *m = bt_metrics; m->name; m++) {
        void *at = (char *)row + m->offset;
        if (!m->core && m->whole)
            *(int64_t *)at = 0;
        else if (!m->core)
            *(double *)at = (double)NAN;
    }
}

/* What is stored beyond what the plan asks for: the result is as if computed for the plan. */
static void let_go_of_more(const struct bt_plan *plan, const struct pack_head *head,
                           struct bt_result *r)
{
    for (int s = 0; head->metrics_all && !plan->metrics_all && s < plan->symbol_count; s++)
        forget_others(&r->rows[s]);
    if (!plan->trades)
        free_trades(r);
    if (plan->snapshots == BT_NO_SNAPSHOTS) {
        mem_free(MEM_RESULTS, r->equity);
        r->equity = NULL;
        r->equity_n = 0;
    }
}

static bool unpack(const struct bt_plan *plan, struct str in, struct bt_result *r, struct err *e)
{
    struct pack_head head;
    const char *id = r->item.id;
    char stamp[BT_STAMP_TEXT];
    if (!take(&in, &head, sizeof head) || head.mark != PACK_MARK)
        return err_input(e, "result %s: not a packed result", id);
    if (head.shape != shape_of_rows() || head.symbols != (uint32_t)plan->symbol_count)
        return err_input(e, "result %s: written by another version of this program", id);
    if (memcmp(head.id, id, BT_ID_TEXT) != 0)
        return err_input(e, "result %s: found that of %.16s", id, head.id);
    head.content[SHA256_HEX - 1] = '\0';
    bt_plan_stamp(plan, r->range, head.content, stamp);
    head.stamp[BT_STAMP_TEXT - 1] = '\0';
    if (!bt_stamp_serves(head.stamp, stamp))
        return err_set(e, ERR_DIFFERENT, "result %s: of other data or code, or with less stored",
                       id);
    memcpy(r->content, head.content, SHA256_HEX);
    if (!take(&in, r->rows, head.symbols * sizeof *r->rows) || !unpack_lists(plan, &head, &in, r))
        return err_input(e, "result %s: cut short", id);
    let_go_of_more(plan, &head, r);
    return true;
}

/* ---- either ----------------------------------------------------------------------------------- */

struct bt_result *bt_result_read(const struct bt_plan *plan, int range, const struct bt_item *item,
                                 struct str payload, struct err *e)
{
    struct bt_result *r = bt_result_new(plan, range, item);
    bool packed = payload.n > 0 && payload.p[0] == PACK_MARK;
    if (packed ? unpack(plan, payload, r, e) : read_json(plan, payload, r, e))
        return r;
    bt_result_free(r);
    return NULL;
}

bool bt_result_stamp(struct str payload, char out[BT_STAMP_TEXT])
{
    struct pack_head head;
    struct err ignored;
    if (payload.n > 0 && payload.p[0] == PACK_MARK) {
        if (!take(&payload, &head, sizeof head))
            return false;
        memcpy(out, head.stamp, BT_STAMP_TEXT);
        return out[BT_STAMP_TEXT - 1] == '\0';
    }
    struct json *root = json_parse(payload, "result", &ignored);
    const char *stamp = root ? json_text(json_get(root, "stamp")) : "";
    bool ok = strlen(stamp) == BT_STAMP_TEXT - 1 && check_holds(payload, &ignored);
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

static bool peek_json(const struct bt_strategy *strategy, const struct json *root,
                      struct bt_peek *out, struct err *e)
{
    const struct json *params, *rows;
    const struct bt_metric *extra = bt_metrics;
    while (extra->core)
        extra++;
    if (!take_text(root, "id", BT_ID_TEXT - 1, out->item.id, e) ||
        !take_text(root, "stamp", BT_STAMP_TEXT - 1, out->stamp, e) ||
        !take_text(root, "bundle", SHA256_HEX - 1, out->content, e) ||
        !json_need_object(root, "params", &params, e) || !json_need_array(root, "rows", &rows, e))
        return false;
    out->metrics_all = json_get(json_first(rows), extra->name) != NULL;
    out->trades = json_get(json_first(rows), "trades_at") != NULL;
    out->snapshots = json_get(root, "equity") != NULL;
    for (int i = 0; i < strategy->param_count; i++)
        if (!json_need_number(params, strategy->params[i].name, &out->item.values[i], e))
            return false;
    return true;
}

static bool peek_packed(struct str payload, struct bt_peek *out, struct err *e)
{
    struct pack_head head;
    if (!take(&payload, &head, sizeof head) || head.shape != shape_of_rows() ||
        head.id[BT_ID_TEXT - 1] || head.stamp[BT_STAMP_TEXT - 1] || head.content[SHA256_HEX - 1])
        return err_input(e, "cut short, or written by another version of this program");
    memcpy(out->item.id, head.id, sizeof head.id);
    memcpy(out->item.values, head.values, sizeof head.values);
    memcpy(out->stamp, head.stamp, sizeof head.stamp);
    memcpy(out->content, head.content, sizeof head.content);
    out->metrics_all = head.metrics_all;
    out->trades = head.has_trades;
    out->snapshots = head.has_equity;
    return true;
}

bool bt_result_peek(const struct bt_strategy *strategy, struct str payload, struct bt_peek *out,
                    struct err *e)
{
    *out = (struct bt_peek){0};
    if (payload.n > 0 && payload.p[0] == PACK_MARK)
        return peek_packed(payload, out, e);
    struct json *root = json_parse(payload, "result", e);
    bool ok = root && check_holds(payload, e) && peek_json(strategy, root, out, e);
    json_free(root);
    return ok;
}
