#include "harness/stats/usl.h"

#include "harness/base/mem.h"
#include "harness/base/rng.h"
#include "harness/stats/describe.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_multifit_nlinear.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* ---- the curve ------------------------------------------------------------------------------------- */

static double denominator(const struct usl_curve *c, double n)
{
    return 1 + c->sigma * (n - 1) + c->kappa * n * (n - 1);
}

double usl_speed(const struct usl_curve *curve, double workers)
{
    return curve->lambda * workers / denominator(curve, workers);
}

double usl_peak(const struct usl_curve *curve)
{
    if (curve->sigma >= 1)
        return 1;
    return curve->kappa > 0 ? fmax(1, sqrt((1 - curve->sigma) / curve->kappa)) : INFINITY;
}

/* ---- one fit --------------------------------------------------------------------------------------- */

enum { LAMBDA, SIGMA, KAPPA, COEFFICIENTS };

struct points {
    double n[USL_POINTS_MAX], speed[USL_POINTS_MAX], weight[USL_POINTS_MAX]; /* 1 / se */
    int count;
};

/* Which coefficients are fitted; the others stay what `held` says. */
struct problem {
    const struct points *points;
    bool is_free[COEFFICIENTS];
    struct usl_curve held;
};

static struct usl_curve curve_of(const struct problem *p, const gsl_vector *x)
{
    double v[COEFFICIENTS] = {p->held.lambda, p->held.sigma, p->held.kappa};
    size_t k = 0;
    for (int i = 0; i < COEFFICIENTS; i++)
        if (p->is_free[i])
            v[i] = gsl_vector_get(x, k++);
    return (struct usl_curve){v[LAMBDA], v[SIGMA], v[KAPPA]};
}

/* A step that leaves the curve's domain finds a speed so large that it is taken back. An error would
 * not do: GSL's driver takes a step that failed for one of length 0, which it calls the end. */
static const double nearly_none = 1e-3;

static int residuals(const gsl_vector *x, void *context, gsl_vector *out)
{
    const struct problem *p = context;
    struct usl_curve c = curve_of(p, x);
    for (int i = 0; i < p->points->count; i++) {
        double n = p->points->n[i], below = fmax(denominator(&c, n), nearly_none);
        gsl_vector_set(out, (size_t)i,
                       p->points->weight[i] * (c.lambda * n / below - p->points->speed[i]));
    }
    return GSL_SUCCESS;
}

static int derivatives(const gsl_vector *x, void *context, gsl_matrix *out)
{
    const struct problem *p = context;
    struct usl_curve c = curve_of(p, x);
    for (int i = 0; i < p->points->count; i++) {
        double n = p->points->n[i], below = denominator(&c, n),
               slope = -c.lambda * n / (below * below);
        double d[COEFFICIENTS] = {n / below, slope * (n - 1), slope * n * (n - 1)};
        size_t k = 0;
        for (int j = 0; j < COEFFICIENTS; j++)
            if (p->is_free[j])
                gsl_matrix_set(out, (size_t)i, k++, p->points->weight[i] * d[j]);
    }
    return GSL_SUCCESS;
}

static int free_count(const struct problem *p)
{
    return p->is_free[LAMBDA] + p->is_free[SIGMA] + p->is_free[KAPPA];
}

static double squares_of(const struct points *p, const struct usl_curve *c)
{
    double sum = 0;
    for (int i = 0; i < p->count; i++) {
        double off = p->weight[i] * (usl_speed(c, p->n[i]) - p->speed[i]);
        sum += off * off;
    }
    return sum;
}

/* From `start`; false: no minimum was found, or one below 0. */
static bool minimise(const struct problem *p, const struct usl_curve *start, struct usl_curve *out)
{
    enum { TURNS = 200 };
    size_t free_n = (size_t)free_count(p), k = 0;
    *out = p->held;
    if (free_n == 0)
        return true;
    double first[COEFFICIENTS] = {start->lambda, start->sigma, start->kappa}, x[COEFFICIENTS];
    for (int i = 0; i < COEFFICIENTS; i++)
        if (p->is_free[i])
            x[k++] = first[i];
    gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_fdf f = {.f = residuals,
                                  .df = derivatives,
                                  .n = (size_t)p->points->count,
                                  .p = free_n,
                                  .params = (void *)(uintptr_t)p};
    gsl_multifit_nlinear_workspace *w =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &parameters, f.n, f.p);
    gsl_vector_view at = gsl_vector_view_array(x, free_n);
    int why, status = gsl_multifit_nlinear_init(&at.vector, &f, w);
    if (status == GSL_SUCCESS)
        status = gsl_multifit_nlinear_driver(TURNS, 1e-10, 1e-12, 0, NULL, NULL, &why, w);
    /* EMAXITER is also what it says when it begins at the minimum and finds no step. */
    bool ended = status == GSL_SUCCESS || status == GSL_EMAXITER;
    if (ended)
        *out = curve_of(p, gsl_multifit_nlinear_position(w));
    gsl_multifit_nlinear_free(w);
    return ended && out->lambda > 0 && out->sigma >= 0 && out->kappa >= 0;
}

/* (N lambda / X - 1) / (N - 1) = sigma + kappa N is a line: where the search begins. */
static struct usl_curve guess(const struct points *p, double lambda)
{
    double x[USL_POINTS_MAX], y[USL_POINTS_MAX], sigma = 0, kappa = 0, c00, c01, c11, squares;
    int least = 0;
    size_t n = 0;
    for (int i = 0; i < p->count; i++)
        least = p->n[i] < p->n[least] ? i : least;
    double one = lambda > 0 ? lambda : p->speed[least] / p->n[least];
    for (int i = 0; i < p->count; i++)
        if (p->n[i] > 1) {
            x[n] = p->n[i];
            y[n++] = (p->n[i] * one / p->speed[i] - 1) / (p->n[i] - 1);
        }
    if (n >= 2)
        gsl_fit_linear(x, 1, y, 1, n, &sigma, &kappa, &c00, &c01, &c11, &squares);
    return (struct usl_curve){one, isfinite(sigma) ? fmax(sigma, 1e-3) : 1e-3,
                              isfinite(kappa) ? fmax(kappa, 1e-5) : 1e-5};
}

/* All coefficients; if one is below 0, the best of those with some of them held at 0. */
static bool fit_curve(const struct points *points, double lambda, struct usl_curve *out)
{
    static const bool choices[][2] = {
        {true,  true },
        {true,  false},
        {false, true },
        {false, false},
    };
    struct usl_curve start = guess(points, lambda);
    double best = INFINITY;
    *out = start;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        struct problem p = {
            points, {lambda <= 0, choices[i][0], choices[i][1]},
             {lambda,      0,             0            }
        };
        struct usl_curve found;
        if (!minimise(&p, &start, &found))
            continue;
        double squares = squares_of(points, &found);
        if (squares < best) {
            best = squares;
            *out = found;
        }
        if (i == 0)
            break; /* nothing was held: no other can be better */
    }
    return isfinite(best);
}

/* ---- bounds ---------------------------------------------------------------------------------------- */

struct noise {
    double scale;   /* of each point's own error, 1 / weight */
    double squares; /* above 0: the scale is drawn, from these over chi^2 of df */
    int df;
    const double *point_df; /* of each point's error; 0: normal */
};

static double chi_squared(struct rng *r, int df)
{
    double sum = 0;
    for (int i = 0; i < df; i++) {
        double z = rng_normal(r);
        sum += z * z;
    }
    return sum;
}

static double student(struct rng *r, double df)
{
    enum { AS_NORMAL = 100 };
    double z = rng_normal(r);
    int whole = (int)df;
    return whole < 1 || whole > AS_NORMAL ? z : z / sqrt(chi_squared(r, whole) / whole);
}

static void draw(const struct points *points, const struct usl_curve *curve,
                 const struct noise *noise, struct rng *r, struct points *out)
{
    double scale =
        noise->squares > 0 ? sqrt(noise->squares / chi_squared(r, noise->df)) : noise->scale;
    *out = *points;
    for (int i = 0; i < points->count; i++) {
        double off = scale * student(r, noise->point_df[i]) / points->weight[i];
        double exact = usl_speed(curve, points->n[i]);
        out->speed[i] = fmax(exact + off, exact * 1e-3); /* a speed is above 0 */
    }
}

static struct stats_interval percentiles(double *v, int n, double estimate, double level)
{
    stats_sort(v, n);
    return (struct stats_interval){estimate, stats_quantile(v, n, (1 - level) / 2),
                                   stats_quantile(v, n, (1 + level) / 2), level};
}

static double of_lambda(const struct usl_curve *c, double unused)
{
    (void)unused;
    return c->lambda;
}

static double of_sigma(const struct usl_curve *c, double unused)
{
    (void)unused;
    return c->sigma;
}

static double of_kappa(const struct usl_curve *c, double unused)
{
    (void)unused;
    return c->kappa;
}

static double of_peak(const struct usl_curve *c, double unused)
{
    (void)unused;
    return fmin(usl_peak(c), 1e300); /* quantiles lie between values: no infinite ones */
}

static struct stats_interval bounds(const struct usl_fit *f,
                                    double (*of)(const struct usl_curve *, double), double at,
                                    double estimate)
{
    if (f->draw_count == 0)
        return (struct stats_interval){estimate, NAN, NAN, NAN};
    double *v = mem_alloc(MEM_BASE, (size_t)f->draw_count * sizeof *v);
    for (int i = 0; i < f->draw_count; i++)
        v[i] = of(&f->draws[i], at);
    struct stats_interval interval = percentiles(v, f->draw_count, estimate, f->level);
    mem_free(MEM_BASE, v);
    return interval;
}

static void put_bounds(struct usl_fit *f, const struct usl_curve *c)
{
    f->lambda = bounds(f, of_lambda, 0, c->lambda);
    f->sigma = bounds(f, of_sigma, 0, c->sigma);
    f->kappa = bounds(f, of_kappa, 0, c->kappa);
    f->peak = bounds(f, of_peak, 0, usl_peak(c));
    f->peak.low = f->peak.low >= 1e299 ? INFINITY : f->peak.low;
    f->peak.high = f->peak.high >= 1e299 ? INFINITY : f->peak.high;
}

struct stats_interval usl_at(const struct usl_fit *fit, double workers)
{
    const struct usl_curve c = {fit->lambda.estimate, fit->sigma.estimate, fit->kappa.estimate};
    return bounds(fit, usl_speed, workers, usl_speed(&c, workers));
}

/* ---- together -------------------------------------------------------------------------------------- */

static bool is_usable(const struct usl_point *p)
{
    return isfinite(p->workers) && p->workers >= 1 && isfinite(p->speed) && p->speed > 0 &&
           p->se >= 0 && isfinite(p->se) && p->df >= 0;
}

/* Different N, one worker among them when its speed is known. */
static int different(const struct points *p, bool one_known)
{
    int n = one_known;
    for (int i = 0; i < p->count; i++) {
        bool seen = one_known && p->n[i] == 1;
        for (int k = 0; k < i; k++)
            seen = seen || p->n[k] == p->n[i];
        n += !seen;
    }
    return n;
}

/* Those within the cores. What is known of one worker has nothing to fit. */
static bool take_points(struct usl_fit *f, const struct usl_point *points, int n,
                        const struct usl_request *r, struct points *out, double *point_df)
{
    bool has_errors = true;
    for (int i = 0; i < n; i++) {
        if (n > USL_POINTS_MAX || !is_usable(&points[i]))
            return false;
        has_errors = has_errors && (points[i].se > 0 || (r->lambda > 0 && points[i].workers == 1));
    }
    for (int i = 0; i < n; i++) {
        const struct usl_point *p = &points[i];
        bool beyond = r->cores > 0 && p->workers > r->cores;
        f->left_out += beyond;
        if (beyond || (r->lambda > 0 && p->workers == 1))
            continue;
        out->n[out->count] = p->workers;
        out->speed[out->count] = p->speed;
        out->weight[out->count] = has_errors ? 1 / p->se : 1 / p->speed;
        point_df[out->count++] = has_errors ? p->df : 0;
        f->most = fmax(f->most, p->workers);
    }
    f->used = different(out, r->lambda > 0);
    f->misfit = has_errors ? 0 : NAN;
    return true;
}

static void resample(struct usl_fit *f, const struct points *points, const struct usl_curve *curve,
                     const struct usl_request *r, const struct noise *noise, struct arena *a)
{
    struct rng rng = rng_seeded(r->seed);
    struct usl_curve *draws = ARENA_NEW(a, struct usl_curve, r->resamples);
    struct points drawn = {.count = 0};
    for (int i = 0; i < r->resamples; i++) {
        draw(points, curve, noise, &rng, &drawn);
        f->draw_count += fit_curve(&drawn, r->lambda, &draws[f->draw_count]);
    }
    f->draws = draws;
    if (2 * f->draw_count < r->resamples) { /* what is left would not be a fair sample */
        f->kind = USL_NO_INTERVAL;
        f->draw_count = 0;
    }
}

static void put_miss(struct usl_fit *f, const struct points *p, const struct usl_curve *c)
{
    f->worst_miss = 0;
    for (int i = 0; i < p->count; i++)
        f->worst_miss = fmax(f->worst_miss, fabs(usl_speed(c, p->n[i]) / p->speed[i] - 1));
}

static void fit_all(struct usl_fit *f, const struct points *points, const double *point_df,
                    const struct usl_request *r, struct arena *a)
{
    struct usl_curve curve = {0};
    f->kind = USL_FAILED;
    if (!fit_curve(points, r->lambda, &curve))
        return;
    int df = points->count - (r->lambda > 0 ? 2 : 3);
    double squares = squares_of(points, &curve);
    bool has_errors = f->misfit == 0;
    f->kind = f->used >= USL_INTERVAL_MIN && r->resamples > 0 ? USL_FITTED : USL_NO_INTERVAL;
    f->misfit = has_errors && df > 0 ? squares / df : NAN;
    put_miss(f, points, &curve);
    struct noise noise = {.scale = has_errors ? sqrt(fmax(1, squares / fmax(df, 1))) : 0,
                          .squares = has_errors ? 0 : squares,
                          .df = df,
                          .point_df = point_df};
    if (f->kind == USL_FITTED)
        resample(f, points, &curve, r, &noise, a);
    put_bounds(f, &curve);
}

struct usl_fit usl_fit(const struct usl_point *points, int n, const struct usl_request *request,
                       struct arena *a)
{
    struct usl_fit f = {.kind = USL_FAILED, .level = request->level};
    struct points taken = {.count = 0};
    double point_df[USL_POINTS_MAX];
    if (!take_points(&f, points, n, request, &taken, point_df))
        return f;
    f.kind = USL_TOO_FEW;
    if (f.used < USL_FIT_MIN)
        return f;
    gsl_error_handler_t *before = gsl_set_error_handler_off();
    fit_all(&f, &taken, point_df, request, a);
    gsl_set_error_handler(before);
    return f;
}

const char *usl_word(enum usl_kind kind)
{
    static const char *const words[] = {
        [USL_TOO_FEW] = "too few numbers of workers",
        [USL_FAILED] = "no curve fits",
        [USL_NO_INTERVAL] = "fitted, too few points for an interval",
        [USL_FITTED] = "fitted",
    };
    return words[kind];
}
