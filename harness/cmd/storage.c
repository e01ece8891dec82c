#include "harness/cmd/storage.h"

#include "harness/base/log.h"
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

enum err_code storage_say_unread(const char *dir, const struct usage *u, struct err *e)
{
    for (int i = 0; i < u->unread_n; i++) {
        struct err line; /* names are made printable there */
        err_input(&line, "%s: %s: not counted", u->unread[i].path, u->unread[i].why);
        log_warn("%s", line.text);
    }
    if (u->unread_n == 0)
        return ERR_OK;
    err_set(e, ERR_FAILED, "%s: %d place%s could not be read: the numbers are at least", dir,
            u->unread_n, u->unread_n == 1 ? "" : "s");
    return e->code;
}
