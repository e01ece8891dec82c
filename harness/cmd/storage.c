#include "harness/cmd/storage.h"

#include "kernels/capture/capture.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

char *storage_bytes(char out[UNITS_TEXT], uint64_t bytes, bool exact)
{
    if (!exact)
        return units_bytes(out, (double)bytes);
    snprintf(out, UNITS_TEXT, "%" PRIu64, bytes);
    return out;
}

char *storage_runs(char out[UNITS_TEXT], uint64_t n)
{
    char count[UNITS_TEXT];
    snprintf(out, UNITS_TEXT, "%.*s run%s", UNITS_TEXT - 8, units_count(count, n),
             n == 1 ? "" : "s");
    return out;
}

char *storage_age(char out[UNITS_TEXT], int64_t ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {
        {"d",   86400000},
        {"h",   3600000 },
        {"min", 60000   },
        {"s",   1000    },
    };
    size_t u = 0;
    while (u < 3 && ms < 2 * units[u].ms)
        u++;
    if (ms < 0)
        snprintf(out, UNITS_TEXT, "in future");
    else
        snprintf(out, UNITS_TEXT, "%" PRId64 " %s", ms / units[u].ms, units[u].unit);
    return out;
}

int64_t storage_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t storage_time_of(const char *id)
{
    int64_t ms = 0;
    return capture_id_parse(id, &ms) ? ms : 0;
}
