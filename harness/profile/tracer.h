/* The process that samples another by a timer and ptrace, where perf events are forbidden.
 *
 * Whenever a process has had another period of CPU time (clocks.h) it asks the threads that run or wait
 * for a CPU (state R of /proc/PID/task/TID/stat) to stop, reads registers, stack and chain of frame
 * pointers of those that did, and lets them go on. Threads, children and programs that these become are followed. Signals
 * pass through; a thread that sleeps is never woken, so that system calls end as they would.
 *
 * It is a process of its own, and has one thread: only the thread that seized a process may command
 * it, and the stops of a process that is traced by its own parent would be told to whoever in that
 * parent waits for its end. Whoever waits for the process learns of its end when the tracer has. When
 * the tracer ends, for whatever reason, the kernel lets all that it traced go on by itself.
 */
#ifndef CUPEL_PROFILE_TRACER_H
#define CUPEL_PROFILE_TRACER_H

#include <stdint.h>
#include <sys/types.h>

/* What it tells first, and after each command. */
struct tracer_answer {
    int why; /* errno; 0: as was asked */
};

/* The whole life of that process, right after the fork. commands: a socket of packets, a byte each: 1
 * on, 0 off; it ends when the socket does. data: records (record.h) go there. */
_Noreturn void tracer_run(pid_t pid, int commands, int data, uint64_t period_ns);

#endif
