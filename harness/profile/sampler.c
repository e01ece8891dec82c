#define _GNU_SOURCE
#include "harness/profile/sampler.h"

#include "harness/base/mem.h"
#include "harness/probe/machine.h"
#include "harness/profile/source.h"
#include "harness/profile/spaces.h"
#include "harness/profile/symbols.h"
#include "harness/profile/hits.h"
#include "harness/profile/tree.h"
#include "harness/profile/unwind.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Names of places, found when first needed: frames, the outermost first. */
struct names {
    struct arena texts;
    struct named {
        struct stacks_frame *frames;
        int n; /* 0: not yet looked for */
        bool is_start;
    } * places;
    int capacity;
};

struct sampler_files {
    struct places places;
    struct names names;
};

struct sampler_files *sampler_files_new(void)
{
    return mem_alloc_zero(MEM_BASE, sizeof(struct sampler_files));
}

void sampler_files_free(struct sampler_files *files)
{
    if (!files)
        return;
    places_done(&files->places);
    mem_free(MEM_BASE, files->names.places);
    arena_done(&files->names.texts);
    mem_free(MEM_BASE, files);
}

/* The thread `reader` has all but source and stop while it runs. */
struct sampler {
    struct source *source;
    pthread_t reader;
    bool reading;
    int stop[2]; /* a pipe: closed at one end to stop the reader */
    struct queue queue;
    struct spaces spaces;
    struct sampler_files *files, *own; /* own: NULL where the caller has them */
    struct hits hits;
    struct pairs processes, threads;
    uint64_t lost, nowhere; /* nowhere: samples of which nothing is known */
    pid_t mapped;           /* whose mappings are being read */
    char note[sizeof((struct sampler_facts *)0)->note];
};

/* ---- what comes in ---------------------------------------------------------------------------- */

static void map(struct sampler *s, pid_t pid, const struct record_mapping *m)
{
    int image = images_number(&s->files->places.images, m->path);
    spaces_map(&s->spaces, pid, &(struct spaces_mapping){m->start, m->end, m->offset, image});
}

static void take_sample(struct sampler *s, const struct record *r)
{
    int places[UNWIND_MAX + 1];
    int n = unwind(&s->files->places, &s->spaces, r, places + 1);
    pairs_number(&s->processes, (uint64_t)r->pid, 0, 0);
    pairs_number(&s->threads, (uint64_t)r->tid, 0, 0);
    if (n == 0) {
        s->nowhere++;
        return;
    }
    if (r->sample.in_kernel)
        places[0] = places_number(&s->files->places,
                                  images_number(&s->files->places.images, IMAGES_KERNEL), 0);
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
    sampler_files_free(s->own);
    pairs_done(&s->processes);
    pairs_done(&s->threads);
    mem_free(MEM_BASE, s);
}

struct sampler *sampler_open(pid_t pid, const struct sampler_options *options, struct err *e)
{
    struct sampler *s = mem_alloc_zero(MEM_BASE, sizeof *s);
    s->stop[0] = s->stop[1] = -1;
    s->own = options->files ? NULL : sampler_files_new();
    s->files = options->files ? options->files : s->own;
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

void sampler_permit(void)
{
#ifdef PR_SET_PTRACER
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
#endif
}

/* ---- closing ---------------------------------------------------------------------------------- */

static const struct named *name_of(struct sampler_files *files, int place)
{
    struct names *names = &files->names;
    if (place >= names->capacity) {
        int more = files->places.count + 1;
        names->places = mem_resize(MEM_BASE, names->places, (size_t)more * sizeof *names->places);
        memset(names->places + names->capacity, 0,
               (size_t)(more - names->capacity) * sizeof *names->places);
        names->capacity = more;
    }
    struct named *named = &names->places[place];
    if (named->n > 0)
        return named;
    struct stacks_frame frames[SYMBOLS_INLINED];
    named->n = symbols_at(&files->places, place, &names->texts, frames);
    named->is_start = symbols_is_start(&frames[0]);
    named->frames = ARENA_NEW(&names->texts, struct stacks_frame, named->n);
    memcpy(named->frames, frames, (size_t)named->n * sizeof *frames);
    return named;
}

/* One stack: without the system's functions at its root, if there are others. True: it has such ones,
 * or all that called it is known. */
static bool name_stack(struct sampler *s, int node, struct stacks *into)
{
    int places[UNWIND_MAX + 1], frames[(UNWIND_MAX + 1) * SYMBOLS_INLINED], n = 0, depth = 0, first;
    for (int i = node; i >= 0; i = s->hits.nodes[i].parent)
        places[n++] = s->hits.nodes[i].place;
    for (first = n; first > 0; first--)
        if (!name_of(s->files, places[first - 1])->is_start)
            break;
    bool whole = first < n;
    for (int i = (first > 0 ? first : n) - 1; i >= 0; i--) {
        const struct named *named = name_of(s->files, places[i]);
        for (int k = 0; k < named->n; k++)
            frames[depth++] = stacks_frame(into, &named->frames[k]);
    }
    stacks_add(into, frames, depth, s->hits.nodes[node].samples);
    return whole;
}

static void name_all(struct sampler *s, struct stacks *into, struct sampler_facts *facts)
{
    for (int i = 0; i < s->hits.count; i++)
        if (s->hits.nodes[i].samples && !name_stack(s, i, into))
            facts->cut += s->hits.nodes[i].samples;
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
