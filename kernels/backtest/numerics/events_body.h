/* The loops of events.c and events_avx2.c: one text, compiled for each set of instructions. Who includes
 * may say for what (EVENTS_CODE, an attribute), what the lowest bit of a word is (EVENTS_LOWEST(word), any
 * number when there is none), and how two lows are joined (EVENTS_JOINED, with the same bits).
 */
#ifndef CUPEL_NUMERICS_EVENTS_BODY_H
#define CUPEL_NUMERICS_EVENTS_BODY_H

#include "kernels/backtest/numerics/events.h"

#ifndef EVENTS_CODE
#define EVENTS_CODE
#endif
#ifndef EVENTS_LOWEST
#define EVENTS_LOWEST(word) __builtin_ctzll((word) | (uint64_t)1 << 63)
#endif

#define EVENTS_INLINE EVENTS_CODE static inline __attribute__((always_inline))

enum { EVENTS_AT_ONCE = 4, EVENTS_ROOM = WORDS_TILE * 64 + 1 + 2 * EVENTS_AT_ONCE };

/* Volatile: four stores, which compilers otherwise gather into one at a higher price. */
EVENTS_INLINE void events_next_bar(uint64_t *changes, uint32_t base, uint32_t *bar)
{
    *(volatile uint32_t *)bar = base + (uint32_t)EVENTS_LOWEST(*changes);
    *changes &= *changes - 1;
}

/* Four without asking how many there are: what was too much is written over. */
EVENTS_INLINE void events_next_four(uint64_t *changes, uint32_t base, uint32_t *end)
{
    events_next_bar(changes, base, &end[0]);
    events_next_bar(changes, base, &end[1]);
    events_next_bar(changes, base, &end[2]);
    events_next_bar(changes, base, &end[3]);
}

/* The bars of all fills, after that of an open trade. Returns how many. */
EVENTS_INLINE int events_bars(const struct events *e, const uint64_t *position, long first_bar,
                              int words, uint32_t *bars)
{
    uint32_t *end = bars, base = (uint32_t)first_bar;
    uint64_t last = e->entry >= 0;
    *end = (uint32_t)e->entry;
    end += last;
    for (int i = 0; i < words; i++, base += 64) {
        uint64_t word = position[i], changes = word ^ (word << 1 | last);
        int n = __builtin_popcountll(changes);
        last = word >> 63;
        events_next_four(&changes, base, end);
        if (__builtin_expect(n > EVENTS_AT_ONCE, 0)) {
            events_next_four(&changes, base, end + EVENTS_AT_ONCE);
            for (int k = 2 * EVENTS_AT_ONCE; __builtin_expect(k < n, 0); k++)
                events_next_bar(&changes, base, &end[k]);
        }
        end += n;
    }
    return (int)(end - bars);
}

EVENTS_INLINE double events_least(double a, double b)
{
    return a < b ? a : b;
}

#ifndef EVENTS_JOINED
#define EVENTS_JOINED(a, b) events_joined(a, b)
EVENTS_INLINE struct price_low events_joined(const struct price_low *a, const struct price_low *b)
{
    return (struct price_low){.close = events_least(a->close, b->close),
                              .inverse = events_least(a->inverse, b->inverse),
                              .fall = events_least(a->fall, b->fall)};
}
#endif

/* Held from bar `from` to the close of bar to - 1: the stretch, and what it does to the worst. The peak
 * before was 1 / inverse. */
EVENTS_INLINE double events_worst(struct price_low low, double inverse, double worst)
{
    return events_least(worst, events_least(low.fall, low.close * inverse));
}

/* The stretch is covered by two of 2^k bars that may overlap, which all lows but one do not mind: a fall
 * from the first to the second could be one from a later bar to an earlier one. Only where it would be
 * worse than the worst is it looked at closely. */
EVENTS_INLINE struct price_low events_held(const struct price_tables *p, long from, long to,
                                           double inverse, double *worst)
{
    struct price_low low;
    int k = 63 - __builtin_clzl((unsigned long)(to - from));
    if (__builtin_expect(k < PRICE_LEVELS, 1)) {
        const struct price_low *a = &p->low[k][from], *b = &p->low[k][to - (1L << k)];
        low = EVENTS_JOINED(a, b);
        *worst = events_worst(low, inverse, *worst);
        if (__builtin_expect(b->close * a->inverse >= *worst, 1))
            return low;
    }
    low = price_low_over(p, from, to);
    *worst = events_worst(low, inverse, *worst);
    return low;
}

/* What waits for the trade before is R alone: one multiplication and one minimum. */
EVENTS_INLINE void events_trade(const struct price_tables *p, struct events *e, long from, long to)
{
    const struct price_end *in = &p->entry[from], *out = &p->exit[to];
    double growth = in->growth * out->growth;
    struct price_low low = events_held(p, from, to, e->ratio * in->growth, &e->worst);
    e->sum += in->sum + out->sum;
    e->squares += in->squares + out->squares;
    e->hash += in->hash + out->hash;
    e->bars_long += to - from;
    e->growth *= growth;
    e->ratio = events_least(e->ratio * growth, events_least(out->growth * low.inverse, 1));
    e->worst = events_least(e->worst, e->ratio);
}

EVENTS_INLINE void events_account_body(const struct price_tables *p, struct events *e,
                                       const uint64_t *position, long word, int words)
{
    uint32_t bars[EVENTS_ROOM];
    int n = events_bars(e, position, word * 64 + p->delay, words, bars), was_open = e->entry >= 0;
    /* The peak begins with the equity of bar 0, after its fill. */
    if (n > was_open && bars[was_open] == 0)
        e->ratio = p->low[0][0].inverse / p->entry[0].growth;
    struct events now = *e;
    for (int i = 0; i + 1 < n; i += 2)
        events_trade(p, &now, bars[i], bars[i + 1]);
    now.orders += n - was_open;
    now.entry = n & 1 ? (int64_t)bars[n - 1] : -1;
    *e = now;
}

#endif
