#include "harness/probe/perf.h"

#include "harness/probe/family.h"

#include <errno.h>
#include <unistd.h>

#include <perfmon/pfmlib_perf_event.h>

enum { HEADER_WORDS = 3, WORDS_MAX = HEADER_WORDS + PERF_EVENTS };

const struct perf_event_row perf_events[PERF_EVENTS] = {
    {"cycles",           "cycles",       "perf::PERF_COUNT_HW_CPU_CYCLES",              PERF_HARDWARE, false},
    {"instructions",     "instructions", "perf::PERF_COUNT_HW_INSTRUCTIONS",            PERF_HARDWARE, false},
    {"branches",         "branches",     "perf::PERF_COUNT_HW_BRANCH_INSTRUCTIONS",     PERF_HARDWARE, false},
    {"branch_misses",    "misses",       "perf::PERF_COUNT_HW_BRANCH_MISSES",           PERF_HARDWARE, false},
    {"cache_references", "references",   "perf::PERF_COUNT_HW_CACHE_REFERENCES",        PERF_CACHE,    false},
    {"cache_misses",     "misses",       "perf::PERF_COUNT_HW_CACHE_MISSES",            PERF_CACHE,    false},
    {"l1d_loads",        "loads",        "perf::L1-DCACHE-LOADS",                       PERF_CACHE,    false},
    {"l1d_load_misses",  "misses",       "perf::L1-DCACHE-LOAD-MISSES",                 PERF_CACHE,    false},
    {"stalled_frontend", "cycles",       "perf::PERF_COUNT_HW_STALLED_CYCLES_FRONTEND", PERF_STALLS,
     false                                                                                                  },
    {"stalled_backend",  "cycles",       "perf::PERF_COUNT_HW_STALLED_CYCLES_BACKEND",  PERF_STALLS,   false},
    {"task_clock",       "ns",           "perf::PERF_COUNT_SW_TASK_CLOCK",              PERF_SOFTWARE, false},
    {"page_faults",      "faults",       "perf::PERF_COUNT_SW_PAGE_FAULTS",             PERF_SOFTWARE, true },
    {"context_switches", "switches",     "perf::PERF_COUNT_SW_CONTEXT_SWITCHES",        PERF_SOFTWARE, true },
};

/* ---- the system's counters ---- */

static int system_open(void *context, const struct perf_event_row *event, int leader)
{
    (void)context;
    struct perf_event_attr attr = {.size = sizeof attr};
    pfm_perf_encode_arg_t arg = {.attr = &attr, .size = sizeof arg};
    int levels = event->with_kernel ? PFM_PLM0 | PFM_PLM3 : PFM_PLM3;
    if (pfm_get_os_event_encoding(event->code, levels, PFM_OS_PERF_EVENT, &arg) != PFM_SUCCESS)
        return -ENOENT;
    attr.exclude_kernel = !event->with_kernel;
    attr.exclude_hv = 1;
    attr.inherit = 1;
    attr.read_format =
        PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    int fd = perf_event_open(&attr, 0, -1, leader, PERF_FLAG_FD_CLOEXEC);
    return fd >= 0 ? fd : -errno;
}

static int system_read(void *context, int leader, uint64_t *words, int max)
{
    (void)context;
    ssize_t n = read(leader, words, sizeof *words * (size_t)max);
    return n >= 0 ? (int)((size_t)n / sizeof *words) : -errno;
}

static void system_close(void *context, int fd)
{
    (void)context;
    close(fd);
}

const struct perf_source perf_system = {system_open, system_read, system_close, NULL};

/* ---- groups ---- */

void perf_open(struct perf *p, const struct perf_source *source)
{
    p->source = *source;
    for (int g = 0; g < PERF_GROUPS; g++)
        p->leader[g] = -1;
    for (int i = 0; i < PERF_EVENTS; i++) {
        int *leader = &p->leader[perf_events[i].group];
        p->fd[i] = source->open(source->context, &perf_events[i], *leader);
        if (*leader < 0 && p->fd[i] >= 0)
            *leader = p->fd[i];
    }
}

/* The values of a group stand in the order in which its events were opened. */
static void read_group(const struct perf *p, int group, struct perf_reading *out)
{
    uint64_t words[WORDS_MAX];
    int n = p->source.read(p->source.context, p->leader[group], words, WORDS_MAX);
    if (n < HEADER_WORDS)
        return;
    out->enabled[group] = words[1];
    out->running[group] = words[2];
    int at = HEADER_WORDS;
    for (int i = 0; i < PERF_EVENTS; i++)
        if ((int)perf_events[i].group == group && p->fd[i] >= 0) {
            if (at == n)
                return;
            out->value[i] = words[at++];
        }
    out->ok[group] = true;
}

void perf_read(const struct perf *p, struct perf_reading *out)
{
    *out = (struct perf_reading){0};
    for (int g = 0; g < PERF_GROUPS; g++)
        if (p->leader[g] >= 0)
            read_group(p, g, out);
}

void perf_close(struct perf *p)
{
    for (int i = PERF_EVENTS - 1; i >= 0; i--)
        if (p->fd[i] >= 0)
            p->source.close(p->source.context, p->fd[i]);
}

/* ---- the family ---- */

struct perf_state {
    struct perf perf;
    struct perf_reading begin;
};

static void family_open(void *state)
{
    struct perf_state *s = state;
    pfm_initialize(); /* when it fails, so does every encoding */
    perf_open(&s->perf, &perf_system);
    pfm_terminate();
}

static void family_begin(void *state)
{
    struct perf_state *s = state;
    perf_read(&s->perf, &s->begin);
}

static void family_end(void *state, struct probe_totals *out)
{
    struct perf_state *s = state;
    struct perf_reading end;
    perf_read(&s->perf, &end);
    perf_totals(&s->perf, &s->begin, &end, out);
}

static void family_close(void *state)
{
    struct perf_state *s = state;
    perf_close(&s->perf);
}

const struct probe_family probe_family_perf = {
    .state_size = sizeof(struct perf_state),
    .open = family_open,
    .begin = family_begin,
    .end = family_end,
    .close = family_close,
};
