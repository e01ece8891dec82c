/* The registers that unwinding needs, in the order of DWARF's numbers: from perf's samples, and of a
 * thread that ptrace has stopped. x86-64 only; elsewhere there are none (mask 0, false), and callers
 * are those of the chain of frame pointers alone.
 */
#ifndef CUPEL_PROFILE_REGISTERS_H
#define CUPEL_PROFILE_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { REGISTERS = 17, REGISTERS_FRAME = 6, REGISTERS_STACK = 7, REGISTERS_PC = 16 };

/* perf_event_attr.sample_regs_user; as many bits as REGISTERS. */
uint64_t registers_perf_mask(void);

/* From perf's order (its bits, lowest first). */
void registers_from_perf(const uint64_t in[REGISTERS], uint64_t out[REGISTERS]);
void registers_to_perf(const uint64_t in[REGISTERS], uint64_t out[REGISTERS]);

/* Of a thread in a ptrace stop. False: it is gone, or not of this architecture. */
bool registers_stopped(pid_t tid, uint64_t out[REGISTERS]);

#endif
