/* Where Wilder's RSI is below or above levels, 64 bars a word, for many windows and levels at once.
 *
 * The smoothed averages of a window are a chain, each bar's from the one before, in an order of doubles
 * that is part of the definition (rsi.h). Windows are independent of each other: WILDER_LANES of them go
 * through the bars side by side, each operation in rsi.h's order, so that every lane has its bits. The
 * index is kept for a tile and compared with each level; NaN is neither below nor above.
 *
 * Operations: a bar takes up to 4 windows 3 divisions and 8 others, 22 cycles, the length of the chain;
 * up to 8 windows twice that in 30 cycles, since one half goes on while the other waits. Memory: 16 bytes
 * a bar, and 8 a window and bar of a tile.
 */
#ifndef CUPEL_NUMERICS_WILDER_WORDS_H
#define CUPEL_NUMERICS_WILDER_WORDS_H

#include "harness/base/arena.h"
#include "kernels/backtest/numerics/rsi_words.h"

#include <stdint.h>

struct wilder_words;

/* Shape: closes[n], n >= 1; levels[count]. Duty of the caller: as rsi_sums. All is copied or computed;
 * owner: the arena. */
struct wilder_words *wilder_words_new(const int64_t *closes, long n, const struct rsi_level *levels,
                                      int count, unsigned cpu, struct arena *a);

/* As rsi_words_tile, but tiles come in order, each once, from word 0 on, of WORDS_TILE words but the
 * last. */
void wilder_words_tile(struct wilder_words *w, long word, int words, uint64_t *rows);

#endif
