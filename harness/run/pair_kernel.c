#include "harness/run/pair_kernel.h"

#include "harness/base/io.h"
#include "harness/probe/machine.h"
#include "harness/run/pair_results.h"
#include "harness/run/pair_turns.h"

#include <math.h>
#include <stdio.h>

static const double warm_up_ns = 20e6; /* of a ONCE kernel, on a state that is thrown away */

/* ---- preparing ------------------------------------------------------------------------------ */

/* A private, empty state folder for each side: ROOT/STAGE-0, ROOT/STAGE-1. */
static bool make_state(const struct pair_runner *r, const char *stage, int side, char *path,
                       size_t size, struct err *e)
{
    snprintf(path, size, "%s/%s-%d", r->state_root, stage, side);
    return io_remove_tree(path, e) && io_make_dirs(path, e);
}

static bool prepare_side(struct pair_both *b, const char *stage, int s, int cpu,
                         struct side_work *out, struct err *e)
{
    char state[sizeof b->runner->state_root + 32];
    const struct plan_side *side = b->side[s].side;
    bool stores = side->kernel->cut == KERNEL_ONCE && !side->no_store;
    if (stores && !make_state(b->runner, stage, s, state, sizeof state, e))
        return false;
    struct side_case c = {stores ? state : NULL, b->runner->seed, cpu};
    return side_prepare(&b->side[s], &c, out, e);
}

/* Prepares both sides, `first` before the other. *work: what both have to do, or an error. */
static bool prepare_both(struct pair_both *b, const char *stage, int first, int cpu,
                         struct side_work *work, struct probe_slice prepare[SIDES], struct err *e)
{
    struct side_work found[SIDES] = {{0}};
    for (int i = 0; i < SIDES; i++) {
        int s = first ^ i;
        if (!prepare_side(b, stage, s, cpu, &found[s], e))
            return false;
        prepare[s] = found[s].prepare;
    }
    const struct side_work *base = &found[SIDE_BASE], *new = &found[SIDE_NEW];
    *work = base->grain > new->grain ? *base : *new;
    return base->jobs == new->jobs ||
           err_input(e, "the sides have different work: %ld jobs and %ld", base->jobs, new->jobs);
}

/* Memory that was spoilt before often shows no sooner. */
static bool release_both(struct pair_both *b, struct err *e)
{
    return side_release(&b->side[SIDE_BASE], e) && side_release(&b->side[SIDE_NEW], e);
}

/* Code, page cache and allocator are warmed on a state that is thrown away. */
static bool warm_up(struct pair_both *b, int first, int cpu, struct err *e)
{
    struct side_work work;
    int turns = 0;
    struct probe_slice unused[SIDES];
    if (!prepare_both(b, "warm", first, cpu, &work, unused, e) ||
        !pair_turns_jobs(b, &work, warm_up_ns, NULL, &turns, e))
        return false;
    return release_both(b, e);
}

/* ---- the pair ------------------------------------------------------------------------------- */

/* In this process, on the CPU of the pair (cpu < 0: on any), while both sides wait for their turn. */
static bool measure_ceiling(struct pair_runner *r, int cpu, struct ceiling *out)
{
    struct err unused;
    if (cpu >= 0 && !probe_pin(cpu, &unused))
        return false;
    bool ok = ceiling_measure(out);
    if (cpu >= 0 && !probe_allow(r->cpus, r->cpu_count, &unused))
        return false;
    r->best_ipc = fmax(r->best_ipc, out->ipc);
    return ok;
}

static bool collect(struct pair_both *b, struct cell_result *r, struct err *e)
{
    r->has_delay = b->side[SIDE_BASE].has_delay && b->side[SIDE_NEW].has_delay;
    bool ok = true;
    for (int s = 0; s < SIDES && ok; s++) {
        struct side_results found;
        ok = side_results(&b->side[s], &found, e) && pair_keep(r, s, b->side[s].build, &found, e);
        side_results_done(&found);
    }
    return ok && pair_sides_agree(r, e);
}

static bool run_started(struct pair_both *b, struct cell_result *r, struct cell_pair *pair, int cpu,
                        struct err *e)
{
    bool is_once = r->cell->base.kernel->cut == KERNEL_ONCE;
    struct side_work work;
    if (is_once && !warm_up(b, pair->first, cpu, e))
        return false;
    if (!prepare_both(b, "run", pair->first, cpu, &work, pair->prepare, e))
        return false;
    bool before = measure_ceiling(b->runner, cpu, &pair->ceiling[0]);
    if (is_once ? !pair_turns_once(b, &work, pair, e) : !pair_turns_repeat(b, pair, e))
        return false;
    pair->has_ceiling = before && measure_ceiling(b->runner, cpu, &pair->ceiling[1]);
    return true;
}

/* The CPU that both sides of a pair are bound to, drawn anew for each; -1: none. */
static int draw_cpu(struct pair_runner *r, const struct plan_cell *cell)
{
    if (r->cpu_count == 0 || cell->base.is_wide || cell->new.is_wide)
        return -1;
    return r->cpus[rng_below(&r->rng, (uint64_t)r->cpu_count)];
}

bool pair_kernel(struct pair_runner *r, struct cell_result *result, struct cell_pair *pair,
                 struct err *e)
{
    struct pair_both b = {
        .runner = r, .side = {SIDE_PROCESS_NONE, SIDE_PROCESS_NONE}
    };
    int cpu = draw_cpu(r, result->cell);
    const struct plan_side *sides[SIDES] = {&result->cell->base, &result->cell->new};
    bool ok = true;
    for (int i = 0; i < SIDES && ok; i++) {
        int s = pair->first ^ i;
        ok = side_start(&b.side[s], sides[s], &r->rng, e);
    }
    ok = ok && run_started(&b, result, pair, cpu, e) && collect(&b, result, e) &&
         release_both(&b, e);
    side_stop(&b.side[SIDE_BASE]);
    side_stop(&b.side[SIDE_NEW]);
    return ok;
}
