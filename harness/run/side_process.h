/* The process of a side: started, and seen to its end. */
#ifndef CUPEL_RUN_SIDE_PROCESS_H
#define CUPEL_RUN_SIDE_PROCESS_H

#include "harness/run/side.h"

/* The program whose worker it is. */
const char *side_process_binary(const struct plan_side *side);

/* Starts the worker, below the words of `under` (NULL: none), with an environment of random size; sets pid and the
 * channel's descriptor, also on error. One that cannot be run answers with the reason. */
bool side_process_spawn(struct side_process *p, const char *const *under, struct rng *rng,
                        struct err *e) MUST_CHECK;

/* A channel that broke tells nothing; how the process ended does: into e. One that lives on for longer than a
 * moment has only closed its end, and e stays. */
void side_process_say_end(struct side_process *p, const char *op, struct err *e);

/* Waits for its end; kills it when it takes too long. */
void side_process_end(pid_t pid);

#endif
