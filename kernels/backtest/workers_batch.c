#include "kernels/backtest/workers_batch.h"

#include "kernels/backtest/result_read.h"
#include "kernels/backtest/run_compute.h"
#include "kernels/backtest/workers_cut.h"
#include "kernels/pool/pool.h"

#include <string.h>

struct batch {
    struct bt_run *run;
    struct checkpoint *doc;
    struct bt_block *block;
    struct bt_cut cut;
    bool has_results; /* with rows: as soon as the first answer is */
    int *which;       /* [todo_n]: scratch */
    int *alone;       /* which of todo */
    int alone_n;
    bool is_second; /* it is their turn */
    struct bt_result **results;
    const struct err **why; /* set where a settled one failed */
    int *parts;             /* jobs that it still waits for; all three: of todo */
    int taken;
};

/* ---- jobs ------------------------------------------------------------------------------------- */

/* The job's head, and in b->which the backtests that it is of. */
static struct bt_wire_job job_of(struct batch *b, long number)
{
    struct bt_wire_job head = bt_cut_head(b->run, &b->cut, number);
    head.range = b->block->range;
    head.n = 1;
    if (b->is_second)
        b->which[0] = b->alone[number];
    else
        head.n = bt_cut_which(&b->cut, number, b->which);
    return head;
}

static bool write_job(void *context, long number, struct text *bytes, struct err *e)
{
    (void)e;
    struct batch *b = context;
    struct bt_wire_job head = job_of(b, number);
    text_reserve(bytes, sizeof head + (size_t)head.n * sizeof *b->block->todo);
    text_add(bytes, (const char *)&head, sizeof head);
    for (int i = 0; i < head.n; i++)
        text_add(bytes, (const char *)&b->block->todo[b->which[i]], sizeof *b->block->todo);
    return true;
}

/* ---- answers ---------------------------------------------------------------------------------- */

static bool take_settled(struct batch *b, struct err *e)
{
    int from = b->taken;
    while (b->taken < b->block->todo_n && b->parts[b->taken] == 0) {
        int k = b->taken++;
        if (b->why[k]) {
            bt_result_free(b->results[k]);
            b->results[k] = NULL;
        }
    }
    return b->taken == from || bt_block_take(b->run, b->doc, b->block, b->results + from,
                                             b->why + from, b->taken - from, e);
}

static struct err *new_why(struct batch *b, int k)
{
    struct err *why = ARENA_NEW(&b->run->work, struct err, 1);
    b->why[k] = why;
    return why;
}

/* Runs again, alone and whole, when all jobs are done. */
static void leave_for_later(struct batch *b, int k)
{
    enum { LATER = 1 << 20 };
    if (b->parts[k] >= LATER)
        return;
    b->parts[k] += LATER;
    b->alone[b->alone_n++] = k;
}

/* Made when the workers are: what a fork saw would be copied again, page by page. */
static void need_results(struct batch *b)
{
    const struct bt_block *block = b->block;
    if (b->cut.rows && !b->has_results)
        bt_results_new(&b->run->plan, &b->run->results, block->range, block->todo, block->todo_n,
                       b->results);
    b->has_results = true;
}

/* Parts of a result must be of one content: not where the bundle was replaced between two jobs. */
static void take_rows(struct batch *b, int k, const struct bt_wire_job *head, const char *packed,
                      const char content[SHA256_HEX])
{
    struct bt_result *r = b->results[k];
    bool all = b->run->plan.metrics_all;
    for (int s = 0; s < head->symbols; s++)
        bt_row_unpack(packed + (size_t)s * bt_row_packed_bytes(all), all,
                      &r->rows[head->symbol + s]);
    if (!r->content[0])
        memcpy(r->content, content, SHA256_HEX);
    if (memcmp(r->content, content, SHA256_HEX) != 0 || strcmp(content, BT_MIXED) == 0)
        leave_for_later(b, k);
}

static void take_packed(struct batch *b, int k, struct str body)
{
    struct err e = {0};
    b->results[k] = bt_result_read(&b->run->plan, b->block->range, &b->block->todo[k], body, &e);
    if (!b->results[k])
        *new_why(b, k) = e;
}

/* Jobs come in order, so that the first symbol's reason stays. */
static void take_error(struct batch *b, int k, const struct bt_wire_item *item, struct str body)
{
    if (!b->why[k])
        err_set(new_why(b, k), (enum err_code)item->code, "%.*s", (int)body.n, body.p);
}

static bool read_answer(struct batch *b, const struct bt_wire_job *job, struct str bytes)
{
    const char *content = bytes.p, *rows = NULL;
    size_t row_bytes = (size_t)job->symbols * bt_row_packed_bytes(b->run->plan.metrics_all);
    struct bt_wire_item item;
    struct str body;
    if (b->cut.rows) {
        if (bytes.n < SHA256_HEX)
            return false;
        bytes = (struct str){bytes.p + SHA256_HEX, bytes.n - SHA256_HEX};
        rows = bt_wire_place(bt_workers_of(b->run), job);
    }
    for (int i = 0; i < job->n; i++) {
        int k = b->which[i];
        if (!bt_wire_cut_item(&bytes, &item, &body))
            return false;
        b->parts[k]--;
        if (item.code != ERR_OK)
            take_error(b, k, &item, body);
        else if (b->cut.rows)
            take_rows(b, k, job, rows + (size_t)i * row_bytes, content);
        else
            take_packed(b, k, body);
    }
    return true;
}

static bool job_done(void *context, long number, struct str bytes, struct err *e)
{
    struct batch *b = context;
    struct bt_wire_job job = job_of(b, number);
    need_results(b);
    if (bt_told_take(b->run, &bytes) && read_answer(b, &job, bytes))
        return take_settled(b, e);
    return err_set(e, ERR_SYSTEM, "job %ld: a worker's answer is cut short", number);
}

/* Jobs have numbers; a backtest that was alone in one needs none. */
static const char *without_number(const char *text)
{
    const char *end = strncmp(text, "job ", 4) == 0 ? strstr(text, ": ") : NULL;
    return end ? end + 2 : text;
}

/* Its worker died or hung, twice: one of its backtests may be to blame, or each. Other parts of these
 * may be written, or not: all of them run again. */
static bool job_failed(void *context, long number, const struct err *why, struct err *e)
{
    struct batch *b = context;
    const int *which = b->which;
    int n = job_of(b, number).n;
    if (b->is_second || (n == 1 && !b->cut.rows)) {
        err_set(new_why(b, which[0]), why->code, "%s", without_number(why->text));
        b->parts[which[0]] = 0;
        return take_settled(b, e);
    }
    for (int i = 0; i < n; i++)
        leave_for_later(b, which[i]);
    return true;
}

/* ---- the batch -------------------------------------------------------------------------------- */

static bool compute_jobs(struct batch *b, struct err *e)
{
    long jobs = b->is_second ? b->alone_n : bt_cut_jobs(&b->cut);
    struct pool_batch batch = {
        .context = b, .jobs = jobs, .job = write_job, .done = job_done, .failed = job_failed};
    return pool_run(b->run->pool, &batch, e);
}

/* Those that were left, each alone and whole. */
static bool compute_alone(struct batch *b, struct err *e)
{
    b->is_second = true;
    b->cut.groups = 1;
    need_results(b);
    for (int i = 0; i < b->alone_n; i++) {
        int k = b->alone[i];
        b->parts[k] = 1;
        b->why[k] = NULL;
        if (b->cut.rows)
            b->results[k]->content[0] = '\0';
    }
    return b->alone_n == 0 || compute_jobs(b, e);
}

static void begin_todo(struct batch *b)
{
    struct arena *a = &b->run->work;
    int n = b->block->todo_n;
    b->alone = ARENA_NEW_RAW(a, int, n);
    b->results = ARENA_NEW(a, struct bt_result *, n);
    b->why = ARENA_NEW(a, const struct err *, n);
    b->parts = ARENA_NEW_RAW(a, int, n);
    b->which = ARENA_NEW_RAW(a, int, n);
    b->cut = bt_cut_of(b->run, n);
    for (int k = 0; k < n; k++)
        b->parts[k] = b->cut.groups;
}

static bool compute_todo(struct bt_run *run, struct batch *b, struct err *e)
{
    begin_todo(b);
    bool ok = BT_CALL(run->ops.warm, run, b->block->range, run->pool, e) && compute_jobs(b, e) &&
              compute_alone(b, e) && BT_CALL(run->ops.disband, run, run->pool, e);
    for (int k = b->taken; k < b->block->todo_n; k++)
        bt_result_free(b->results[k]);
    return ok;
}

bool bt_workers_batch(struct bt_run *run, struct bt_block *block, struct err *e)
{
    struct batch b = {.run = run, .block = block};
    struct bt_lease lease = {0};
    if (run->store && !BT_CALL(run->ops.checkpoint, run, &b.doc, &lease, e))
        return false;
    bool ok = bt_block_split(run, b.doc, block, e) &&
              (block->todo_n == 0 || compute_todo(run, &b, e)) &&
              bt_block_take(run, b.doc, block, NULL, NULL, 0, e);
    bt_block_end(block);
    bt_lease_end(&lease);
    return ok;
}
