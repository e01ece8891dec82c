/* From counters to rows: scaled, as rates, or with the reason why not. */
#include "harness/probe/family.h"
#include "harness/probe/perf.h"
#include "harness/probe/procfs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct perf_rate_row perf_rates[PERF_RATES] = {
    {"ipc",              "ratio", "instructions",    "cycles"          },
    {"branch_miss_rate", "share", "branch_misses",   "branches"        },
    {"cache_miss_rate",  "share", "cache_misses",    "cache_references"},
    {"l1d_miss_rate",    "share", "l1d_load_misses", "l1d_loads"       },
};

/* ---- why not ---- */

static const struct {
    int number;
    const char *sentence;
    bool paranoid; /* the sentence ends with the setting */
} reasons[] = {
    {ENOENT,     "not supported by this machine",                        false},
    {EOPNOTSUPP, "not supported by this machine",                        false},
    {ENODEV,     "not supported by this machine",                        false},
    {ENOSYS,     "not supported by this kernel",                         false},
    {EACCES,     "forbidden: perf_event_paranoid is",                    true },
    {EPERM,      "forbidden: by a container, or perf_event_paranoid is", true },
    {EBUSY,      "in use by another session",                            false},
    {EINVAL,     "cannot be counted beside the others of its group",     false},
    {EMFILE,     "too many open files",                                  false},
};

static const char *paranoid_setting(char *text, size_t size)
{
    int fd = procfs_open("/proc/sys/kernel/perf_event_paranoid");
    bool ok = procfs_read(fd, text, size);
    procfs_close(fd);
    text[strcspn(text, "\n")] = '\0';
    return ok ? text : "unknown";
}

void perf_reason(int number, char *out, size_t size)
{
    char setting[16];
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].number != number)
            continue;
        if (reasons[i].paranoid)
            snprintf(out, size, "%s %s", reasons[i].sentence,
                     paranoid_setting(setting, sizeof setting));
        else
            snprintf(out, size, "%s", reasons[i].sentence);
        return;
    }
    snprintf(out, size, "cannot be opened: %s", strerror(number));
}

/* ---- rows ---- */

/* What passed between two readings. */
struct span {
    const struct perf *perf;
    const struct perf_reading *begin, *end;
};

static double counted(const struct span *s, int event)
{
    return (double)(s->end->value[event] - s->begin->value[event]);
}

/* Running over enabled, 0..1; 0: the group never got the hardware. */
static double share_of(const struct span *s, int group)
{
    double enabled = (double)(s->end->enabled[group] - s->begin->enabled[group]);
    double running = (double)(s->end->running[group] - s->begin->running[group]);
    return enabled > 0 && running > 0 ? running / enabled : 0;
}

/* Why an event has no value; false: it has one. */
static bool is_missing(const struct span *s, int event, char reason[PROBE_REASON])
{
    int group = (int)perf_events[event].group;
    if (s->perf->fd[event] < 0)
        perf_reason(-s->perf->fd[event], reason, PROBE_REASON);
    else if (!s->begin->ok[group] || !s->end->ok[group])
        snprintf(reason, PROBE_REASON, "the counter could not be read");
    else if (share_of(s, group) == 0)
        snprintf(reason, PROBE_REASON, "the counter never got the hardware");
    else
        return false;
    return true;
}

static void put_event(const struct span *s, int event, struct probe_totals *out)
{
    const struct perf_event_row *row = &perf_events[event];
    char reason[PROBE_REASON];
    if (is_missing(s, event, reason))
        probe_totals_miss(out, row->name, row->unit, reason);
    else
        probe_totals_put(out, row->name, row->unit,
                         counted(s, event) / share_of(s, (int)row->group));
}

static int event_named(const char *name)
{
    int i = 0;
    while (strcmp(perf_events[i].name, name) != 0)
        i++;
    return i;
}

static void put_rate(const struct span *s, const struct perf_rate_row *rate,
                     struct probe_totals *out)
{
    const int events[] = {event_named(rate->over), event_named(rate->under)};
    char why[PROBE_REASON], reason[PROBE_REASON + 64];
    for (int i = 0; i < 2; i++)
        if (is_missing(s, events[i], why)) {
            snprintf(reason, sizeof reason, "not supported here: %s: %s",
                     perf_events[events[i]].name, why);
            probe_totals_miss(out, rate->name, rate->unit, reason);
            return;
        }
    double over = counted(s, events[0]), under = counted(s, events[1]);
    if (under > 0) {
        probe_totals_put(out, rate->name, rate->unit, over / under);
        return;
    }
    snprintf(reason, sizeof reason, "not supported here: no %s were counted", rate->under);
    probe_totals_miss(out, rate->name, rate->unit, reason);
}

/* Of the hardware's groups; software events always run. */
static void put_share(const struct span *s, struct probe_totals *out)
{
    double least = 2;
    for (int g = 0; g < PERF_SOFTWARE; g++)
        if (s->begin->ok[g] && s->end->ok[g] && share_of(s, g) < least)
            least = share_of(s, g);
    if (least <= 1)
        probe_totals_put(out, "pmu_share", "share", least);
    else
        probe_totals_miss(out, "pmu_share", "share",
                          "not supported here: no hardware event is counted");
}

void perf_totals(const struct perf *p, const struct perf_reading *begin,
                 const struct perf_reading *end, struct probe_totals *out)
{
    const struct span s = {p, begin, end};
    for (int i = 0; i < PERF_EVENTS; i++)
        put_event(&s, i, out);
    put_share(&s, out);
    for (int i = 0; i < PERF_RATES; i++)
        put_rate(&s, &perf_rates[i], out);
}
