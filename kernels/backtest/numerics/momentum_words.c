#include "kernels/backtest/numerics/momentum_words.h"

#include "kernels/backtest/numerics/lag_words.h"
#include "kernels/backtest/numerics/words.h"

struct momentum_words {
    uint64_t *closes, *negatives; /* from -longest to a whole word after the last bar */
    long longest;
    struct lag *lags;
    int count;
    unsigned char *last; /* [count], position before the tile */
    lag_words_fn *lower;

    int words;               /* of the tile */
    uint64_t *enter, *leave; /* [count][WORDS_TILE] */
};

/* What stands before bar 0 only makes bits that are cleared. */
static uint64_t *column(const int64_t *x, long n, long longest, int sign, struct arena *a)
{
    long whole = words_of(n) * WORDS_BARS;
    uint64_t *v = ARENA_NEW_RAW(a, uint64_t, longest + whole) + longest;
    for (long i = -longest; i < 0; i++)
        v[i] = 0;
    for (long i = 0; i < n; i++)
        v[i] = (uint64_t)(sign * x[i]);
    for (long i = n; i < whole; i++)
        v[i] = 0;
    return v;
}

struct momentum_words *momentum_words_new(const int64_t *closes, long n, const long *windows,
                                          int count, unsigned cpu, struct arena *a)
{
    struct momentum_words *m = ARENA_NEW(a, struct momentum_words, 1);
    m->lags = ARENA_NEW_RAW(a, struct lag, count);
    for (int k = 0; k < count; k++) {
        long window = windows[k] < n ? windows[k] : n; /* from n on: never */
        m->lags[k] = (struct lag){window, (long)k * WORDS_TILE};
        m->longest = window > m->longest ? window : m->longest;
    }
    m->count = count;
    m->closes = column(closes, n, m->longest, 1, a);
    m->negatives = column(closes, n, m->longest, -1, a);
    m->last = ARENA_NEW(a, unsigned char, count);
    m->enter = ARENA_NEW_RAW(a, uint64_t, (long)count * WORDS_TILE);
    m->leave = ARENA_NEW_RAW(a, uint64_t, (long)count * WORDS_TILE);
    m->lower = lag_words_for(cpu);
    return m;
}

void momentum_words_tile(struct momentum_words *m, long word, int words)
{
    m->words = words;
    for (int i = 0; i < words; i++) {
        long bar = (word + i) * WORDS_BARS;
        m->lower(m->negatives + bar, m->lags, m->count, m->enter + i);
        m->lower(m->closes + bar, m->lags, m->count, m->leave + i);
        for (int k = 0; bar < m->longest && k < m->count; k++)
            m->enter[(long)k * WORDS_TILE + i] &= words_from_bit(m->lags[k].bars - bar);
    }
}

void momentum_words_fill(struct momentum_words *m, int lo, int count, uint64_t *out)
{
    for (int k = 0; k < count; k++, out += WORDS_TILE) {
        const uint64_t *enter = m->enter + (long)(lo + k) * WORDS_TILE;
        const uint64_t *leave = m->leave + (long)(lo + k) * WORDS_TILE;
        uint64_t last = m->last[lo + k];
        for (int i = 0; i < m->words; i++)
            out[i] = words_latch(enter[i], leave[i], &last);
        m->last[lo + k] = (unsigned char)last;
    }
}
