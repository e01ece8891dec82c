#include "kernels/backtest/numerics/ema_words.h"

#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/ema_words_cpu.h"
#include "kernels/backtest/numerics/words.h"

#include <math.h>

enum { TILE_BARS = WORDS_TILE * WORDS_BARS };

struct pair {
    long first;    /* bar from which on both averages are defined */
    bool latched;  /* fast was below slow */
    bool last;     /* position at the last bar of the tile before */
    uint64_t ties; /* of the word at hand, while not latched */
};

struct ema_words {
    const int64_t *closes;
    long n;
    struct pair *pairs;
    struct cross_columns *of_pair;
    int count, waiting; /* pairs not latched */

    int lanes;
    double *alpha, *e; /* [lanes] */
    double *prices;    /* [TILE_BARS] */
    double *averages;  /* [lanes][TILE_BARS] */
    int16_t *scaled;   /* [WORDS_TILE][lanes][WORDS_BARS] */
    struct cross_equal *equals;
    struct ema_code code;
    cross_compare_fn *compare;

    long word; /* the tile */
    int words;
};

/* ---- making ----------------------------------------------------------------------------------- */

/* A column for each different window. by_window: the column + 1. */
static int column_of(struct ema_words *m, int *by_window, long window)
{
    if (by_window[window] == 0) {
        m->alpha[m->lanes] = 2 / ((double)window + 1);
        by_window[window] = ++m->lanes;
    }
    return by_window[window] - 1;
}

static long longer_of(struct ema_pair pair)
{
    return pair.fast > pair.slow ? pair.fast : pair.slow;
}

static void make_columns(struct ema_words *m, const struct ema_pair *pairs, struct arena *a)
{
    long longest = 0;
    for (int k = 0; k < m->count; k++)
        longest = longer_of(pairs[k]) > longest ? longer_of(pairs[k]) : longest;
    long different = longest < 2L * m->count ? longest : 2L * m->count;
    int *by_window = ARENA_NEW(a, int, longest + 1);
    m->alpha = ARENA_NEW(a, double, different + EMA_LANES);
    for (int k = 0; k < m->count; k++) {
        m->of_pair[k].fast = column_of(m, by_window, pairs[k].fast);
        m->of_pair[k].slow = column_of(m, by_window, pairs[k].slow);
        m->pairs[k].first = longer_of(pairs[k]) - 1;
    }
    m->lanes = (m->lanes + EMA_LANES - 1) / EMA_LANES * EMA_LANES; /* the last ones stand still */
    m->e = ARENA_NEW_RAW(a, double, m->lanes);
    for (int k = 0; k < m->lanes; k++)
        m->e[k] = (double)m->closes[0]; /* as if there had been such a bar before */
}

struct ema_words *ema_words_new(const int64_t *closes, long n, const struct ema_pair *pairs,
                                int count, unsigned cpu, struct arena *a)
{
    struct ema_words *m = ARENA_NEW(a, struct ema_words, 1);
    *m = (struct ema_words){.closes = closes, .n = n, .count = count, .waiting = count};
    m->code = ema_code_for(cpu);
    m->compare = cross_code_for(cpu).compare;
    m->pairs = ARENA_NEW(a, struct pair, count);
    m->of_pair = ARENA_NEW_RAW(a, struct cross_columns, count);
    m->equals = ARENA_NEW_RAW(a, struct cross_equal, count);
    make_columns(m, pairs, a);
    m->prices = ARENA_NEW_RAW(a, double, TILE_BARS);
    m->averages = ARENA_NEW_RAW(a, double, (long)m->lanes *TILE_BARS);
    m->scaled = ARENA_NEW_RAW(a, int16_t, (long)m->lanes * TILE_BARS);
    return m;
}

/* ---- a tile of averages ----------------------------------------------------------------------- */

static struct cross_scale scale_of(struct ema_range range)
{
    const double steps = 65534;
    double width = range.high - range.low;
    return (struct cross_scale){range.low, width > 0 ? steps / width : 0};
}

void ema_words_tile(struct ema_words *m, long word, int words)
{
    long from = word * WORDS_BARS, bars = (long)words * WORDS_BARS;
    struct ema_range range = {INFINITY, -INFINITY};
    m->word = word;
    m->words = words;
    for (long i = 0; i < bars; i++)
        m->prices[i] = (double)m->closes[from + i < m->n ? from + i : m->n - 1];
    m->code.run(m->e, m->alpha, m->lanes, m->prices, bars, m->averages, TILE_BARS, &range);
    struct cross_scale scale = scale_of(range);
    for (int i = 0; i < words; i++)
        for (int k = 0; k < m->lanes; k++)
            m->code.scale(m->averages + (long)k * TILE_BARS + (long)i * WORDS_BARS, scale,
                          m->scaled + ((long)i * m->lanes + k) * WORDS_BARS);
}

/* ---- words ------------------------------------------------------------------------------------ */

/* Bars of one pair that 16 bits do not decide: those above to *above, ties returned. */
static uint64_t decide(const struct ema_words *m, int pair, int word, uint64_t equal,
                       uint64_t *above)
{
    const double *fast = m->averages + (long)m->of_pair[pair].fast * TILE_BARS;
    const double *slow = m->averages + (long)m->of_pair[pair].slow * TILE_BARS;
    uint64_t ties = 0;
    for (; equal; equal &= equal - 1) {
        int bit = __builtin_ctzll(equal), bar = word * WORDS_BARS + bit;
        *above |= (uint64_t)(fast[bar] > slow[bar]) << bit;
        ties |= (uint64_t)(fast[bar] == slow[bar]) << bit;
    }
    return ties;
}

/* A tie keeps the position of the bar before it. */
static uint64_t keep(uint64_t position, uint64_t ties, uint64_t before)
{
    return ties ? words_latch(position & ~ties, ~(position | ties), &before) : position;
}

/* A word of a pair that was not yet latched. */
static void latch(struct ema_words *m, struct pair *p, long bar, uint64_t *out)
{
    uint64_t defined = words_from_bit(p->first - bar) & ~words_from_bit(m->n - bar);
    uint64_t below = defined & ~*out & ~p->ties;
    uint64_t counts = below ? words_from_bit(__builtin_ctzll(below)) : 0;
    p->latched = below != 0;
    m->waiting -= p->latched;
    *out = keep(*out & counts, p->ties & counts, 0);
    p->ties = 0;
}

/* The word before in the tile, or the last of the tile before. */
static uint64_t position_before(const struct pair *p, const uint64_t *out, int word)
{
    return word ? out[word - 1] >> 63 : p->last;
}

static void fill_word(struct ema_words *m, int lo, int count, int word, uint64_t *out)
{
    const int16_t *scaled = m->scaled + (long)word * m->lanes * WORDS_BARS;
    int n = m->compare(scaled, m->of_pair + lo, count, out + word, WORDS_TILE, m->equals);
    for (int i = 0; i < n; i++) {
        int k = m->equals[i].pair;
        struct pair *p = &m->pairs[lo + k];
        uint64_t *row = out + (long)k * WORDS_TILE;
        uint64_t ties = decide(m, lo + k, word, m->equals[i].bits, &row[word]);
        if (p->latched)
            row[word] = keep(row[word], ties, position_before(p, row, word));
        else
            p->ties = ties;
    }
    for (int k = 0; m->waiting && k < count; k++)
        if (!m->pairs[lo + k].latched)
            latch(m, &m->pairs[lo + k], (m->word + word) * WORDS_BARS,
                  &out[(long)k * WORDS_TILE + word]);
}

void ema_words_fill(struct ema_words *m, int lo, int count, uint64_t *out)
{
    for (int i = 0; i < m->words; i++)
        fill_word(m, lo, count, i, out);
    for (int k = 0; k < count; k++)
        m->pairs[lo + k].last = out[(long)k * WORDS_TILE + m->words - 1] >> 63;
}

/* ---- plain code ------------------------------------------------------------------------------- */

static void run_plain(double *e, const double *alpha, int lanes, const double *x, long bars,
                      double *out, long stride, struct ema_range *range)
{
    for (int k = 0; k < lanes; k++)
        for (long i = 0; i < bars; i++) {
            e[k] = e[k] + alpha[k] * (x[i] - e[k]);
            out[k * stride + i] = e[k];
            range->low = e[k] < range->low ? e[k] : range->low;
            range->high = e[k] > range->high ? e[k] : range->high;
        }
}

static void scale_plain(const double *e, struct cross_scale scale, int16_t *out)
{
    const double least = -32768;
    for (int i = 0; i < WORDS_BARS; i++)
        out[i] = (int16_t)((e[i] - scale.low) * scale.steps + least);
}

struct ema_code ema_code_for(unsigned cpu)
{
    return cpu & CPU_AVX2 ? (struct ema_code){ema_run_avx2, ema_scale_avx2}
                          : (struct ema_code){run_plain, scale_plain};
}
