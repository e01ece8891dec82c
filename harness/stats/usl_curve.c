#include "harness/stats/usl_curve.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_multifit_nlinear.h>

#include <math.h>

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

/* Which coefficients are fitted; the others stay what `held` says. */
struct problem {
    const struct usl_points *points;
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

double usl_curve_squares(const struct usl_points *p, const struct usl_curve *c)
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
static struct usl_curve guess(const struct usl_points *p, double lambda)
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

bool usl_curve_fit(const struct usl_points *points, double lambda, struct usl_curve *out)
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
        double squares = usl_curve_squares(points, &found);
        if (squares < best) {
            best = squares;
            *out = found;
        }
        if (i == 0)
            break; /* nothing was held: no other can be better */
    }
    return isfinite(best);
}
