#include "kernels/backtest/numerics/momentum_words.h"

#include "kernels/backtest/numerics/lag_words.h"
#include "kernels/backtest/numerics/words.h"

struct position {
    long window;
    uint64_t last; /* before the tile */
};

struct momentum_words {
    long n;
    uint64_t *closes, *negatives; /* from -longest to a whole word after n */
    struct position *positions;
    lag_words_fn *lower;
};

/* What stands before bar 0 only makes bits that are cleared. */
static uint64_t *column(const int64_t *x, long n, long longest, int sign, struct arena *a)
{
    long whole = words_of(n) * WORDS_BARS;
    uint64_t *v = ARENA_NEW_RAW(a, uint64_t, longest + whole) + longest;
    for (long i = -longest; i < whole; i++)
        v[i] = i < 0 || i >= n ? 0 : (uint64_t)(sign * x[i]);
    return v;
}

struct momentum_words *momentum_words_new(const int64_t *closes, long n, const long *windows,
                                          int count, unsigned cpu, struct arena *a)
{
    struct momentum_words *m = ARENA_NEW(a, struct momentum_words, 1);
    long longest = 1;
    m->positions = ARENA_NEW(a, struct position, count);
    for (int k = 0; k < count; k++) {
        long window = windows[k] < n ? windows[k] : n; /* from n on: never */
        m->positions[k].window = window;
        longest = window > longest ? window : longest;
    }
    m->n = n;
    m->closes = column(closes, n, longest, 1, a);
    m->negatives = column(closes, n, longest, -1, a);
    m->lower = lag_words_for(cpu);
    return m;
}

static void fill_one(const struct momentum_words *m, struct position *p, long word, int words,
                     uint64_t *out)
{
    const struct lag lag = {p->window, 0};
    uint64_t last = p->last;
    for (int i = 0; i < words; i++) {
        long bar = (word + i) * WORDS_BARS;
        uint64_t enter, leave;
        m->lower(m->negatives + bar, &lag, 1, &enter);
        m->lower(m->closes + bar, &lag, 1, &leave);
        out[i] = words_latch(enter & words_from_bit(p->window - bar), leave, &last);
    }
    p->last = last;
}

void momentum_words_fill(struct momentum_words *m, long word, int words, int lo, int count,
                         uint64_t *out)
{
    for (int k = 0; k < count; k++)
        fill_one(m, &m->positions[lo + k], word, words, out + (long)k * WORDS_TILE);
}
