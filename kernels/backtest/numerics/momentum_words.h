/* Positions of momentum for many windows over one series, 64 bars at a time: enter where the close is
 * above that of `window` bars before, leave where it is below, keep where they are equal.
 *
 * Two questions of lag_words.h, about closes and about their negatives, and a latch; exact, since
 * differences of prices are below 2^63.
 *
 * Operations: 64 bars of a window 90 (34 cycles). Memory: 16 bytes a bar, 256 bytes a window.
 */
#ifndef CUPEL_NUMERICS_MOMENTUM_WORDS_H
#define CUPEL_NUMERICS_MOMENTUM_WORDS_H

#include "harness/base/arena.h"

#include <stdint.h>

struct momentum_words;

/* Shape: closes[n], n >= 1; windows[count], each >= 1. All is copied; owner: the arena. */
struct momentum_words *momentum_words_new(const int64_t *closes, long n, const long *windows,
                                          int count, unsigned cpu, struct arena *a);

/* Makes the tile ready that begins at `word`. Tiles come in order, each once, from 0 on: WORDS_TILE
 * words, the last may have fewer. */
void momentum_words_tile(struct momentum_words *m, long word, int words);

/* Positions of windows lo .. lo + count - 1 in this tile, each once a tile. Shape:
 * out[count][WORDS_TILE]; bits from n on are any. */
void momentum_words_fill(struct momentum_words *m, int lo, int count, uint64_t *out);

#endif
