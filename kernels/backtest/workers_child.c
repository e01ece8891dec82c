#include "kernels/backtest/workers_child.h"

#include "kernels/backtest/run_compute.h"
#include "kernels/backtest/workers_wire.h"

#include <string.h>

/* What was counted before its first job of a batch is not the worker's. */
bool bt_child_begin(void *context, struct str preamble, struct err *e)
{
    (void)preamble;
    (void)e;
    struct bt_run *run = context;
    bt_told_begin(&bt_workers_of(run)->told, run);
    return true;
}

/* A job as the worker reads it. */
struct order {
    struct bt_wire_job head;
    struct bt_item *items;
    struct bt_result **results;
    const struct err **why;
};

static bool read_order(struct bt_run *run, struct str bytes, struct order *o, struct err *e)
{
    struct bt_wire_job *head = &o->head;
    if (bytes.n < sizeof *head)
        return err_set(e, ERR_SYSTEM, "a job without a head");
    memcpy(head, bytes.p, sizeof *head);
    o->items = ARENA_NEW_RAW(&run->work, struct bt_item, head->n);
    o->results = ARENA_NEW(&run->work, struct bt_result *, head->n);
    o->why = ARENA_NEW(&run->work, const struct err *, head->n);
    memcpy(o->items, bytes.p + sizeof *head, (size_t)head->n * sizeof *o->items);
    return true;
}

/* The block's backtests at `at`, of which the rows go to the job's place. */
static void write_rows(struct bt_run *run, const struct order *o, const struct bt_job *job, int at,
                       char content[SHA256_HEX])
{
    struct arena_mark mark = arena_mark(&run->work);
    bool all = run->plan.metrics_all;
    long n = (long)job->n * job->symbols;
    size_t bytes = bt_row_packed_bytes(all);
    struct bt_row *rows = ARENA_NEW_RAW(&run->work, struct bt_row, n);
    char *to =
        bt_wire_place(bt_workers_of(run), &o->head) + (size_t)at * (size_t)job->symbols * bytes;
    bt_compute_rows(run, job, rows, content, o->why + at);
    for (long i = 0; i < n; i++)
        bt_row_pack(&rows[i], all, to + (size_t)i * bytes);
    for (int k = 0; k < job->n; k++) /* what says why is of the arena */
        if (o->why[at + k])
            return;
    arena_release(&run->work, mark);
}

/* As many backtests at a time as the layers want. */
static void compute(struct bt_run *run, const struct order *o, char content[SHA256_HEX])
{
    const struct bt_wire_job *head = &o->head;
    for (int at = 0, n; at < head->n; at += n) {
        n = run->block < head->n - at ? (int)run->block : head->n - at;
        struct bt_job job = {head->range, o->items + at, n, head->symbol, head->symbols};
        if (head->symbols)
            write_rows(run, o, &job, at, content);
        else
            bt_compute_each(run, &job, o->results + at, o->why + at);
    }
}

static void answer(const struct bt_run *run, const struct order *o, struct text *out)
{
    for (int k = 0; k < o->head.n; k++) {
        size_t before = out->n;
        bt_wire_put_item(&run->plan, o->results[k], o->why[k], out);
        bt_result_free(o->results[k]);
        if (k == 0) /* the others will be as long */
            text_reserve(out, (out->n - before) * (size_t)o->head.n);
    }
}

bool bt_child_run(void *context, struct str bytes, struct text *out, struct err *e)
{
    struct bt_run *run = context;
    struct arena_mark mark = arena_mark(&run->work);
    struct order o = {0};
    char content[SHA256_HEX] = "";
    if (!read_order(run, bytes, &o, e))
        return false;
    compute(run, &o, content);
    bt_told_put(&bt_workers_of(run)->told, run, out);
    if (o.head.symbols)
        text_add(out, content, sizeof content);
    answer(run, &o, out);
    arena_release(&run->work, mark);
    return true;
}
