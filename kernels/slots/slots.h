/* The slots of the backtest's workflow, each measured alone: what one of them costs, as often as that
 * many backtests would ask, through the same functions and layers as the kernel `backtest` (slots.h).
 *
 *     {"kernel": "slots", "settings": {"slot": "assets", "calls": 100, "bundle": "synth:sp50:1", ...}}
 *
 * | slot      | a call |
 * | --------- | ------ |
 * | bundle    | the bundle is opened and given back |
 * | assets    | the asset list of a bundle that was just opened, another one for each call |
 * | filter    | the bars of every symbol (slot group): in the base, the scan of the row table |
 * | convert   | the series that an evaluation asks for, of bars that are there (slot history): in the base,
 * |           | typed rows to a column |
 * | columns   | both |
 * | indicator | an indicator over a symbol's closes; symbol and window are drawn, by the call's number |
 * | backtest  | a backtest whole: bundle, assets, group, evaluate |
 * | workers   | from no worker to `workers` of them, each with the bundle and its asset list in hand, and
 * |           | with worker_columns also the columns of all symbols |
 * | sweep     | all backtests of the plan, by the workers; the next call is a new run in the same process |
 *
 * Filtering and conversion are two slots of the base too, group and history: neither had to be parted.
 * Every layer is accepted that the kernel backtest accepts; those whose slot is not called do nothing.
 *
 * What ends workers that stay (persistent-pool) is in no call: it comes when the process is done with them.
 *
 * Digest: a value or two of each hand-out of the measured calls, and after them all bytes of what the slot
 * hands out for each different call: equal for every set of layers. Counts are of the measured calls alone;
 * with workers also what each of these holds when all are ready: worker_rss_bytes and its parts, means.
 */
#ifndef CUPEL_SLOTS_SLOTS_H
#define CUPEL_SLOTS_SLOTS_H

#include "kernels/kernel.h"

extern const struct kernel kernel_slots;

#endif
