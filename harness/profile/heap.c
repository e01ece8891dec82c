#include "harness/profile/heap.h"

#include "harness/base/io.h"
#include "harness/probe/heap.h"
#include "harness/run/counted.h"
#include "harness/run/interrupt.h"
#include "harness/run/whole.h"

#include <stdio.h>

/* env sets the variable, whatever the user's was. A sample in 1 KiB on average: the work is not timed, so
 * that many are no harm. */
static const char *const profiling[] = {
    "env", "MALLOC_CONF=prof:true,prof_accum:true,lg_prof_sample:10", NULL};

static bool run_worker(struct side_process *w, const char *dump, struct pair_runner *r,
                       struct err *e)
{
    struct side_work work;
    struct probe_slice slice;
    return whole_prepare(w, r, &work, e) && whole_work(w, &work, COUNTED_ITERATIONS, &slice, e) &&
           side_heap(w, dump, e);
}

static bool run_profiled(const struct plan_side *side, const char *dump, struct pair_runner *r,
                         struct err *e)
{
    struct side_process w = SIDE_PROCESS_NONE;
    if (!side->kernel)
        return err_set(e, ERR_UNSUPPORTED,
                       "not supported here: a heap profile is taken of kernels, not of commands");
    if (!side->binary && !heap_is_supported(heap_control(), e))
        return false;
    bool ok = side_start_under(&w, side, profiling, &r->rng, e) && run_worker(&w, dump, r, e);
    side_stop(&w);
    return ok;
}

bool heap_of_side(struct heap_profile *h, const struct plan_side *side, struct pair_runner *r,
                  struct err *e)
{
    *h = (struct heap_profile){0};
    char dump[sizeof r->state_root + 32];
    struct text text = {0};
    snprintf(dump, sizeof dump, "%s/heap", r->state_root);
    bool ok = run_profiled(side, dump, r, e) && io_read_file(dump, &text, e) &&
              heap_parse(h, (struct str){text.p, text.n}, "heap profile", e);
    text_done(&text);
    return ok || (interrupt_none(e) && err_prefix(e, "%s", side->label));
}

void heap_done(struct heap_profile *h)
{
    arena_done(&h->arena);
    *h = (struct heap_profile){0};
}
