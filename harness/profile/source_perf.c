#define _GNU_SOURCE
#include "harness/profile/source.h"

#include "harness/base/mem.h"
#include "harness/profile/rings.h"
#include "harness/profile/sampler.h"
#include "harness/profile/tree.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* perf_event_mlock_kb lets every user have 516 KB a CPU. */
enum { RING_BYTES = 512 * 1024, RING_LEAST = 64 * 1024 };

/* Events are inherited by threads and children, which the kernel allows with a buffer for one CPU
 * only: an event a CPU. Mappings, forks and programs are told by events of their own, which are never
 * off: a sampler that pauses must not miss them. */
struct perf_source {
    struct source source;
    struct perf_event_attr sampling, telling;
    int cpus;
    struct ring {
        int fd; /* the event that has the buffer; -1: none, no such CPU */
        struct perf_event_mmap_page *page;
        size_t bytes;
    } * rings;
    int *samplers, *tellers, count, capacity; /* descriptors */
};

static int event_open(struct perf_event_attr *attr, pid_t pid, int cpu)
{
    return (int)syscall(SYS_perf_event_open, attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static void describe(struct perf_source *p)
{
    struct perf_event_attr both = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof both,
        .sample_type = RECORD_SAMPLE_TYPE,
        .inherit = 1,
        .sample_id_all = 1,
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
        .exclude_hv = 1,
        .exclude_callchain_kernel = 1,
    };
    p->sampling = p->telling = both;
    p->sampling.config = PERF_COUNT_SW_TASK_CLOCK;
    p->sampling.sample_period = p->source.period_ns;
    p->sampling.disabled = 1;
    p->sampling.sample_regs_user = registers_perf_mask();
    if (p->sampling.sample_regs_user) {
        p->sampling.sample_type |= RECORD_STACK_TYPE;
        p->sampling.sample_stack_user = RECORD_STACK_BYTES;
    }
    p->telling.config = PERF_COUNT_SW_DUMMY;
    p->telling.exclude_kernel = 1;
    p->telling.mmap = p->telling.comm = p->telling.comm_exec = p->telling.task = 1;
}

/* What one who may look into the kernel sees of it: its time, told of who called it. */
static int sampler_event(struct perf_source *p, pid_t thread, int cpu)
{
    int fd = event_open(&p->sampling, thread, cpu);
    if (fd < 0 && (errno == EACCES || errno == EPERM) && !p->sampling.exclude_kernel) {
        p->sampling.exclude_kernel = 1;
        p->source.note = "time in the kernel is not seen (perf_event_paranoid is 2 or more)";
        fd = event_open(&p->sampling, thread, cpu);
    }
    return fd;
}

static bool map_ring(struct ring *r, int fd, struct err *e)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *map = MAP_FAILED;
    for (r->bytes = RING_BYTES; r->bytes >= RING_LEAST && map == MAP_FAILED; r->bytes /= 2) {
        map = mmap(NULL, page + r->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map != MAP_FAILED)
            break;
    }
    if (map == MAP_FAILED)
        return err_system(e, "perf events: a buffer of %d KB", RING_LEAST / 1024);
    r->page = map;
    r->fd = fd;
    return true;
}

static void keep(struct perf_source *p, int sampler, int teller)
{
    if (p->count == p->capacity) {
        p->capacity = p->capacity ? 2 * p->capacity : 16;
        size_t bytes = (size_t)p->capacity * sizeof(int);
        p->samplers = mem_resize(MEM_BASE, p->samplers, bytes);
        p->tellers = mem_resize(MEM_BASE, p->tellers, bytes);
    }
    p->samplers[p->count] = sampler;
    p->tellers[p->count++] = teller;
}

/* The first event of a CPU has its buffer, and the others write into it. */
static bool join_ring(struct ring *r, int sampler, int teller, struct err *e)
{
    if (r->fd < 0 && !map_ring(r, sampler, e))
        return false;
    if ((sampler != r->fd && ioctl(sampler, PERF_EVENT_IOC_SET_OUTPUT, r->fd) != 0) ||
        ioctl(teller, PERF_EVENT_IOC_SET_OUTPUT, r->fd) != 0)
        return err_system(e, "perf events: one buffer for several");
    return true;
}

/* Most refusals are perf_event_paranoid's. */
static bool refused(struct err *e)
{
    bool forbidden = errno == EACCES || errno == EPERM;
    int level;
    err_system(e, "perf_event_open");
    FILE *f = forbidden ? fopen("/proc/sys/kernel/perf_event_paranoid", "re") : NULL;
    if (f && fscanf(f, "%d", &level) == 1 && level > 1) { // NOLINT: the kernel's
        size_t n = strlen(e->text);
        snprintf(e->text + n, sizeof e->text - n, " (perf_event_paranoid is %d)", level);
    }
    if (f)
        fclose(f);
    return false;
}

static bool follow_on(struct perf_source *p, pid_t thread, int cpu, struct err *e)
{
    int sampler = sampler_event(p, thread, cpu);
    if (sampler < 0 && (errno == ENODEV || errno == ESRCH)) /* CPU, or thread, is not there */
        return true;
    if (sampler < 0)
        return refused(e);
    int teller = event_open(&p->telling, thread, cpu);
    if (teller < 0) {
        int why = errno;
        close(sampler);
        errno = why;
        return why == ESRCH || refused(e);
    }
    keep(p, sampler, teller);
    return join_ring(&p->rings[cpu], sampler, teller, e);
}

static bool follow(void *context, pid_t process, pid_t thread, struct err *e)
{
    struct perf_source *p = context;
    (void)process;
    for (int cpu = 0; cpu < p->cpus; cpu++)
        if (!follow_on(p, thread, cpu, e))
            return false;
    return true;
}

static bool run(struct source *s, bool on, struct err *e)
{
    struct perf_source *p = (struct perf_source *)s;
    for (int i = 0; i < p->count; i++)
        if (ioctl(p->samplers[i], on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0) != 0)
            return err_system(e, "perf events: %s", on ? "on" : "off");
    return true;
}

static void drain(struct source *s, bool last, struct queue *into)
{
    const struct perf_source *p = (const struct perf_source *)s;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    (void)last;
    for (int i = 0; i < p->cpus; i++)
        if (p->rings[i].page)
            rings_drain(p->rings[i].page, (const unsigned char *)p->rings[i].page + page,
                        p->rings[i].bytes, into);
}

static void close_perf(struct source *s)
{
    struct perf_source *p = (struct perf_source *)s;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < p->cpus; i++)
        if (p->rings[i].page)
            munmap(p->rings[i].page, page + p->rings[i].bytes);
    for (int i = 0; i < p->count; i++) {
        close(p->samplers[i]);
        close(p->tellers[i]);
    }
    mem_free(MEM_BASE, p->samplers);
    mem_free(MEM_BASE, p->tellers);
    mem_free(MEM_BASE, p->rings);
    mem_free(MEM_BASE, p);
}

/* A quarter of the time in which samples fill the smallest buffer that one of them has. */
static int patience_ms(const struct perf_source *p)
{
    enum { LONGEST = 25, OTHERS = 512 };
    size_t bytes = RING_BYTES;
    for (int i = 0; i < p->cpus; i++)
        if (p->rings[i].page && p->rings[i].bytes < bytes)
            bytes = p->rings[i].bytes;
    double ms = 1000 * (double)bytes / (RECORD_STACK_BYTES + OTHERS) / p->source.hz / 4;
    return ms > LONGEST ? LONGEST : ms < 1 ? 1 : (int)ms;
}

struct source *source_perf_open(pid_t pid, double hz, struct err *e)
{
    static const struct source_rows rows = {"perf task-clock", run, drain, close_perf};
    struct perf_source *p = mem_alloc_zero(MEM_BASE, sizeof *p);
    hz = hz > SAMPLER_HZ_MAX ? SAMPLER_HZ_MAX : hz;
    p->source = (struct source){
        .rows = &rows, .period_ns = (uint64_t)(1e9 / hz + 0.5), .hz = hz, .note = ""};
    p->cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
    p->rings = mem_alloc_zero(MEM_BASE, (size_t)p->cpus * sizeof *p->rings);
    for (int i = 0; i < p->cpus; i++)
        p->rings[i].fd = -1;
    describe(p);
    if (!tree_each(pid, follow, p, e) ||
        (p->count == 0 && !err_set(e, ERR_SYSTEM, "perf events: no thread to follow"))) {
        close_perf(&p->source);
        return NULL;
    }
    p->source.drain_ms = patience_ms(p);
    return &p->source;
}
