#include "kernels/backtest/numerics/cross_words.h"

#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/cross_words_cpu.h"

#include <string.h>

__extension__ typedef __int128 wide_int;

enum { CHUNK = 64, TILE_BARS = WORDS_TILE * CHUNK };

struct pair {
    long first;   /* bar from which on both averages are defined */
    bool latched; /* fast was below slow */
};

/* Bars of a word at which two averages are equal, where a position must be kept. */
struct tie {
    int pair, word;
    uint64_t bits;
};

struct cross_words {
    long n, longest;
    const double *sums; /* of the first i closes; from -longest to n + CHUNK */
    const int64_t *closes;
    long *windows; /* by column */
    struct pair *pairs;
    struct cross_columns *of_pair;
    unsigned char *last; /* of each pair: position at the last bar of the tile before */
    int columns, count, unlatched;
    struct cross_code code;

    long word; /* the tile */
    int words;
    int16_t *scaled; /* [words][columns][CHUNK] */
    struct cross_equal *equals;
    struct tie *ties; /* of the pairs that are being filled: word by word, pair by pair */
    int tie_count, tie_room, ties_from[WORDS_TILE + 1];
    struct arena *arena;
};

/* ---- making ----------------------------------------------------------------------------------- */

/* false: they would pass 2^53. */
static bool make_sums(struct cross_words *c, const int64_t *closes)
{
    const int64_t exact = (int64_t)1 << 53;
    double *before = ARENA_NEW_RAW(c->arena, double, c->longest + c->n + CHUNK + 1);
    double *sums = before + c->longest;
    int64_t sum = 0;
    for (long i = -c->longest; i <= 0; i++)
        sums[i] = 0;
    for (long i = 0; i < c->n; i++) {
        if (closes[i] > exact - sum)
            return false;
        sum += closes[i];
        sums[i + 1] = (double)sum;
    }
    for (long i = c->n + 1; i <= c->n + CHUNK; i++)
        sums[i] = (double)sum;
    c->sums = sums;
    return true;
}

static long longest_of(const struct cross_pair *pairs, int count)
{
    long longest = 1;
    for (int k = 0; k < count; k++) {
        longest = pairs[k].fast > longest ? pairs[k].fast : longest;
        longest = pairs[k].slow > longest ? pairs[k].slow : longest;
    }
    return longest;
}

/* A column for each different window. */
static int column_of(struct cross_words *c, int *by_window, long window)
{
    if (by_window[window] == 0) {
        c->windows[c->columns] = window;
        by_window[window] = ++c->columns;
    }
    return by_window[window] - 1;
}

static void make_pairs(struct cross_words *c, const struct cross_pair *pairs)
{
    struct arena scratch = {0};
    int *by_window = ARENA_NEW(&scratch, int, c->longest + 1);
    long different = c->longest < 2L * c->count ? c->longest : 2L * c->count;
    c->windows = ARENA_NEW_RAW(c->arena, long, different);
    c->pairs = ARENA_NEW(c->arena, struct pair, c->count);
    c->last = ARENA_NEW(c->arena, unsigned char, c->count);
    c->unlatched = c->count;
    c->of_pair = ARENA_NEW_RAW(c->arena, struct cross_columns, c->count);
    c->equals = ARENA_NEW_RAW(c->arena, struct cross_equal, c->count);
    for (int k = 0; k < c->count; k++) {
        long longer = pairs[k].fast > pairs[k].slow ? pairs[k].fast : pairs[k].slow;
        c->of_pair[k].fast = column_of(c, by_window, pairs[k].fast);
        c->of_pair[k].slow = column_of(c, by_window, pairs[k].slow);
        c->pairs[k].first = longer - 1;
    }
    arena_done(&scratch);
}

struct cross_words *cross_words_new(const int64_t *closes, long n, const struct cross_pair *pairs,
                                    int count, unsigned cpu, struct arena *a)
{
    struct cross_words *c = ARENA_NEW(a, struct cross_words, 1);
    *c = (struct cross_words){.n = n, .count = count, .arena = a, .code = cross_code_for(cpu)};
    c->longest = longest_of(pairs, count);
    if (!make_sums(c, closes))
        return NULL;
    int64_t *copy = ARENA_NEW_RAW(a, int64_t, n);
    memcpy(copy, closes, (size_t)n * sizeof *copy);
    c->closes = copy;
    make_pairs(c, pairs);
    c->scaled = ARENA_NEW_RAW(a, int16_t, (long)c->columns * TILE_BARS);
    return c;
}

/* ---- a tile of scaled averages ---------------------------------------------------------------- */

/* No average at these bars is outside these. */
static struct cross_scale scale_of(const struct cross_words *c, long from, long to)
{
    long first = from - c->longest + 1 > 0 ? from - c->longest + 1 : 0;
    int64_t low = c->closes[first], high = low;
    for (long t = first; t < to; t++) {
        low = c->closes[t] < low ? c->closes[t] : low;
        high = c->closes[t] > high ? c->closes[t] : high;
    }
    const double steps = 65534;
    return (struct cross_scale){(double)low, high > low ? steps / (double)(high - low) : 0};
}

void cross_words_tile(struct cross_words *c, long word, int words)
{
    c->word = word;
    c->words = words;
    for (int i = 0; i < words; i++) {
        long from = (word + i) * CHUNK, to = from + CHUNK;
        struct cross_scale scale = scale_of(c, from, to < c->n ? to : c->n);
        for (int k = 0; k < c->columns; k++)
            c->code.scale(c->sums + from + 1, c->windows[k], scale,
                          c->scaled + ((long)i * c->columns + k) * CHUNK);
    }
}

/* ---- what 16 bits do not decide --------------------------------------------------------------- */

/* The sign of fast - slow at one bar. */
static int compare(const struct cross_words *c, const struct cross_columns *p, long bar)
{
    long fast = c->windows[p->fast], slow = c->windows[p->slow];
    const double *end = c->sums + bar + 1;
    wide_int a = (wide_int)(int64_t)(end[0] - end[-fast]) * slow;
    wide_int b = (wide_int)(int64_t)(end[0] - end[-slow]) * fast;
    return (a > b) - (a < b);
}

static void note_tie(struct cross_words *c, int pair, int word, uint64_t bits)
{
    if (c->tie_count == c->tie_room) {
        int room = c->tie_room ? 2 * c->tie_room : 256;
        struct tie *ties = ARENA_NEW_RAW(c->arena, struct tie, room);
        if (c->tie_count)
            memcpy(ties, c->ties, (size_t)c->tie_count * sizeof *ties);
        c->ties = ties;
        c->tie_room = room;
    }
    c->ties[c->tie_count++] = (struct tie){pair, word, bits};
}

static uint64_t from_bit(long bit)
{
    return bit <= 0 ? ~(uint64_t)0 : bit >= CHUNK ? 0 : ~(uint64_t)0 << bit;
}

/* `equal` in 16 bits: which of them are above? True ties are noted. */
static uint64_t decide(struct cross_words *c, int pair, int word, uint64_t equal)
{
    const struct pair *p = &c->pairs[pair];
    long bar = (c->word + word) * CHUNK;
    uint64_t above = 0, ties = 0;
    equal &= from_bit(p->first - bar) & ~from_bit(c->n - bar);
    for (; equal; equal &= equal - 1) {
        int bit = __builtin_ctzll(equal);
        int side = compare(c, &c->of_pair[pair], bar + bit);
        above |= (uint64_t)(side > 0) << bit;
        ties |= (uint64_t)(side == 0) << bit;
    }
    if (ties)
        note_tie(c, pair, word, ties);
    return above;
}

/* ---- latch and ties --------------------------------------------------------------------------- */

static uint64_t ties_of(const struct cross_words *c, int pair, int word)
{
    int lo = c->ties_from[word], hi = c->ties_from[word + 1];
    while (lo < hi) {
        int middle = lo + (hi - lo) / 2;
        if (c->ties[middle].pair == pair)
            return c->ties[middle].bits;
        if (c->ties[middle].pair < pair)
            lo = middle + 1;
        else
            hi = middle;
    }
    return 0;
}

/* Before fast was below slow for the first time, nothing is entered. */
static void latch(struct cross_words *c, int pair, uint64_t *out)
{
    struct pair *p = &c->pairs[pair];
    for (int i = 0; i < c->words && !p->latched; i++) {
        long bar = (c->word + i) * CHUNK;
        uint64_t defined = from_bit(p->first - bar) & ~from_bit(c->n - bar);
        uint64_t below = defined & ~out[i] & ~ties_of(c, pair, i);
        p->latched = below != 0;
        c->unlatched -= p->latched;
        out[i] &= below ? from_bit(__builtin_ctzll(below)) : 0;
    }
}

/* A tie keeps the position of the bar before it. */
static void keep(struct cross_words *c, const struct tie *tie, uint64_t *out)
{
    uint64_t before = tie->word ? out[tie->word - 1] >> 63 : c->last[tie->pair];
    uint64_t word = out[tie->word];
    for (uint64_t bits = tie->bits; bits; bits &= bits - 1) {
        int bit = __builtin_ctzll(bits);
        uint64_t kept = bit ? word >> (bit - 1) & 1 : before;
        word = (word & ~((uint64_t)1 << bit)) | kept << bit;
    }
    out[tie->word] = word;
}

static void compare_all(struct cross_words *c, int lo, int count, uint64_t *out)
{
    c->tie_count = 0;
    for (int i = 0; i < c->words; i++) {
        const int16_t *chunk = c->scaled + (long)i * c->columns * CHUNK;
        int n = c->code.compare(chunk, c->of_pair + lo, count, out + i, WORDS_TILE, c->equals);
        c->ties_from[i] = c->tie_count;
        for (int k = 0; k < n; k++) {
            const struct cross_equal *e = &c->equals[k];
            out[(long)e->pair * WORDS_TILE + i] |= decide(c, lo + e->pair, i, e->bits);
        }
    }
    c->ties_from[c->words] = c->tie_count;
}

void cross_words_fill(struct cross_words *c, int lo, int count, uint64_t *out)
{
    compare_all(c, lo, count, out);
    for (int k = 0; c->unlatched > 0 && k < count; k++)
        if (!c->pairs[lo + k].latched)
            latch(c, lo + k, out + (long)k * WORDS_TILE);
    for (int i = 0; i < c->tie_count; i++)
        keep(c, &c->ties[i], out + (long)(c->ties[i].pair - lo) * WORDS_TILE);
    for (int k = 0; k < count; k++)
        c->last[lo + k] = (unsigned char)(out[(long)k * WORDS_TILE + c->words - 1] >> 63);
}

/* ---- plain code ------------------------------------------------------------------------------- */

static void scale_plain(const double *sums, long window, struct cross_scale scale, int16_t *out)
{
    const double least = -32768;
    for (int i = 0; i < CHUNK; i++) {
        double average = (sums[i] - sums[i - window]) / (double)window;
        double x = (average - scale.low) * scale.steps + least;
        out[i] = (int16_t)(x > least ? x : least); /* it is below where the window begins early */
    }
}

static uint64_t compare_one(const int16_t *fast, const int16_t *slow, uint64_t *equal)
{
    uint64_t above = 0, same = 0;
    for (int i = 0; i < CHUNK; i++) {
        above |= (uint64_t)(fast[i] > slow[i]) << i;
        same |= (uint64_t)(fast[i] == slow[i]) << i;
    }
    *equal = same;
    return above;
}

static int compare_plain(const int16_t *scaled, const struct cross_columns *pairs, int count,
                         uint64_t *out, long stride, struct cross_equal *equals)
{
    int n = 0;
    for (int k = 0; k < count; k++) {
        uint64_t equal;
        out[k * stride] = compare_one(scaled + (long)pairs[k].fast * CHUNK,
                                      scaled + (long)pairs[k].slow * CHUNK, &equal);
        if (equal)
            equals[n++] = (struct cross_equal){k, equal};
    }
    return n;
}

struct cross_code cross_code_for(unsigned cpu)
{
    return cpu & CPU_AVX2 ? (struct cross_code){cross_scale_avx2, cross_compare_avx2}
                          : (struct cross_code){scale_plain, compare_plain};
}
