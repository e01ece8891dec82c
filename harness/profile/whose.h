/* Whose time a sample is: that of what is measured, or the harness's own around it.
 *
 *     struct sampler_options o = {.counts = whose_kernel};
 *
 * A worker also waits for orders, reads clocks and flushes stored state to the disk between the slices
 * that are timed; a command is started by a program of the harness's. Neither is work of the side, and
 * neither is in what cupel run times. Frames are told by their functions' files, so that workers of other builds
 * (bin:) are judged alike; where there are no line tables, everything counts.
 */
#ifndef CUPEL_PROFILE_WHOSE_H
#define CUPEL_PROFILE_WHOSE_H

#include "harness/flame/stacks.h"

#include <stdbool.h>

/* frames: root first. True: of what is measured. */
typedef bool whose_rule(const struct stacks_frame *const *frames, int n);

/* Of a worker: what its kernel does, and all that does not come from the worker's loop (threads, other programs). */
bool whose_kernel(const struct stacks_frame *const *frames, int n);

/* Of a command: all but what the program that starts it does until it has become the command (sampler.h leaves
 * out that program itself: starts_only). */
bool whose_command(const struct stacks_frame *const *frames, int n);

#endif
