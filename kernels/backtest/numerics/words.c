#include "kernels/backtest/numerics/words.h"

#include "kernels/backtest/numerics/cross.h"

#include <string.h>

/* Bit i: is byte i of the eight `value`? Signals are -1, 0 and 1. */
static uint64_t bits_of_bytes(uint64_t bytes, uint64_t bit)
{
    const uint64_t gather = 0x0102040810204080;
    return (bytes >> bit & 0x0101010101010101) * gather >> 56;
}

/* Entries have bit 0 alone, exits all bits: bit 1 tells an exit, bit 0 without it an entry. Byte 0
 * must stand lowest, as memory has it on this machine. */
static void sides(const int8_t *signal, uint64_t *enter, uint64_t *leave)
{
    *enter = *leave = 0;
    for (int i = 0; i < WORDS_BARS; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, signal + i, sizeof bytes);
        uint64_t exits = bits_of_bytes(bytes, 1);
        *leave |= exits << i;
        *enter |= (bits_of_bytes(bytes, 0) & ~exits) << i;
    }
}

_Static_assert(BT_EXIT == -1 && BT_STAY == 0 && BT_ENTER == 1, "sides reads their bits");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "sides reads bytes from the lowest");

void words_of_signals(const int8_t *signal, long n, uint64_t *words)
{
    uint64_t enter, leave, last = 0;
    long whole = n / WORDS_BARS, rest = n % WORDS_BARS;
    for (long i = 0; i < whole; i++) {
        sides(signal + i * WORDS_BARS, &enter, &leave);
        words[i] = words_latch(enter, leave, &last);
    }
    if (!rest)
        return;
    int8_t tail[WORDS_BARS] = {BT_STAY};
    memcpy(tail, signal + whole * WORDS_BARS, (size_t)rest);
    sides(tail, &enter, &leave);
    words[whole] = words_latch(enter, leave, &last);
}

void words_end_after(uint64_t *words, long count, long bars, bool before)
{
    if (bars >= count * WORDS_BARS)
        return;
    long whole = bars > 0 ? bars / WORDS_BARS : 0, rest = bars > 0 ? bars % WORDS_BARS : 0;
    uint64_t last = whole ? words[whole - 1] >> 63 : before;
    if (rest) {
        uint64_t kept = words[whole] & (((uint64_t)1 << rest) - 1);
        last = kept >> (rest - 1);
        words[whole++] = kept | (last ? ~(uint64_t)0 << rest : 0);
    }
    for (; whole < count; whole++)
        words[whole] = last ? ~(uint64_t)0 : 0;
}
