/* What the spawner, a program of its own inside this one, says of the command that it ran.
 *
 * Why it is there: a program's peak memory (ru_maxrss) is never below what its parent held when it was
 * started, so that a small command started by a large harness would be told as large. The spawner is
 * static and holds half a megabyte. It is also the reaper of all that the command leaves behind, so that
 * nothing survives a time-out, whatever it forked and ignored.
 *
 *     spawner FD PROGRAM ARGUMENTS...     runs it, writes one struct spawner_report to FD
 *     spawner --nothing                   ends at once: what starting any program costs
 *
 * Queueing is that of the command's main thread, read of the ended process before it is waited for, and the
 * spawner's own before it sees the end; that of other threads and of further processes is told by no one.
 *
 * SIGTERM to the spawner ends the command: SIGTERM to its process group, SIGKILL after half a second to
 * whatever is left of its tree.
 */
#ifndef CUPEL_RUN_SPAWNER_H
#define CUPEL_RUN_SPAWNER_H

#include <stddef.h>
#include <stdint.h>

#define SPAWNER_NOTHING "--nothing"

struct spawner_report {
    int32_t spawn_errno; /* not 0: the program could not be run, the rest is 0 */
    int32_t status;      /* as of waitpid */
    int32_t ended_by_us; /* SIGTERM came while it ran */
    int32_t left;        /* processes of its tree that live on */
    int64_t wall_ns;     /* from before the start to its end */
    int64_t queued_ns;   /* of it: ready to run, and no CPU free; -1: this system does not tell */
    int64_t user_ns, system_ns; /* with all that it waited for, and orphans that have ended */
    int64_t max_rss_bytes;      /* of the largest process of the tree, but for those that live on */
    int64_t minor_faults, major_faults, voluntary_switches, involuntary_switches;
};

/* The program's image, made into this one when it is linked (spawner_image.c). */
extern const unsigned char spawner_image[], spawner_image_end[];

#endif
