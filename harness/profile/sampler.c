#define _GNU_SOURCE
#include "harness/profile/sampler.h"

#include "harness/base/mem.h"
#include "harness/probe/machine.h"
#include "harness/profile/source.h"
#include "harness/profile/spaces.h"
#include "harness/profile/hits.h"
#include "harness/profile/names.h"
#include "harness/profile/tree.h"
#include "harness/profile/unwind.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The thread `reader` has all but source and stop while it runs. */
struct sampler {
    struct source *source;
    pthread_t reader;
    bool reading;
    int stop[2]; /* a pipe: closed at one end to stop the reader */
    struct queue queue;
    struct spaces spaces;
    struct names *names, *own; /* own: NULL when the caller's are used */
    whose_rule *counts;
    pid_t starter;         /* whose samples do not count; 0: nobody's */
    uint64_t outside;      /* its samples */
    struct places *places; /* of names */
    struct hits hits;
    struct pairs processes, threads;
    uint64_t lost, nowhere; /* nowhere: samples of which nothing is known */
    pid_t mapped;           /* whose mappings are being read */
    char note[sizeof((struct sampler_facts *)0)->note];
};

/* ---- what comes in ---------------------------------------------------------------------------- */

static void map(struct sampler *s, pid_t pid, const struct record_mapping *m)
{
    int image = images_number(&s->places->images, m->path);
    spaces_map(&s->spaces, pid, &(struct spaces_mapping){m->start, m->end, m->offset, image});
}

static void take_sample(struct sampler *s, const struct record *r)
{
    int places[UNWIND_MAX + 1];
    if (r->pid == s->starter) {
        s->outside++;
        return;
    }
    int n = unwind(s->places, &s->spaces, r, places + 1);
    pairs_number(&s->processes, (uint64_t)r->pid, 0, 0);
    pairs_number(&s->threads, (uint64_t)r->tid, 0, 0);
    if (n == 0 && !r->sample.in_kernel) {
        s->nowhere++;
        return;
    }
    if (r->sample.in_kernel)
        places[0] = places_number(s->places, images_number(&s->places->images, IMAGES_KERNEL), 0);
    hits_add(&s->hits, places + !r->sample.in_kernel, n + r->sample.in_kernel);
}

static void take(void *context, const struct record *r)
{
    struct sampler *s = context;
    switch (r->kind) {
    case RECORD_SAMPLE: take_sample(s, r); break;
    case RECORD_MAPPING: map(s, r->pid, &r->mapping); break;
    case RECORD_FORK: spaces_fork(&s->spaces, r->parent, r->pid); break;
    case RECORD_EXEC: spaces_exec(&s->spaces, r->pid); break;
    case RECORD_LOST: s->lost += r->lost; break;
    case RECORD_OTHER: break;
    }
}

/* Reads at least twice as often as the buffers fill; what a reading found is in order once the next one
 * has ended. */
static void *read_on(void *context)
{
    struct sampler *s = context;
    struct pollfd stop = {.fd = s->stop[0]};
    uint64_t before = 0;
    while (poll(&stop, 1, s->source->drain_ms) == 0) {
        uint64_t begin = (uint64_t)probe_now_ns();
        s->source->rows->drain(s->source, false, &s->queue);
        queue_flush(&s->queue, before, take, s);
        before = begin;
    }
    s->source->rows->drain(s->source, true, &s->queue);
    queue_flush(&s->queue, UINT64_MAX, take, s);
    return NULL;
}

/* ---- opening ---------------------------------------------------------------------------------- */

static void map_known(void *context, const struct record_mapping *m)
{
    struct sampler *s = context;
    map(s, s->mapped, m);
}

/* What each process had mapped before; one that has ended meanwhile needs none. */
static bool map_process(void *context, pid_t process, pid_t thread, struct err *e)
{
    struct sampler *s = context;
    struct err gone;
    (void)e;
    s->mapped = process;
    if (process == thread && !spaces_read(process, map_known, s, &gone))
        spaces_exec(&s->spaces, process);
    return true;
}

static const struct {
    enum sampler_kind kind;
    struct source *(*open)(pid_t pid, double hz, struct err *e);
} kinds[] = {
    {SAMPLER_PERF,  source_perf_open },
    {SAMPLER_TIMER, source_timer_open},
};

/* The first that can be had; in s->note why those before could not. */
static bool open_source(struct sampler *s, pid_t pid, enum sampler_kind kind, double hz,
                        struct err *e)
{
    struct text refused = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !s->source; i++) {
        if (kind != SAMPLER_AUTO && kind != kinds[i].kind)
            continue;
        s->source = kinds[i].open(pid, hz, e);
        if (!s->source)
            text_printf(&refused, "%s%s", refused.n ? "; " : "", e->text);
    }
    const char *why = refused.n ? refused.p : "";
    if (!s->source)
        err_set(e, ERR_SYSTEM, "no sampler: %s", why);
    else
        snprintf(s->note, sizeof s->note, "%s%s%s", why, *why && *s->source->note ? "; " : "",
                 s->source->note);
    text_done(&refused);
    return s->source != NULL;
}

/* Signals are the other threads' to handle. */
static bool start_reader(struct sampler *s, struct err *e)
{
    sigset_t all, before;
    if (pipe2(s->stop, O_CLOEXEC) != 0)
        return err_system(e, "sampler: a pipe");
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    s->reading = pthread_create(&s->reader, NULL, read_on, s) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s->reading || err_set(e, ERR_SYSTEM, "sampler: no thread to read with");
}

static void stop_reader(struct sampler *s)
{
    if (s->stop[1] >= 0)
        close(s->stop[1]);
    if (s->reading)
        pthread_join(s->reader, NULL);
    if (s->stop[0] >= 0)
        close(s->stop[0]);
}

static void release(struct sampler *s)
{
    if (s->source)
        s->source->rows->close(s->source);
    queue_done(&s->queue);
    spaces_done(&s->spaces);
    hits_done(&s->hits);
    names_free(s->own);
    pairs_done(&s->processes);
    pairs_done(&s->threads);
    mem_free(MEM_BASE, s);
}

struct sampler *sampler_open(pid_t pid, const struct sampler_options *options, struct err *e)
{
    struct sampler *s = mem_alloc_zero(MEM_BASE, sizeof *s);
    s->stop[0] = s->stop[1] = -1;
    s->own = options->names ? NULL : names_new();
    s->names = options->names ? options->names : s->own;
    s->counts = options->counts;
    s->starter = options->starts_only ? pid : 0;
    s->places = names_places(s->names);
    double hz = options->hz > 0 ? options->hz : SAMPLER_HZ;
    if (open_source(s, pid, options->kind, hz, e) && tree_each(pid, map_process, s, e) &&
        start_reader(s, e))
        return s;
    stop_reader(s);
    release(s);
    return NULL;
}

bool sampler_resume(struct sampler *s, struct err *e)
{
    return s->source->rows->run(s->source, true, e);
}

bool sampler_pause(struct sampler *s, struct err *e)
{
    return s->source->rows->run(s->source, false, e);
}

/* ---- closing ---------------------------------------------------------------------------------- */

static void name_all(struct sampler *s, struct stacks *into, struct sampler_facts *facts)
{
    for (int i = 0; i < s->hits.count; i++) {
        int places[UNWIND_MAX + 1], n = 0;
        uint64_t samples = s->hits.nodes[i].samples;
        for (int node = i; samples && node >= 0; node = s->hits.nodes[node].parent)
            places[n++] = s->hits.nodes[node].place;
        enum names_stack stack =
            samples ? names_add(s->names, places, n, samples, s->counts, into) : NAMES_WHOLE;
        facts->cut += stack == NAMES_CUT ? samples : 0;
        facts->outside += stack == NAMES_OUTSIDE ? samples : 0;
    }
    facts->samples -= facts->outside;
    facts->outside += s->outside;
}

static struct sampler_facts facts_of(const struct sampler *s)
{
    struct sampler_facts facts = {
        .hz = s->source->hz,
        .period_ns = s->source->period_ns,
        .lost = s->lost + s->nowhere + s->queue.damaged,
        .processes = pairs_count(&s->processes),
        .threads = pairs_count(&s->threads),
    };
    snprintf(facts.name, sizeof facts.name, "%s", s->source->rows->name);
    snprintf(facts.note, sizeof facts.note, "%s", s->note);
    for (int i = 0; i < s->hits.count; i++)
        facts.samples += s->hits.nodes[i].samples;
    return facts;
}

bool sampler_close(struct sampler *s, struct stacks *into, struct sampler_facts *facts,
                   struct err *e)
{
    struct err off;
    bool ok = sampler_pause(s, &off) || err_set(e, off.code, "%s", off.text);
    stop_reader(s);
    *facts = facts_of(s);
    if (into)
        name_all(s, into, facts);
    release(s);
    return ok;
}
