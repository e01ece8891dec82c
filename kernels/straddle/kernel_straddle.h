/* Option straddles of many assets and years, valued day by day, with caches that are switched one by one.
 *
 *     {"kernel": "straddle", "settings": {"world": "synth:1", "asset": "^LA Comdty", "from_year": 2025, ...}}
 *
 * Without a layer every straddle does all its work from the files. Digest: SHA-256 over all straddles and
 * their rows, the same for every set of layers, order, kind of prices and number of workers.
 */
#ifndef CUPEL_STRADDLE_KERNEL_STRADDLE_H
#define CUPEL_STRADDLE_KERNEL_STRADDLE_H

#include "kernels/kernel.h"

extern const struct kernel kernel_straddle;

#endif
