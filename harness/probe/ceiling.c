#include "harness/probe/ceiling.h"

#include "harness/probe/machine.h"

enum { RUNS = 5 };

/* Instructions (operations) a nanosecond, of the fastest run: whatever interrupts only slows. */
static double rate_of(const struct ceiling_loop *loop)
{
    double best = 0;
    for (int i = 0; i < RUNS; i++) {
        int64_t begin = probe_now_ns();
        loop->run(loop->turns);
        double rate = (double)loop->turns * loop->each_turn / (double)(probe_now_ns() - begin + 1);
        best = rate > best ? rate : best;
    }
    return best;
}

bool ceiling_measure(struct ceiling *out)
{
    *out = (struct ceiling){0};
    if (ceiling_unable())
        return false;
    double clock = rate_of(&ceiling_clock), issued = rate_of(&ceiling_ipc);
    double dense = rate_of(&ceiling_dense), clock_after = rate_of(&ceiling_clock);
    /* A clock that was interrupted each time would make a busy core look like a quick one. */
    out->clock_ghz = clock > clock_after ? clock : clock_after;
    out->ipc = issued / out->clock_ghz;
    out->dense_ns = 1 / dense;
    return true;
}

const char *ceiling_reason(void)
{
    return ceiling_unable();
}
