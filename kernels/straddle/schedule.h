/* When an asset's straddles are entered and expire: the entries of its schedule, and the straddles
 * that they make of a month.
 *
 * An entry is <N|F><entry offset>_<code><n>_<weight>: "N0_BDa_25", "F10_OVERRIDE_12.5", "N0_F3_25".
 * In place of n a letter a..d stands for a day that is spread over the month by asset:
 *     h = first 8 hexadecimal digits of MD5(underlying) mod 10^6
 *     n = (k - 1) * floor(20 / (count + 1)) + h mod 5 + 1      for the k-th of count entries
 * Where days must be others (a published list has them by turns, 1 to 5 in the order of its asset file), write
 * them out as numbers.
 */
#ifndef CUPEL_STRADDLE_SCHEDULE_H
#define CUPEL_STRADDLE_SCHEDULE_H

#include "kernels/straddle/amt.h"
#include "kernels/straddle/straddle.h"

struct schedule {
    int n;
    struct straddle entries[]; /* without months; letters replaced */
};

/* Error: the entry and what was expected. Owner: the caller, mem_free(MEM_BASE, ...). */
struct schedule *schedule_of(const struct amt_schedule *text, const char *underlying,
                             struct err *e) MUST_CHECK;

/* The straddles that expire in a month (straddle_month): out[schedule->n]. Entry month: one before it
 * for N, two for F. */
void schedule_expand(const struct schedule *schedule, int32_t expiry, struct straddle *out);

#endif
