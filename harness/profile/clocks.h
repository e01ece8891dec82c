/* Timers on the CPU time of other processes: a signal whenever one has run for another period.
 *
 * The kernel looks at such a timer in the scheduler's tick of a CPU on which the process runs. So the
 * signal comes while it runs, neither when it sleeps nor when it waits for a CPU after a sleep (as most
 * looks of a wall clock's timer on a busy machine would); and never more often than there are ticks.
 */
#ifndef CUPEL_PROFILE_CLOCKS_H
#define CUPEL_PROFILE_CLOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct clocks {
    int signal; /* its value (sigval) is the process */
    uint64_t period_ns;
    bool on;
    struct clock *all;
    int count, capacity;
};

/* One that has a clock already, or has ended: nothing happens. */
void clocks_add(struct clocks *c, pid_t process);
void clocks_drop(struct clocks *c, pid_t process);
void clocks_run(struct clocks *c, bool on); /* all, and those to come */

#endif
