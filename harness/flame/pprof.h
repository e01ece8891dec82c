/* A profile as pprof reads it (`go tool pprof FILE`): profile.proto of github.com/google/pprof, gzipped.
 *
 *     pprof_write(&stacks, &(struct pprof_facts){.period_ns = 1003009}, &out);
 *
 * One location a frame and one mapping a module, without addresses: names are all that is known here.
 */
#ifndef CUPEL_FLAME_PPROF_H
#define CUPEL_FLAME_PPROF_H

#include "harness/base/str.h"
#include "harness/flame/stacks.h"

struct pprof_facts {
    uint64_t
        period_ns; /* of CPU time, that a sample stands for; 0: not known. With it, samples have
                                    * a second value, cpu in nanoseconds */
    uint64_t time_ns, duration_ns; /* when it began (since 1970), how long it took; 0: not known */
};

/* Appends a whole gzip member; the same bytes for the same profile. */
void pprof_write(const struct stacks *s, const struct pprof_facts *facts, struct text *out);

/* The message itself, before gzip. */
void pprof_message(const struct stacks *s, const struct pprof_facts *facts, struct text *out);

#endif
