#include "tests/gate/bursts.h"

#include "harness/base/rng.h"
#include "harness/probe/machine.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const double shortest_s = 0.2, longest_s = 2;

static double draw_s(struct rng *r)
{
    return shortest_s + (longest_s - shortest_s) * rng_unit(r);
}

static void busy_for(double seconds)
{
    volatile uint64_t x = 1;
    for (int64_t end = probe_now_ns() + (int64_t)(seconds * 1e9); probe_now_ns() < end;)
        for (int i = 0; i < 1000; i++)
            x = x * 6364136223846793005u + 1;
}

static void idle_for(double seconds)
{
    struct timespec t = {.tv_sec = (time_t)seconds};
    t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
    nanosleep(&t, NULL);
}

/* A signal that is meant for the parent (Ctrl-C) is left to it: it stops this process, or ends, which
 * ends this one too. */
static _Noreturn void make_load(uint64_t seed)
{
    struct rng r = rng_seeded(seed);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN);
    idle_for(draw_s(&r) * rng_unit(&r)); /* a measurement may begin anywhere between two bursts */
    for (;;) {
        busy_for(draw_s(&r));
        idle_for(draw_s(&r));
    }
}

bool bursts_start(struct bursts *b, int cpu, uint64_t seed, struct err *e)
{
    b->pid = fork();
    if (b->pid < 0) {
        b->pid = 0;
        return err_system(e, "fork");
    }
    struct err unused;
    if (b->pid == 0) {
        if (!probe_pin(cpu, &unused))
            _exit(1);
        make_load(seed);
    }
    return true;
}

void bursts_stop(struct bursts *b)
{
    if (b->pid <= 0)
        return;
    kill(b->pid, SIGKILL);
    while (waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    b->pid = 0;
}
