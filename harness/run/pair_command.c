#include "harness/run/pair_command.h"

#include "harness/run/interrupt.h"
#include "harness/run/pair_ratio.h"

#include <math.h>

static const double command_target_ns = 50e6;

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

/* Different outputs are both sides' matter. */
static bool of_side(int s, struct err *e)
{
    return e->code != ERR_MISMATCH && err_prefix(e, "%s", s == SIDE_BASE ? "base" : "new");
}

static bool command_turn(struct pair_runner *r, const struct plan_cell *cell, int first,
                         struct probe_slice out[SIDES], struct err *e)
{
    const struct plan_side *sides[SIDES] = {&cell->base, &cell->new};
    for (int i = 0; i < SIDES; i++) {
        int s = first ^ i;
        if (!interrupt_none(e) || !command_run(r, sides[s], &r->ends[s], &out[s], e))
            return interrupt_none(e) && of_side(s, e) && false;
    }
    return true;
}

bool pair_command(struct pair_runner *r, struct cell_result *result, struct cell_pair *pair,
                  struct err *e)
{
    struct probe_slice turns[PAIR_TURNS_MAX][SIDES];
    if (r->iterations == 0) {
        if (!command_turn(r, result->cell, pair->first, turns[0], e))
            return false;
        double wanted = command_target_ns / fmax(pair_slower_ns(turns[0]), 1);
        r->iterations = (long)fmin(fmax(wanted, 1), PAIR_TURNS_MAX);
    }
    pair->slices = (int)r->iterations;
    pair->iterations = 1;
    for (int i = 0; i < pair->slices; i++) {
        int first = i == 0 ? pair->first : (int)rng_below(&r->rng, SIDES);
        if (!command_turn(r, result->cell, first, turns[i], e))
            return false;
    }
    pair_ratio_of_turns(pair, turns, pair->slices);
    return true;
}
