/* Sets of up to 128 days, a bit each. */
#ifndef CUPEL_STRADDLE_VALUATION_MASK_H
#define CUPEL_STRADDLE_VALUATION_MASK_H

#include <stdint.h>

enum { MASK_DAYS = 128 };

struct mask {
    uint64_t word[2];
};

/* Of rising days, all from `from` on: those up to `to`, by day - from. */
static inline struct mask mask_of_days(const int32_t *day, long n, int32_t from, int32_t to)
{
    struct mask m = {
        {0, 0}
    };
    long i = 0;
    int32_t half = to < from + 63 ? to : from + 63;
    for (; i < n && day[i] <= half; i++)
        m.word[0] |= (uint64_t)1 << (day[i] - from);
    for (; i < n && day[i] <= to; i++)
        m.word[1] |= (uint64_t)1 << (day[i] - from - 64);
    return m;
}

static inline struct mask mask_both(struct mask a, struct mask b)
{
    return (struct mask){
        {a.word[0] & b.word[0], a.word[1] & b.word[1]}
    };
}

/* Those from day `at` on, which becomes day 0. 0 <= at < MASK_DAYS. */
static inline struct mask mask_from(struct mask m, int at)
{
    if (at >= 64)
        return (struct mask){
            {m.word[1] >> (at - 64), 0}
        };
    if (at == 0)
        return m;
    return (struct mask){
        {m.word[0] >> at | m.word[1] << (64 - at), m.word[1] >> at}
    };
}

/* The first day >= at, MASK_DAYS when there is none. */
static inline int mask_first(struct mask m, int at)
{
    m = mask_from(m, at);
    if (m.word[0])
        return at + __builtin_ctzll(m.word[0]);
    return m.word[1] ? at + 64 + __builtin_ctzll(m.word[1]) : MASK_DAYS;
}

/* Those of the first n days. */
static inline struct mask mask_below(struct mask m, int n)
{
    if (n <= 0)
        return (struct mask){
            {0, 0}
        };
    if (n < 64)
        return (struct mask){
            {m.word[0] & (((uint64_t)1 << n) - 1), 0}
        };
    if (n < MASK_DAYS)
        m.word[1] &= ((uint64_t)1 << (n - 64)) - 1;
    return m;
}

/* The last day <= at, -1 when there is none. */
static inline int mask_last(struct mask m, int at)
{
    m = mask_below(m, at + 1);
    if (m.word[1])
        return 127 - __builtin_clzll(m.word[1]);
    return m.word[0] ? 63 - __builtin_clzll(m.word[0]) : -1;
}

static inline int mask_count_below(struct mask m, int n)
{
    m = mask_below(m, n);
    return __builtin_popcountll(m.word[0]) + __builtin_popcountll(m.word[1]);
}

#endif
