/* The loops of events.c and events_avx2.c: one text, compiled for each set of instructions. */
#ifndef CUPEL_NUMERICS_EVENTS_BODY_H
#define CUPEL_NUMERICS_EVENTS_BODY_H

#include "kernels/backtest/numerics/events.h"

#define EVENTS_INLINE static inline __attribute__((always_inline))

enum { EVENTS_AT_ONCE = 4, EVENTS_ROOM = EVENTS_TILE_WORDS * 64 + 1 + EVENTS_AT_ONCE };

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
        /* The lowest bit of no bits is any number: it is written, and written over. */
        for (int k = 0; k < EVENTS_AT_ONCE; k++) {
            end[k] = base + (uint32_t)__builtin_ctzll(changes | (uint64_t)1 << 63);
            changes &= changes - 1;
        }
        for (int k = EVENTS_AT_ONCE; __builtin_expect(k < n, 0); k++) {
            end[k] = base + (uint32_t)__builtin_ctzll(changes);
            changes &= changes - 1;
        }
        end += n;
    }
    return (int)(end - bars);
}

EVENTS_INLINE double events_least(double a, double b)
{
    return a < b ? a : b;
}

/* Bars from .. to - 1 one by one: the least close / peak, the peak being 1 / inverse before them. */
EVENTS_INLINE double events_worst_within(const struct price_tables *p, long from, long to,
                                         double inverse, double worst)
{
    const struct price_low *bar = p->low[0];
    for (long t = from; t < to; t++) {
        inverse = events_least(inverse, bar[t].inverse);
        worst = events_least(worst, bar[t].close * inverse);
    }
    return worst;
}

EVENTS_INLINE struct price_low events_low(const struct price_tables *p, long from, long to)
{
    unsigned long length = (unsigned long)(to - from);
    if (__builtin_expect(length >= 2ul << (PRICE_LEVELS - 1), 0))
        return price_low_over(p, from, to);
    int k = 63 - __builtin_clzl(length);
    const struct price_low *a = &p->low[k][from], *b = &p->low[k][to - (1L << k)];
    return (struct price_low){events_least(a->close, b->close),
                              events_least(a->inverse, b->inverse)};
}

/* Held from bar `from` to the close of bar to - 1: what it does to the worst. */
EVENTS_INLINE double events_held(const struct price_tables *p, long from, long to, double inverse,
                                 struct price_low low, double worst)
{
    double at_worst = low.close * events_least(inverse, low.inverse);
    if (__builtin_expect(inverse > low.inverse && at_worst < worst, 0))
        return events_worst_within(p, from, to, inverse, worst);
    return events_least(worst, inverse > low.inverse ? worst : at_worst);
}

EVENTS_INLINE void events_trade(const struct price_tables *p, struct events *e, long from, long to)
{
    const struct price_end *in = &p->entry[from], *out = &p->exit[to];
    struct price_low low = events_low(p, from, to);
    double inverse = e->ratio * in->growth, growth = in->growth * out->growth;
    e->sum += in->sum + out->sum;
    e->squares += in->squares + out->squares;
    e->hash += in->hash + out->hash;
    e->bars_long += to - from;
    e->growth *= growth;
    e->worst = events_held(p, from, to, inverse, low, e->worst);
    e->ratio = events_least(events_least(inverse * out->growth, out->growth * low.inverse), 1);
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
