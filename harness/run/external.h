/* An external command, run whole: its output read and thrown away but for its tail, the system's own
 * accounting of the finished process tree taken, nothing of the tree left alive when it is cut short.
 *
 *     struct external x = {.options = {.timeout_s = 10}};
 *     struct external_result r;
 *     external_run(&x, argv, &r, e);      // argv of command_line.h
 *     external_done(&x);
 *
 * It is started by a small program (spawner.h), so that its peak memory is its own, and in a process
 * group of its own. Both outputs are pipes: programs that see /dev/null there skip work.
 */
#ifndef CUPEL_RUN_EXTERNAL_H
#define CUPEL_RUN_EXTERNAL_H

#include "harness/base/err.h"
#include "harness/base/rng.h"
#include "harness/base/sha256.h"
#include "harness/probe/probe.h"
#include "harness/run/spawner.h"

#include <sys/types.h>

struct external_options {
    const char *folder;         /* in which it runs; NULL: this process's */
    const char *input;          /* file for standard input; NULL: empty */
    double timeout_s;           /* its tree is ended then; 0: never */
    bool ignore_failure;        /* an exit status other than 0, or a signal, is no error */
    bool check_output;          /* SHA-256 of standard output wanted */
    bool show_output;           /* both outputs also go to standard error */
    bool despite_interruption;  /* of one that came before; a new one ends it */
    bool forget_callers;        /* child_forget_callers: for builds */
    const char *const *prepare; /* run by external_prepare before each run; NULL: nothing */

    /* Told of the root of the tree to come (the spawner) before anything of it runs: for whoever will
     * follow it. NULL: nobody. Error: it is not run. */
    bool (*follow)(void *context, pid_t root, struct err *e);
    void *follow_context;
};

struct external {
    struct external_options options;
    int image; /* descriptor of the spawner; 0: not made yet */
};

void external_done(struct external *x);

struct external_result {
    /* cpu_ns: user + system of the tree, but for what lives on (`usage.left`) and what ended without
     * anybody waiting after the command itself did; wall_ns: from before its start to after its end;
     * delay_ns: of it, queueing for a CPU (spawner.h: of the main thread); 0 where has_delay is false. */
    struct probe_slice slice;
    bool has_delay;
    struct spawner_report usage;
    int exit, signal;        /* exit status, -1 when it was ended by the signal (else 0) */
    uint64_t output_bytes;   /* of standard output */
    char digest[SHA256_HEX]; /* of it; "" when not asked for */
};

/* Runs it once. rng: draws the size of a variable in its environment, so that the layout of its memory
 * is sampled, not fixed (Mytkowicz et al. 2009); NULL: not. Error: cannot be run; by option: ended by a
 * signal, or an exit status other than 0 (the last lines that it printed are in the message); time is
 * up; interrupted. In all of these nothing of its tree is left. */
bool external_run(struct external *x, const char *const *argv, struct rng *rng,
                  struct external_result *out, struct err *e) MUST_CHECK;

/* What each run has as standard input. path NULL: nothing. Error: it cannot be read anew by each. */
bool external_open_input(const char *path, int *fd, struct err *e) MUST_CHECK;

/* Runs options.prepare, whose failure is an error whatever the options say. */
bool external_prepare(struct external *x, struct err *e) MUST_CHECK;

/* The first output seen, which all others must be like. Zero: none yet. */
struct external_output {
    char digest[SHA256_HEX];
    uint64_t bytes;
    const char *of; /* whose: lives longer than this */
};

/* Error: MISMATCH, which outputs differ. Without check_output: true. */
bool external_same_output(struct external_output *first, const struct external_result *r,
                          const char *of, struct err *e) MUST_CHECK;

/* What starting any program costs: the median of n runs of an empty one (with `shell`: of an empty line
 * for the shell). Error: as external_run. */
bool external_overhead(struct external *x, int n, bool shell, struct probe_slice *out,
                       struct err *e) MUST_CHECK;

#endif
