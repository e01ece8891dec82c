/* Positions as bits: bit t % 64 of word t / 64 is 1 when the position is long after the signal of bar
 * t (fills come `delay` bars later, which is the accounting's affair). Every strategy ends in this form;
 * a position costs a bit of memory traffic, 64 of them one instruction.
 *
 * A latch, "enter from S on, leave from R on", looks sequential and is not: with hold H = ~(S | R),
 * position[t] = S[t] | (H[t] & position[t-1]), which is how carries run through an addition that
 * generates at S and propagates at H. One add with carry latches 64 bars.
 */
#ifndef CUPEL_NUMERICS_WORDS_H
#define CUPEL_NUMERICS_WORDS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    WORDS_BARS = 64,
    WORDS_TILE = 16, /* what is made of positions at a time: 1,024 bars, which stay in the caches */
};

static inline long words_of(long bars)
{
    return (bars + WORDS_BARS - 1) / WORDS_BARS;
}

/* Ones from `bit` on, which may be any number. */
static inline uint64_t words_from_bit(long bit)
{
    return bit <= 0 ? ~(uint64_t)0 : bit >= WORDS_BARS ? 0 : ~(uint64_t)0 << bit;
}

/* 64 positions from entries and exits, and from *last, the position before them, which becomes that
 * of bit 63. A bar that has both enters. */
static inline uint64_t words_latch(uint64_t enter, uint64_t leave, uint64_t *last)
{
    uint64_t generate_or_hold = enter | ~leave, sum, carry;
    carry = __builtin_add_overflow(generate_or_hold, enter, &sum);
    carry |= __builtin_add_overflow(sum, *last, &sum);
    uint64_t into = generate_or_hold ^ enter ^ sum;
    *last = carry;
    return into >> 1 | carry << 63;
}

/* The positions that signals (numerics/cross.h) lead to, from flat. Shape: signal[n],
 * words[words_of(n)]; bits from n on repeat that of bar n - 1. */
void words_of_signals(const int8_t *signal, long n, uint64_t *words);

/* Makes bits from `bars` on (any number: below 0 counts as 0) repeat the one before them, which for
 * bit 0 is `before`. */
void words_end_after(uint64_t *words, long count, long bars, bool before);

#endif
