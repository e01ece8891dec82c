/* One window over one series, where each bar waits for the one before: four parts of the series at once.
 *
 * Each part but the first begins `warm` bars before its own, from a guess. A recurrence forgets: a step
 * leaves 1 - 1 / window of an error or so, and rounding makes what is nearly equal equal. Whether it has
 * forgotten is not assumed but looked at: when its own bars begin, its state must be that in which the part
 * before ends, bit for bit. Where it is not, both are led on until they are one, and the bars till then
 * are written again. So the guess decides how long it takes, never what comes out.
 *
 * (6,289 bars: exponential, window 20, 2.6 -> 1.0 ns a bar; Wilder's, window 14, 4.5 -> 1.7.)
 */
#include "kernels/backtest/numerics/columns_lanes_avx2.h"

#if defined(__x86_64__)

/* Part k is computed from start[k] on, `length` bars; its own are those from start[k] + warm on, but of
 * part 0 all. What it computes before them, the part before it computes again and later. */
struct parts {
    long start[LANES], warm, length;
};

/* Bars first .. n - 1, less at most 15 at the end. Pays where it takes less than half the steps. */
static bool split(long first, long n, long warm, struct parts *out)
{
    warm = (warm + BLOCK - 1) / BLOCK * BLOCK;
    out->warm = warm;
    out->length = (n - first + (LANES - 1) * warm) / LANES / 4 * 4;
    for (int k = 0; k < LANES; k++)
        out->start[k] = first + k * (out->length - warm);
    return out->length > warm && 2 * out->length < n - first;
}

/* ---- exponential ------------------------------------------------------------------------------ */

struct ema_work {
    const double *x[LANES];
    struct column_ask out[LANES];
    __m256d alpha, e;
};

CPU_AVX2_CODE static void ema_run(struct ema_work *w, long from, long to)
{
    __m256d e = w->e, alpha = w->alpha;
    for (long j = from; j < to; j += 4) {
        struct four x = read_four(w->x, j), out;
        out.bar[0] = ema_step(e, alpha, x.bar[0]);
        out.bar[1] = ema_step(out.bar[0], alpha, x.bar[1]);
        out.bar[2] = ema_step(out.bar[1], alpha, x.bar[2]);
        e = out.bar[3] = ema_step(out.bar[2], alpha, x.bar[3]);
        write_four(out, w->out, LANES, j);
    }
    w->e = e;
}

/* From bar `from` on, until the right state and the guessed one are one. The right state at `to`. */
static double ema_mend(const double *x, double *out, double alpha, double right, double guessed,
                       double guessed_end, long from, long to)
{
    for (long i = from; i < to; i++) {
        if (right == guessed)
            return guessed_end;
        guessed = guessed + alpha * (x[i] - guessed);
        out[i] = right = right + alpha * (x[i] - right);
    }
    return right;
}

CPU_AVX2_CODE bool columns_ema_parts_avx2(const struct columns *c, const struct column_ask *ask)
{
    struct parts p;
    if (!split(0, c->n, 20 * (ask->window + 1), &p))
        return false;
    struct ema_work w;
    double first[LANES], met[LANES], end[LANES], alpha = 2 / ((double)ask->window + 1);
    for (int k = 0; k < LANES; k++) {
        w.x[k] = c->real + p.start[k];
        w.out[k].real = ask->real + p.start[k];
        first[k] = w.x[k][0];
    }
    w.alpha = _mm256_set1_pd(alpha);
    w.e = _mm256_loadu_pd(first);
    ema_run(&w, 0, p.warm);
    _mm256_storeu_pd(met, w.e);
    ema_run(&w, p.warm, p.length);
    _mm256_storeu_pd(end, w.e);
    for (int k = 1; k < LANES; k++)
        end[k] = ema_mend(c->real, ask->real, alpha, end[k - 1], met[k], end[k],
                          p.start[k] + p.warm, p.start[k] + p.length);
    double e = end[LANES - 1];
    for (long i = p.start[LANES - 1] + p.length; i < c->n; i++)
        ask->real[i] = e = e + alpha * (c->real[i] - e);
    return true;
}

/* ---- Wilder's --------------------------------------------------------------------------------- */

struct wilder_work {
    const double *gain[LANES], *loss[LANES];
    struct column_ask out[LANES];
    struct divisor d;
    double g[LANES], l[LANES]; /* at the next bar */
};

CPU_AVX2_CODE static inline void wilder_run(struct wilder_work *w, long from, long to, bool divide)
{
    struct smoothed s = {_mm256_loadu_pd(w->g), _mm256_loadu_pd(w->l)};
    const struct divisor d = w->d;
    for (long j = from; j < to; j += 4) {
        struct four g = read_four(w->gain, j + 1), l = read_four(w->loss, j + 1), out;
        out.bar[0] = index_of(s);
        s = step(s, &d, g.bar[0], l.bar[0], divide);
        out.bar[1] = index_of(s);
        s = step(s, &d, g.bar[1], l.bar[1], divide);
        out.bar[2] = index_of(s);
        s = step(s, &d, g.bar[2], l.bar[2], divide);
        out.bar[3] = index_of(s);
        s = step(s, &d, g.bar[3], l.bar[3], divide);
        write_four(out, w->out, LANES, j);
    }
    _mm256_storeu_pd(w->g, s.gain);
    _mm256_storeu_pd(w->l, s.loss);
}

CPU_AVX2_CODE static void wilder_run_multiplying(struct wilder_work *w, long from, long to)
{
    wilder_run(w, from, to, false);
}

CPU_AVX2_CODE static void wilder_run_dividing(struct wilder_work *w, long from, long to)
{
    wilder_run(w, from, to, true);
}

CPU_AVX2_CODE static void wilder_blocks(struct wilder_work *w, long from, long to)
{
    for (long j = from; j < to; j += BLOCK) {
        bool tiny = is_tiny(w->g, LANES) || is_tiny(w->l, LANES);
        (tiny ? wilder_run_dividing : wilder_run_multiplying)(w, j,
                                                              j + BLOCK < to ? j + BLOCK : to);
    }
}

static double plain_index(struct wilder_start s)
{
    return s.gain + s.loss > 0 ? 100 * (s.gain / (s.gain + s.loss)) : (double)NAN;
}

/* From the state at bar i to that at the next. */
static struct wilder_start plain_step(const struct columns *c, struct wilder_start s, double w,
                                      long i)
{
    return (struct wilder_start){(s.gain * (w - 1) + c->gain[i + 1]) / w,
                                 (s.loss * (w - 1) + c->loss[i + 1]) / w};
}

/* As ema_mend. */
static struct wilder_start wilder_mend(const struct columns *c, const struct column_ask *ask,
                                       struct wilder_start right, struct wilder_start guessed,
                                       struct wilder_start guessed_end, long from, long to)
{
    double w = (double)ask->window;
    for (long i = from; i < to; i++) {
        if (right.gain == guessed.gain && right.loss == guessed.loss)
            return guessed_end;
        ask->real[i] = plain_index(right);
        right = plain_step(c, right, w, i);
        guessed = plain_step(c, guessed, w, i);
    }
    return right;
}

CPU_AVX2_CODE bool columns_wilder_parts_avx2(const struct columns *c, const struct column_ask *ask)
{
    struct parts p;
    if (!split(ask->window, c->n, 40 * ask->window, &p))
        return false;
    struct wilder_work w;
    double windows[LANES];
    struct wilder_start met[LANES], end[LANES];
    for (int k = 0; k < LANES; k++) {
        struct wilder_start s = wilder_start(c->x + p.start[k] - ask->window, ask->window);
        w.g[k] = s.gain;
        w.l[k] = s.loss;
        w.gain[k] = c->gain + p.start[k];
        w.loss[k] = c->loss + p.start[k];
        w.out[k].real = ask->real + p.start[k];
        windows[k] = (double)ask->window;
    }
    w.d = divisor_of(windows);
    wilder_blocks(&w, 0, p.warm);
    for (int k = 0; k < LANES; k++)
        met[k] = (struct wilder_start){w.g[k], w.l[k]};
    wilder_blocks(&w, p.warm, p.length);
    for (int k = 0; k < LANES; k++)
        end[k] = (struct wilder_start){w.g[k], w.l[k]};
    for (int k = 1; k < LANES; k++)
        end[k] = wilder_mend(c, ask, end[k - 1], met[k], end[k], p.start[k] + p.warm,
                             p.start[k] + p.length);
    struct wilder_start s = end[LANES - 1];
    for (long i = p.start[LANES - 1] + p.length; i < c->n; i++) {
        ask->real[i] = plain_index(s);
        s = plain_step(c, s, windows[0], i);
    }
    return true;
}

#else

bool columns_ema_parts_avx2(const struct columns *c, const struct column_ask *ask)
{
    (void)c;
    (void)ask;
    return false;
}

bool columns_wilder_parts_avx2(const struct columns *c, const struct column_ask *ask)
{
    (void)c;
    (void)ask;
    return false;
}

#endif
