/* Positions of crossings as words against the signals of cross.h, bar by bar, for plain code and for
 * what this machine has besides. */
#include "kernels/backtest/numerics/cross_words.h"

#include "harness/base/rng.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/sma.h"
#include "kernels/backtest/numerics/words.h"

#include "tests/backtest/numerics.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static const int64_t exact_most = (int64_t)1 << 53;

enum { BARS_MAX = 25000, PAIRS_MAX = 1500 };

/* ---- the reference ------------------------------------------------------------------------------ */

struct series {
    const char *shape;
    int64_t *close;
    long n;
};

struct grid {
    struct cross_pair *pairs;
    int count;
};

/* Sums are only asked for where they are defined. */
static void expected_of(const struct series *s, struct cross_pair pair, uint64_t *words)
{
    static int64_t fast[BARS_MAX], slow[BARS_MAX];
    static int8_t signal[BARS_MAX];
    memset(signal, 0, (size_t)s->n);
    sma_sums(s->close, s->n, pair.fast, fast);
    sma_sums(s->close, s->n, pair.slow, slow);
    cross_signals((struct cross_average){fast, pair.fast}, (struct cross_average){slow, pair.slow},
                  s->n, true, signal);
    words_of_signals(signal, s->n, words);
}

static uint64_t *expected_all(const struct series *s, const struct grid *g)
{
    uint64_t *all = ARENA_NEW(&numerics_arena, uint64_t, g->count * words_of(s->n));
    for (int k = 0; k < g->count; k++)
        expected_of(s, g->pairs[k], all + k * words_of(s->n));
    return all;
}

/* ---- comparison --------------------------------------------------------------------------------- */

static void same_bits(const struct series *s, struct cross_pair pair, const uint64_t *expected,
                      const uint64_t *out, long word, int words)
{
    for (int w = 0; w < words; w++) {
        long bars = s->n - (word + w) * WORDS_BARS;
        uint64_t counts = bars >= WORDS_BARS ? ~0ull : (1ull << bars) - 1;
        uint64_t wrong = (out[w] ^ expected[word + w]) & counts;
        if (wrong)
            fail_msg("%s, %ld bars, pair %ld-%ld: bar %ld differs", s->shape, s->n, pair.fast,
                     pair.slow, (word + w) * WORDS_BARS + __builtin_ctzll(wrong));
    }
}

/* Groups of pairs in any order, behind the last of which nothing is written. */
static void compare_tile(struct cross_words *c, const struct series *s, const struct grid *g,
                         const uint64_t *expected, long word, int words, int group, bool backwards)
{
    uint64_t *out = ARENA_NEW_RAW(&numerics_arena, uint64_t, (group + 1) * WORDS_TILE);
    int groups = (g->count + group - 1) / group;
    for (int i = 0; i < groups; i++) {
        int lo = (backwards ? groups - 1 - i : i) * group;
        int n = g->count - lo < group ? g->count - lo : group;
        uint64_t *end = out + n * WORDS_TILE;
        memset(end, 0x5a, WORDS_TILE * sizeof *end);
        cross_words_fill(c, lo, n, out);
        for (int k = 0; k < n; k++)
            same_bits(s, g->pairs[lo + k], expected + (lo + k) * words_of(s->n),
                      out + k * WORDS_TILE, word, words);
        for (int w = 0; w < WORDS_TILE; w++)
            assert_true(end[w] == 0x5a5a5a5a5a5a5a5aull);
    }
}

static void compare(const struct series *s, const struct grid *g, const uint64_t *expected,
                    unsigned cpu, int group, bool backwards)
{
    struct arena_mark mark = arena_mark(&numerics_arena);
    /* All is copied: what was given may change. */
    int64_t *close = ARENA_NEW(&numerics_arena, int64_t, s->n);
    struct cross_pair *pairs = ARENA_NEW(&numerics_arena, struct cross_pair, g->count);
    memcpy(close, s->close, (size_t)s->n * sizeof *close);
    memcpy(pairs, g->pairs, (size_t)g->count * sizeof *pairs);
    struct cross_words *c = cross_words_new(close, s->n, pairs, g->count, cpu, &numerics_arena);
    assert_non_null(c);
    memset(close, 0, (size_t)s->n * sizeof *close);
    memset(pairs, 0, (size_t)g->count * sizeof *pairs);
    for (long word = 0; word < words_of(s->n); word += WORDS_TILE) {
        long left = words_of(s->n) - word;
        int words = (int)(left < WORDS_TILE ? left : WORDS_TILE);
        cross_words_tile(c, word, words);
        compare_tile(c, s, g, expected, word, words, group, backwards);
    }
    arena_release(&numerics_arena, mark);
}

static void check(const struct series *s, const struct grid *g, struct rng *r)
{
    struct arena_mark mark = arena_mark(&numerics_arena);
    uint64_t *expected = expected_all(s, g);
    const int groups[] = {1, 3, 7, 64, 255, 256, g->count};
    for (int plain = 0; plain < 2; plain++) {
        int group = groups[rng_below(r, sizeof groups / sizeof *groups)];
        compare(s, g, expected, plain ? 0 : numerics_cpu(), group, rng_below(r, 2));
    }
    arena_release(&numerics_arena, mark);
}

/* ---- generated series --------------------------------------------------------------------------- */

static int64_t at_least_1(double x)
{
    return x < 1 ? 1 : (int64_t)x;
}

static void walk(struct rng *r, int64_t *p, long n)
{
    double x = 1e6 * (1 + 200 * rng_unit(r));
    for (long t = 0; t < n; t++)
        p[t] = at_least_1(x *= 1 + 0.02 * rng_normal(r));
}

static void few_prices(struct rng *r, int64_t *p, long n)
{
    int64_t base = rng_below(r, 2) ? 1 : 1 + (int64_t)rng_below(r, 1000000000);
    uint64_t different = 2 + rng_below(r, 4);
    for (long t = 0; t < n; t++)
        p[t] = base + (int64_t)rng_below(r, different);
}

static void constant(struct rng *r, int64_t *p, long n)
{
    int64_t price = 1 + (int64_t)rng_below(r, 1000000000);
    for (long t = 0; t < n; t++)
        p[t] = price;
}

/* One bar apart from all others, at the end of what doubles hold. */
static void one_spike(struct rng *r, int64_t *p, long n)
{
    long at = (long)rng_below(r, (uint64_t)n);
    for (long t = 0; t < n; t++)
        p[t] = t == at ? 9000000000000000 : 1 + (int64_t)rng_below(r, 3);
}

/* Averages that 16 bits of the whole range cannot tell apart. */
static void small_steps_beside_a_large_one(struct rng *r, int64_t *p, long n)
{
    int64_t most = exact_most / (n + 1), x = most / 2;
    for (long t = 0; t < n; t++) {
        x += (int64_t)rng_below(r, 3) - 1;
        p[t] = rng_below(r, 700) ? x : rng_below(r, 2) ? most : 1;
    }
}

static void as_large_as_fits(struct rng *r, int64_t *p, long n)
{
    int64_t most = exact_most / n;
    for (long t = 0; t < n; t++)
        p[t] = most - (int64_t)rng_below(r, rng_below(r, 2) ? 3 : (uint64_t)most / 2);
}

/* Above from the start, ties, and below for the first time far behind: the latch. */
static void rises_then_falls(struct rng *r, int64_t *p, long n)
{
    long top = (long)rng_below(r, (uint64_t)n + 1), flat = (long)rng_below(r, (uint64_t)n + 1);
    int64_t x = 1000000;
    for (long t = 0; t < n; t++) {
        x += t < top && t < flat ? 3 : t < top ? 0 : (int64_t)rng_below(r, 7) - 3;
        p[t] = x < 1 ? 1 : x;
    }
}

/* Averages of whole periods are equal at every bar. */
static void periodic(struct rng *r, int64_t *p, long n)
{
    int64_t wave[12];
    long period = 1 + (long)rng_below(r, 12), quiet = (long)rng_below(r, (uint64_t)n);
    for (long t = 0; t < period; t++)
        wave[t] = 1000 + (int64_t)rng_below(r, 50);
    for (long t = 0; t < n; t++)
        p[t] = wave[t % period] + (t >= quiet && rng_below(r, 100) == 0);
}

/* Prices stand still for long, then move: ranges of tiles that are empty or a tick. */
static void stands_still(struct rng *r, int64_t *p, long n)
{
    int64_t x = 1 + (int64_t)rng_below(r, 5000);
    for (long t = 0; t < n; t++) {
        if (rng_below(r, 300) == 0)
            x = 1 + (int64_t)rng_below(r, 5000);
        p[t] = x;
    }
}

static const struct shape {
    const char *name;
    void (*make)(struct rng *r, int64_t *p, long n);
} shapes[] = {
    {"walk",                           walk                          },
    {"few prices",                     few_prices                    },
    {"constant",                       constant                      },
    {"one spike",                      one_spike                     },
    {"small steps beside a large one", small_steps_beside_a_large_one},
    {"as large as fits",               as_large_as_fits              },
    {"rises then falls",               rises_then_falls              },
    {"periodic",                       periodic                      },
    {"stands still",                   stands_still                  },
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static struct series series_of(struct rng *r, int shape, long n)
{
    static int64_t close[BARS_MAX];
    shapes[shape].make(r, close, n);
    return (struct series){shapes[shape].name, close, n};
}

static long any_window(struct rng *r, long most)
{
    const long common[] = {1, 2, 3, 4, 6, 12, 24, 63, 64, 65, 10000};
    if (rng_below(r, 4) == 0)
        return common[rng_below(r, sizeof common / sizeof *common)];
    return 1 + (long)rng_below(r, (uint64_t)most);
}

static struct grid any_grid(struct rng *r, int count, long most)
{
    struct grid g = {ARENA_NEW(&numerics_arena, struct cross_pair, count), count};
    for (int k = 0; k < count; k++) {
        g.pairs[k] = (struct cross_pair){any_window(r, most), any_window(r, most)};
        if (rng_below(r, 10) == 0)
            g.pairs[k].slow = g.pairs[k].fast;
    }
    return g;
}

static void random_pairs_of_generated_series_agree(void **state)
{
    (void)state;
    const uint64_t seed = 20260714;
    const long lengths[] = {1023, 1024, 1025, 2047, 2048, 2049, 3000, 5000, 1088, 1087};
    struct rng r = rng_seeded(seed);
    print_message("# seed %llu, %d series\n", (unsigned long long)seed, SHAPES * 220);
    for (int i = 0; i < SHAPES * 220; i++) {
        struct arena_mark mark = arena_mark(&numerics_arena);
        int turn = i / SHAPES; /* lengths 1 .. 200, then whole and broken tiles */
        long n = turn < 200 ? turn + 1 : lengths[turn % 10];
        struct series s = series_of(&r, i % SHAPES, n);
        struct grid g = any_grid(&r, 1 + (int)rng_below(&r, 24), rng_below(&r, 2) ? 20 : n + 2);
        check(&s, &g, &r);
        arena_release(&numerics_arena, mark);
    }
}

/* ---- certain grids ------------------------------------------------------------------------------ */

static struct grid all_pairs(long most)
{
    struct grid g = {ARENA_NEW(&numerics_arena, struct cross_pair, most * most), 0};
    for (long fast = 1; fast <= most; fast++)
        for (long slow = 1; slow <= most; slow++)
            g.pairs[g.count++] = (struct cross_pair){fast, slow};
    return g;
}

static void many_pairs_agree(void **state)
{
    (void)state;
    struct rng r = rng_seeded(20260715);
    for (int shape = 0; shape < SHAPES; shape++) {
        struct arena_mark mark = arena_mark(&numerics_arena);
        struct series s = series_of(&r, shape, 1100 + shape * 37);
        struct grid g = all_pairs(31); /* 961 */
        check(&s, &g, &r);
        arena_release(&numerics_arena, mark);
    }
}

/* A pair that stands twice, and orders in which no window comes after another one. */
static void a_pair_may_stand_twice(void **state)
{
    (void)state;
    struct cross_pair pairs[] = {
        {5,  20},
        {20, 5 },
        {5,  20},
        {1,  1 },
        {20, 20},
        {5,  5 },
        {5,  20}
    };
    struct rng r = rng_seeded(20260716);
    for (int shape = 0; shape < SHAPES; shape++) {
        struct series s = series_of(&r, shape, 1500);
        check(&s, &(struct grid){pairs, 7}, &r);
    }
}

static void long_windows_agree(void **state)
{
    (void)state;
    struct cross_pair pairs[] = {
        {1,      10000},
        {10000,  1    },
        {9999,   10000},
        {10000,  9999 },
        {10000,  10000},
        {1024,   10000},
        {64,     10000},
        {2,      3    },
        {20000,  10   },
        {24999,  1    },
        {25000,  1    },
        {100000, 2    }
    };
    struct rng r = rng_seeded(20260717);
    for (int shape = 0; shape < SHAPES; shape++) {
        struct series s = series_of(&r, shape, shape % 2 ? 10000 + shape : BARS_MAX);
        check(&s, &(struct grid){pairs, sizeof pairs / sizeof *pairs}, &r);
    }
}

/* At each of the bars around ends of words and tiles the first entry, the first time below, a tie. */
static void crossings_at_every_bar_agree(void **state)
{
    (void)state;
    static int64_t close[2200];
    struct cross_pair pairs[] = {
        {1, 2},
        {2, 3},
        {1, 3},
        {3, 1}
    };
    struct rng r = rng_seeded(20260718);
    for (long at = 3; at < 2160; at += at % 64 >= 3 && at % 64 < 58 ? 11 : 1) {
        for (long t = 0; t < 2200; t++) /* rises; one step down at `at`; rises on or stands */
            close[t] = 10000 + (t < at ? t : at % 2 ? t - 20 : at - 20);
        struct series s = {"a step at a bar", close, 2200};
        check(&s, &(struct grid){pairs, 4}, &r);
    }
}

/* One bar apart from all others where the longest window of a tile's first bar begins. */
static void an_extreme_at_the_edge_of_what_a_tile_sees_agrees(void **state)
{
    (void)state;
    static int64_t close[2200];
    const long longest[] = {2, 3, 20, 64, 65, 500, 1024, 1500};
    struct rng r = rng_seeded(20260719);
    for (int i = 0; i < 8 * 2 * 2 * 3; i++) {
        long window = longest[i / 12], tile = 1 + i / 6 % 2, off = i % 3 - 1;
        bool high = i / 3 % 2;
        long at = tile * WORDS_TILE * WORDS_BARS - window + 1 + off;
        struct cross_pair pairs[] = {
            {window,         1     },
            {1,              window},
            {window / 2 + 1, window},
            {2,              1     }
        };
        for (long t = 0; t < 2200; t++)
            close[t] = (high ? 0 : 1000000000) + 1000 + (int64_t)rng_below(&r, 3);
        if (at >= 0)
            close[at] = high ? 1000000000000 : 1;
        struct series s = {high ? "a high at the edge" : "a low at the edge", close, 2200};
        check(&s, &(struct grid){pairs, 4}, &r);
    }
}

/* ---- what is refused ---------------------------------------------------------------------------- */

static struct cross_words *made_of(const int64_t *close, long n)
{
    const struct cross_pair pair = {1, 2};
    return cross_words_new(close, n, &pair, 1, numerics_cpu(), &numerics_arena);
}

static void sums_beyond_doubles_are_refused(void **state)
{
    (void)state;
    static int64_t close[5000];
    for (long n = 1; n <= 5000; n += n < 5 ? 1 : 1665) {
        for (long t = 0; t < n; t++)
            close[t] = exact_most / n; /* all together at most 2^53 */
        assert_non_null(made_of(close, n));
        for (long t = 0; t < n; t++)
            close[t] = exact_most / n + 2;
        assert_null(made_of(close, n));
        for (long t = 0; t < n; t++)
            close[t] = INT64_MAX; /* whose sum is no int64 either */
        assert_null(made_of(close, n));
    }
    close[0] = exact_most; /* alone it fits, together not */
    close[1] = 2;
    assert_null(made_of(close, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(random_pairs_of_generated_series_agree),
        TEST(many_pairs_agree),
        TEST(a_pair_may_stand_twice),
        TEST(long_windows_agree),
        TEST(crossings_at_every_bar_agree),
        TEST(an_extreme_at_the_edge_of_what_a_tile_sees_agrees),
        TEST(sums_beyond_doubles_are_refused),
    };
    return cmocka_run_group_tests_name("cross words", tests, NULL, numerics_free);
}
