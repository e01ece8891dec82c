/* Where a sampler's records come from: perf's rings, or the tracer of the timer.
 *
 * Opened paused. Records may be taken by one thread while another switches on and off.
 */
#ifndef CUPEL_PROFILE_SOURCE_H
#define CUPEL_PROFILE_SOURCE_H

#include "harness/base/err.h"
#include "harness/profile/queue.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct source;

struct source_rows {
    const char *name; /* in reports */
    bool (*run)(struct source *s, bool on, struct err *e);
    /* Appends what is there. last: and waits for all that is still to come, the source being at its
     * end. */
    void (*drain)(struct source *s, bool last, struct queue *into);
    void (*close)(struct source *s);
};

/* First in each source's struct. */
struct source {
    const struct source_rows *rows;
    uint64_t period_ns;
    double hz;
    int drain_ms;     /* how long its buffers last, with room to spare */
    const char *note; /* what it cannot see; "" */
};

/* NULL with e. Owner: the caller, rows->close. */
struct source *source_perf_open(pid_t pid, double hz, struct err *e);
struct source *source_timer_open(pid_t pid, double hz, struct err *e);

#endif
