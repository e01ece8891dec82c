#define _GNU_SOURCE
#include "harness/run/pair.h"

#include "harness/base/io.h"
#include "harness/probe/machine.h"
#include "harness/result/agree.h"
#include "harness/run/interrupt.h"
#include "harness/run/side.h"
#include "harness/stats/hodges_lehmann.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    REPEAT_SLICES = 20, /* of a pair; at 4 ms a slice both sides take 0.16 s */
    REPEAT_WARM_UP = 2, /* discarded ones, after calibration */
    COMMAND_TURNS_MAX = 20,
};

static const double slice_target_ns = 4e6; /* 2-10 ms is best: shorter ones drown in clock cost */
static const double calibrated_ns = 1e6; /* an estimate from this long is good to a few per cent */
static const double warm_up_ns = 20e6;   /* of a ONCE kernel, on a state that is thrown away */
static const double command_target_ns = 50e6;
static const long iterations_max = 1L << 30; /* what takes no time even then (null) costs a slice */

/* ---- the runner ----------------------------------------------------------------------------- */

/* State folders are named cupel-PID-RANDOM: those of processes that are gone (SIGKILL) are removed. */
static void remove_left_overs(const char *folder)
{
    DIR *dir = opendir(folder);
    struct err unused;
    for (struct dirent *d; dir && (d = readdir(dir));) {
        long pid;
        struct str name = str_of(d->d_name);
        if (!str_is(str_cut(&name, '-'), "cupel") || !str_to_long(str_cut(&name, '-'), &pid) ||
            pid < 1 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
            continue;
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
        if (!io_remove_tree(path, &unused))
            break; /* somebody else's */
    }
    if (dir)
        closedir(dir);
}

bool pair_runner_open(struct pair_runner *r, uint64_t seed, const char *folder, struct err *e)
{
    *r = (struct pair_runner){.rng = rng_seeded(seed), .seed = seed};
    r->cpu_count = probe_allowed_cpus(r->cpus, PAIR_CPUS_MAX);
    if (r->cpu_count > PAIR_CPUS_MAX)
        r->cpu_count = PAIR_CPUS_MAX;
    remove_left_overs(folder);
    int n = snprintf(r->state_root, sizeof r->state_root, "%s/cupel-%ld-XXXXXX", folder,
                     (long)getpid());
    if (n >= (int)sizeof r->state_root)
        return err_input(e, "state folder: the name is too long");
    if (!mkdtemp(r->state_root))
        return err_system(e, "state folder %s", r->state_root);
    r->has_made_root = true;
    return true;
}

void pair_runner_close(struct pair_runner *r)
{
    struct err unused;
    external_done(&r->external);
    if (r->has_made_root && !io_remove_tree(r->state_root, &unused))
        return; /* a folder left in /var/tmp is no reason to fail a measurement that is done */
    r->has_made_root = false;
}

void pair_runner_next_cell(struct pair_runner *r)
{
    r->iterations = 0;
    r->output = (struct external_output){0};
    for (int s = 0; s < SIDES; s++)
        r->ends[s] = (struct pair_ends){0};
}

/* ---- turns of the baton --------------------------------------------------------------------- */

struct both {
    struct pair_runner *runner;
    struct side_process side[SIDES];
};

/* Both sides do lo..hi, one after the other, a coin decides who begins. */
static bool turn(struct both *b, long lo, long hi, struct probe_slice out[SIDES], struct err *e)
{
    int first = (int)rng_below(&b->runner->rng, SIDES);
    for (int i = 0; i < SIDES; i++) {
        int s = first ^ i;
        if (!interrupt_none(e) || !side_step(&b->side[s], lo, hi, &out[s], e))
            return false;
    }
    if (b->runner->watch.turn)
        b->runner->watch.turn(b->runner->watch.context, first, out);
    return true;
}

static double slower_ns(const struct probe_slice slices[SIDES])
{
    return fmax((double)slices[SIDE_BASE].wall_ns, (double)slices[SIDE_NEW].wall_ns);
}

static double faster_ns(const struct probe_slice slices[SIDES])
{
    return fmin((double)slices[SIDE_BASE].wall_ns, (double)slices[SIDE_NEW].wall_ns);
}

/* A zero reading (a clock that did not tick) counts as one nanosecond. */
static double log_ratio(int metric, const struct probe_slice slices[SIDES])
{
    double base = probe_metrics[metric].value(&slices[SIDE_BASE]);
    double new = probe_metrics[metric].value(&slices[SIDE_NEW]);
    return log(fmax(new, 1)) - log(fmax(base, 1));
}

static void ratio_of_sums(struct cell_pair *pair)
{
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        pair->log_ratio[m] = log_ratio(m, pair->work);
}

/* The pair's number as the Hodges-Lehmann estimate over its turns; sums are kept beside. */
static void ratio_of_turns(struct cell_pair *pair, struct probe_slice (*turns)[SIDES], int n)
{
    double ratios[REPEAT_SLICES];
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        for (int i = 0; i < n; i++)
            ratios[i] = log_ratio(m, turns[i]);
        pair->log_ratio[m] = stats_hodges_lehmann(ratios, n);
    }
    for (int i = 0; i < n; i++)
        for (int s = 0; s < SIDES; s++)
            probe_slice_add(&pair->work[s], &turns[i][s]);
}

/* ---- REPEAT kernels ------------------------------------------------------------------------- */

/* Iterations that take the slower side about slice_target_ns. */
static bool calibrate(struct both *b, struct err *e)
{
    long n = 1;
    for (;;) {
        struct probe_slice slices[SIDES];
        if (!turn(b, 0, n, slices, e))
            return false;
        double slower = fmax(slower_ns(slices), 1);
        if (slower >= calibrated_ns) {
            b->runner->iterations = (long)fmax((double)n * slice_target_ns / slower, 1);
            return true;
        }
        if (n >= iterations_max) {
            b->runner->iterations = 1;
            return true;
        }
        double grow = fmin(fmax(calibrated_ns / slower, 2), 10);
        n = (long)fmin((double)n * grow, (double)iterations_max);
    }
}

static bool run_repeat(struct both *b, struct cell_pair *pair, struct err *e)
{
    if (b->runner->iterations == 0 && !calibrate(b, e))
        return false;
    struct probe_slice turns[REPEAT_SLICES][SIDES];
    pair->slices = REPEAT_SLICES;
    pair->iterations = b->runner->iterations;
    for (int i = -REPEAT_WARM_UP; i < REPEAT_SLICES; i++)
        if (!turn(b, 0, pair->iterations, turns[i < 0 ? 0 : i], e))
            return false;
    ratio_of_turns(pair, turns, REPEAT_SLICES);
    return true;
}

/* ---- ONCE kernels --------------------------------------------------------------------------- */

/* How many jobs the next turn takes, from what the last took the faster side: what a turn costs
 * besides its work weighs more on the faster one, so that it is the one to be given enough. */
static long next_size(long jobs, const struct probe_slice last[SIDES], long grain)
{
    double wanted = (double)jobs * slice_target_ns / fmax(faster_ns(last), 1);
    long size = (long)fmin(fmax(wanted, 1), (double)(2 * jobs));
    return (size + grain - 1) / grain * grain;
}

/* Jobs 0..end (or until enough_ns have gone by) by turns, sums into `sum` if there is one. */
static bool run_jobs(struct both *b, const struct side_work *work, double enough_ns,
                     struct probe_slice *sum, int *turns, struct err *e)
{
    double spent = 0;
    for (long lo = 0, size = work->grain, hi; lo < work->jobs && spent < enough_ns; lo = hi) {
        struct probe_slice slices[SIDES];
        hi = size < work->jobs - lo ? lo + size : work->jobs;
        if (!turn(b, lo, hi, slices, e))
            return false;
        for (int s = 0; sum && s < SIDES; s++)
            probe_slice_add(&sum[s], &slices[s]);
        spent += slower_ns(slices);
        size = next_size(hi - lo, slices, work->grain);
        (*turns)++;
    }
    return true;
}

static bool finish_both(struct both *b, struct cell_pair *pair, struct err *e)
{
    int first = (int)rng_below(&b->runner->rng, SIDES);
    for (int i = 0; i < SIDES; i++) {
        int s = first ^ i;
        struct probe_slice slice;
        if (!side_finish(&b->side[s], &slice, e))
            return false;
        probe_slice_add(&pair->work[s], &slice);
    }
    return true;
}

static bool run_once(struct both *b, const struct side_work *work, struct cell_pair *pair,
                     struct err *e)
{
    pair->iterations = work->jobs;
    if (!run_jobs(b, work, (double)INFINITY, pair->work, &pair->slices, e) ||
        !finish_both(b, pair, e))
        return false;
    ratio_of_sums(pair);
    return true;
}

/* ---- preparing ------------------------------------------------------------------------------ */

/* A private, empty state folder for each side: ROOT/STAGE-0, ROOT/STAGE-1. */
static bool make_state(const struct pair_runner *r, const char *stage, int side, char *path,
                       size_t size, struct err *e)
{
    snprintf(path, size, "%s/%s-%d", r->state_root, stage, side);
    return io_remove_tree(path, e) && io_make_dirs(path, e);
}

static bool prepare_side(struct both *b, const char *stage, int s, int cpu, struct side_work *out,
                         struct err *e)
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
static bool prepare_both(struct both *b, const char *stage, int first, int cpu,
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
static bool release_both(struct both *b, struct err *e)
{
    return side_release(&b->side[SIDE_BASE], e) && side_release(&b->side[SIDE_NEW], e);
}

/* Code, page cache and allocator are warmed on a state that is thrown away. */
static bool warm_up(struct both *b, int first, int cpu, struct err *e)
{
    struct side_work work;
    int turns = 0;
    struct probe_slice unused[SIDES];
    if (!prepare_both(b, "warm", first, cpu, &work, unused, e) ||
        !run_jobs(b, &work, warm_up_ns, NULL, &turns, e))
        return false;
    return release_both(b, e);
}

/* ---- ceilings ------------------------------------------------------------------------------- */

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

/* ---- what the sides say --------------------------------------------------------------------- */

/* The first pair's stand for all: totals as an example, counts because they are exact, which is
 * checked. */
static void keep_facts(struct cell_side *kept, const struct json *build, struct side_results *found)
{
    if (kept->digest.exact[0]) {
        kept->counts_vary = kept->counts_vary || !json_same(kept->counts, found->counts);
        return;
    }
    kept->digest = found->digest;
    kept->build = json_copy(build);
    kept->counts = found->counts;
    kept->totals = found->totals;
    kept->overhead = found->overhead;
    *found = (struct side_results){0};
}

/* Other processes of the same side come first: what is not even equal there is no layer's doing. */
static bool check_results(const struct cell_result *r, int s, const struct kernel_digest *found,
                          struct err *e)
{
    const struct kernel_digest *earlier = &r->sides[s].digest;
    return (!earlier->exact[0] || agree_check(found, earlier, "an earlier pair had", e)) &&
           agree_exact(found, r->cell->expect_digest, "the scenario expects", e);
}

bool pair_keep(struct cell_result *result, int side, const struct json *build,
               struct side_results *found, struct err *e)
{
    if (!check_results(result, side, &found->digest, e))
        return false;
    keep_facts(&result->sides[side], build, found);
    return true;
}

static bool sides_agree(const struct cell_result *r, struct err *e)
{
    return agree_check(&r->sides[SIDE_NEW].digest, &r->sides[SIDE_BASE].digest, "the base has", e);
}

static bool collect(struct both *b, struct cell_result *r, struct err *e)
{
    r->has_delay = b->side[SIDE_BASE].has_delay && b->side[SIDE_NEW].has_delay;
    bool ok = true;
    for (int s = 0; s < SIDES && ok; s++) {
        struct side_results found;
        ok = side_results(&b->side[s], &found, e) && pair_keep(r, s, b->side[s].build, &found, e);
        side_results_done(&found);
    }
    return ok && sides_agree(r, e);
}

/* ---- pairs ---------------------------------------------------------------------------------- */

static bool run_started(struct both *b, struct cell_result *r, struct cell_pair *pair, int cpu,
                        struct err *e)
{
    bool is_once = r->cell->base.kernel->cut == KERNEL_ONCE;
    struct side_work work;
    if (is_once && !warm_up(b, pair->first, cpu, e))
        return false;
    if (!prepare_both(b, "run", pair->first, cpu, &work, pair->prepare, e))
        return false;
    bool before = measure_ceiling(b->runner, cpu, &pair->ceiling[0]);
    if (is_once ? !run_once(b, &work, pair, e) : !run_repeat(b, pair, e))
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

static bool kernel_pair(struct pair_runner *r, struct cell_result *result, struct cell_pair *pair,
                        struct err *e)
{
    struct both b = {
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

static void count_end(struct pair_ends *ends, const struct external_result *r)
{
    ends->runs++;
    ends->failed += r->exit != 0;
    ends->left += r->usage.left > 0;
}

static bool command_run(struct pair_runner *r, const struct plan_side *side, struct pair_ends *ends,
                        struct probe_slice *out, struct err *e)
{
    struct external_result result;
    r->external.options.folder = side->folder;
    if (!external_prepare(&r->external, e) ||
        !external_run(&r->external, side->argv, &r->rng, &result, e) ||
        !external_same_output(&r->output, &result, side->label, e))
        return false;
    count_end(ends, &result);
    *out = result.slice;
    return true;
}

static bool command_turn(struct pair_runner *r, const struct plan_cell *cell, int first,
                         struct probe_slice out[SIDES], struct err *e)
{
    const struct plan_side *sides[SIDES] = {&cell->base, &cell->new};
    for (int i = 0; i < SIDES; i++) {
        int s = first ^ i;
        if (!interrupt_none(e) || !command_run(r, sides[s], &r->ends[s], &out[s], e))
            return interrupt_none(e) && false;
    }
    return true;
}

/* Short commands take more than one turn a pair, decided once: the same for all pairs. */
static bool command_pair(struct pair_runner *r, struct cell_result *result, struct cell_pair *pair,
                         struct err *e)
{
    struct probe_slice turns[COMMAND_TURNS_MAX][SIDES];
    if (r->iterations == 0) {
        if (!command_turn(r, result->cell, pair->first, turns[0], e))
            return false;
        double wanted = command_target_ns / fmax(slower_ns(turns[0]), 1);
        r->iterations = (long)fmin(fmax(wanted, 1), COMMAND_TURNS_MAX);
    }
    pair->slices = (int)r->iterations;
    pair->iterations = 1;
    for (int i = 0; i < pair->slices; i++) {
        int first = i == 0 ? pair->first : (int)rng_below(&r->rng, SIDES);
        if (!command_turn(r, result->cell, first, turns[i], e))
            return false;
    }
    ratio_of_turns(pair, turns, pair->slices);
    return true;
}

static bool clocks_moved(const struct cell_pair *pair, struct err *e)
{
    for (int s = 0; s < SIDES; s++)
        if (pair->work[s].cpu_ns <= 0 || pair->work[s].wall_ns <= 0)
            return err_set(e, ERR_SYSTEM,
                           "nothing was measured: a clock of the %s side stood still",
                           s == SIDE_BASE ? "base" : "new");
    return true;
}

bool pair_add(struct cell_result *result, struct cell_pair *pair, struct err *e)
{
    ratio_of_sums(pair);
    if (!sides_agree(result, e) || !clocks_moved(pair, e))
        return err_prefix(e, "%s", result->cell->id);
    cell_add(result, pair);
    return true;
}

bool pair_run(struct pair_runner *r, struct cell_result *result, struct err *e)
{
    struct cell_pair pair = {.first = (int)rng_below(&r->rng, SIDES)};
    bool is_command = result->cell->base.kernel == NULL;
    bool ok = is_command ? command_pair(r, result, &pair, e) : kernel_pair(r, result, &pair, e);
    ok = ok && clocks_moved(&pair, e);
    if (!ok)
        return interrupt_none(e) && err_prefix(e, "%s", result->cell->id);
    cell_add(result, &pair);
    result->best_ipc = r->best_ipc;
    return true;
}
