#include "kernels/backtest/numerics/bands_words.h"

#include "kernels/backtest/numerics/bands.h"
#include "kernels/backtest/numerics/bands_words_cpu.h"
#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/words.h"

#include <math.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

enum { TILE_BARS = WORDS_TILE * WORDS_BARS, SCALE = 30000 };

/* Widths of one window, as far as prices can pass them. */
struct column {
    long window;
    double steps; /* of a scaled number */
    const struct bands_width *widths;
    int count;
};

/* Sums of all bars before one, modulo 2^64 and 2^128. */
struct before {
    uint64_t sum;
    wide squares;
};

struct bands_words {
    const int64_t *closes;
    long n, longest;
    struct column *columns;
    int column_count;
    const long *silent; /* rows of widths that no price can pass */
    int silent_count;
    struct bands_code code;

    double *y, *sums, *squares; /* of a tile; from -longest on */
    int16_t *scaled;            /* [WORDS_BARS] */

    long looked;                 /* bars, to decide what scaled numbers do not */
    const struct before *before; /* [n + 1], once that was too much */
    struct arena *arena;
};

/* ---- making ----------------------------------------------------------------------------------- */

/* Nothing is sqrt(window) deviations off; windows longer than n answer nothing. */
static bool can_be_passed(const struct bands_words *b, const struct bands_width *w)
{
    return w->window <= b->n && w->deviations * w->deviations < (double)w->window && w->window > 1;
}

static int by_window(const void *a, const void *b)
{
    const struct bands_width *x = a, *y = b;
    return (x->window > y->window) - (x->window < y->window);
}

static void make_columns(struct bands_words *b, const struct bands_width *widths, int count)
{
    struct bands_width *passable = ARENA_NEW_RAW(b->arena, struct bands_width, count);
    long *silent = ARENA_NEW_RAW(b->arena, long, count);
    int n = 0;
    for (int k = 0; k < count; k++)
        if (can_be_passed(b, &widths[k]))
            passable[n++] = widths[k];
        else
            silent[b->silent_count++] = widths[k].row;
    b->silent = silent;
    qsort(passable, (size_t)n, sizeof *passable, by_window);
    b->columns = ARENA_NEW_RAW(b->arena, struct column, n);
    for (int k = 0; k < n; k++) {
        const struct bands_width *w = &passable[k];
        struct column *c = &b->columns[b->column_count - 1];
        if (k == 0 || c->window != w->window) {
            c = &b->columns[b->column_count++];
            *c = (struct column){.window = w->window, .steps = SCALE, .widths = w};
        }
        c->count++;
        double steps = SCALE / (w->deviations * w->deviations);
        c->steps = steps < c->steps ? steps : c->steps;
    }
    b->longest = n ? passable[n - 1].window : 0;
}

struct bands_words *bands_words_new(const int64_t *closes, long n, const struct bands_width *widths,
                                    int count, unsigned cpu, struct arena *a)
{
    struct bands_words *b = ARENA_NEW(a, struct bands_words, 1);
    *b = (struct bands_words){.closes = closes, .n = n, .arena = a, .code = bands_code_for(cpu)};
    make_columns(b, widths, count);
    b->y = ARENA_NEW_RAW(a, double, b->longest + TILE_BARS) + b->longest;
    b->sums = ARENA_NEW_RAW(a, double, b->longest + TILE_BARS) + b->longest;
    b->squares = ARENA_NEW_RAW(a, double, b->longest + TILE_BARS) + b->longest;
    b->scaled = ARENA_NEW_RAW(a, int16_t, WORDS_BARS);
    return b;
}

/* ---- a tile of sums --------------------------------------------------------------------------- */

/* Of bars `bars` - 1 down to -longest, where 0 is the tile's first; those that are not there are as high
 * as that one. */
static void sum_tile(struct bands_words *b, long from, long bars)
{
    const int64_t *x = b->closes + from;
    long there = b->n - from < bars ? b->n - from : bars;
    long begin = from < b->longest ? -from : -b->longest;
    double sum = 0, squares = 0;
    for (long i = bars - 1; i >= there; i--)
        b->y[i] = b->sums[i] = b->squares[i] = 0;
    for (long i = there - 1; i >= begin; i--) {
        double y = (double)(x[i] - x[0]);
        b->y[i] = y;
        b->sums[i] = sum;
        b->squares[i] = squares;
        sum += y;
        squares += y * y;
    }
    for (long i = begin - 1; i >= -b->longest; i--) {
        b->sums[i] = sum;
        b->squares[i] = squares;
    }
}

/* Up to which V is not trusted: E * 1e5, twice as much for its own rounding; all of them when the sums
 * are not whole numbers. */
static double least_trusted(const struct bands_words *b, long window, long bars)
{
    const double exact = 0x1p53, unit = 0x1p-53, share = 1e5;
    double n = (double)(window + bars), squares = b->squares[-window];
    if (!(n * sqrt(squares) < exact / 2))
        return INFINITY;
    return 2 * share * (double)window * squares * unit * (2 * n + 8);
}

/* ---- what 16 bits do not decide --------------------------------------------------------------- */

static void make_before(struct bands_words *b)
{
    struct before *before = ARENA_NEW_RAW(b->arena, struct before, b->n + 1), sum = {0, 0};
    for (long i = 0; i < b->n; i++) {
        before[i] = sum;
        sum.sum += (uint64_t)b->closes[i];
        sum.squares += (wide)b->closes[i] * (wide)b->closes[i];
    }
    before[b->n] = sum;
    b->before = before;
}

static struct before of_window(struct bands_words *b, long window, long bar)
{
    struct before sum = {0, 0};
    if (b->before) {
        const struct before *to = &b->before[bar + 1], *from = to - window;
        return (struct before){to->sum - from->sum, to->squares - from->squares};
    }
    for (long i = bar - window + 1; i <= bar; i++) {
        sum.sum += (uint64_t)b->closes[i];
        sum.squares += (wide)b->closes[i] * (wide)b->closes[i];
    }
    b->looked += window;
    if (b->looked > 4 * b->n)
        make_before(b);
    return sum;
}

/* bands.h's answer. */
static int look(struct bands_words *b, const struct bands_width *w, long bar)
{
    struct before of = of_window(b, w->window, bar);
    wide window = (uint64_t)w->window, difference = of.squares * window - (wide)of.sum * of.sum;
    return bands_side(b->closes[bar], w->window, (int64_t)of.sum, sqrt((double)difference),
                      w->deviations);
}

static void decide(struct bands_words *b, const struct bands_width *w, long bar, uint64_t near,
                   struct bands_sides *sides)
{
    sides->below &= ~near;
    sides->above &= ~near;
    for (; near; near &= near - 1) {
        int bit = __builtin_ctzll(near);
        int side = look(b, w, bar + bit);
        sides->below |= (uint64_t)(side < 0) << bit;
        sides->above |= (uint64_t)(side > 0) << bit;
    }
}

/* ---- words ------------------------------------------------------------------------------------ */

static void fill_word(struct bands_words *b, const struct column *c, long bar, uint64_t unknown,
                      uint64_t *rows)
{
    uint64_t defined = words_from_bit(c->window - 1 - bar) & ~words_from_bit(b->n - bar);
    for (int k = 0; k < c->count; k++) {
        const struct bands_width *w = &c->widths[k];
        double width = w->deviations * w->deviations * c->steps;
        struct bands_sides sides = b->code.compare(b->scaled, (int16_t)(width + 0.5));
        uint64_t near = (sides.near | unknown) & defined;
        if (near)
            decide(b, w, bar, near, &sides);
        rows[w->row * WORDS_TILE] = sides.below & defined;
        rows[(w->row + 1) * WORDS_TILE] = sides.above & defined;
    }
}

void bands_words_tile(struct bands_words *b, long word, int words, uint64_t *rows)
{
    long from = word * WORDS_BARS, bars = (long)words * WORDS_BARS;
    for (int k = 0; k < b->silent_count; k++)
        for (int i = 0; i < words; i++)
            rows[b->silent[k] * WORDS_TILE + i] = rows[(b->silent[k] + 1) * WORDS_TILE + i] = 0;
    sum_tile(b, from, bars);
    for (int k = 0; k < b->column_count; k++) {
        const struct column *c = &b->columns[k];
        struct bands_scale scale = {(double)c->window, least_trusted(b, c->window, bars), c->steps};
        for (int i = 0; i < words; i++) {
            long at = (long)i * WORDS_BARS;
            struct bands_sums sums = {b->y + at, b->sums + at, b->squares + at};
            uint64_t unknown = b->code.scale(sums, c->window, scale, b->scaled);
            fill_word(b, c, from + at, unknown, rows + i);
        }
    }
}

/* ---- plain code ------------------------------------------------------------------------------- */

static uint64_t scale_plain(struct bands_sums s, long window, struct bands_scale scale,
                            int16_t *out)
{
    const double most = 32767, zero = 32768;
    uint64_t unknown = 0;
    for (int i = 0; i < WORDS_BARS; i++) {
        double sum = s.sums[i - window] - s.sums[i], squares = s.squares[i - window] - s.squares[i];
        double v = scale.window * squares - sum * sum, off = scale.window * s.y[i] - sum;
        double x = off * fabs(off) / v * scale.steps;
        bool known = v > scale.least;
        x = !known ? 0 : x > most ? most : x < -most ? -most : x;
        out[i] = (int16_t)((int)(x + zero + 0.5) - (int)zero);
        unknown |= (uint64_t)!known << i;
    }
    return unknown;
}

static struct bands_sides compare_plain(const int16_t *scaled, int16_t width)
{
    struct bands_sides s = {0, 0, 0};
    for (int i = 0; i < WORDS_BARS; i++) {
        int size = scaled[i] < 0 ? -scaled[i] : scaled[i];
        s.below |= (uint64_t)(scaled[i] < -width - 1) << i;
        s.above |= (uint64_t)(scaled[i] > width + 1) << i;
        s.near |= (uint64_t)(size >= width - 1 && size <= width + 1) << i;
    }
    return s;
}

struct bands_code bands_code_for(unsigned cpu)
{
    return cpu & CPU_AVX2 ? (struct bands_code){bands_scale_avx2, bands_compare_avx2}
                          : (struct bands_code){scale_plain, compare_plain};
}
