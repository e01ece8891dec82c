/* Positions of many crossings of simple averages over one series, 64 bars at a time.
 *
 * Algorithm:
 *   1. prefix sums of closes, in doubles that stay below 2^53 and are therefore exact: the sum of any
 *      window is one subtraction;
 *   2. tile after tile of WORDS_TILE words, the average of each window (sum / window) is scaled
 *      to 16 bits, word by word between the least and the largest close that any of them sees there: the
 *      narrower the scale, the fewer are equal;
 *   3. 64 bars of two averages are compared as 16-bit integers, sixteen a vector.
 *
 * Why it is exact. Quotient, difference and scale are each rounded monotonically, and equal averages
 * give equal quotients: a smaller number of 16 bits is a smaller average. Equal ones decide nothing
 * and are compared as cross.h does, sums multiplied by the other's window, in 128 bits. On prices that
 * move that is rare; a series that stands still takes it everywhere.
 *
 * The latch ("entries only once fast was below slow") and ties (which keep the position) are rare too
 * and mended word by word.
 *
 * Operations for 64 bars of one pair (AVX2): 4 loads, 4 saturating differences, 2 packings, 2 masks of
 * signs, 4 to see whether any are equal; 4 loads more where the fast average changes. A window costs 4
 * bars one division and four others. Memory: 2 bytes a bar and window, of one tile.
 */
#ifndef CUPEL_NUMERICS_CROSS_WORDS_H
#define CUPEL_NUMERICS_CROSS_WORDS_H

#include "harness/base/arena.h"
#include "kernels/backtest/numerics/words.h"

#include <stdbool.h>
#include <stdint.h>

struct cross_pair {
    long fast, slow; /* windows, bars; fast < slow is not asked for */
};

struct cross_words;

/* NULL where the prefix sums could pass 2^53. Shape: closes[n], n >= 1; pairs[count], count >= 1,
 * windows of at least 1. All is copied or computed; owner: the arena. */
struct cross_words *cross_words_new(const int64_t *closes, long n, const struct cross_pair *pairs,
                                    int count, unsigned cpu, struct arena *a);

/* Makes the tile ready that begins at `word`. Tiles come in order, each once, from 0 on:
 * WORDS_TILE words, the last may have fewer. */
void cross_words_tile(struct cross_words *c, long word, int words);

/* Positions of pairs lo .. lo + count - 1 in this tile, each pair once a tile. Shape:
 * out[count][WORDS_TILE]; bits from n on are any. */
void cross_words_fill(struct cross_words *c, int lo, int count, uint64_t *out);

#endif
