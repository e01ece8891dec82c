/* workers: jobs go to processes; this one keeps the checkpoint, the results and their order.
 *
 * A worker gets a range and backtests as values and gives packed results; it shares nothing else.
 */
#include "kernels/backtest/blocks.h"

#include "kernels/pool/pool.h"

#include <string.h>

/* Many small jobs share the work evenly, and a worker that dies takes few with it. Where layers work on
 * whole blocks at a fixed cost a block, jobs are large: two a worker, of at least BLOCK_MIN. */
enum { JOBS_A_WORKER = 24, JOB_MAX = 32, BLOCKS_A_WORKER = 2, BLOCK_MIN = 256 };

struct state {
    struct pool *pool;
    struct kernel_count told[KERNEL_COUNTS_MAX]; /* in a worker: what the parent knows already */
};

struct job_head {
    int32_t range, n; /* n items follow */
};

/* What comes back: the counts since the last job, then per item its length and its packed result,
 * or an error's text. */
struct answer_item {
    uint32_t bytes;
    uint32_t code; /* enum err_code; ERR_OK: a result */
};

/* ---- in the worker ---------------------------------------------------------------------------- */

/* What was counted before its first job of a batch is not the worker's. */
static bool begin_batch(void *context, struct str preamble, struct err *e)
{
    (void)preamble;
    (void)e;
    struct bt_run *run = context;
    struct state *s = run->states[BT_LAYER_workers];
    bt_run_counts(run, s->told, KERNEL_COUNTS_MAX);
    return true;
}

static void answer_counts(struct state *s, struct bt_run *run, struct text *out)
{
    uint64_t counts[KERNEL_COUNTS_MAX] = {0};
    struct kernel_count now[KERNEL_COUNTS_MAX];
    int n = bt_run_counts(run, now, KERNEL_COUNTS_MAX);
    for (int i = 0; i < n; i++)
        counts[i] = now[i].value - s->told[i].value;
    memcpy(s->told, now, (size_t)n * sizeof *now);
    text_add(out, (const char *)counts, sizeof counts);
}

static void answer_item(struct bt_run *run, struct bt_result *result, const struct err *why,
                        struct text *out)
{
    struct answer_item head = {0};
    size_t at = out->n;
    text_add(out, (const char *)&head, sizeof head);
    if (result) {
        bt_result_pack(&run->plan, result, out);
    } else {
        head.code = (uint32_t)(why->code ? why->code : ERR_SYSTEM);
        text_puts(out, why->text);
    }
    head.bytes = (uint32_t)(out->n - at - sizeof head);
    memcpy(out->p + at, &head, sizeof head);
    bt_result_free(result);
}

static bool run_job(void *context, struct str bytes, struct text *out, struct err *e)
{
    struct bt_run *run = context;
    struct state *s = run->states[BT_LAYER_workers];
    struct arena_mark mark = arena_mark(&run->arena);
    struct job_head head;
    if (bytes.n < sizeof head)
        return err_set(e, ERR_SYSTEM, "a job without a head");
    memcpy(&head, bytes.p, sizeof head);
    struct bt_item *items = ARENA_NEW_RAW(&run->arena, struct bt_item, head.n);
    struct bt_result **results = ARENA_NEW(&run->arena, struct bt_result *, head.n);
    struct err *why = ARENA_NEW_RAW(&run->arena, struct err, head.n); /* large */
    memcpy(items, bytes.p + sizeof head, (size_t)head.n * sizeof *items);
    for (int at = 0, n; at < head.n; at += n) {
        n = run->block < head.n - at ? (int)run->block : head.n - at;
        struct bt_job job = {head.range, items + at, n};
        bt_compute_each(run, &job, results + at, why + at);
    }
    answer_counts(s, run, out);
    for (int k = 0; k < head.n; k++) {
        size_t before = out->n;
        answer_item(run, results[k], &why[k], out);
        if (k == 0) /* the others will be as long */
            text_reserve(out, (out->n - before) * (size_t)head.n);
    }
    arena_release(&run->arena, mark);
    return true;
}

/* ---- in this process -------------------------------------------------------------------------- */

/* Jobs of job_size backtests; then, for those of which a job lost its worker twice, one job each, so
 * that only the guilty one fails. Results are taken as far as all before them are settled. */
struct batch {
    struct bt_run *run;
    struct checkpoint *doc;
    struct bt_block *block;
    int job_size;
    int *alone; /* which of todo */
    int alone_n;
    bool is_second; /* it is their turn */
    struct bt_result **results;
    struct err *why; /* set where a settled one has no result */
    bool *settled;   /* all three: of todo */
    int taken;
};

static int first_of(const struct batch *b, long job, int *n)
{
    int first = b->is_second ? b->alone[job] : (int)job * b->job_size;
    int left = b->block->todo_n - first, size = b->is_second ? 1 : b->job_size;
    *n = left < size ? left : size;
    return first;
}

static bool settle(struct batch *b, int first, int n, struct err *e)
{
    int from = b->taken;
    memset(b->settled + first, true, (size_t)n);
    while (b->taken < b->block->todo_n && b->settled[b->taken])
        b->taken++;
    return b->taken == from || bt_block_take(b->run, b->doc, b->block, b->results + from,
                                             b->why + from, b->taken - from, e);
}

static bool write_job(void *context, long number, struct text *bytes, struct err *e)
{
    (void)e;
    struct batch *b = context;
    struct job_head head = {.range = b->block->range};
    int n, first = first_of(b, number, &n);
    head.n = n;
    text_add(bytes, (const char *)&head, sizeof head);
    text_add(bytes, (const char *)(b->block->todo + first), (size_t)n * sizeof *b->block->todo);
    return true;
}

static bool cut_item(struct str *bytes, struct answer_item *head, struct str *body)
{
    if (bytes->n < sizeof *head)
        return false;
    memcpy(head, bytes->p, sizeof *head);
    if (head->bytes > bytes->n - sizeof *head)
        return false;
    *body = (struct str){bytes->p + sizeof *head, head->bytes};
    *bytes = (struct str){body->p + body->n, bytes->n - sizeof *head - body->n};
    return true;
}

static bool read_answer(struct batch *b, int first, int n, struct str bytes)
{
    struct answer_item head;
    struct str body;
    for (int k = first; k < first + n; k++) {
        if (!cut_item(&bytes, &head, &body))
            return false;
        if (head.code == ERR_OK)
            b->results[k] = bt_result_read(&b->run->plan, b->block->range, &b->block->todo[k], body,
                                           &b->why[k]);
        else
            err_set(&b->why[k], (enum err_code)head.code, "%.*s", (int)body.n, body.p);
    }
    return true;
}

static void add_counts(struct bt_run *run, const uint64_t *counts)
{
    for (int i = 0; i < KERNEL_COUNTS_MAX; i++)
        run->of_workers[i] += counts[i];
}

static bool job_done(void *context, long number, struct str bytes, struct err *e)
{
    struct batch *b = context;
    uint64_t counts[KERNEL_COUNTS_MAX];
    int n, first = first_of(b, number, &n);
    if (bytes.n >= sizeof counts) {
        memcpy(counts, bytes.p, sizeof counts);
        add_counts(b->run, counts);
        if (read_answer(b, first, n,
                        (struct str){bytes.p + sizeof counts, bytes.n - sizeof counts}))
            return settle(b, first, n, e);
    }
    return err_set(e, ERR_SYSTEM, "job %ld: a worker's answer is cut short", number);
}

/* Jobs have numbers; a backtest that was alone in one needs none. */
static const char *without_number(const char *text)
{
    const char *end = strncmp(text, "job ", 4) == 0 ? strstr(text, ": ") : NULL;
    return end ? end + 2 : text;
}

/* Its worker died or hung, twice: one of its backtests may be to blame, or each. */
static bool job_failed(void *context, long number, const struct err *why, struct err *e)
{
    struct batch *b = context;
    int n, first = first_of(b, number, &n);
    if (n == 1) {
        err_set(&b->why[first], why->code, "%s", without_number(why->text));
        return settle(b, first, 1, e);
    }
    for (int k = 0; k < n; k++)
        b->alone[b->alone_n++] = first + k;
    return true;
}

static bool compute_jobs(struct batch *b, long jobs, struct err *e)
{
    struct pool_batch batch = {
        .context = b, .jobs = jobs, .job = write_job, .done = job_done, .failed = job_failed};
    return pool_run(b->run->pool, &batch, e);
}

static void make_room(struct batch *b)
{
    struct arena *a = &b->run->arena;
    int n = b->block->todo_n;
    b->alone = ARENA_NEW_RAW(a, int, n);
    b->results = ARENA_NEW(a, struct bt_result *, n);
    b->why = ARENA_NEW_RAW(a, struct err, n);
    b->settled = ARENA_NEW(a, bool, n);
}

static long between(long least, long x, long most)
{
    return x < least ? least : x > most ? most : x;
}

static int job_size(const struct bt_run *run, long n)
{
    long workers = run->plan.workers;
    if (run->block > 1)
        return (int)between(BLOCK_MIN, (n - 1) / (workers * BLOCKS_A_WORKER) + 1, run->block);
    return (int)between(1, n / (workers * JOBS_A_WORKER), JOB_MAX);
}

static bool compute_todo(struct bt_run *run, struct batch *b, struct err *e)
{
    long n = b->block->todo_n;
    b->job_size = job_size(run, n);
    make_room(b);
    bool ok = BT_CALL(run->ops.warm, run, b->block->range, run->pool, e) &&
              compute_jobs(b, (n + b->job_size - 1) / b->job_size, e);
    b->is_second = true;
    ok = ok && (b->alone_n == 0 || compute_jobs(b, b->alone_n, e)) &&
         BT_CALL(run->ops.disband, run, run->pool, e);
    for (int k = b->taken; k < n; k++)
        bt_result_free(b->results[k]);
    return ok;
}

static bool run_batch(struct bt_run *run, struct bt_block *block, struct err *e)
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

static bool need_pool(struct bt_run *run, struct state *s, struct err *e)
{
    struct pool_settings settings = {.workers = (int)run->plan.workers,
                                     .hang_ms = run->plan.hang_ms};
    struct pool_work work = {.context = run, .begin = begin_batch, .run = run_job};
    if (!s->pool)
        s->pool = run->pool = pool_open(&settings, &work, e);
    return s->pool != NULL;
}

/* As many as blocks want, else as the setting says. */
static int batch_size(const struct bt_run *run)
{
    return (int)(run->block > run->plan.batch ? run->block : run->plan.batch);
}

static bool exec_workers(const struct bt_exec_link *self, struct bt_run *run, long lo, long hi,
                         struct err *e)
{
    bool ok = need_pool(run, self->state, e);
    for (long at = lo; ok && at < hi;) {
        struct arena_mark mark = arena_mark(&run->arena);
        struct bt_block block;
        bt_block_next(run, &at, hi, batch_size(run), &block);
        ok = (block.n == 0 || run_batch(run, &block, e)) && bt_range_ends(run, at, e);
        arena_release(&run->arena, mark);
    }
    return ok;
}

static void done(void *state)
{
    struct state *s = state;
    pool_close(s->pool);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    struct pool_stats stats = s->pool ? pool_stats(s->pool) : (struct pool_stats){0};
    if (max < 3)
        return 0;
    out[0] = (struct kernel_count){"workers_started", stats.workers_started};
    out[1] = (struct kernel_count){"workers_lost", stats.workers_lost};
    out[2] = (struct kernel_count){"worker_batches", stats.batches};
    return 3;
}

const struct bt_layer bt_layer_workers = {
    .name = "workers",
    .why = "one process -> jobs over worker processes",
    .rank = 100, /* ends first: its processes use what the others hold */
    .replace = {.exec = exec_workers},
    .state_size = sizeof(struct state),
    .done = done,
    .statistics = statistics,
};
