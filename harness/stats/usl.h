/* How throughput grows with workers: the Universal Scalability Law, fitted, with bounds.
 *
 *     struct usl_request r = {.lambda = 1, .cores = 16, .level = 0.95, .resamples = 1000, .seed = 1};
 *     struct usl_fit f = usl_fit(points, n, &r, &arena);
 *     f.sigma.estimate      0.03: 3 % of the work waits for its turn
 *     usl_at(&f, 64)        the curve there, with its band
 *
 *     X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))
 * lambda: what one worker does; sigma: contention, what must be done one after the other (Amdahl's law with
 * kappa 0); kappa: coherence, what grows with the pairs of workers. Both are 0 or more. It has its most at N* = sqrt((1 -
 * sigma) / kappa). Source: Gunther 2007 (Guerrilla Capacity Planning, chapter 4).
 *
 * Weighted nonlinear least squares (GSL's gsl_multifit_nlinear, Levenberg-Marquardt); where a coefficient comes out
 * below 0 it is held at 0 and the others are fitted anew, and of what is left the best is taken. Bounds: parametric
 * bootstrap, percentiles of the fits of `resamples` new sets of points around the curve. Errors that are given
 * are drawn as they are (and wider by sqrt(chi^2 / df) where the curve misses the points by more than they allow); where
 * none are, each set draws its noise anew from the residuals' own doubt, sqrt(squares / chi^2 of df), so that with few
 * points the bounds are as wide as Student's.
 *
 * Workers beyond the cores share them: such points tell of the scheduler and not of the program, and bend the curve. Those
 * are left out (`cores`) and counted.
 */
#ifndef CUPEL_STATS_USL_H
#define CUPEL_STATS_USL_H

#include "harness/base/arena.h"
#include "harness/stats/interval.h"

#include <stdint.h>

enum {
    USL_POINTS_MAX = 64,
    USL_FIT_MIN = 3,      /* different N, one worker included: three coefficients */
    USL_INTERVAL_MIN = 4, /* one more, or nothing says how well the curve fits */
};

struct usl_point {
    double workers, speed; /* workers >= 1; speed > 0, in any unit */
    double se, df;         /* of speed; se 0: not known; df 0: as if known without doubt */
};

struct usl_request {
    double lambda; /* above 0: known, as for speed-ups over one worker, which is 1; 0: fitted */
    double cores;  /* points of more workers are left out; 0: none is */
    double level;
    int resamples; /* 0: no bounds */
    uint64_t seed;
};

enum usl_kind {
    USL_TOO_FEW,     /* fewer than USL_FIT_MIN different N within the cores: nothing else is set */
    USL_FAILED,      /* no curve could be fitted: nothing else is set */
    USL_NO_INTERVAL, /* fitted through as many points as it has coefficients: bounds are NAN */
    USL_FITTED,
};

struct usl_curve {
    double lambda, sigma, kappa;
};

struct usl_fit {
    enum usl_kind kind;
    int used,
        left_out; /* different N within the cores, where lambda is known with N = 1; points beyond */
    double level;
    struct stats_interval lambda, sigma, kappa;
    struct stats_interval peak;    /* N*; INFINITY: grows for ever */
    double misfit;                 /* chi^2 / df; NAN: errors not given, or no df */
    double worst_miss;             /* largest |curve / point - 1| of the points used */
    double most;                   /* workers of the last point used: beyond it is extrapolation */
    const struct usl_curve *draws; /* of the bootstrap; owner: the arena */
    int draw_count;
};

/* Errors: all given, or none counts. Refused (USL_FAILED): a value that is no number above 0, N below 1, more than
 * USL_POINTS_MAX points. The same seed gives the same bounds. */
struct usl_fit usl_fit(const struct usl_point *points, int n, const struct usl_request *request,
                       struct arena *a);

/* The curve at so many workers with its band (of the mean, not of a single measurement); bounds NAN
 * without an interval. */
struct stats_interval usl_at(const struct usl_fit *fit, double workers);

double usl_speed(const struct usl_curve *curve, double workers);

/* Where the curve has its most, 1 or more. */
double usl_peak(const struct usl_curve *curve);

/* "too few numbers of workers", ... */
const char *usl_word(enum usl_kind kind);

#endif
