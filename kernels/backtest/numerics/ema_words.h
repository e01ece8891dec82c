/* Positions of many crossings of exponential averages over one series, 64 bars at a time.
 *
 * Algorithm, tile after tile:
 *   1. averages of all windows, EMA_LANES side by side: each is a chain of doubles in ema.h's order, which
 *      is part of the definition, but windows do not wait for each other;
 *   2. averages are scaled to 16 bits between the least and the largest of the tile, and 64 bars of two
 *      of them are compared as integers (cross_words_cpu.h).
 *
 * Why it is exact. Difference and scale are rounded monotonically: a smaller number of 16 bits is a
 * smaller average. Equal ones decide nothing, and the doubles themselves are compared.
 *
 * The latch ("entries only once fast was below slow") and ties (which keep the position) are as in
 * cross.h, and rare.
 *
 * Operations: a bar of 16 windows 12 for the averages (10 cycles, the length of a chain) and 60 to turn,
 * keep and scale them: 2.3 cycles a window; 64 bars of a pair 25 (8 cycles). Memory: 10 bytes a bar and
 * window, of one tile.
 */
#ifndef CUPEL_NUMERICS_EMA_WORDS_H
#define CUPEL_NUMERICS_EMA_WORDS_H

#include "harness/base/arena.h"

#include <stdint.h>

struct ema_pair {
    long fast, slow; /* windows, bars, >= 1 */
};

struct ema_words;

/* Shape: closes[n], n >= 1, which must outlive it; pairs[count], count >= 1. Owner: the arena. */
struct ema_words *ema_words_new(const int64_t *closes, long n, const struct ema_pair *pairs,
                                int count, unsigned cpu, struct arena *a);

/* Makes the tile ready that begins at `word`. Tiles come in order, each once, from 0 on: WORDS_TILE
 * words, the last may have fewer. */
void ema_words_tile(struct ema_words *m, long word, int words);

/* Positions of pairs lo .. lo + count - 1 in this tile, each pair once a tile. Shape:
 * out[count][WORDS_TILE]; bits from n on are any. */
void ema_words_fill(struct ema_words *m, int lo, int count, uint64_t *out);

#endif
