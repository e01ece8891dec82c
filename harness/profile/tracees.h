/* The threads that the timer's tracer follows: which process each belongs to, and whether it runs. */
#ifndef CUPEL_PROFILE_TRACEES_H
#define CUPEL_PROFILE_TRACEES_H

#include <stdbool.h>
#include <sys/types.h>

struct tracee {
    pid_t process, thread;
    int stat;   /* descriptor of its /proc/PID/task/TID/stat */
    bool asked; /* to stop */
};

struct tracees {
    struct tracee *threads;
    int count, capacity;
};

/* Pointers live until one is adopted or dropped. NULL: it is not followed. */
struct tracee *tracees_find(struct tracees *t, pid_t thread);
struct tracee *tracees_adopt(struct tracees *t, pid_t process, pid_t thread);
void tracees_drop(struct tracees *t, pid_t thread); /* none: nothing happens */

/* Of which process a thread is that has come of a fork or a clone. */
pid_t tracees_process(pid_t thread);

/* It is on a CPU or waits for one. */
bool tracees_runs(const struct tracee *thread);

#endif
