/* Reads the memory of another process, one that is stopped.
 *
 *     size_t n = peek(pid, stack_pointer, buffer, sizeof buffer);
 */
#ifndef CUPEL_PROFILE_PEEK_H
#define CUPEL_PROFILE_PEEK_H

#include "harness/profile/registers.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How many of the bytes from `address` on there are: up to where nothing is mapped. */
size_t peek(pid_t pid, uint64_t address, void *into, size_t bytes);

/* Where it is, then the returns that the chain of frame pointers leads to, at most `max` (>= 1).
 * Returns how many. */
int peek_chain(pid_t pid, const uint64_t registers[REGISTERS], uint64_t *chain, int max);

#endif
