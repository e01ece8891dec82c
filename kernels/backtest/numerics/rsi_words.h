/* Where Cutler's RSI is below or above levels, 64 bars a word, for many windows and levels at once.
 *
 * Algorithm. RSI < level is 100 * gains < level * (gains + losses) (rsi.h), that is
 *     (100 - level) * gains - level * losses < 0
 * and since gains and losses are sums over a window, so is the left side: with
 *     F[t] = F[t-1] + d * (d > 0 ? 100 - level : level),   d = x[t] - x[t-1]
 * it is F[t] - F[t - window]. One column a level serves all windows, and the question is whether the
 * column is lower than it was `window` bars before (lag_words.h). Above a level: the same of -F.
 *
 * Why it is exact. Whole numbers: |F[t] - F[t - window]| <= 100 * window * largest price, which
 * rsi_words_new wants below 2^63. F itself may wrap.
 *
 * Operations: two columns 12 a bar (3.3 cycles), then what lag_words.h says for each window and level, 0.24
 * cycles a bar. Memory: 8 bytes a bar and level.
 */
#ifndef CUPEL_NUMERICS_RSI_WORDS_H
#define CUPEL_NUMERICS_RSI_WORDS_H

#include "harness/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct rsi_level {
    long window; /* >= 1 */
    int level;   /* 0..100 */
    bool above;  /* asks for RSI > level, else RSI < level */
    long row;    /* where the answer goes */
};

struct rsi_words;

/* NULL where a difference could pass 2^63. Shape: closes[n], n >= 1, 0 < closes <= largest;
 * levels[count]. All is copied or computed; owner: the arena. */
struct rsi_words *rsi_words_new(const int64_t *closes, long n, int64_t largest,
                                const struct rsi_level *levels, int count, unsigned cpu,
                                struct arena *a);

/* Words word .. word + words - 1 of each level, words <= WORDS_TILE. Bits of bars without a whole
 * window are 0, from n on they are any. Shape: rows[more than any row][WORDS_TILE]. */
void rsi_words_tile(const struct rsi_words *r, long word, int words, uint64_t *rows);

#endif
