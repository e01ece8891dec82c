#include "harness/plan/metric.h"

#include "harness/probe/probe.h"

#include <stddef.h>
#include <string.h>

_Static_assert((int)METRIC_CPU == (int)PROBE_CPU && (int)METRIC_NET == (int)PROBE_NET &&
                   (int)METRIC_WALL == (int)PROBE_WALL,
               "the clocks' rows come first, in the order of probe_metrics");

const struct metric metric_rows[METRIC_COUNT] = {
#define METRIC_ROW(id, name, unit, title, kind, source, key, margin, spread)                       \
    {name, unit, title, METRIC_##kind, METRIC_OF_##source, key, margin, spread},
    METRICS(METRIC_ROW)
#undef METRIC_ROW
};

int metric_find(const char *name)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        if (strcmp(metric_rows[i].name, name) == 0)
            return i;
    return -1;
}
