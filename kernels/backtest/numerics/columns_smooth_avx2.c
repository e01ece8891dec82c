/* The recurrences: a lane for each window, two vectors of four, so that one waits while the other
 * computes. What four bars gave is turned about, from a vector a bar to a vector a window, and written.
 * Lanes beyond count repeat the last window, and write nothing.
 */
#include "kernels/backtest/numerics/columns_lanes_avx2.h"

#if defined(__x86_64__)

_Static_assert((int)COLUMNS_LANES == 2 * LANES, "two vectors");

CPU_AVX2_CODE static inline void write_one(__m256d v, const struct column_ask *out, int count,
                                           long i)
{
    double lane[LANES];
    _mm256_storeu_pd(lane, v);
    for (int k = 0; k < count && k < LANES; k++)
        out[k].real[i] = lane[k];
}

static double window_of(const struct column_ask *asks, int count, int lane)
{
    return (double)asks[lane < count ? lane : count - 1].window;
}

/* So many windows take less time one after the other, each by parts. */
enum { FEW = 2 };

typedef bool by_parts_fn(const struct columns *c, const struct column_ask *ask);
typedef void at_once_fn(const struct columns *c, const struct column_ask *asks, int count);

static void each_by_parts(const struct columns *c, const struct column_ask *asks, int count,
                          by_parts_fn *by_parts, at_once_fn *at_once)
{
    struct column_ask left[FEW];
    int n = 0;
    for (int k = 0; k < count; k++)
        if (!by_parts(c, &asks[k]))
            left[n++] = asks[k];
    if (n > 0)
        at_once(c, left, n);
}

/* ---- exponential ------------------------------------------------------------------------------ */

CPU_AVX2_CODE static inline struct four ema_four(__m256d e, __m256d alpha, const double *x)
{
    struct four out;
    out.bar[0] = ema_step(e, alpha, _mm256_set1_pd(x[0]));
    out.bar[1] = ema_step(out.bar[0], alpha, _mm256_set1_pd(x[1]));
    out.bar[2] = ema_step(out.bar[1], alpha, _mm256_set1_pd(x[2]));
    out.bar[3] = ema_step(out.bar[2], alpha, _mm256_set1_pd(x[3]));
    return out;
}

CPU_AVX2_CODE static inline void ema(const struct columns *c, const struct column_ask *asks,
                                     int count, bool both)
{
    const double *x = c->real;
    double alphas[COLUMNS_LANES];
    for (int k = 0; k < COLUMNS_LANES; k++)
        alphas[k] = 2 / (window_of(asks, count, k) + 1);
    __m256d alpha0 = _mm256_loadu_pd(alphas), alpha1 = _mm256_loadu_pd(alphas + LANES);
    __m256d e0 = _mm256_set1_pd(x[0]), e1 = e0;
    long i = 0;
    for (; i + 4 <= c->n; i += 4) {
        struct four a = ema_four(e0, alpha0, x + i);
        e0 = a.bar[3];
        write_four(a, asks, count, i);
        if (both) {
            struct four b = ema_four(e1, alpha1, x + i);
            e1 = b.bar[3];
            write_four(b, asks + LANES, count - LANES, i);
        }
    }
    for (; i < c->n; i++) {
        e0 = ema_step(e0, alpha0, _mm256_set1_pd(x[i]));
        e1 = ema_step(e1, alpha1, _mm256_set1_pd(x[i]));
        write_one(e0, asks, count, i);
        write_one(e1, asks + LANES, count - LANES, i);
    }
}

CPU_AVX2_CODE static void ema_four_lanes(const struct columns *c, const struct column_ask *asks,
                                         int count)
{
    ema(c, asks, count, false);
}

CPU_AVX2_CODE void columns_ema_avx2(const struct columns *c, const struct column_ask *asks,
                                    int count)
{
    if (count <= FEW)
        each_by_parts(c, asks, count, columns_ema_parts_avx2, ema_four_lanes);
    else if (count > LANES)
        ema(c, asks, count, true);
    else
        ema_four_lanes(c, asks, count);
}

/* ---- Wilder's --------------------------------------------------------------------------------- */

struct wilder {
    const struct columns *c;
    const struct column_ask *asks;
    int count;
    struct divisor d[2];
    double gain[COLUMNS_LANES], loss[COLUMNS_LANES]; /* at the next bar */
};

CPU_AVX2_CODE static inline struct four four_steps(struct smoothed *s, const struct divisor *d,
                                                   const double *gain, const double *loss,
                                                   bool divide)
{
    struct four out;
    out.bar[0] = index_of(*s);
    *s = step(*s, d, _mm256_set1_pd(gain[1]), _mm256_set1_pd(loss[1]), divide);
    out.bar[1] = index_of(*s);
    *s = step(*s, d, _mm256_set1_pd(gain[2]), _mm256_set1_pd(loss[2]), divide);
    out.bar[2] = index_of(*s);
    *s = step(*s, d, _mm256_set1_pd(gain[3]), _mm256_set1_pd(loss[3]), divide);
    out.bar[3] = index_of(*s);
    *s = step(*s, d, _mm256_set1_pd(gain[4]), _mm256_set1_pd(loss[4]), divide);
    return out;
}

CPU_AVX2_CODE static inline void run(struct wilder *w, long from, long to, bool both, bool divide)
{
    const double *gain = w->c->gain, *loss = w->c->loss;
    const struct column_ask *asks = w->asks;
    const struct divisor d0 = w->d[0], d1 = w->d[1];
    struct smoothed a = {_mm256_loadu_pd(w->gain), _mm256_loadu_pd(w->loss)};
    struct smoothed b = {_mm256_loadu_pd(w->gain + LANES), _mm256_loadu_pd(w->loss + LANES)};
    long i = from;
    for (; i + 4 <= to; i += 4) {
        write_four(four_steps(&a, &d0, gain + i, loss + i, divide), asks, w->count, i);
        if (both)
            write_four(four_steps(&b, &d1, gain + i, loss + i, divide), asks + LANES,
                       w->count - LANES, i);
    }
    for (; i < to; i++) {
        write_one(index_of(a), asks, w->count, i);
        write_one(index_of(b), asks + LANES, w->count - LANES, i);
        a = step(a, &d0, _mm256_set1_pd(gain[i + 1]), _mm256_set1_pd(loss[i + 1]), divide);
        b = step(b, &d1, _mm256_set1_pd(gain[i + 1]), _mm256_set1_pd(loss[i + 1]), divide);
    }
    _mm256_storeu_pd(w->gain, a.gain);
    _mm256_storeu_pd(w->loss, a.loss);
    _mm256_storeu_pd(w->gain + LANES, b.gain);
    _mm256_storeu_pd(w->loss + LANES, b.loss);
}

typedef void run_fn(struct wilder *w, long from, long to);

CPU_AVX2_CODE static void run_four(struct wilder *w, long from, long to)
{
    run(w, from, to, false, false);
}

CPU_AVX2_CODE static void run_eight(struct wilder *w, long from, long to)
{
    run(w, from, to, true, false);
}

CPU_AVX2_CODE static void run_dividing(struct wilder *w, long from, long to)
{
    run(w, from, to, true, true);
}

static void begin_lanes(struct wilder *w, long bar)
{
    for (int k = 0; k < w->count; k++)
        if (w->asks[k].window == bar) {
            struct wilder_start start = wilder_start(w->c->x, bar);
            w->gain[k] = start.gain;
            w->loss[k] = start.loss;
        }
}

/* Where the first lane begins that does so after `bar`; n if none does. */
static long next_beginning(const struct wilder *w, long bar)
{
    long next = w->c->n;
    for (int k = 0; k < w->count; k++)
        if (w->asks[k].window > bar && w->asks[k].window < next)
            next = w->asks[k].window;
    return next;
}

CPU_AVX2_CODE static void wilder_at_once(const struct columns *c, const struct column_ask *asks,
                                         int count)
{
    struct wilder w = {.c = c, .asks = asks, .count = count};
    double windows[COLUMNS_LANES];
    for (int k = 0; k < COLUMNS_LANES; k++)
        windows[k] = window_of(asks, count, k);
    run_fn *run_multiplying = count > LANES ? run_eight : run_four;
    w.d[0] = divisor_of(windows);
    w.d[1] = divisor_of(windows + LANES);
    for (long from = next_beginning(&w, 0), to; from < c->n; from = to) {
        begin_lanes(&w, from);
        to = next_beginning(&w, from);
        to = from + BLOCK < to ? from + BLOCK : to;
        bool tiny = is_tiny(w.gain, COLUMNS_LANES) || is_tiny(w.loss, COLUMNS_LANES);
        (tiny ? run_dividing : run_multiplying)(&w, from, to);
    }
}

CPU_AVX2_CODE void columns_wilder_avx2(const struct columns *c, const struct column_ask *asks,
                                       int count)
{
    if (count <= FEW)
        each_by_parts(c, asks, count, columns_wilder_parts_avx2, wilder_at_once);
    else
        wilder_at_once(c, asks, count);
}

#else

void columns_ema_avx2(const struct columns *c, const struct column_ask *asks, int count)
{
    (void)c;
    (void)asks;
    (void)count;
}

void columns_wilder_avx2(const struct columns *c, const struct column_ask *asks, int count)
{
    (void)c;
    (void)asks;
    (void)count;
}

#endif
