#include "kernels/backtest/result_packed.h"

#include <math.h>
#include <string.h>

/* No text of JSON begins so. `shape` tells programs with other rows apart. */
enum { PACK_MARK = 1 };

struct pack_head {
    uint8_t mark, has_trades, has_equity, metrics_all;
    uint32_t shape, symbols;
    char id[BT_ID_TEXT], stamp[BT_STAMP_TEXT], content[SHA256_HEX];
    int64_t backtest, equity_n;
    double values[BT_PARAMS_MAX];
};

bool bt_result_is_packed(struct str payload)
{
    return payload.n > 0 && payload.p[0] == PACK_MARK;
}

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

/* ---- writing ---------------------------------------------------------------------------------- */

static void fill_head(const struct bt_plan *plan, const struct bt_result *r, struct pack_head *head)
{
    memset(head, 0, sizeof *head); /* the gaps too: equal results are equal bytes */
    head->mark = PACK_MARK;
    head->has_trades = r->trades != NULL;
    head->has_equity = r->equity != NULL;
    head->metrics_all = plan->metrics_all;
    head->shape = shape_of_rows();
    head->symbols = (uint32_t)plan->symbol_count;
    head->backtest = r->item.backtest;
    head->equity_n = r->equity_n;
    memcpy(head->id, r->item.id, sizeof head->id);
    memcpy(head->values, r->item.values, (size_t)plan->strategy->param_count * sizeof(double));
    memcpy(head->content, r->content, sizeof head->content);
    bt_plan_stamp(plan, r->range, r->content, head->stamp);
}

void bt_result_pack(const struct bt_plan *plan, const struct bt_result *r, struct text *out)
{
    struct pack_head head;
    fill_head(plan, r, &head);
    text_add(out, (const char *)&head, sizeof head);
    text_add(out, (const char *)r->rows, head.symbols * sizeof *r->rows);
    for (int s = 0; r->trades && s < plan->symbol_count; s++)
        pack_trades(&r->trades[s], out);
    if (r->equity)
        text_add(out, (const char *)r->equity, (size_t)r->equity_n * sizeof *r->equity);
}

/* ---- reading ---------------------------------------------------------------------------------- */

static bool unpack_lists(const struct bt_plan *plan, const struct pack_head *head, struct str *in,
                         struct bt_result *r)
{
    if (head->has_trades) {
        bt_result_need_trades(plan, r);
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
        bt_result_drop_trades(r);
    if (plan->snapshots == BT_NO_SNAPSHOTS) {
        mem_free(MEM_RESULTS, r->equity);
        r->equity = NULL;
        r->equity_n = 0;
    }
}

static bool take_head(const struct bt_plan *plan, const struct bt_result *r, struct str *in,
                      struct pack_head *head, struct err *e)
{
    const char *id = r->item.id;
    char stamp[BT_STAMP_TEXT];
    if (!take(in, head, sizeof *head) || head->mark != PACK_MARK)
        return err_input(e, "result %s: not a packed result", id);
    if (head->shape != shape_of_rows() || head->symbols != (uint32_t)plan->symbol_count)
        return err_input(e, "result %s: written by another version of this program", id);
    if (memcmp(head->id, id, BT_ID_TEXT) != 0)
        return err_input(e, "result %s: found that of %.16s", id, head->id);
    head->content[SHA256_HEX - 1] = '\0';
    bt_plan_stamp(plan, r->range, head->content, stamp);
    head->stamp[BT_STAMP_TEXT - 1] = '\0';
    if (!bt_stamp_serves(head->stamp, stamp))
        return err_set(e, ERR_DIFFERENT, "result %s: of other data or code, or with less stored",
                       id);
    return true;
}

bool bt_result_read_packed(const struct bt_plan *plan, struct str in, struct bt_result *r,
                           struct err *e)
{
    struct pack_head head = {0};
    if (!take_head(plan, r, &in, &head, e))
        return false;
    memcpy(r->content, head.content, SHA256_HEX);
    if (!take(&in, r->rows, head.symbols * sizeof *r->rows) || !unpack_lists(plan, &head, &in, r))
        return err_input(e, "result %s: cut short", r->item.id);
    let_go_of_more(plan, &head, r);
    return true;
}

bool bt_result_stamp_packed(struct str payload, char out[BT_STAMP_TEXT])
{
    struct pack_head head;
    if (!take(&payload, &head, sizeof head))
        return false;
    memcpy(out, head.stamp, BT_STAMP_TEXT);
    return out[BT_STAMP_TEXT - 1] == '\0';
}

bool bt_result_peek_packed(struct str payload, struct bt_peek *out, struct err *e)
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
