/* What needs several processes: workers that become ready, and sweeps one after the other. */
#include "kernels/slots/slots_parts.h"

#include "kernels/pool/pool.h"

#include <string.h>

/* ---- in a worker ------------------------------------------------------------------------------- */

/* A job's one byte: only become ready, or tell all bytes of what is in hand as well. */
enum { JOB_READY = 'r', JOB_HASH = 'h' };

static bool begin(void *context, struct str preamble, struct err *e)
{
    (void)preamble;
    (void)e;
    struct slots *s = context;
    bt_told_begin(&s->told, s->run);
    return true;
}

static void see_ready(struct slots *s)
{
    long rows;
    const struct bar_row *all = bundle_rows(s->held[0].bundle, &rows);
    slots_see(s, (uint64_t)(rows ? all[0].close + all[rows - 1].close : 0));
    for (int i = 0; i < s->run->plan.symbol_count; i++)
        slots_see(s, s->ids[i]);
    for (int i = 0; i < s->symbol_count; i++)
        slots_see(s, (uint64_t)s->symbols[i].bars.n);
}

static void hash_ready(struct slots *s, struct text *out)
{
    char hex[SHA256_HEX];
    struct sha256 *h = sha256_new();
    sha256_add(h, bundle_info(s->held[0].bundle)->content, SHA256_HEX);
    slots_hash_assets(h, s->assets);
    for (int i = 0; i < s->symbol_count; i++)
        slots_hash_bars(h, &s->symbols[i].bars);
    sha256_end(h, hex);
    text_puts(out, hex);
}

/* What a worker has in hand it keeps until its next job: so it stands there when its memory is read. */
static bool become_ready(void *context, struct str job, struct text *out, struct err *e)
{
    struct slots *s = context;
    slots_let_go(s);
    s->trace = 0;
    if (!slots_hold(s, e) || !slots_find_ids(s, e) ||
        (s->settings->worker_columns && !slots_need_bars(s, e)))
        return false;
    see_ready(s);
    bt_told_put(&s->told, s->run, out);
    text_add(out, (const char *)&s->trace, sizeof s->trace);
    if (job.n == 1 && job.p[0] == JOB_HASH)
        hash_ready(s, out);
    return true;
}

/* ---- in this process ---------------------------------------------------------------------------- */

static bool open_workers(struct slots *s, struct err *e)
{
    const struct bt_plan *plan = &s->run->plan;
    struct pool_settings settings = {.workers = (int)plan->workers, .hang_ms = plan->hang_ms};
    struct pool_work work = {.context = s, .begin = begin, .run = become_ready};
    s->held = ARENA_NEW(&s->arena, struct slots_held, 1);
    s->pool = s->run->pool = pool_open(&settings, &work, e);
    return s->pool != NULL;
}

/* The jobs of one call: as many as there are workers, so that each gets one. */
struct round {
    struct slots *slots;
    char job;
    struct sha256 *hash; /* NULL: not asked for */
};

static bool write_job(void *context, long number, struct text *bytes, struct err *e)
{
    (void)number;
    (void)e;
    const struct round *r = context;
    text_add(bytes, &r->job, 1);
    return true;
}

static bool take_ready(void *context, long number, struct str bytes, struct err *e)
{
    struct round *r = context;
    uint64_t trace;
    if (!bt_told_take(r->slots->run, &bytes) || bytes.n < sizeof trace)
        return err_set(e, ERR_SYSTEM, "worker %ld: its answer is cut short", number);
    memcpy(&trace, bytes.p, sizeof trace);
    slots_see(r->slots, trace);
    if (r->hash)
        sha256_add(r->hash, bytes.p + sizeof trace, bytes.n - sizeof trace);
    return true;
}

static bool run_round(struct slots *s, char job, struct sha256 *hash, struct err *e)
{
    struct round r = {s, job, hash};
    struct pool_batch batch = {
        .context = &r, .jobs = s->run->plan.workers, .job = write_job, .done = take_ready};
    return pool_run(s->pool, &batch, e);
}

/* Those of the call before are disbanded first: those of the last stay until their memory is read. */
static bool call_workers(struct slots *s, long call, long which, struct err *e)
{
    (void)call;
    (void)which;
    struct bt_run *run = s->run;
    if (s->started && !BT_CALL(run->ops.disband, run, s->pool, e))
        return false;
    s->started = true;
    return BT_CALL(run->ops.warm, run, 0, s->pool, e) && run_round(s, JOB_READY, NULL, e);
}

static bool hash_workers(struct slots *s, long which, struct sha256 *h, struct err *e)
{
    (void)which;
    return run_round(s, JOB_HASH, h, e);
}

static void close_workers(struct slots *s)
{
    pool_close(s->pool);
    s->run->pool = NULL;
}

const struct slots_row slots_workers = {
    .name = "workers",
    .in_workers = true,
    .open = open_workers,
    .call = call_workers,
    .hash = hash_workers,
    .close = close_workers,
};

/* ---- sweeps ------------------------------------------------------------------------------------- */

static void add_sweep(struct slots *s)
{
    struct sha256 *h = sha256_new();
    sha256_add(h, s->sweeps, strlen(s->sweeps));
    sha256_add(h, s->last.exact, strlen(s->last.exact));
    sha256_end(h, s->sweeps);
}

static bool call_sweep(struct slots *s, long call, long which, struct err *e)
{
    (void)which;
    struct bt_run *run = s->run;
    if (s->started)
        bt_run_again(run);
    s->started = true;
    s->last = (struct kernel_digest){0};
    if (!bt_run_step(run, 0, bt_plan_backtests(&run->plan), e) || !bt_run_finish(run, e) ||
        !bt_run_digest(run, &s->last, e))
        return false;
    if (call >= 0)
        add_sweep(s);
    return true;
}

/* Metrics are those of the last sweep: all of them did the same. */
static void results_sweep(struct slots *s, struct kernel_digest *out)
{
    *out = s->last;
    memcpy(out->exact, s->sweeps, sizeof s->sweeps);
}

const struct slots_row slots_sweep = {
    .name = "sweep",
    .in_workers = true,
    .call = call_sweep,
    .results = results_sweep,
};
