/* Where prices are outside Bollinger bands, 64 bars a word, for many windows and widths at once.
 *
 * A price is outside when |off| > deviations * root (bands.h: off = window * x - sum of the window,
 * root^2 = V = window * sum of squares - sum^2), that is, but for rounding, when
 *     z = off * |off| / V    is beyond   deviations^2    (V > 0)
 * so that one column of z serves all widths of a window.
 *
 * Algorithm, tile after tile and window after window:
 *   1. y = x - the tile's first close; sums S of y and Q of y^2 of all bars after each, in doubles, from
 *      the tile's end back to the longest window before it: off and V come of differences of them, and
 *      do not depend on what was subtracted;
 *   2. z is scaled to 16 bits, so that the widest band stands at SCALE;
 *   3. 64 bars are compared with a width as 16-bit integers, sixteen a vector. Closer than two steps
 *      decides nothing: such bars are looked at as bands.h says, with 128-bit sums.
 *
 * Why it is exact. Of the tile and one window before it, N bars, let Q be the sum of squares, u = 2^-53.
 * S is exact where N * max |y| < 2^53, and max |y|^2 <= Q. A sum of squares is wrong by at most
 * (N + 1) u Q, and V by E = window * Q * u * (2 N + 8). Only bars with V > 1e5 * E count, else z is unknown. So z is within
 * 1.1e-5 of its value, relatively, which is a third of a step at SCALE = 30,000; rounding adds half a
 * step to it and to the width. What is two steps apart is therefore apart by more than half a step,
 * 2e-5 relatively, where rounding in bands.h amounts to some 1e-15. And z <= window - 1 for any prices:
 * at widths of sqrt(window) or more nothing is outside.
 *
 * How often 128 bits are needed: three steps of 30,000 for each width, 1 bar in 5,000 of a stock; every
 * bar of a series that stands still, which is no slower than bands.h.
 *
 * Operations: a bar of a window, sums 8 (3 cycles: a chain of additions), z 5 (2.3 cycles: its division
 * and loads); 64 bars of a width 50 (25 cycles). Memory: 18 bytes a bar of a tile, and a lookback.
 */
#ifndef CUPEL_NUMERICS_BANDS_WORDS_H
#define CUPEL_NUMERICS_BANDS_WORDS_H

#include "harness/base/arena.h"

#include <stdint.h>

struct bands_width {
    long window;       /* >= 1 */
    double deviations; /* >= 0 */
    long row;          /* below the lower band; row + 1: above the upper one */
};

struct bands_words;

/* Shape: closes[n], n >= 1; widths[count]. Duty of the caller: as bands_roots. All is copied; owner:
 * the arena, of which tiles may take more (O(n), once). */
struct bands_words *bands_words_new(const int64_t *closes, long n, const struct bands_width *widths,
                                    int count, unsigned cpu, struct arena *a);

/* Words word .. word + words - 1 of each width, words <= WORDS_TILE; tiles in any order. Bits of bars
 * without a whole window are 0, from n on they are any. Shape: rows[more than any row + 1][WORDS_TILE]. */
void bands_words_tile(struct bands_words *b, long word, int words, uint64_t *rows);

#endif
