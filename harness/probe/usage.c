/* Faults and context switches, from getrusage: complete at every privilege, which perf's are not; and
 * the largest child's peak (what it shares with its parent is in it: forked, it starts as large). */
#include "harness/probe/family.h"

#include <sys/resource.h>

enum { MINOR_FAULTS, MAJOR_FAULTS, VOLUNTARY, INVOLUNTARY, COUNTS };

static const struct {
    const char *name, *unit;
} rows[COUNTS] = {
    [MINOR_FAULTS] = {"minor_faults",         "faults"  },
    [MAJOR_FAULTS] = {"major_faults",         "faults"  },
    [VOLUNTARY] = {"voluntary_switches",   "switches"},
    [INVOLUNTARY] = {"involuntary_switches", "switches"},
};

struct usage {
    long begin[COUNTS];
};

static void add(int who, long counts[COUNTS])
{
    struct rusage u;
    if (getrusage(who, &u) != 0)
        return;
    counts[MINOR_FAULTS] += u.ru_minflt;
    counts[MAJOR_FAULTS] += u.ru_majflt;
    counts[VOLUNTARY] += u.ru_nvcsw;
    counts[INVOLUNTARY] += u.ru_nivcsw;
}

/* Children are those that were waited for, as in the slices' CPU time. */
static void read_counts(long counts[COUNTS])
{
    for (int i = 0; i < COUNTS; i++)
        counts[i] = 0;
    add(RUSAGE_SELF, counts);
    add(RUSAGE_CHILDREN, counts);
}

static void usage_begin(void *state)
{
    struct usage *u = state;
    read_counts(u->begin);
}

static void usage_end(void *state, struct probe_totals *out)
{
    struct usage *u = state;
    long now[COUNTS];
    read_counts(now);
    for (int i = 0; i < COUNTS; i++)
        probe_totals_put(out, rows[i].name, rows[i].unit, (double)(now[i] - u->begin[i]));
    struct rusage children;
    getrusage(RUSAGE_CHILDREN, &children); /* fails only for arguments that are none */
    probe_totals_put(out, "child_resident_peak", "bytes", (double)children.ru_maxrss * 1024);
}

const struct probe_family probe_family_usage = {
    .state_size = sizeof(struct usage),
    .open = usage_begin,
    .begin = usage_begin,
    .end = usage_end,
};
