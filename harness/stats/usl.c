#include "harness/stats/usl.h"

#include "harness/base/mem.h"
#include "harness/base/rng.h"
#include "harness/stats/describe.h"
#include "harness/stats/usl_curve.h"

#include <gsl/gsl_errno.h>

#include <math.h>
#include <stdbool.h>

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

static void draw(const struct usl_points *points, const struct usl_curve *curve,
                 const struct noise *noise, struct rng *r, struct usl_points *out)
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
static int different(const struct usl_points *p, bool one_known)
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
                        const struct usl_request *r, struct usl_points *out, double *point_df)
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

static void resample(struct usl_fit *f, const struct usl_points *points,
                     const struct usl_curve *curve, const struct usl_request *r,
                     const struct noise *noise, struct arena *a)
{
    struct rng rng = rng_seeded(r->seed);
    struct usl_curve *draws = ARENA_NEW(a, struct usl_curve, r->resamples);
    struct usl_points drawn = {.count = 0};
    for (int i = 0; i < r->resamples; i++) {
        draw(points, curve, noise, &rng, &drawn);
        f->draw_count += usl_curve_fit(&drawn, r->lambda, &draws[f->draw_count]);
    }
    f->draws = draws;
    if (2 * f->draw_count < r->resamples) { /* what is left would not be a fair sample */
        f->kind = USL_NO_INTERVAL;
        f->draw_count = 0;
    }
}

static void put_miss(struct usl_fit *f, const struct usl_points *p, const struct usl_curve *c)
{
    f->worst_miss = 0;
    for (int i = 0; i < p->count; i++)
        f->worst_miss = fmax(f->worst_miss, fabs(usl_speed(c, p->n[i]) / p->speed[i] - 1));
}

static void fit_all(struct usl_fit *f, const struct usl_points *points, const double *point_df,
                    const struct usl_request *r, struct arena *a)
{
    struct usl_curve curve = {0};
    f->kind = USL_FAILED;
    if (!usl_curve_fit(points, r->lambda, &curve))
        return;
    int df = points->count - (r->lambda > 0 ? 2 : 3);
    double squares = usl_curve_squares(points, &curve);
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
    struct usl_points taken = {.count = 0};
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
