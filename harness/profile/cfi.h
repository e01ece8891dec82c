/* Where a caller's registers are, at an address: what a file's unwind tables (.eh_frame, .debug_frame)
 * tell, through libdw. For code without frame pointers: gcc's simple leaves, most system libraries,
 * and the first and last instructions of any function.
 *
 *     const struct cfi_rule *rule = cfi_rule(image, address, &arena);
 *     while (rule && cfi_step(rule, &stack, registers) == CFI_STEPPED) ...
 */
#ifndef CUPEL_PROFILE_CFI_H
#define CUPEL_PROFILE_CFI_H

#include "harness/profile/images.h"
#include "harness/profile/registers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A copy of memory: `bytes` from `address` on. */
struct cfi_stack {
    uint64_t address;
    const unsigned char *p;
    size_t bytes;
};

/* False: not in the copy. */
bool cfi_read(const struct cfi_stack *stack, uint64_t address, uint64_t *word);

struct cfi_rule;

/* address: libdwfl's. NULL: the tables say nothing of it. Owner: the arena. */
const struct cfi_rule *cfi_rule(const struct image *m, uint64_t address, struct arena *a);

/* Interrupted by a signal: its caller's address is that of an instruction, not of a return. */
bool cfi_is_signal(const struct cfi_rule *rule);

enum cfi_step {
    CFI_STEPPED,
    CFI_OUTERMOST, /* nothing called this */
    CFI_STUCK      /* the copy does not reach that far, or the rule is not understood */
};

/* registers: of this frame, then of its caller. Unchanged when stuck. */
enum cfi_step cfi_step(const struct cfi_rule *rule, const struct cfi_stack *stack,
                       uint64_t registers[REGISTERS]);

#endif
