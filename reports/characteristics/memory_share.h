/* The caches' memory as a share of the base's peak, from the study "memory": the sum of their peaks, new
 * less base.
 *
 *     memory_share_say(f, "Overhead: {} (target: {}: {}).");
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_MEMORY_SHARE_H
#define CUPEL_REPORTS_CHARACTERISTICS_MEMORY_SHARE_H

#include "reports/characteristics/fill.h"

/* Bytes, and percent of the base's peak resident size; kind "missing" where it cannot be said. */
struct finding memory_share_bytes(const struct fill *f, const char *name);
struct finding memory_share_percent(const struct fill *f, const char *name);

/* Of all layers, against the target: three parts. */
void memory_share_say(struct fill *f, const char *text);

#endif
