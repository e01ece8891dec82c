/* Is a column of whole numbers lower than it was some bars before? 64 answers a word, for many lags of
 * one column at once. Momentum asks this of closes; Cutler's RSI asks it of sums (rsi_words.h).
 *
 * The answer is the sign bit of a difference of two int64: exact where no difference passes 2^63, even
 * where the column itself has wrapped. Higher instead of lower: ask of the column negated.
 *
 * Operations for 64 bars and one lag (AVX2): 16 loads with subtraction and 22 others, as 64 bars of the
 * column stay in registers while the lags pass: 15 cycles on Zen 3, of which 10 are the bound.
 */
#ifndef CUPEL_NUMERICS_LAG_WORDS_H
#define CUPEL_NUMERICS_LAG_WORDS_H

#include <stdint.h>

struct lag {
    long bars, to; /* the answer goes to out[to] */
};

/* Bit i: at[i] < at[i - bars]. Shape: at[-bars .. 63], lags[count]. */
typedef void lag_words_fn(const uint64_t *at, const struct lag *lags, int count, uint64_t *out);
lag_words_fn *lag_words_for(unsigned cpu);

lag_words_fn lag_words_avx2; /* for lag_words_for alone */

#endif
