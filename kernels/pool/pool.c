#define _GNU_SOURCE
#include "kernels/pool/pool_parts.h"

#include "harness/base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Algorithm. Jobs lie in a ring of `window` slots, from the one whose turn it is to be told (`first`)
 * to the next to be made (`next`). One loop: hand out, wait, take in, tell. The parent never blocks
 * on a worker: what a socket does not take stays in the worker's outbox, and what comes is taken in
 * piece by piece; so neither a stopped worker nor two large messages that meet can hold it up.
 *
 * A worker has up to AHEAD jobs, so that it need not wait for the parent between two. The last jobs
 * of a batch go to idle workers only: one must not stand behind another while somebody has none. */
enum { WINDOW_A_WORKER = 4, CHUNKS_AT_ONCE = 16, LOSSES_MAX = 2 };

static struct slot *slot_of(const struct pool *p, long job)
{
    return &p->slots[job % p->settings.window];
}

/* ---- a worker is lost ----------------------------------------------------------------------- */

static void answered(struct pool *p, long job, int64_t code)
{
    struct slot *s = slot_of(p, job);
    s->state = SLOT_TOLD;
    s->code = code;
    p->stats.jobs++;
    if (code != ERR_OK && !p->batch->failed)
        p->closing = true;
}

/* Is it run once more? */
static bool blame(struct pool *p, long job, const char *how)
{
    struct slot *s = slot_of(p, job);
    text_clear(&s->result);
    if (++s->losses < LOSSES_MAX) {
        p->stats.retries++;
        return true;
    }
    text_printf(&s->result, "job %ld: its worker %s, at the second attempt too", job, how);
    p->lost--;
    answered(p, job, ERR_SYSTEM);
    return false;
}

/* The job in work is to blame; those behind it were not begun. */
static bool worker_lost(struct pool *p, struct worker *w, enum loss how, struct err *e)
{
    long blamed = w->queued ? w->queue[0] : -1;
    int64_t quiet_ns = w->quiet_ns;
    struct pool_loss loss = {.worker = (int)(w - p->workers), .pid = w->pid, .job = blamed};
    struct text why = {0};
    for (int i = 0; i < w->queued; i++)
        slot_of(p, w->queue[i])->state = SLOT_LOST;
    p->lost += w->queued;
    p->stats.workers_lost++;
    pool_describe_loss(&why, how, pool_kill(w), quiet_ns);
    if (blamed >= 0)
        loss.again = blame(p, blamed, why.p);
    loss.how = why.p;
    pool_tell_loss(p, loss);
    text_done(&why);
    return pool_staff(p, e);
}

/* ---- down: jobs ----------------------------------------------------------------------------- */

static void hand_to(struct pool *p, struct worker *w, long job)
{
    struct slot *s = slot_of(p, job);
    if (!w->begun)
        pool_post(w, WIRE_BEGIN, p->batch->preamble);
    w->begun = true;
    pool_post(w, job, wire_bytes(&s->job));
    if (w->queued == 0)
        w->quiet_ns = 0;
    w->queue[w->queued++] = job;
    s->state = SLOT_OUT;
}

static long take_lost(struct pool *p)
{
    for (long job = p->first; job < p->next; job++)
        if (slot_of(p, job)->state == SLOT_LOST) {
            p->lost--;
            return job;
        }
    return -1;
}

/* How many jobs may still be made now. */
static long to_make(const struct pool *p)
{
    long left = p->batch->jobs - p->next, room = p->first + p->settings.window - p->next;
    return p->closing ? 0 : left < room ? left : room;
}

static bool may_queue(const struct pool *p, int behind)
{
    return behind == 0 || p->batch->jobs - p->next >= p->settings.workers;
}

/* *job: one that was lost, or a new one; -1 when there is none for a worker that has `behind`. */
static bool choose(struct pool *p, int behind, long *job, struct err *e)
{
    *job = p->lost ? take_lost(p) : -1;
    if (*job >= 0 || to_make(p) == 0 || !may_queue(p, behind))
        return true;
    *job = p->next++;
    return p->batch->job(p->batch->context, *job, &slot_of(p, *job)->job, e);
}

static bool hand_out(struct pool *p, struct err *e)
{
    for (int depth = 0; depth < AHEAD; depth++)
        for (int i = 0; i < p->settings.workers; i++) {
            struct worker *w = &p->workers[i];
            long job;
            if (!w->pid || w->queued != depth)
                continue;
            if (!choose(p, depth, &job, e))
                return false;
            if (job < 0)
                break;
            hand_to(p, w, job);
        }
    for (int i = 0; i < p->settings.workers; i++)
        if (p->workers[i].outbox.n)
            pool_flush(p, &p->workers[i]);
    return true;
}

/* ---- up: answers ---------------------------------------------------------------------------- */

static bool head_is_sound(const struct worker *w)
{
    return w->queued > 0 && w->head.job == w->queue[0] && w->head.code >= ERR_OK &&
           w->head.code <= ERR_INTERRUPTED;
}

static void finish_answer(struct pool *p, struct worker *w)
{
    io_counts_add(w->head.counts);
    answered(p, w->queue[0], w->head.code);
    w->queued--;
    memmove(w->queue, w->queue + 1, (size_t)w->queued * sizeof *w->queue);
    w->got = 0;
}

static size_t least(size_t a, uint64_t b)
{
    return a < b ? a : (size_t)b;
}

/* Takes in a part of an answer, or several; false when it is none. */
static bool feed(struct pool *p, struct worker *w, const char *bytes, size_t n)
{
    const size_t head = sizeof w->head;
    while (n > 0) {
        size_t part;
        if (w->got < head) {
            part = least(n, head - w->got);
            memcpy((char *)&w->head + w->got, bytes, part);
        } else {
            part = least(n, w->head.bytes - (w->got - head));
            text_add(&slot_of(p, w->queue[0])->result, bytes, part);
        }
        w->got += part;
        bytes += part;
        n -= part;
        if (w->got < head)
            continue;
        if (!head_is_sound(w))
            return false;
        if (w->got == head)
            text_reserve(&slot_of(p, w->queue[0])->result, w->head.bytes);
        if (w->got - head == w->head.bytes)
            finish_answer(p, w);
    }
    return true;
}

/* What is there now, but not for ever from one worker. */
static bool take_in(struct pool *p, struct worker *w, struct err *e)
{
    char chunk[WIRE_CHUNK];
    for (int i = 0; i < CHUNKS_AT_ONCE; i++) {
        ssize_t got = recv(w->socket, chunk, sizeof chunk, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            return true; /* poll will say when there is more */
        if (got <= 0)
            return worker_lost(p, w, LOSS_ENDED, e);
        w->quiet_ns = 0;
        p->stats.bytes_received += (uint64_t)got;
        if (!feed(p, w, chunk, (size_t)got))
            return worker_lost(p, w, LOSS_BROKEN, e);
        if ((size_t)got < sizeof chunk)
            return true;
    }
    return true;
}

/* ---- waiting -------------------------------------------------------------------------------- */

static bool attend(struct pool *p, struct worker *w, short events, int64_t waited_ns, struct err *e)
{
    if (events & POLLOUT)
        pool_flush(p, w);
    if (events & ~POLLOUT)
        return take_in(p, w, e);
    w->quiet_ns = events ? 0 : w->quiet_ns + waited_ns; /* to read an order is a sign of life too */
    bool hung =
        p->settings.hang_ms && w->queued && w->quiet_ns >= (int64_t)p->settings.hang_ms * 1000000;
    return !hung || worker_lost(p, w, LOSS_HUNG, e);
}

static bool take_turns(struct pool *p, bool wait, struct err *e)
{
    int64_t waited_ns = 0;
    if (!pool_wait(p, wait, &waited_ns, e))
        return false;
    for (int i = 0; i < p->settings.workers; i++) {
        struct worker *w = &p->workers[i];
        /* A worker that was lost in this round may have left its place to a new one. */
        if (w->pid && p->polls[i].fd == w->socket &&
            !attend(p, w, p->polls[i].revents, waited_ns, e))
            return false;
    }
    return true;
}

/* ---- telling -------------------------------------------------------------------------------- */

static void slot_clear(struct slot *s)
{
    wire_clear(&s->job);
    wire_clear(&s->result);
    s->state = SLOT_EMPTY;
    s->losses = 0;
}

static bool tell_failure(const struct pool_batch *b, long job, const struct slot *s, struct err *e)
{
    struct err why = {0};
    err_set(&why, (enum err_code)s->code, "%s", wire_bytes(&s->result).p);
    if (b->failed)
        return b->failed(b->context, job, &why, e);
    *e = why;
    return false;
}

static bool tell(struct pool *p, struct err *e)
{
    const struct pool_batch *b = p->batch;
    struct slot *s = slot_of(p, p->first);
    if (s->state != SLOT_TOLD)
        return true;
    bool ok = s->code == ERR_OK ? b->done(b->context, p->first, wire_bytes(&s->result), e)
                                : tell_failure(b, p->first, s, e);
    slot_clear(s);
    p->first++;
    return ok;
}

/* ---- batches -------------------------------------------------------------------------------- */

static bool run_batch(struct pool *p, struct err *e)
{
    if (!pool_staff(p, e))
        return false;
    while (p->first < p->batch->jobs) {
        if (!hand_out(p, e))
            return false;
        bool ready = slot_of(p, p->first)->state == SLOT_TOLD;
        if (!take_turns(p, !ready, e) || !tell(p, e))
            return false;
    }
    return true;
}

static void abandon(struct pool *p)
{
    for (int i = 0; i < p->settings.workers; i++)
        if (p->workers[i].queued)
            pool_kill(&p->workers[i]);
    for (int i = 0; i < p->settings.window; i++)
        slot_clear(&p->slots[i]);
}

bool pool_run(struct pool *p, const struct pool_batch *batch, struct err *e)
{
    p->stats.batches++;
    p->batch = batch;
    p->first = p->next = p->lost = 0;
    p->closing = false;
    pool_drop_dead(p);
    for (int i = 0; i < p->settings.workers; i++)
        p->workers[i].begun = false;
    bool ok = batch->jobs <= 0 || run_batch(p, e);
    if (!ok)
        abandon(p);
    p->batch = NULL;
    return ok;
}

struct pool *pool_open(const struct pool_settings *settings, const struct pool_work *work,
                       struct err *e)
{
    if (settings->workers < 1 || settings->window < 0 || settings->hang_ms < 0) {
        err_input(e, "pool: expected 1 or more workers, a window and a time of 0 or more");
        return NULL;
    }
    struct pool *p = mem_alloc_zero(MEM_BASE, sizeof *p);
    p->place = -1;
    p->settings = *settings;
    p->work = *work;
    if (p->settings.window == 0)
        p->settings.window = WINDOW_A_WORKER * settings->workers;
    size_t n = (size_t)settings->workers;
    p->workers = mem_alloc_zero(MEM_BASE, n * sizeof *p->workers);
    p->polls = mem_alloc_zero(MEM_BASE, n * sizeof *p->polls);
    p->slots = mem_alloc_zero(MEM_BASE, (size_t)p->settings.window * sizeof *p->slots);
    for (size_t i = 0; i < n; i++)
        p->workers[i].socket = -1;
    return p;
}

void pool_restart(struct pool *p)
{
    pool_end_workers(p);
}

void pool_close(struct pool *p)
{
    if (!p)
        return;
    pool_end_workers(p);
    for (int i = 0; i < p->settings.window; i++) {
        text_done(&p->slots[i].job);
        text_done(&p->slots[i].result);
    }
    mem_free(MEM_BASE, p->slots);
    mem_free(MEM_BASE, p->polls);
    mem_free(MEM_BASE, p->workers);
    mem_free(MEM_BASE, p);
}

int pool_pids(const struct pool *p, pid_t *out, int max)
{
    int n = 0;
    for (int i = 0; i < p->settings.workers && n < max; i++)
        if (p->workers[i].pid)
            out[n++] = p->workers[i].pid;
    return n;
}

struct pool_stats pool_stats(const struct pool *p)
{
    return p->stats;
}

int pool_place(const struct pool *p)
{
    return p->place;
}
