#include "kernels/backtest/numerics/rsi_words.h"

#include "kernels/backtest/numerics/lag_words.h"
#include "kernels/backtest/numerics/words.h"

enum { LEVELS = 101 };

/* The column of one level, and the windows that ask of it. */
struct column {
    uint64_t *sums; /* from -longest to a whole word after n */
    struct lag *lags;
    int count;
};

struct rsi_words {
    struct column columns[2 * LEVELS];
    int column_count;
    const struct rsi_level *levels;
    int count;
    long n, longest;
    lag_words_fn *lower;
};

/* By wrapping arithmetic; what stands before bar 0 only makes bits that are cleared. */
static uint64_t *new_sums(const int64_t *x, long n, long longest, int level, bool above,
                          struct arena *a)
{
    long whole = words_of(n) * WORDS_BARS;
    uint64_t *sums = ARENA_NEW_RAW(a, uint64_t, longest + whole) + longest, sum = 0;
    int sign = above ? -1 : 1;
    uint64_t up = (uint64_t)(int64_t)(sign * (100 - level)),
             down = (uint64_t)(int64_t)(sign * level);
    for (long i = -longest; i <= 0; i++)
        sums[i] = 0;
    for (long i = 1; i < n; i++) {
        int64_t d = x[i] - x[i - 1];
        sum += (uint64_t)d * (d > 0 ? up : down);
        sums[i] = sum;
    }
    for (long i = n; i < whole; i++)
        sums[i] = sum;
    return sums;
}

static int column_key(const struct rsi_level *l)
{
    return l->above * LEVELS + l->level;
}

/* Windows by column, in the order of the levels. A window of more than n bars answers nothing. */
static void make_columns(struct rsi_words *r, const int64_t *closes, struct arena *a)
{
    int counts[2 * LEVELS] = {0}, place[2 * LEVELS];
    for (int k = 0; k < r->count; k++)
        counts[column_key(&r->levels[k])]++;
    for (int key = 0; key < 2 * LEVELS; key++) {
        if (!counts[key])
            continue;
        place[key] = r->column_count;
        r->columns[r->column_count++] = (struct column){
            .sums = new_sums(closes, r->n, r->longest, key % LEVELS, key >= LEVELS, a),
            .lags = ARENA_NEW_RAW(a, struct lag, counts[key])};
    }
    for (int k = 0; k < r->count; k++) {
        const struct rsi_level *l = &r->levels[k];
        struct column *c = &r->columns[place[column_key(l)]];
        c->lags[c->count++] =
            (struct lag){l->window < r->n ? l->window : r->n, l->row * WORDS_TILE};
    }
}

struct rsi_words *rsi_words_new(const int64_t *closes, long n, int64_t largest,
                                const struct rsi_level *levels, int count, unsigned cpu,
                                struct arena *a)
{
    long longest = 1;
    for (int k = 0; k < count; k++)
        longest = levels[k].window > longest ? levels[k].window : longest;
    longest = longest < n ? longest : n;
    if (largest > INT64_MAX / 100 / longest)
        return NULL;
    struct rsi_words *r = ARENA_NEW(a, struct rsi_words, 1);
    struct rsi_level *copy = ARENA_NEW_RAW(a, struct rsi_level, count);
    for (int k = 0; k < count; k++)
        copy[k] = levels[k];
    r->levels = copy;
    r->count = count;
    r->n = n;
    r->longest = longest;
    r->lower = lag_words_for(cpu);
    make_columns(r, closes, a);
    return r;
}

static void clear_before_first(const struct rsi_words *r, long bar, uint64_t *rows)
{
    for (int k = 0; k < r->count; k++)
        rows[r->levels[k].row * WORDS_TILE] &= words_from_bit(r->levels[k].window - bar);
}

void rsi_words_tile(const struct rsi_words *r, long word, int words, uint64_t *rows)
{
    for (int c = 0; c < r->column_count; c++)
        for (int i = 0; i < words; i++)
            r->lower(r->columns[c].sums + (word + i) * WORDS_BARS, r->columns[c].lags,
                     r->columns[c].count, rows + i);
    for (int i = 0; i < words && (word + i) * WORDS_BARS < r->longest; i++)
        clear_before_first(r, (word + i) * WORDS_BARS, rows + i);
}
