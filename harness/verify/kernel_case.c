/* One case: a kernel's whole life in this process, from prepare to release. */
#include "harness/verify/kernel_cases.h"

#include "harness/base/io.h"
#include "kernels/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITERATIONS = 12 }; /* of a REPEAT kernel: results may depend on how many there are */

const char *const kernel_case_steps[] = {"whole", "grains", "uneven", NULL};

/* ---- settings --------------------------------------------------------------------------------- */

/* Factor 0 is the cut, which is no setting. */
static bool apply_levels(const struct kernel_cases *v, const struct kernel_cases_row *c,
                         void *settings, struct arena *a, struct err *e)
{
    for (int f = 1; f < v->factor_count; f++)
        if (!opt_set(v->kernel->options, settings, v->factors[f].name,
                     v->factors[f].values[c->level[f]], a, e))
            return false;
    return true;
}

/* ---- steps ------------------------------------------------------------------------------------ */

struct cut {
    const struct kernel *kernel;
    void *context;
    long jobs, grain;
};

static bool step_whole(const struct cut *cut, struct err *e)
{
    return cut->kernel->step(cut->context, 0, cut->jobs, e);
}

static bool step_grains(const struct cut *cut, struct err *e)
{
    for (long lo = 0; lo < cut->jobs; lo += cut->grain) {
        long hi = cut->jobs - lo < cut->grain ? cut->jobs : lo + cut->grain;
        if (!cut->kernel->step(cut->context, lo, hi, e))
            return false;
    }
    return true;
}

/* One grain, then two, then four ... */
static bool step_uneven(const struct cut *cut, struct err *e)
{
    long n = cut->grain;
    for (long lo = 0; lo < cut->jobs; n *= 2) {
        long hi = cut->jobs - lo < n ? cut->jobs : lo + n;
        if (!cut->kernel->step(cut->context, lo, hi, e))
            return false;
        lo = hi;
    }
    return true;
}

/* In the order of kernel_case_steps. */
static bool (*const cuts[])(const struct cut *, struct err *) = {step_whole, step_grains,
                                                                 step_uneven};

static bool live(const struct kernel_cases *v, const struct kernel_cases_row *c,
                 const struct kernel_case *about, struct kernel_digest *out, struct err *e)
{
    const struct kernel *k = v->kernel;
    struct cut cut = {.kernel = k, .jobs = ITERATIONS, .grain = 1};
    cut.context = k->prepare(about, e);
    if (!cut.context)
        return false;
    cut.jobs = k->jobs ? k->jobs(cut.context) : cut.jobs;
    cut.grain = k->grain ? k->grain(cut.context) : cut.grain;
    bool ok = cuts[c->level[0]](&cut, e) && (!k->finish || k->finish(cut.context, e)) &&
              k->digest(cut.context, out, e);
    k->release(cut.context);
    return ok;
}

/* ---- its place -------------------------------------------------------------------------------- */

static bool make_state(const struct kernel_cases *v, char *path, size_t n, struct err *e)
{
    snprintf(path, n, "%s/state.XXXXXX", v->work);
    return mkdtemp(path) || err_set(e, ERR_SYSTEM, "%s: %s", path, strerror(errno));
}

bool kernel_case_run(const struct kernel_cases *v, const struct kernel_cases_row *c,
                     struct kernel_digest *out, struct err *e)
{
    char state[4096];
    struct arena a = {0};
    struct err unused;
    void *settings = arena_alloc(&a, v->kernel->settings_size + 1);
    struct kernel_case about = {.settings = settings, .layers = c->layers, .seed = v->seed};
    *out = (struct kernel_digest){0};
    opt_defaults(v->kernel->options, settings, &a);
    bool ok = opt_from_json(v->kernel->options, settings, v->settings, &a, e) &&
              apply_levels(v, c, settings, &a, e) && opt_complete(v->kernel->options, settings, e);
    if (ok && v->kernel->cut == KERNEL_ONCE) {
        ok = make_state(v, state, sizeof state, e);
        about.state_dir = ok ? state : NULL;
    }
    ok = ok && live(v, c, &about, out, e);
    if (about.state_dir && !io_remove_tree(state, ok ? e : &unused))
        ok = false;
    arena_done(&a);
    return ok;
}
