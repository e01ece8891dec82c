#include "kernels/straddle/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- life ------------------------------------------------------------------------------------- */

static long workers_of(const struct st_settings *s)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return s->workers >= 1 ? s->workers : s->workers < 0 && cores > 1 ? cores : 1;
}

static void forget_held(struct st_run *run)
{
    for (long i = 0; run->held && i < run->tasks.n; i++) {
        mem_free(MEM_RESULTS, run->held[i].rows);
        mem_free(MEM_RESULTS, run->held[i].note);
    }
    mem_free(MEM_RESULTS, run->held);
    run->held = NULL;
}

static void forget_results(struct st_run *run)
{
    forget_held(run);
    mem_free(MEM_RESULTS, run->digests);
    run->digests = NULL;
    run->done = run->next = 0;
    run->rows = run->not_valued = 0;
    memset(run->states, 0, sizeof run->states);
    text_clear(&run->notes);
    run->lost = 0;
    st_tasks_done(&run->tasks);
    arena_reset(&run->arena);
}

static bool begin(struct st_run *run, const struct st_settings *s, struct err *e)
{
    const struct st_consumer *c = &run->target.consumer;
    run->settings = *s;
    run->env.run++;
    run->env.check_caches = s->check_caches;
    run->workers = workers_of(s);
    run->batch = st_stack_wants_batch(&run->stack) ? (int)s->batch : 1;
    if (!st_inputs_find(s, &run->arena, &run->inputs, e) ||
        !st_tasks_make(&run->tasks, s, &run->inputs, &run->env.assets, &run->arena, e))
        return false;
    size_t n = (size_t)run->tasks.n;
    run->digests = mem_alloc(MEM_RESULTS, n * sizeof *run->digests + 1);
    if (run->tasks.order && (c->rows || c->note))
        run->held = mem_alloc_zero(MEM_RESULTS, n * sizeof *run->held + 1);
    return true;
}

static void open_work(struct st_run *run)
{
    const struct st_consumer *c = &run->target.consumer;
    run->work = (struct st_work){.env = &run->env,
                                 .inputs = &run->inputs,
                                 .tasks = &run->tasks,
                                 .wants_rows = c->rows != NULL,
                                 .wants_gaps = c->note && c->wants_gaps};
    st_work_open(&run->work);
}

struct st_run *st_run_open(const struct st_settings *settings, const struct st_layer *table,
                           uint64_t layers, struct st_run_target target, struct err *e)
{
    struct st_run *run = mem_alloc_zero(MEM_BASE, sizeof *run);
    run->target = target;
    st_stack_open(&run->stack, table, layers, (size_t)settings->cache_entries, &run->env);
    open_work(run);
    if (!begin(run, settings, e)) {
        st_run_close(run);
        return NULL;
    }
    run->io_before = io_counts_now();
    return run;
}

void st_run_end_workers(struct st_run *run)
{
    if (run->pool)
        pool_restart(run->pool);
}

bool st_run_again(struct st_run *run, const struct st_settings *settings, struct err *e)
{
    st_run_end_workers(run);
    forget_results(run);
    return begin(run, settings, e);
}

void st_run_close(struct st_run *run)
{
    if (!run)
        return;
    st_run_close_workers(run);
    forget_results(run);
    text_done(&run->notes);
    st_work_close(&run->work);
    st_stack_close(&run->stack);
    st_names_done(&run->env.assets);
    st_names_done(&run->env.files);
    arena_done(&run->env.scratch);
    arena_done(&run->arena);
    arena_done(&run->names);
    mem_free(MEM_BASE, run);
}

/* ---- what comes of a straddle ----------------------------------------------------------------- */

static bool deliver(struct st_run *run, const struct st_told *told, const char *rows,
                    const char *note, struct err *e)
{
    const struct st_consumer *c = &run->target.consumer;
    run->next++;
    if (c->rows && told->row_bytes && !c->rows(c->context, (struct str){rows, told->row_bytes}, e))
        return false;
    return !c->note || !told->note_bytes ||
           c->note(c->context, told->state == ST_FAILED, (struct str){note, told->note_bytes}, e);
}

static char *copy_of(const char *bytes, size_t n)
{
    return n ? memcpy(mem_alloc(MEM_RESULTS, n), bytes, n) : NULL;
}

/* Delivers all that waited for this one. */
static bool hold(struct st_run *run, long rank, const struct st_told *told, const char *rows,
                 const char *note, struct err *e)
{
    run->held[rank] = (struct st_held){.rows = copy_of(rows, told->row_bytes),
                                       .note = copy_of(note, told->note_bytes),
                                       .told = *told,
                                       .arrived = true};
    while (run->next < run->tasks.n && run->held[run->next].arrived) {
        struct st_held *h = &run->held[run->next];
        bool ok = deliver(run, &h->told, h->rows, h->note, e);
        mem_free(MEM_RESULTS, h->rows);
        mem_free(MEM_RESULTS, h->note);
        h->rows = h->note = NULL;
        if (!ok)
            return false;
    }
    return true;
}

bool st_run_take(void *context, long rank, const struct st_told *told, const char *rows,
                 const char *note, struct err *e)
{
    struct st_run *run = context;
    memcpy(run->digests[rank], told->digest, SHA256_BYTES);
    run->done++;
    run->rows += told->n;
    run->not_valued += told->not_valued;
    run->states[told->state <= ST_FAILED ? told->state : ST_FAILED]++;
    return run->held ? hold(run, rank, told, rows, note, e) : deliver(run, told, rows, note, e);
}

/* ---- steps ------------------------------------------------------------------------------------ */

bool st_run_value(struct st_run *run, long lo, long hi, st_take_fn *take, void *context,
                  struct err *e)
{
    int32_t ranks[ST_BATCH_MAX];
    for (long at = lo; at < hi;) {
        int n = 0;
        while (n < run->batch && at < hi)
            ranks[n++] = (int32_t)st_tasks_at(&run->tasks, at++);
        if (!st_work_some(&run->work, ranks, n, take, context, e))
            return false;
    }
    return true;
}

bool st_run_step(struct st_run *run, long lo, long hi, struct err *e)
{
    if (run->workers > 1)
        return st_run_workers(run, lo, hi, e);
    return st_run_value(run, lo, hi, st_run_take, run, e);
}

long st_run_slice(const struct st_run *run)
{
    enum { ONE = 64, OF_WORKER = 1024 };
    long whole = run->workers > 1 ? run->workers * OF_WORKER : ONE;
    return whole > run->batch ? whole / run->batch * run->batch : run->batch;
}

bool st_run_digest(const struct st_run *run, struct kernel_digest *out, struct err *e)
{
    if (run->done != run->tasks.n)
        return err_input(e, "digest: %ld of %ld straddles were not valued",
                         run->tasks.n - run->done, run->tasks.n);
    sha256_of(run->digests, (size_t)run->tasks.n * sizeof *run->digests, out->exact);
    return true;
}

int st_run_pids(const struct st_run *run, pid_t *out, int max)
{
    return run->pool ? pool_pids(run->pool, out, max) : 0;
}
