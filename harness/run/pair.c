#include "harness/run/pair.h"

#include "harness/run/interrupt.h"
#include "harness/run/pair_command.h"
#include "harness/run/pair_kernel.h"
#include "harness/run/pair_ratio.h"
#include "harness/run/pair_results.h"

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
    pair_ratio_of_sums(pair);
    if (!pair_sides_agree(result, e) || !clocks_moved(pair, e))
        return err_prefix(e, "%s", result->cell->id);
    cell_add(result, pair);
    return true;
}

bool pair_run(struct pair_runner *r, struct cell_result *result, struct err *e)
{
    struct cell_pair pair = {.first = (int)rng_below(&r->rng, SIDES)};
    bool is_command = result->cell->base.kernel == NULL;
    bool ok = is_command ? pair_command(r, result, &pair, e) : pair_kernel(r, result, &pair, e);
    ok = ok && clocks_moved(&pair, e);
    if (!ok)
        return interrupt_none(e) && err_prefix(e, "%s", result->cell->id);
    cell_add(result, &pair);
    result->best_ipc = r->best_ipc;
    return true;
}
