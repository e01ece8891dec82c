/* The ceilings of a roofline, of one core, measured now: operations on doubles a second, and bytes a second
 * read from each level of memory. Once a run, on request (`cupel run --ceilings`): up to a second, of which DRAM
 * takes most.
 *
 *     struct ceiling_roofline c;
 *     ceiling_roofline(&c);
 *     c.memory[CEILING_L2].bytes_per_s      NAN: there is no such level, or nothing says how large it is
 *
 * Each is the fastest of a few runs: whatever interrupts only slows.
 *  - flops: fused multiplications and additions of 4 doubles that wait for nothing (12 sums: two pipes of 4 or
 *    5 clocks), 2 operations each; without AVX2 and FMA the same in C as the compiler has it;
 *  - memory: a working set of half a level, read from its beginning to its end again and again, 32 bytes at a
 *    time, nothing done with them. Of L3 at most 16 times L2: a virtual machine may name the sum of all that its
 *    host has, of which one core reaches a part. DRAM: 4 times the last level, CEILING_DRAM_MAX at most; where that
 *    is not 1.5 times the last level, it is not measured. Huge pages are asked for, so that it is the memory
 *    that is measured and not the walk of its pages.
 * Sizes: sysconf, else /sys/devices/system/cpu/cpu0/cache.
 * Source of the model: Williams, Waterman and Patterson 2009 (Commun. ACM 52(4), 65).
 */
#ifndef CUPEL_PROBE_CEILING_ROOFLINE_H
#define CUPEL_PROBE_CEILING_ROOFLINE_H

#include <stddef.h>

enum ceiling_level { CEILING_L1, CEILING_L2, CEILING_L3, CEILING_DRAM, CEILING_LEVELS };

#define CEILING_DRAM_MAX ((size_t)512 << 20)

struct ceiling_memory {
    double bytes;       /* of the working set; 0: not measured */
    double bytes_per_s; /* NAN: not measured */
};

struct ceiling_roofline {
    double clock_ghz;     /* NAN: the loops of ceiling.h do not run here */
    double flops;         /* a second */
    const char *flops_by; /* "AVX2 FMA", "plain C" */
    struct ceiling_memory memory[CEILING_LEVELS];
};

/* "l1", "l2", "l3", "dram". */
const char *ceiling_level_name(enum ceiling_level level);

void ceiling_roofline(struct ceiling_roofline *out);

/* Bytes of the working sets for caches of these sizes (CEILING_L1..L3; 0: none) on a machine with this much
 * memory; 0: not to be measured. */
void ceiling_working_sets(const size_t cache[CEILING_DRAM], size_t memory,
                          size_t out[CEILING_LEVELS]);

/* ---- for ceiling_roofline_loops.c ------------------------------------------------------------- */

/* Turns of so many operations; reads of bytes from data, which is aligned to 64, bytes a multiple of 256. */
struct ceiling_roofline_loops {
    const char *name;
    void (*compute)(long turns);
    double operations_a_turn;
    void (*read)(const void *data, size_t bytes);
};

/* Those that this CPU can run, the best. */
const struct ceiling_roofline_loops *ceiling_roofline_loops(void);

#endif
