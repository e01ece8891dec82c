/* The straddles of a step over worker processes.
 *
 * A job is a stretch of the order of valuing, so that what lies side by side is valued by one worker and its
 * caches stay small. A worker is forked when all straddles are expanded, which it therefore knows. It opens
 * the prices for itself, never before the fork. What comes back: what was counted, then of each straddle
 * what was told of it, and its text where that is wanted. */
#include "kernels/straddle/run.h"

#include <string.h>

enum { JOBS_A_WORKER = 16, JOB_MAX = 2048 };

struct job {
    int64_t lo, hi;
};

/* ---- in the worker ---------------------------------------------------------------------------- */

static uint64_t files_opened(void)
{
    struct io_counts now = io_counts_now();
    return now.calls[IO_OPEN] + now.calls[IO_MAP];
}

static bool warm_up(struct st_run *run, struct err *e)
{
    struct st_lease amt = {0}, prices = {0};
    bool ok = st_get_amt(&run->env, &(struct st_ask){.path = run->inputs.amt}, &amt, e) &&
              st_get_prices(&run->env, &(struct st_ask){.path = run->inputs.prices}, &prices, e);
    st_lease_end(&amt);
    st_lease_end(&prices);
    return ok;
}

/* From now on is told what is counted; what caches hold already is told too. */
static void begin_telling(struct st_run *run, const struct st_tally *before)
{
    run->told = st_run_tally_here(run);
    for (int i = 0; i < ST_MEMOS; i++)
        for (int k = ST_ENTRIES; k < ST_TALLY_CACHE; k++) {
            int at = ST_TALLY_CACHES + i * ST_TALLY_CACHE + k;
            run->told.v[at] = before->v[at];
        }
}

/* The initialiser: once in each worker. */
static bool begin_worker(void *context, struct str preamble, struct err *e)
{
    (void)preamble;
    struct st_run *run = context;
    if (run->is_warm)
        return true;
    struct st_tally before = st_run_tally_here(run);
    uint64_t files = files_opened();
    int64_t (*clock)(void) = run->target.clock, begun = clock ? clock() : 0;
    if (!warm_up(run, e))
        return false;
    begin_telling(run, &before);
    memset(&run->of_workers, 0, sizeof run->of_workers);
    run->of_workers.v[ST_WARM_NS] = clock ? (uint64_t)(clock() - begun) : 0;
    run->of_workers.v[ST_WARM_FILES] = files_opened() - files;
    run->of_workers.v[ST_WARMED] = 1;
    run->is_warm = true;
    run->work.hand = &run->hands[pool_place(run->pool)];
    return true;
}

static bool put_told(void *context, long rank, const struct st_told *told, const char *rows,
                     const char *note, struct err *e)
{
    (void)rank;
    (void)e;
    struct text *out = context;
    text_add(out, (const char *)told, sizeof *told);
    if (told->row_bytes)
        text_add(out, rows, told->row_bytes);
    if (told->note_bytes)
        text_add(out, note, told->note_bytes);
    return true;
}

/* Differences wrap around where a cache holds less than before; sums of them come out right. */
static void put_tally(struct st_run *run, struct text *out)
{
    struct st_tally now = st_run_tally_here(run), more;
    for (int i = 0; i < ST_TALLY; i++)
        more.v[i] = now.v[i] - run->told.v[i] + run->of_workers.v[i];
    run->told = now;
    memset(&run->of_workers, 0, sizeof run->of_workers);
    text_add(out, (const char *)&more, sizeof more);
}

static bool run_job(void *context, struct str bytes, struct text *out, struct err *e)
{
    struct st_run *run = context;
    struct job job;
    struct st_tally room = {{0}};
    if (bytes.n != sizeof job)
        return err_set(e, ERR_SYSTEM, "a job of %zu bytes", bytes.n);
    memcpy(&job, bytes.p, sizeof job);
    size_t at = out->n;
    text_reserve(out, sizeof room + (size_t)(job.hi - job.lo) * sizeof(struct st_told));
    text_add(out, (const char *)&room, sizeof room);
    if (!st_run_value(run, job.lo, job.hi, put_told, out, e))
        return false;
    struct text tally = {0};
    put_tally(run, &tally);
    memcpy(out->p + at, tally.p, tally.n);
    text_done(&tally);
    return true;
}

/* ---- in this process -------------------------------------------------------------------------- */

struct batch {
    struct st_run *run;
    long lo, hi, size;
};

static struct job job_of(const struct batch *b, long number)
{
    long lo = b->lo + number * b->size, hi = lo + b->size;
    return (struct job){lo, hi < b->hi ? hi : b->hi};
}

static bool write_job(void *context, long number, struct text *bytes, struct err *e)
{
    (void)e;
    struct job job = job_of(context, number);
    text_add(bytes, (const char *)&job, sizeof job);
    return true;
}

static bool cut(struct str *rest, void *out, size_t n)
{
    if (rest->n < n)
        return false;
    memcpy(out, rest->p, n);
    *rest = (struct str){rest->p + n, rest->n - n};
    return true;
}

static bool cut_text(struct str *rest, size_t n, const char **text)
{
    *text = rest->p;
    if (rest->n < n)
        return false;
    *rest = (struct str){rest->p + n, rest->n - n};
    return true;
}

static bool is_short(long number, struct err *e)
{
    return err_set(e, ERR_SYSTEM, "job %ld: a worker's answer is cut short", number);
}

static bool job_done(void *context, long number, struct str rest, struct err *e)
{
    struct batch *b = context;
    struct job job = job_of(b, number);
    struct st_tally more;
    struct st_told told;
    const char *rows, *note;
    if (!cut(&rest, &more, sizeof more))
        return is_short(number, e);
    for (int i = 0; i < ST_TALLY; i++)
        b->run->of_workers.v[i] += more.v[i];
    for (long i = job.lo; i < job.hi; i++) {
        if (!cut(&rest, &told, sizeof told) || !cut_text(&rest, told.row_bytes, &rows) ||
            !cut_text(&rest, told.note_bytes, &note))
            return is_short(number, e);
        if (!st_run_take(b->run, st_tasks_at(&b->run->tasks, i), &told, rows, note, e))
            return false;
    }
    return true;
}

/* Whole batches of straddles, at most JOB_MAX of them, and enough jobs for all workers. */
static long job_size(const struct st_run *run, long n)
{
    long size = n / (run->workers * JOBS_A_WORKER);
    size = size < 1 ? 1 : size > JOB_MAX ? JOB_MAX : size;
    return size > run->batch ? size / run->batch * run->batch : size;
}

static void worker_lost(void *context, const struct pool_loss *loss)
{
    struct batch *b = context;
    st_hands_lost(b->run, loss);
}

static bool open_workers(struct st_run *run, struct err *e)
{
    struct pool_settings settings = {.workers = (int)run->workers};
    struct pool_work work = {.context = run, .begin = begin_worker, .run = run_job};
    if (!run->hands && !st_hands_open(run, e))
        return false;
    if (!run->pool)
        run->pool = pool_open(&settings, &work, e);
    return run->pool != NULL;
}

void st_run_close_workers(struct st_run *run)
{
    pool_close(run->pool);
    st_hands_close(run);
}

bool st_run_workers(struct st_run *run, long lo, long hi, struct err *e)
{
    if (!open_workers(run, e))
        return false;
    struct batch b = {run, lo, hi, job_size(run, hi - lo)};
    struct pool_batch batch = {.context = &b,
                               .jobs = (hi - lo + b.size - 1) / b.size,
                               .job = write_job,
                               .done = job_done,
                               .lost = worker_lost};
    return batch.jobs == 0 || pool_run(run->pool, &batch, e);
}
