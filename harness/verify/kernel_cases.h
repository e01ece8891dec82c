/* Sets of layers of any kernel, held against none of them: by their digests.
 *
 *     struct kernel_cases v = {.kernel = k, .settings = object, .vary = &words, .universe = all,
 *                              .strength = 2, .seed = 1};
 *     bool ok = kernel_cases_plan(&v, arena, e) && kernel_cases_run(&v, watcher, e);
 *     ... v.done, v.digest, v.at ...
 *
 * Besides layers varies what results must not depend on: settings that the caller names (workers,
 * order), and how the work is cut into steps. Each case runs in a process of its own. The backtest
 * kernel is tried harder by matrix.h, which knows its states.
 */
#ifndef CUPEL_VERIFY_KERNEL_CASES_H
#define CUPEL_VERIFY_KERNEL_CASES_H

#include "harness/base/json.h"
#include "harness/base/opt.h"
#include "kernels/kernel.h"

enum { KERNEL_CASES_FACTORS = 8 };

/* What varies: the cut, then the settings. */
struct kernel_factor {
    const char *name;
    const char **values;
    int n;
};

struct kernel_cases_row {
    uint64_t layers;
    int level[KERNEL_CASES_FACTORS]; /* place in the factor's values */
};

struct kernel_cases {
    /* Chosen by the caller. */
    const struct kernel *kernel;
    const struct json *settings;  /* of all cases: an object */
    const struct opt_texts *vary; /* NAME=A,B,C */
    uint64_t universe;            /* layers that sets are made of */
    int strength;                 /* any so many factors meet in every combination: 1..3 */
    uint64_t seed;
    const char *work; /* where state folders are made and removed; NULL: $TMPDIR or /var/tmp */

    /* Planned. rows[0]: no layers, the first value of everything: what all are held against. */
    struct kernel_factor factors[KERNEL_CASES_FACTORS];
    int factor_count;
    struct kernel_cases_row *rows;
    long count;
    long combinations, impossible; /* covering.h */

    /* Done. */
    long done;
    struct kernel_digest digest;       /* of all so far */
    bool differs;                      /* then: */
    struct kernel_cases_row at, least; /* the case, and the fewest of its layers that show it */
};

struct kernel_watcher {
    void *context;
    /* Before each case; false ends the run with e. */
    bool (*next)(void *context, const struct kernel_cases *v, const struct kernel_cases_row *c,
                 struct err *e);
    /* Now and then during a case, which may never end by itself; false ends it, and the run, with e. */
    bool (*go_on)(void *context, struct err *e);
};

/* Everything lives in the arena. Error: a setting that there is not, more than there is room for. */
bool kernel_cases_plan(struct kernel_cases *v, struct arena *a, struct err *e) MUST_CHECK;

/* Error: MISMATCH, the case and what differs; or what kept a case from running. */
bool kernel_cases_run(struct kernel_cases *v, struct kernel_watcher watcher,
                      struct err *e) MUST_CHECK;

/* "steps whole, workers 2, layers memo-amt,simd". */
void kernel_cases_print(const struct kernel_cases *v, const struct kernel_cases_row *c,
                        struct text *out);
/* The options of `cupel verify` that try this case: --kernel and the settings of all stand before. */
void kernel_cases_print_options(const struct kernel_cases *v, const struct kernel_cases_row *c,
                                struct text *out);

/* ---- one case --------------------------------------------------------------------------------- */

/* Runs it in this process, with a state folder of its own below v->work. Error: the kernel's. */
bool kernel_case_run(const struct kernel_cases *v, const struct kernel_cases_row *c,
                     struct kernel_digest *out, struct err *e) MUST_CHECK;

extern const char *const kernel_case_steps[]; /* the values of the first factor, then NULL */

#endif
