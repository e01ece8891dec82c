#include "harness/probe/probe.h"

#include "harness/probe/machine.h"
#include "harness/probe/procfs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { OVERHEAD_SLICES = 200 };

static int64_t system_wall_ns(void *context)
{
    (void)context;
    return probe_now_ns();
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec t = {0};
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t system_cpu_ns(void *context)
{
    (void)context;
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static int64_t timeval_ns(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000000000 + (int64_t)t.tv_usec * 1000;
}

/* A child that has died keeps its clock until it is waited for. */
static int64_t watched_ns(const struct probe *p)
{
    pid_t pids[PROBE_PIDS_MAX];
    int64_t sum = 0;
    int n = p->pids ? p->pids(p->pids_context, pids, PROBE_PIDS_MAX) : 0;
    for (int i = 0; i < n; i++) {
        clockid_t clock;
        if (clock_getcpuclockid(pids[i], &clock) == 0)
            sum += clock_ns(clock);
    }
    return sum;
}

static int64_t system_children_ns(void *context)
{
    struct rusage usage;
    if (getrusage(RUSAGE_CHILDREN, &usage) != 0)
        return 0;
    return timeval_ns(usage.ru_utime) + timeval_ns(usage.ru_stime) + watched_ns(context);
}

/* "ran waited slices": the second number. */
static int64_t system_delay_ns(void *context)
{
    const struct probe *p = context;
    char text[128], *second;
    if (!procfs_read(p->schedstat_fd, text, sizeof text))
        return 0;
    strtoll(text, &second, 10);
    return strtoll(second, NULL, 10);
}

void probe_open(struct probe *p)
{
    *p = (struct probe){
        .source = {system_wall_ns, system_cpu_ns, system_children_ns, system_delay_ns, p},
        .schedstat_fd = procfs_open("/proc/self/schedstat"),
    };
}

void probe_open_source(struct probe *p, const struct probe_source *source)
{
    *p = (struct probe){.source = *source, .schedstat_fd = -1};
}

void probe_close(struct probe *p)
{
    procfs_close(p->schedstat_fd);
    p->schedstat_fd = -1;
}

void probe_watch(struct probe *p, probe_pids *pids, const void *context)
{
    p->pids = pids;
    p->pids_context = context;
}

bool probe_has_delay(const struct probe *p)
{
    return p->schedstat_fd >= 0 || p->source.delay_ns != system_delay_ns;
}

void probe_begin(struct probe *p, struct probe_reading *begin)
{
    const struct probe_source *s = &p->source;
    begin->delay_ns = s->delay_ns(s->context);
    begin->children_ns = s->children_ns(s->context);
    begin->cpu_ns = s->cpu_ns(s->context);
    begin->wall_ns = s->wall_ns(s->context);
}

/* The delay is read outside the other clocks, and what waits for a CPU there does so just before or after
 * the slice. Within it a process can wait no longer than it did not run. */
static int64_t delay_within(int64_t delay_ns, int64_t wall_ns, int64_t own_cpu_ns)
{
    int64_t idle_ns = wall_ns > own_cpu_ns ? wall_ns - own_cpu_ns : 0;
    return delay_ns < idle_ns ? delay_ns : idle_ns;
}

void probe_end(struct probe *p, const struct probe_reading *begin, struct probe_slice *out)
{
    const struct probe_source *s = &p->source;
    out->wall_ns = s->wall_ns(s->context) - begin->wall_ns;
    int64_t own_cpu_ns = s->cpu_ns(s->context) - begin->cpu_ns;
    out->cpu_ns = own_cpu_ns + s->children_ns(s->context) - begin->children_ns;
    out->delay_ns =
        delay_within(s->delay_ns(s->context) - begin->delay_ns, out->wall_ns, own_cpu_ns);
}

void probe_slice_add(struct probe_slice *a, const struct probe_slice *b)
{
    a->cpu_ns += b->cpu_ns;
    a->wall_ns += b->wall_ns;
    a->delay_ns += b->delay_ns;
}

static double cpu_of(const struct probe_slice *slice)
{
    return (double)slice->cpu_ns;
}

static double net_of(const struct probe_slice *slice)
{
    return (double)(slice->wall_ns - slice->delay_ns);
}

static double wall_of(const struct probe_slice *slice)
{
    return (double)slice->wall_ns;
}

const struct probe_metric probe_metrics[PROBE_METRIC_COUNT] = {
    [PROBE_CPU] = {"cpu",  "ns", "CPU time",                         PROBE_LOWER, true, false, cpu_of },
    [PROBE_NET] = {"net",  "ns", "wall time less waiting for a CPU", PROBE_LOWER, true, false,
                   net_of                                                                             },
    [PROBE_WALL] = {"wall", "ns", "wall time",                        PROBE_LOWER, true, true,  wall_of},
};

const struct probe_metric *probe_metric_find(const char *name)
{
    for (int i = 0; i < PROBE_METRIC_COUNT; i++)
        if (strcmp(probe_metrics[i].name, name) == 0)
            return &probe_metrics[i];
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void probe_overhead(struct probe *p, struct probe_cost out[PROBE_METRIC_COUNT])
{
    double cost[PROBE_METRIC_COUNT][OVERHEAD_SLICES];
    for (int i = 0; i < OVERHEAD_SLICES; i++) {
        struct probe_reading begin;
        struct probe_slice slice;
        probe_begin(p, &begin);
        probe_end(p, &begin, &slice);
        for (int m = 0; m < PROBE_METRIC_COUNT; m++)
            cost[m][i] = probe_metrics[m].value(&slice);
    }
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        qsort(cost[m], OVERHEAD_SLICES, sizeof cost[m][0], by_value);
        out[m].min_ns = cost[m][0];
        out[m].median_ns = (cost[m][OVERHEAD_SLICES / 2 - 1] + cost[m][OVERHEAD_SLICES / 2]) / 2;
    }
}
