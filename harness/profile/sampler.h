/* Samples the call stacks of a process and of all that it starts: threads, children, theirs.
 *
 *     struct sampler *s = sampler_open(pid, &(struct sampler_options){.hz = 997}, e);
 *     sampler_resume(s);  ... the process works ...  sampler_pause(s);
 *     struct sampler_facts facts;
 *     if (sampler_close(s, &stacks, &facts, e)) ...      // adds to stacks
 *
 * By perf events (task-clock: CPU time, user call chains), which need no privilege at
 * perf_event_paranoid 2; where they are forbidden, by a timer and ptrace: threads that run are stopped
 * for a moment, at most 199 times a second, while their registers and stacks are read. facts say which
 * it was, and why. Never beside a timed slice: a sample costs some 26 us.
 *
 * Callers are found by unwind tables first (unwind.h), so that those of functions without a frame are
 * there. Who may look into the kernel (root, perf_event_paranoid <= 1) sees its time as a frame
 * "[kernel]" below the function that called it; for others it is in no sample, and facts say so.
 */
#ifndef CUPEL_PROFILE_SAMPLER_H
#define CUPEL_PROFILE_SAMPLER_H

#include "harness/base/err.h"
#include "harness/flame/stacks.h"
#include "harness/profile/whose.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum sampler_kind { SAMPLER_AUTO, SAMPLER_PERF, SAMPLER_TIMER };

#define SAMPLER_HZ     997.0   /* prime: not in step with timers of 10 and 1 ms */
#define SAMPLER_HZ_MAX 20000.0 /* above, sampling is most of what happens */
#define SAMPLER_HZ_TIMER                                                                           \
    199.0 /* below the rate of the scheduler's ticks, at which its clocks are looked at */

struct names;

struct sampler_options {
    enum sampler_kind kind;
    double hz;           /* samples per second of CPU time, at most SAMPLER_HZ_MAX (perf) or
                          * SAMPLER_HZ_TIMER; 0: SAMPLER_HZ */
    struct names *names; /* names.h: what samplers before have read; NULL: all is read anew */
    whose_rule *counts;  /* which stacks are of what is measured; NULL: all */
    bool starts_only; /* the process itself only starts what is measured: its children and theirs */
};

struct sampler;

struct sampler_facts {
    char name[40];      /* "perf task-clock", "timer and ptrace" */
    char note[300];     /* why not perf, what is not seen; "" */
    double hz;          /* in effect */
    uint64_t period_ns; /* of CPU time, that a sample stands for */
    uint64_t samples;
    uint64_t lost;    /* told by the kernel, or not read in time */
    uint64_t cut;     /* stacks whose root was not reached */
    uint64_t outside; /* in no stack, nor in samples: the rule left them out */
    int processes, threads;
};

/* pid: alive, and kept from working until this has returned (a worker that waits for its next ask, a
 * child before exec). Paused. NULL with e: SAMPLER_PERF or _TIMER was asked for and cannot be had, or
 * neither can. Owner: the caller, sampler_close.
 * By the timer: a thing that is traced already (by a debugger) cannot be; programs that are run with
 * another's rights (setuid) run without them; and whoever waits for the process hears of its end a
 * moment later. */
struct sampler *sampler_open(pid_t pid, const struct sampler_options *options, struct err *e);

/* For all that it follows. What waits while paused is not sampled. */
bool sampler_resume(struct sampler *s, struct err *e) MUST_CHECK;
bool sampler_pause(struct sampler *s, struct err *e) MUST_CHECK;

/* Names what was seen (symbols and lines from the files on disk, inlined functions as frames of their
 * own) and adds it to `into`, a sample a weight of 1. The processes may have ended. s is freed in any
 * case; into NULL: nothing is named. */
bool sampler_close(struct sampler *s, struct stacks *into, struct sampler_facts *facts,
                   struct err *e) MUST_CHECK;

#endif
