/* workers: jobs go to processes; this one keeps the checkpoint and the results.
 *
 * A worker gets the numbers of its backtests and gives rows; it shares nothing else. Bundles are
 * opened in the workers only (an SQLite handle must not cross a fork), so that a pool or a cache of
 * this process is still empty when they start.
 */
#include "kernels/backtest/run.h"

#include "kernels/pool/pool.h"

#include <string.h>

enum { JOBS_A_WORKER = 8, JOB_MAX = 32 };

struct work {
    struct bt_run *run;
    const long *todo; /* backtests */
    long n, job_size;
    struct kernel_count told[KERNEL_COUNTS_MAX]; /* in a worker: what the parent knows already */
};

/* What comes back of a job: the counts since the last one, then its results. */
struct answer {
    uint64_t counts[KERNEL_COUNTS_MAX];
};

static int job_length(const struct work *w, long job)
{
    long left = w->n - job * w->job_size;
    return (int)(left < w->job_size ? left : w->job_size);
}

static void answer_counts(struct work *w, struct text *out)
{
    struct answer answer = {{0}};
    struct kernel_count now[KERNEL_COUNTS_MAX];
    int n = bt_run_counts(w->run, now, KERNEL_COUNTS_MAX);
    for (int i = 0; i < n; i++)
        answer.counts[i] = now[i].value - w->told[i].value;
    memcpy(w->told, now, (size_t)n * sizeof *now);
    text_add(out, (const char *)&answer, sizeof answer);
}

/* In this process: a job is its number, as the worker was forked with the list. */
static bool make_job(void *context, long number, struct text *bytes, struct err *e)
{
    (void)context;
    (void)e;
    text_add(bytes, (const char *)&number, sizeof number);
    return true;
}

/* In the worker. */
static bool run_job(void *context, struct str order, struct text *out, struct err *e)
{
    struct work *w = context;
    long number;
    memcpy(&number, order.p, sizeof number);
    const long *backtests = w->todo + number * w->job_size;
    struct bt_result *results[JOB_MAX];
    size_t bytes = bt_result_bytes(&w->run->plan);
    struct text rows = {0};
    int block = (int)(w->run->block < JOB_MAX ? w->run->block : JOB_MAX);
    bool ok = true;
    for (int done = 0, n = job_length(w, number), k; ok && done < n; done += k) {
        k = block < n - done ? block : n - done;
        struct bt_job job = {bt_plan_range(&w->run->plan, backtests[0]), backtests + done, k};
        ok = bt_compute(w->run, &job, results, e);
        for (int i = 0; ok && i < k; i++) {
            text_add(&rows, (const char *)results[i], bytes);
            bt_result_free(results[i]);
        }
    }
    answer_counts(w, out);
    text_add(out, rows.p ? rows.p : "", rows.n);
    text_done(&rows);
    return ok;
}

/* In this process. */
static bool store_one(struct bt_run *run, struct bt_result *result, struct err *e)
{
    struct checkpoint *doc = NULL;
    struct bt_lease lease = {0};
    bool ok = !run->store || (BT_CALL(run->ops.checkpoint, run, &doc, &lease, e) &&
                              BT_CALL(run->ops.save, run, doc, result, e));
    bt_lease_end(&lease);
    if (ok)
        return BT_CALL(run->ops.collect, run, result, e);
    bt_result_free(result);
    return false;
}

static bool job_done(void *context, long number, struct str bytes, struct err *e)
{
    struct work *w = context;
    struct answer answer;
    size_t size = bt_result_bytes(&w->run->plan);
    int n = job_length(w, number);
    if (bytes.n != sizeof answer + (size_t)n * size)
        return err_set(e, ERR_SYSTEM, "job %ld: expected %zu bytes of a worker, found %zu", number,
                       sizeof answer + (size_t)n * size, bytes.n);
    memcpy(&answer, bytes.p, sizeof answer);
    for (int i = 0; i < KERNEL_COUNTS_MAX; i++)
        w->run->of_workers[i] += answer.counts[i];
    for (int k = 0; k < n; k++) {
        struct bt_result *result = bt_result_new(&w->run->plan, 0);
        memcpy(result, bytes.p + sizeof answer + (size_t)k * size, size);
        if (!store_one(w->run, result, e))
            return false;
    }
    return true;
}

/* Which of lo..hi-1 (all of one range) the checkpoint does not name; a look-up per backtest. */
static bool look_up(struct bt_run *run, long lo, long hi, long *todo, long *n, struct err *e)
{
    *n = 0;
    for (long i = lo; i < hi; i++) {
        struct checkpoint *doc = NULL;
        struct bt_lease lease = {0};
        if (run->store && !BT_CALL(run->ops.checkpoint, run, &doc, &lease, e))
            return false;
        const char *range = bt_plan_range(&run->plan, i)->name;
        if (!doc || !checkpoint_has(doc, range, bt_plan_id(&run->plan, i)))
            todo[(*n)++] = i;
        bt_lease_end(&lease);
    }
    run->counts.resumed += (uint64_t)(hi - lo - *n);
    return true;
}

static bool run_part(struct bt_run *run, long lo, long hi, long *todo, struct err *e)
{
    struct work w = {.run = run, .todo = todo};
    if (!look_up(run, lo, hi, todo, &w.n, e))
        return false;
    long size = w.n / (run->plan.workers * JOBS_A_WORKER);
    w.job_size = size < 1 ? 1 : size > JOB_MAX ? JOB_MAX : size;
    bt_run_counts(run, w.told, KERNEL_COUNTS_MAX);
    struct pool_settings settings = {.workers = (int)run->plan.workers};
    struct pool_work work = {.context = &w, .run = run_job};
    struct pool_batch batch = {.context = &w,
                               .jobs = (w.n + w.job_size - 1) / w.job_size,
                               .job = make_job,
                               .done = job_done};
    struct pool *pool = pool_open(&settings, &work, e);
    bool ok = pool && pool_run(pool, &batch, e);
    pool_close(pool);
    return ok;
}

static bool exec_workers(const struct bt_exec_link *self, struct bt_run *run, long lo, long hi,
                         struct err *e)
{
    (void)self;
    bool ok = true;
    for (long i = lo, end; ok && i < hi; i = end) {
        long range_end = (i / run->plan.grid.count + 1) * run->plan.grid.count;
        end = range_end < hi ? range_end : hi;
        struct arena_mark mark = arena_mark(&run->arena);
        ok = run_part(run, i, end, ARENA_NEW_RAW(&run->arena, long, end - i), e) &&
             (end < range_end || !run->store ||
              BT_CALL(run->ops.flush, run, bt_plan_range(&run->plan, i), e));
        arena_release(&run->arena, mark);
    }
    return ok;
}

const struct bt_layer bt_layer_workers = {
    .name = "workers",
    .why = "one process -> jobs over worker processes",
    .replace = {.exec = exec_workers},
};
