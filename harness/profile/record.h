/* What a sampler's source tells, as perf's records (linux/perf_event.h): samples, mappings of files,
 * forks, programs that replace one. The kernel writes them; the timer's tracer writes the same ones.
 *
 *     struct record r;
 *     if (record_read(words, n, &r) && r.kind == RECORD_SAMPLE) ... r.sample.chain[0] ...
 *
 * Reading is a pure function of the bytes, which may hold anything. Nothing is copied: what points
 * into the record lives as long as it does.
 */
#ifndef CUPEL_PROFILE_RECORD_H
#define CUPEL_PROFILE_RECORD_H

#include "harness/base/str.h"
#include "harness/profile/registers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What sources must ask for, and what follows every other record (perf's sample_id_all). */
#define RECORD_SAMPLE_TYPE                                                                         \
    (PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN)
#define RECORD_STACK_TYPE (PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER) /* where registers are */

enum {
    RECORD_STACK_BYTES = 16384, /* of the stack, from its pointer on: enough to leave libraries that
                                * keep no frame pointers */
    RECORD_CHAIN_MAX = 127      /* perf's own limit (perf_event_max_stack) */
};

enum record_kind {
    RECORD_SAMPLE,
    RECORD_MAPPING, /* of a file, or of anonymous memory, with code */
    RECORD_FORK,    /* of a process; those of threads are RECORD_OTHER */
    RECORD_EXEC,
    RECORD_LOST,
    RECORD_OTHER
};

struct record_mapping {
    uint64_t start, end, offset; /* offset: in the file */
    const char *path;
};

struct record_sample {
    bool in_kernel;
    const uint64_t *chain; /* user addresses: where it is, then returns by frame pointers */
    int depth;
    bool has_registers; /* false: the other three are nothing */
    uint64_t registers[REGISTERS];
    const unsigned char *stack; /* from registers[REGISTERS_STACK] on */
    size_t stack_bytes;
};

struct record {
    enum record_kind kind;
    pid_t pid, tid, parent; /* parent: of a fork */
    uint64_t time_ns, lost;
    struct record_mapping mapping;
    struct record_sample sample;
};

/* words: one whole record. False when it is damaged. */
bool record_read(const uint64_t *words, size_t n, struct record *out);

/* Append a record as it would be read: pid, tid, time_ns and what its kind has. */
void record_write(struct text *t, const struct record *r);

#endif
