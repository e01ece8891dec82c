/* What the statistics of a cache mean, in words: bands for hit rate and memory, and findings.
 *
 *                hit rate of lists   of data      memory in use (share of the limit)
 *     excellent  above 0.8           above 0.9    near the limit  above 0.9
 *     good       0.5 to 0.8          0.7 to 0.9   filling up      above 0.8 to 0.9
 *     poor       below 0.5           below 0.7    healthy         0.5 to 0.8
 *                                                 underused       below 0.5
 * A bound belongs to the middle band. Never asked, or no limit: "unused", "unlimited". One that
 * another layer covers, so that it cannot be hit: "covered", and no advice about its setting.
 */
#ifndef CUPEL_CACHE_ADVICE_H
#define CUPEL_CACHE_ADVICE_H

#include "kernels/cache/stats.h"

/* word, and what to do: `advice`, then the setting of the cache and `after`, where there is one. */
struct cache_verdict {
    const char *word, *advice, *after;
};

/* Was it never hit because another layer answers? */
bool cache_is_covered(const struct cache_stats *s);

const struct cache_verdict *cache_rate_verdict(const struct cache_stats *s);
const struct cache_verdict *cache_memory_verdict(const struct cache_stats *s);

/* What is wrong, if anything: low hit rate, high memory, a run too short to gain. Fills at most
 * `max` of out, returns how many. The rows are const and name the cause in `word`. */
int cache_findings(const struct cache_stats *s, const struct cache_verdict **out, int max);

/* "NAME: hit rate good: ...; memory healthy: ...\n", then a line for each finding. */
void cache_advise(const struct cache_stats *s, struct text *out);

#endif
