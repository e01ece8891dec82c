#include "harness/plan/metric.h"

#include <stddef.h>
#include <string.h>

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
