#include "harness/cmd/sweep_advice.h"

#include <stddef.h>

const struct sweep_advice sweep_advice_rows[] = {
  /* production/all: 400 backtests over 25 years, ratio of CPU time 0.013 */
    {.least = 400,
     .most = UINT64_MAX,
     .advice = "--layers all takes about a seventieth of the CPU time",
     .source = "results/headline/headline.jsonl"},
 /* Not measured yet: below how many backtests the plain way costs no more, and workers do not
     * earn what they cost to start. */
    {.layers = true, .most = 0, .advice = "the plain way would do (--layers none)"},
    {.layers = true,                                                                 .workers = true, .most = 0, .advice = "one process would do (--workers 1)"},
    {0                                                       },
};

const struct sweep_advice *sweep_advice_for(const struct sweep_advice *rows, struct sweep_mode mode)
{
    for (; rows->advice; rows++)
        if (rows->source && rows->layers == mode.layers && rows->workers == mode.workers &&
            mode.backtests >= rows->least && mode.backtests <= rows->most)
            return rows;
    return NULL;
}
