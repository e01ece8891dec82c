#include "kernels/backtest/numerics/rsi_words.h"

#include "kernels/backtest/numerics/lag_words.h"
#include "kernels/backtest/numerics/words.h"

enum { LEVELS = 101 };

/* What a change of price adds to a column. */
struct factors {
    uint64_t up, down;
};

/* The column of one level, and the windows that ask of it. */
struct column {
    uint64_t *sums; /* from -longest to a whole word after n */
    struct factors factors;
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

static struct factors factors_of(int level, bool above)
{
    int64_t sign = above ? -1 : 1;
    return (struct factors){(uint64_t)(sign * (100 - level)), (uint64_t)(sign * level)};
}

/* Two columns in one pass, by wrapping arithmetic; they may be the same. */
static void make_sums(const int64_t *x, long n, struct factors f, uint64_t *a, struct factors g,
                      uint64_t *b)
{
    uint64_t sum_a = 0, sum_b = 0;
    a[0] = b[0] = 0;
    for (long i = 1; i < n; i++) {
        int64_t d = x[i] - x[i - 1];
        sum_a += (uint64_t)d * (d > 0 ? f.up : f.down);
        sum_b += (uint64_t)d * (d > 0 ? g.up : g.down);
        a[i] = sum_a;
        b[i] = sum_b;
    }
}

/* What stands before bar 0 only makes bits that are cleared. */
static uint64_t *new_column(long n, long longest, struct arena *a)
{
    long whole = words_of(n) * WORDS_BARS;
    uint64_t *sums = ARENA_NEW_RAW(a, uint64_t, longest + whole) + longest;
    for (long i = -longest; i < 0; i++)
        sums[i] = 0;
    for (long i = n; i < whole; i++)
        sums[i] = 0;
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
        r->columns[r->column_count++] =
            (struct column){.sums = new_column(r->n, r->longest, a),
                            .factors = factors_of(key % LEVELS, key >= LEVELS),
                            .lags = ARENA_NEW_RAW(a, struct lag, counts[key])};
    }
    for (int c = 0; c < r->column_count; c += 2) {
        const struct column *x = &r->columns[c];
        const struct column *y = c + 1 < r->column_count ? x + 1 : x;
        make_sums(closes, r->n, x->factors, x->sums, y->factors, y->sums);
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
