/* The recurrences: a lane for each window, two vectors of four, so that one waits while the other
 * computes. What four bars gave is turned about, from a vector a bar to a vector a window, and written.
 * Lanes beyond count repeat the last window, and write nothing.
 */
#include "kernels/backtest/numerics/columns_avx2.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <math.h>
#include <stdbool.h>

enum { LANES = 4 };
_Static_assert((int)COLUMNS_LANES == 2 * LANES, "two vectors");

struct four {
    __m256d bar[4];
};

/* Bars i .. i + 3 of the first `count` windows of out. */
CPU_AVX2_CODE static inline void write_four(struct four v, const struct column_ask *out, int count,
                                            long i)
{
    __m256d even01 = _mm256_unpacklo_pd(v.bar[0], v.bar[1]);
    __m256d even23 = _mm256_unpacklo_pd(v.bar[2], v.bar[3]);
    __m256d odd01 = _mm256_unpackhi_pd(v.bar[0], v.bar[1]);
    __m256d odd23 = _mm256_unpackhi_pd(v.bar[2], v.bar[3]);
    if (count > 0)
        _mm256_storeu_pd(out[0].real + i, _mm256_permute2f128_pd(even01, even23, 0x20));
    if (count > 1)
        _mm256_storeu_pd(out[1].real + i, _mm256_permute2f128_pd(odd01, odd23, 0x20));
    if (count > 2)
        _mm256_storeu_pd(out[2].real + i, _mm256_permute2f128_pd(even01, even23, 0x31));
    if (count > 3)
        _mm256_storeu_pd(out[3].real + i, _mm256_permute2f128_pd(odd01, odd23, 0x31));
}

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

/* ---- exponential ------------------------------------------------------------------------------ */

CPU_AVX2_CODE static inline __m256d ema_step(__m256d e, __m256d alpha, double x)
{
    __m256d off = _mm256_sub_pd(_mm256_set1_pd(x), e);
    return _mm256_add_pd(e, _mm256_mul_pd(alpha, off));
}

CPU_AVX2_CODE static inline struct four ema_four(__m256d e, __m256d alpha, const double *x)
{
    struct four out;
    out.bar[0] = ema_step(e, alpha, x[0]);
    out.bar[1] = ema_step(out.bar[0], alpha, x[1]);
    out.bar[2] = ema_step(out.bar[1], alpha, x[2]);
    out.bar[3] = ema_step(out.bar[2], alpha, x[3]);
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
        e0 = ema_step(e0, alpha0, x[i]);
        e1 = ema_step(e1, alpha1, x[i]);
        write_one(e0, asks, count, i);
        write_one(e1, asks + LANES, count - LANES, i);
    }
}

CPU_AVX2_CODE void columns_ema_avx2(const struct columns *c, const struct column_ask *asks,
                                    int count)
{
    if (count > LANES)
        ema(c, asks, count, true);
    else
        ema(c, asks, count, false);
}

/* ---- Wilder's --------------------------------------------------------------------------------- */

/* 1 / window in two parts; slope = (window - 1) * low. */
struct divisor {
    __m256d window, less_one, high, low, slope;
};

struct smoothed {
    __m256d gain, loss;
};

CPU_AVX2_CODE static struct divisor divisor_of(const double *windows)
{
    struct divisor d;
    __m256d one = _mm256_set1_pd(1);
    d.window = _mm256_loadu_pd(windows);
    d.less_one = _mm256_sub_pd(d.window, one);
    d.high = _mm256_div_pd(one, d.window);
    d.low = _mm256_div_pd(_mm256_fnmadd_pd(d.window, d.high, one), d.window);
    d.slope = _mm256_mul_pd(d.less_one, d.low);
    return d;
}

/* (v * (window - 1) + x) / window. The low part needs few digits, so that it need not wait for the
 * rounded dividend. */
CPU_AVX2_CODE static inline __m256d smooth(__m256d v, const struct divisor *d, __m256d x)
{
    __m256d low = _mm256_fmadd_pd(v, d->slope, _mm256_mul_pd(x, d->low));
    __m256d dividend = _mm256_add_pd(_mm256_mul_pd(v, d->less_one), x);
    return _mm256_fmadd_pd(dividend, d->high, low);
}

CPU_AVX2_CODE static inline __m256d smooth_dividing(__m256d v, const struct divisor *d, __m256d x)
{
    __m256d dividend = _mm256_add_pd(_mm256_mul_pd(v, d->less_one), x);
    return _mm256_div_pd(dividend, d->window);
}

CPU_AVX2_CODE static inline struct smoothed step(struct smoothed s, const struct divisor *d,
                                                 double gain, double loss, bool divide)
{
    __m256d g = _mm256_set1_pd(gain), l = _mm256_set1_pd(loss);
    return divide ? (struct smoothed){smooth_dividing(s.gain, d, g), smooth_dividing(s.loss, d, l)}
                  : (struct smoothed){smooth(s.gain, d, g), smooth(s.loss, d, l)};
}

CPU_AVX2_CODE static inline __m256d index_of(struct smoothed s)
{
    __m256d both = _mm256_add_pd(s.gain, s.loss);
    __m256d index = _mm256_mul_pd(_mm256_set1_pd(100), _mm256_div_pd(s.gain, both));
    __m256d defined = _mm256_cmp_pd(both, _mm256_setzero_pd(), _CMP_GT_OQ);
    return _mm256_blendv_pd(_mm256_set1_pd((double)NAN), index, defined);
}

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
    *s = step(*s, d, gain[1], loss[1], divide);
    out.bar[1] = index_of(*s);
    *s = step(*s, d, gain[2], loss[2], divide);
    out.bar[2] = index_of(*s);
    *s = step(*s, d, gain[3], loss[3], divide);
    out.bar[3] = index_of(*s);
    *s = step(*s, d, gain[4], loss[4], divide);
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
        a = step(a, &d0, gain[i + 1], loss[i + 1], divide);
        b = step(b, &d1, gain[i + 1], loss[i + 1], divide);
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

/* A step halves a value at most, so that BLOCK of them lead from 2^-800 to where the smallest part of
 * a product, some 2^-120 of it, is still a normal number. */
enum { BLOCK = 64 };

static bool is_tiny(const double *v)
{
    bool tiny = false;
    for (int k = 0; k < COLUMNS_LANES; k++)
        tiny |= v[k] > 0 && v[k] < 0x1p-800;
    return tiny;
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

CPU_AVX2_CODE void columns_wilder_avx2(const struct columns *c, const struct column_ask *asks,
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
        (is_tiny(w.gain) || is_tiny(w.loss) ? run_dividing : run_multiplying)(&w, from, to);
    }
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
