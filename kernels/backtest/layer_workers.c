/* workers: jobs go to processes; this one keeps the checkpoint, the results and their order.
 *
 * A worker gets a range and backtests as values and gives packed results. Where layers work on blocks and
 * rows are all that is asked for, a job is some of a block's backtests on some of the symbols, and the
 * worker writes its rows into memory that both see: a place for each job of the pool's window, used
 * again and again, so that neither messages nor fresh pages cost what the rows did.
 */
#include "kernels/backtest/blocks.h"

#include "kernels/backtest/result_packed.h"
#include "kernels/backtest/result_read.h"
#include "kernels/backtest/told.h"
#include "kernels/pool/pool.h"

#include <string.h>
#include <sys/mman.h>

/* Many small jobs share the work evenly, and a worker that dies takes few with it. Where layers work on
 * whole blocks at a fixed cost a block and symbol, jobs are few: symbols are shared out where there are
 * enough of them; else each worker gets runs of RUN backtests, by turns, since those that stand side by
 * side cost alike. */
enum { JOBS_A_WORKER = 24, JOB_MAX = 32, SYMBOL_JOBS_A_WORKER = 4, BLOCK_MIN = 256, RUN = 64 };

enum { WINDOW_A_WORKER = 4, PLACE_BYTES = 256 * 1024 };

struct state {
    struct pool *pool;
    char *places; /* of the rows of jobs: [window][place_bytes]; NULL: packed results */
    size_t place_bytes;
    long window;
    struct bt_told told; /* in a worker */
};

/* n items follow. */
struct job_head {
    int32_t range, n;
    int32_t symbol, symbols, place; /* rows of these symbols there; symbols 0: packed results */
};

/* What comes back: the counts since the last job; where rows were asked for the content of the bundle;
 * then per item its length and its packed result (nothing where its rows are written), or an error's
 * text. */
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
    bt_told_begin(&s->told, run);
    return true;
}

static void answer_item(struct bt_run *run, struct bt_result *packed, const struct err *why,
                        struct text *out)
{
    struct answer_item head = {0};
    size_t at = out->n;
    text_add(out, (const char *)&head, sizeof head);
    if (why) {
        head.code = (uint32_t)(why->code ? why->code : ERR_SYSTEM);
        text_puts(out, why->text);
    } else if (packed) {
        bt_result_pack(&run->plan, packed, out);
    }
    head.bytes = (uint32_t)(out->n - at - sizeof head);
    memcpy(out->p + at, &head, sizeof head);
    bt_result_free(packed);
}

/* A job as the worker reads it. */
struct order {
    struct job_head head;
    struct bt_item *items;
    struct bt_result **results;
    const struct err **why;
};

static bool read_order(struct bt_run *run, struct str bytes, struct order *o, struct err *e)
{
    struct job_head *head = &o->head;
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
static void write_rows(struct bt_run *run, const struct state *s, const struct order *o,
                       const struct bt_job *job, int at, char content[SHA256_HEX])
{
    struct arena_mark mark = arena_mark(&run->work);
    bool all = run->plan.metrics_all;
    long n = (long)job->n * job->symbols;
    size_t bytes = bt_row_packed_bytes(all);
    struct bt_row *rows = ARENA_NEW_RAW(&run->work, struct bt_row, n);
    char *to = s->places + (size_t)o->head.place * s->place_bytes +
               (size_t)at * (size_t)job->symbols * bytes;
    bt_compute_rows(run, job, rows, content, o->why + at);
    for (long i = 0; i < n; i++)
        bt_row_pack(&rows[i], all, to + (size_t)i * bytes);
    for (int k = 0; k < job->n; k++) /* what says why is of the arena */
        if (o->why[at + k])
            return;
    arena_release(&run->work, mark);
}

static bool run_job(void *context, struct str bytes, struct text *out, struct err *e)
{
    struct bt_run *run = context;
    struct state *s = run->states[BT_LAYER_workers];
    struct arena_mark mark = arena_mark(&run->work);
    struct order o = {0};
    char content[SHA256_HEX] = "";
    if (!read_order(run, bytes, &o, e))
        return false;
    int range = o.head.range, symbols = o.head.symbols;
    for (int at = 0, n; at < o.head.n; at += n) {
        n = run->block < o.head.n - at ? (int)run->block : o.head.n - at;
        struct bt_job job = {range, o.items + at, n, o.head.symbol, symbols};
        if (symbols)
            write_rows(run, s, &o, &job, at, content);
        else
            bt_compute_each(run, &job, o.results + at, o.why + at);
    }
    bt_told_put(&s->told, run, out);
    if (symbols)
        text_add(out, content, sizeof content);
    for (int k = 0; k < o.head.n; k++) {
        size_t before = out->n;
        answer_item(run, symbols ? NULL : o.results[k], o.why[k], out);
        if (k == 0) /* the others will be as long */
            text_reserve(out, (out->n - before) * (size_t)o.head.n);
    }
    arena_release(&run->work, mark);
    return true;
}

/* ---- in this process -------------------------------------------------------------------------- */

/* Jobs; then, for the backtests of one that lost its worker twice, one job each, so that only the guilty
 * one fails. Results are taken as far as all before them are settled. */
struct batch {
    struct bt_run *run;
    struct checkpoint *doc;
    struct bt_block *block;
    bool rows;        /* jobs give the rows of results that are there, */
    bool has_results; /* as soon as the first answer is */
    int cuts, groups; /* jobs with rows: of the backtests, times of the symbols */
    int job_size;     /* backtests of others */
    int *which;       /* [todo_n]: scratch */
    int *alone;       /* which of todo */
    int alone_n;
    bool is_second; /* it is their turn */
    struct bt_result **results;
    const struct err **why; /* set where a settled one failed */
    int *parts;             /* jobs that it still waits for; all three: of todo */
    int taken;
};

static long jobs_of(const struct batch *b)
{
    long n = b->block->todo_n;
    if (b->is_second)
        return b->alone_n;
    return b->rows ? (long)b->cuts * b->groups : (n + b->job_size - 1) / b->job_size;
}

/* Which of todo job `number` is of, in order; which[todo_n]. Returns how many. */
static int of_job(const struct batch *b, long number, int *which)
{
    int todo = b->block->todo_n, n = 0;
    if (b->is_second) {
        which[n++] = b->alone[number];
    } else if (b->rows) {
        for (int from = (int)(number / b->groups) * RUN; from < todo; from += b->cuts * RUN)
            for (int k = from; k < todo && k < from + RUN; k++)
                which[n++] = k;
    } else {
        for (long k = number * b->job_size; k < todo && n < b->job_size; k++)
            which[n++] = (int)k;
    }
    return n;
}

/* What a job that gives rows is of. A place is free again when its job was told. */
static struct job_head head_of(const struct batch *b, long number, int n)
{
    const struct state *s = b->run->states[BT_LAYER_workers];
    struct job_head head = {.range = b->block->range, .n = n};
    int all = b->run->plan.symbol_count, groups = b->is_second ? 1 : b->groups;
    long group = number % groups;
    if (!b->rows)
        return head;
    head.symbol = (int)(group * all / groups);
    head.symbols = (int)((group + 1) * all / groups) - head.symbol;
    head.place = (int)(number % s->window);
    return head;
}

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

static bool write_job(void *context, long number, struct text *bytes, struct err *e)
{
    (void)e;
    struct batch *b = context;
    struct job_head head = head_of(b, number, of_job(b, number, b->which));
    text_reserve(bytes, sizeof head + (size_t)head.n * sizeof *b->block->todo);
    text_add(bytes, (const char *)&head, sizeof head);
    for (int i = 0; i < head.n; i++)
        text_add(bytes, (const char *)&b->block->todo[b->which[i]], sizeof *b->block->todo);
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
    if (b->rows && !b->has_results)
        bt_results_new(&b->run->plan, &b->run->results, block->range, block->todo, block->todo_n,
                       b->results);
    b->has_results = true;
}

/* Parts of a result must be of one content: not where the bundle was replaced between two jobs. */
static void take_rows(struct batch *b, int k, const struct job_head *head, const char *packed,
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

static bool read_answer(struct batch *b, const struct job_head *head, struct str bytes)
{
    const struct state *s = b->run->states[BT_LAYER_workers];
    const char *content = bytes.p, *rows = s->places + (size_t)head->place * s->place_bytes;
    size_t row_bytes = (size_t)head->symbols * bt_row_packed_bytes(b->run->plan.metrics_all);
    struct answer_item item;
    struct str body;
    if (b->rows) {
        if (bytes.n < SHA256_HEX)
            return false;
        bytes = (struct str){bytes.p + SHA256_HEX, bytes.n - SHA256_HEX};
    }
    for (int i = 0; i < head->n; i++) {
        int k = b->which[i];
        if (!cut_item(&bytes, &item, &body))
            return false;
        b->parts[k]--;
        if (item.code != ERR_OK && b->why[k]) /* jobs come in order: the first symbol's reason */
            continue;
        if (item.code != ERR_OK)
            err_set(new_why(b, k), (enum err_code)item.code, "%.*s", (int)body.n, body.p);
        else if (b->rows)
            take_rows(b, k, head, rows + (size_t)i * row_bytes, content);
        else
            take_packed(b, k, body);
    }
    return true;
}

static bool job_done(void *context, long number, struct str bytes, struct err *e)
{
    struct batch *b = context;
    struct job_head head = head_of(b, number, of_job(b, number, b->which));
    need_results(b);
    if (bt_told_take(b->run, &bytes) && read_answer(b, &head, bytes))
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
    int n = of_job(b, number, b->which);
    if (b->is_second || (n == 1 && !b->rows)) {
        err_set(new_why(b, which[0]), why->code, "%s", without_number(why->text));
        b->parts[which[0]] = 0;
        return take_settled(b, e);
    }
    for (int i = 0; i < n; i++)
        leave_for_later(b, which[i]);
    return true;
}

static bool compute_jobs(struct batch *b, struct err *e)
{
    struct pool_batch batch = {
        .context = b, .jobs = jobs_of(b), .job = write_job, .done = job_done, .failed = job_failed};
    return pool_run(b->run->pool, &batch, e);
}

/* Those that were left, each alone and whole. */
static bool compute_alone(struct batch *b, struct err *e)
{
    b->is_second = true;
    need_results(b);
    for (int i = 0; i < b->alone_n; i++) {
        int k = b->alone[i];
        b->parts[k] = 1;
        b->why[k] = NULL;
        if (b->rows)
            b->results[k]->content[0] = '\0';
    }
    return b->alone_n == 0 || compute_jobs(b, e);
}

static long between(long least, long x, long most)
{
    return x < least ? least : x > most ? most : x;
}

/* Most backtests of a job with rows, when they are cut so. */
static long longest_job(long n, long cuts)
{
    long runs = (n + RUN - 1) / RUN;
    return (runs + cuts - 1) / cuts * RUN;
}

/* Jobs whose rows have room at their place, and of which there are enough. */
static void cut_rows(struct batch *b)
{
    const struct state *s = b->run->states[BT_LAYER_workers];
    const struct bt_plan *plan = &b->run->plan;
    long room = (long)(s->place_bytes / bt_row_packed_bytes(plan->metrics_all));
    long n = b->block->todo_n, workers = plan->workers, symbols = plan->symbol_count;
    b->cuts = (int)between(1, (n + BLOCK_MIN - 1) / BLOCK_MIN, workers);
    b->groups = 1;
    if (symbols >= 2 * workers) {
        long wished = (symbols - 1) / (SYMBOL_JOBS_A_WORKER * workers) + 1;
        b->groups = (int)((symbols - 1) / between(1, room / n, wished) + 1);
        b->cuts = 1;
    }
    long most = (symbols - 1) / b->groups + 1;
    while (b->cuts < n && (longest_job(n, b->cuts) * most > room))
        b->cuts++;
}

static void cut(struct batch *b)
{
    const struct state *s = b->run->states[BT_LAYER_workers];
    const struct bt_plan *plan = &b->run->plan;
    long n = b->block->todo_n;
    b->rows = s->places != NULL;
    b->groups = 1;
    b->job_size = (int)between(1, n / (plan->workers * JOBS_A_WORKER), JOB_MAX);
    if (b->rows)
        cut_rows(b);
    for (int k = 0; k < n; k++)
        b->parts[k] = b->groups;
}

static void make_room(struct batch *b)
{
    struct arena *a = &b->run->work;
    int n = b->block->todo_n;
    b->alone = ARENA_NEW_RAW(a, int, n);
    b->results = ARENA_NEW(a, struct bt_result *, n);
    b->why = ARENA_NEW(a, const struct err *, n);
    b->parts = ARENA_NEW_RAW(a, int, n);
    b->which = ARENA_NEW_RAW(a, int, n);
}

static bool compute_todo(struct bt_run *run, struct batch *b, struct err *e)
{
    make_room(b);
    cut(b);
    bool ok = BT_CALL(run->ops.warm, run, b->block->range, run->pool, e) && compute_jobs(b, e) &&
              compute_alone(b, e) && BT_CALL(run->ops.disband, run, run->pool, e);
    for (int k = b->taken; k < b->block->todo_n; k++)
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

/* As many as blocks want, else as the setting says. */
static int batch_size(const struct bt_run *run)
{
    return (int)(run->block > run->plan.batch ? run->block : run->plan.batch);
}

/* A place has room for the rows of one backtest on all symbols at least. */
static bool need_places(struct bt_run *run, struct state *s, struct err *e)
{
    const struct bt_plan *plan = &run->plan;
    size_t least = (size_t)plan->symbol_count * RUN * bt_row_packed_bytes(plan->metrics_all);
    if (run->block == 1 || plan->trades || plan->snapshots != BT_NO_SNAPSHOTS)
        return true;
    s->place_bytes = least > PLACE_BYTES ? least : PLACE_BYTES;
    void *p = mmap(NULL, (size_t)s->window * s->place_bytes, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return err_system(e, "memory shared with workers");
    s->places = p;
    return true;
}

static bool need_pool(struct bt_run *run, struct state *s, struct err *e)
{
    if (s->pool)
        return true;
    s->window = WINDOW_A_WORKER * run->plan.workers;
    struct pool_settings settings = {
        .workers = (int)run->plan.workers, .window = (int)s->window, .hang_ms = run->plan.hang_ms};
    struct pool_work work = {.context = run, .begin = begin_batch, .run = run_job};
    if (!need_places(run, s, e))
        return false;
    s->pool = run->pool = pool_open(&settings, &work, e);
    return s->pool != NULL;
}

static bool exec_workers(const struct bt_exec_link *self, struct bt_run *run, long lo, long hi,
                         struct err *e)
{
    bool ok = need_pool(run, self->state, e);
    for (long at = lo; ok && at < hi;) {
        struct arena_mark mark = arena_mark(&run->work);
        struct bt_block block;
        bt_block_next(run, &at, hi, batch_size(run), &block);
        ok = (block.n == 0 || run_batch(run, &block, e)) && bt_range_ends(run, at, e);
        arena_release(&run->work, mark);
    }
    return ok;
}

static void done(void *state)
{
    struct state *s = state;
    pool_close(s->pool);
    if (s->places)
        munmap(s->places, (size_t)s->window * s->place_bytes);
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
