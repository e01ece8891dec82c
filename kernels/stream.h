/* Memory traffic with a tunable cost: planted effects for the statistics, where spin's are of the ALU.
 *
 * One iteration reads, changes and writes the next STREAM_STRETCH bytes of a buffer, round and round, plus
 * `extra_percent` per cent more of them: what is not a whole cache line is carried to the next iteration,
 * so that over many iterations the share is exact. The buffer shall be larger than the caches that are
 * not to be measured (256 MiB are beyond the L3 of most CPUs): where a part of it stays in one, so many
 * per cent more bytes cost less than that.
 */
#ifndef CUPEL_KERNELS_STREAM_H
#define CUPEL_KERNELS_STREAM_H

#include "kernels/kernel.h"

enum { STREAM_STRETCH = 1 << 16 };

extern const struct kernel kernel_stream;

/* Cache lines of 64 bytes that a run has changed since it was prepared: what is planted, exactly. Not
 * among its counts, as a run has as many iterations as the harness likes. */
long stream_lines(const void *ctx);

#endif
