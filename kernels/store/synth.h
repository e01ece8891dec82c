/* Bundles made of a seed: data for who has none. Nobody traded at these prices.
 *
 *     synth_make("mag7", 1, &(struct bundle_target){.dir = dir}, &info, arena, e)
 *
 * Equal (preset, seed) give equal bars on every machine and compiler: integers and + - * / sqrt
 * of doubles only. The model is in synth.c.
 */
#ifndef CUPEL_STORE_SYNTH_H
#define CUPEL_STORE_SYNTH_H

#include "kernels/store/bundle.h"

#include <stdbool.h>
#include <stdint.h>

/* Of the target, source and synthetic are set here. As bundle_writer_commit otherwise. Error also:
 * an unknown preset, naming those there are. */
bool synth_make(const char *preset, uint64_t seed, const struct bundle_target *target,
                struct bundle_info *info, struct arena *a, struct err *e) MUST_CHECK;

/* Makes the bundle unless dir already is one of that preset and seed (opens, is listed; not its
 * hash). Anything else that is a bundle is replaced. Two processes may do it at once. */
bool synth_ensure(const char *preset, uint64_t seed, const char *dir, struct err *e) MUST_CHECK;

/* "mag7, ..." into the text. */
void synth_preset_names(struct text *out);

#endif
