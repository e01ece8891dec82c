#include "harness/profile/clocks.h"

#include "harness/base/mem.h"

#include <signal.h>
#include <time.h>

struct clock {
    pid_t process;
    timer_t timer;
};

static void set(const struct clocks *c, const struct clock *clock)
{
    struct timespec period = {(time_t)(c->period_ns / 1000000000),
                              (long)(c->period_ns % 1000000000)};
    struct itimerspec every = {.it_interval = period, .it_value = period},
                      never = {.it_value = {0}};
    timer_settime(clock->timer, 0, c->on ? &every : &never, NULL);
}

void clocks_add(struct clocks *c, pid_t process)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = c->signal,
                             .sigev_value = {.sival_int = (int)process}};
    struct clock made = {.process = process};
    clockid_t id;
    for (int i = 0; i < c->count; i++)
        if (c->all[i].process == process)
            return;
    if (clock_getcpuclockid(process, &id) != 0 || timer_create(id, &event, &made.timer) != 0)
        return;
    if (c->count == c->capacity) {
        c->capacity = c->capacity ? 2 * c->capacity : 16;
        c->all = mem_resize(MEM_BASE, c->all, (size_t)c->capacity * sizeof *c->all);
    }
    c->all[c->count++] = made;
    set(c, &made);
}

void clocks_drop(struct clocks *c, pid_t process)
{
    for (int i = 0; i < c->count; i++)
        if (c->all[i].process == process) {
            timer_delete(c->all[i].timer);
            c->all[i] = c->all[--c->count];
            return;
        }
}

void clocks_run(struct clocks *c, bool on)
{
    c->on = on;
    for (int i = 0; i < c->count; i++)
        set(c, &c->all[i]);
}
