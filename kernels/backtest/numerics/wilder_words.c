#include "kernels/backtest/numerics/wilder_words.h"

#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/wilder_words_cpu.h"
#include "kernels/backtest/numerics/words.h"

#include <stdlib.h>

enum { TILE_BARS = WORDS_TILE * WORDS_BARS };

/* Averages at the first bar of a window. */
struct seed {
    double gain, loss;
};

struct wilder_words {
    long n;
    const double *gains, *losses;   /* [n + 1], of changes to each bar; the last one is 0 */
    const struct rsi_level *levels; /* by window */
    int *column_of;                 /* [count] */
    int count;

    long *windows; /* by column, ascending, the last one repeated to whole groups */
    int columns, used;
    struct seed *seeds;         /* [columns] */
    struct wilder_lanes *lanes; /* [columns / WILDER_LANES] */
    double *index;              /* [columns][TILE_BARS] */
    struct wilder_code code;
};

/* ---- making ----------------------------------------------------------------------------------- */

static void make_changes(struct wilder_words *w, const int64_t *x, struct arena *a)
{
    double *gains = ARENA_NEW_RAW(a, double, w->n + 1),
           *losses = ARENA_NEW_RAW(a, double, w->n + 1);
    gains[0] = losses[0] = gains[w->n] = losses[w->n] = 0;
    for (long i = 1; i < w->n; i++) {
        int64_t d = x[i] - x[i - 1];
        gains[i] = (double)(d > 0 ? d : 0);
        losses[i] = (double)(d < 0 ? -d : 0);
    }
    w->gains = gains;
    w->losses = losses;
}

static int by_window(const void *a, const void *b)
{
    const struct rsi_level *x = a, *y = b;
    return (x->window > y->window) - (x->window < y->window);
}

static void make_columns(struct wilder_words *w, const struct rsi_level *levels, struct arena *a)
{
    struct rsi_level *sorted = ARENA_NEW_RAW(a, struct rsi_level, w->count);
    for (int k = 0; k < w->count; k++)
        sorted[k] = levels[k];
    qsort(sorted, (size_t)w->count, sizeof *sorted, by_window);
    w->levels = sorted;
    w->column_of = ARENA_NEW_RAW(a, int, w->count);
    w->windows = ARENA_NEW_RAW(a, long, w->count + WILDER_LANES);
    for (int k = 0; k < w->count; k++) {
        if (k == 0 || sorted[k].window != w->windows[w->columns - 1])
            w->windows[w->columns++] = sorted[k].window;
        w->column_of[k] = w->columns - 1;
    }
    w->used = w->columns;
    for (; w->columns % WILDER_LANES; w->columns++)
        w->windows[w->columns] = w->windows[w->columns - 1];
}

static struct seed seed_of(const int64_t *x, long window)
{
    int64_t gains = 0, losses = 0;
    for (long i = 1; i <= window; i++) {
        int64_t d = x[i] - x[i - 1];
        gains += d > 0 ? d : 0;
        losses += d < 0 ? -d : 0;
    }
    return (struct seed){(double)gains / (double)window, (double)losses / (double)window};
}

static void make_lanes(struct wilder_words *w, const int64_t *closes, struct arena *a)
{
    w->seeds = ARENA_NEW(a, struct seed, w->columns);
    w->lanes = ARENA_NEW(a, struct wilder_lanes, w->columns / WILDER_LANES);
    for (int c = 0; c < w->columns; c++) {
        struct wilder_lanes *lanes = &w->lanes[c / WILDER_LANES];
        lanes->window[c % WILDER_LANES] = (double)w->windows[c];
        lanes->used += c < w->used;
        if (w->windows[c] < w->n)
            w->seeds[c] = seed_of(closes, w->windows[c]);
    }
}

struct wilder_words *wilder_words_new(const int64_t *closes, long n, const struct rsi_level *levels,
                                      int count, unsigned cpu, struct arena *a)
{
    struct wilder_words *w = ARENA_NEW(a, struct wilder_words, 1);
    *w = (struct wilder_words){.n = n, .count = count, .code = wilder_code_for(cpu)};
    if (!count)
        return w;
    make_changes(w, closes, a);
    make_columns(w, levels, a);
    make_lanes(w, closes, a);
    w->index = ARENA_NEW(a, double, (long)w->columns *TILE_BARS);
    return w;
}

/* ---- a tile of indices ------------------------------------------------------------------------ */

static void begin(struct wilder_lanes *lanes, int lane, const struct seed *seed)
{
    lanes->gain[lane] = seed->gain;
    lanes->loss[lane] = seed->loss;
}

/* Bars from .. to - 1, cut where a window begins. Lanes before their window hold anything. */
static void run_group(struct wilder_words *w, int group, long from, long to)
{
    struct wilder_lanes *lanes = &w->lanes[group];
    const long *windows = w->windows + (long)group * WILDER_LANES;
    double *index = w->index + (long)group * WILDER_LANES * TILE_BARS;
    for (long at = from; at < to;) {
        long end = to;
        for (int k = WILDER_LANES - 1; k >= 0; k--) {
            if (windows[k] == at)
                begin(lanes, k, &w->seeds[group * WILDER_LANES + k]);
            else if (windows[k] > at && windows[k] < end)
                end = windows[k];
        }
        if (windows[0] <= at)
            w->code.run(lanes, w->gains + at, w->losses + at, end - at, index + (at - from),
                        TILE_BARS);
        at = end;
    }
}

void wilder_words_tile(struct wilder_words *w, long word, int words, uint64_t *rows)
{
    long from = word * WORDS_BARS, to = from + (long)words * WORDS_BARS;
    to = to < w->n ? to : w->n;
    for (int g = 0; g < w->columns / WILDER_LANES; g++)
        run_group(w, g, from, to);
    for (int k = 0; k < w->count; k++) {
        const struct rsi_level *l = &w->levels[k];
        const double *index = w->index + (long)w->column_of[k] * TILE_BARS;
        for (int i = 0; i < words; i++)
            rows[l->row * WORDS_TILE + i] =
                w->code.compare(index + (long)i * WORDS_BARS, l->level, l->above) &
                words_from_bit(l->window - from - (long)i * WORDS_BARS);
    }
}

/* ---- plain code ------------------------------------------------------------------------------- */

static void run_plain(struct wilder_lanes *lanes, const double *gains, const double *losses,
                      long bars, double *index, long stride)
{
    for (int k = 0; k < lanes->used; k++) {
        double g = lanes->gain[k], l = lanes->loss[k], w = lanes->window[k];
        for (long i = 0; i < bars; i++) {
            index[k * stride + i] = 100 * (g / (g + l));
            g = (g * (w - 1) + gains[i + 1]) / w;
            l = (l * (w - 1) + losses[i + 1]) / w;
        }
        lanes->gain[k] = g;
        lanes->loss[k] = l;
    }
}

static uint64_t compare_plain(const double *index, double level, bool above)
{
    uint64_t bits = 0;
    for (int i = 0; i < WORDS_BARS; i++)
        bits |= (uint64_t)(above ? index[i] > level : index[i] < level) << i;
    return bits;
}

struct wilder_code wilder_code_for(unsigned cpu)
{
    return cpu & CPU_AVX2 ? (struct wilder_code){wilder_run_avx2, wilder_compare_avx2}
                          : (struct wilder_code){run_plain, compare_plain};
}
