#include "harness/stats/fit.h"

#include "harness/base/mem.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fit.h>

#include <math.h>

/* ---- scales: values at the same x -------------------------------------------------------------- */

struct scale {
    double x, sum, squares; /* squares: about the mean */
    int n;
};

struct scales {
    struct scale row[STATS_SCALES_MAX];
    int count;
};

static struct scale *scale_of(struct scales *s, double x)
{
    for (int i = 0; i < s->count; i++)
        if (s->row[i].x == x)
            return &s->row[i];
    return NULL;
}

static double mean_of(const struct scale *scale)
{
    return scale->sum / scale->n;
}

/* False: too many of them. */
static bool find_scales(struct scales *s, const double *x, const double *y, int n)
{
    s->count = 0;
    for (int i = 0; i < n; i++) {
        struct scale *scale = scale_of(s, x[i]);
        if (!scale) {
            if (s->count == STATS_SCALES_MAX)
                return false;
            scale = &s->row[s->count++];
            *scale = (struct scale){.x = x[i]};
        }
        scale->sum += y[i];
        scale->n++;
    }
    for (int i = 0; i < n; i++) {
        struct scale *scale = scale_of(s, x[i]);
        double off = y[i] - mean_of(scale);
        scale->squares += off * off;
    }
    return true;
}

enum { WEIGHTED_MIN = 4 }; /* values of a scale whose variance says enough for a weight */

/* ---- weights ----------------------------------------------------------------------------------- */

static double variance_of(const struct scale *scale)
{
    return scale->squares / (scale->n - 1);
}

/* The smallest variance above 0; 0 when every weight is to be the same. */
static double least_variance(const struct scales *s)
{
    double least = INFINITY;
    for (int i = 0; i < s->count; i++) {
        if (s->row[i].n < WEIGHTED_MIN)
            return 0;
        if (s->row[i].squares > 0)
            least = fmin(least, variance_of(&s->row[i]));
    }
    return isfinite(least) ? least : 0;
}

static double weight_of(const struct scale *scale, double least)
{
    return least > 0 ? 1 / fmax(variance_of(scale), least) : 1;
}

/* Weights that are estimates make a line look surer than it is: 1 / s^2 with f degrees of freedom is
 * f / (f - 2) times 1 / sigma^2 on average. Source: the mean of the inverse chi-squared distribution;
 * 10 values a scale make the bounds of 95 % hold in about 94 % (tests/stats/test_fit.c). */
static double weights_doubt(const struct scales *s)
{
    double f = INFINITY;
    for (int i = 0; i < s->count; i++)
        f = fmin(f, s->row[i].n - 1);
    return f / (f - 2);
}

/* ---- the line ---------------------------------------------------------------------------------- */

static struct stats_interval with_bounds(double estimate, double variance, double df, double level)
{
    double half = gsl_cdf_tdist_Pinv((1 + level) / 2, df) * sqrt(variance);
    return (struct stats_interval){estimate, estimate - half, estimate + half, level};
}

/* chi_squared: weighted squares about the line. */
static void put_misfit(struct stats_line *line, const struct scales *s, double least,
                       double chi_squared)
{
    double pure = 0;
    for (int i = 0; i < s->count; i++)
        pure += weight_of(&s->row[i], least) * s->row[i].squares;
    double df_misfit = s->count - 2, df_pure = line->n - s->count;
    line->misfit_f = line->misfit_p = NAN;
    if (df_misfit < 1 || df_pure < 1 || pure <= 0)
        return;
    line->misfit_f = fmax(chi_squared - pure, 0) / df_misfit / (pure / df_pure);
    line->misfit_p = gsl_cdf_fdist_Q(line->misfit_f, df_misfit, df_pure);
}

static void put_worst(struct stats_line *line, const struct scales *s)
{
    line->worst_miss = 0;
    line->worst_x = s->row[0].x;
    for (int i = 0; i < s->count; i++) {
        double mean = mean_of(&s->row[i]);
        double miss = fabs(stats_line_at(line, s->row[i].x) - mean) / fabs(mean);
        if (miss > line->worst_miss) {
            line->worst_miss = miss;
            line->worst_x = s->row[i].x;
        }
    }
}

static void fit(struct stats_line *line, const struct scales *s, const double *x, const double *y,
                double *w)
{
    double least = least_variance(s), chi_squared, fixed, each, v_fixed, v_both, v_each;
    for (int i = 0; i < line->n; i++)
        for (int k = 0; k < s->count; k++)
            if (s->row[k].x == x[i])
                w[i] = weight_of(&s->row[k], least);
    gsl_fit_wlinear(x, 1, w, 1, y, 1, (size_t)line->n, &fixed, &each, &v_fixed, &v_both, &v_each,
                    &chi_squared);
    /* GSL takes the weights for known variances; they are estimates, and the line may not fit. */
    double scale = chi_squared / line->df * (least > 0 ? weights_doubt(s) : 1);
    line->fixed_variance = v_fixed * scale;
    line->each_variance = v_each * scale;
    line->covariance = v_both * scale;
    line->fixed = with_bounds(fixed, line->fixed_variance, line->df, line->level);
    line->each = with_bounds(each, line->each_variance, line->df, line->level);
    put_misfit(line, s, least, chi_squared);
    put_worst(line, s);
}

struct stats_line stats_line_fit(const double *x, const double *y, int n, double level)
{
    struct scales s;
    if (n < 3 || !find_scales(&s, x, y, n) || s.count < 2)
        return (struct stats_line){0};
    struct stats_line line = {.n = n, .scales = s.count, .level = level, .df = n - 2};
    double *weights = mem_alloc(MEM_BASE, (size_t)n * sizeof *weights);
    fit(&line, &s, x, y, weights);
    mem_free(MEM_BASE, weights);
    return line;
}

double stats_line_at(const struct stats_line *line, double x)
{
    return line->fixed.estimate + line->each.estimate * x;
}

struct stats_interval stats_line_interval(const struct stats_line *line, double x)
{
    double variance = line->fixed_variance + 2 * x * line->covariance + x * x * line->each_variance;
    return with_bounds(stats_line_at(line, x), fmax(variance, 0), line->df, line->level);
}

/* ---- break-even -------------------------------------------------------------------------------- */

/* -1: proven cheaper at x, 1: proven dearer, 0: neither. */
static int proven_at(const struct stats_line *line, double x)
{
    struct stats_interval value = stats_line_interval(line, x);
    return value.high < 0 ? -1 : value.low > 0 ? 1 : 0;
}

/* Real roots of a x^2 + 2 b x + c, in order; false: there are none, or it does not depend on x. The
 * larger one in size first, the other by Vieta: no difference of near numbers. With a > 0 there always
 * are roots (Fieller), a discriminant below 0 is one of rounding. */
static bool roots_of(double a, double b, double c, double root[2])
{
    double d = b * b - a * c;
    d = a > 0 ? fmax(d, 0) : d;
    if (d < 0 || (a == 0 && b == 0))
        return false;
    double q = -(b + copysign(sqrt(d), b));
    root[0] = a == 0 ? -c / (2 * b) : q == 0 ? 0 : c / q;
    root[1] = a == 0 ? root[0] : q / a;
    if (root[0] > root[1]) {
        double swap = root[0];
        root[0] = root[1];
        root[1] = swap;
    }
    return true;
}

static struct stats_break_even all_from(enum stats_break_even_kind kind, double x)
{
    return (struct stats_break_even){kind, x, NAN, NAN};
}

/* a > 0: between the roots nothing is proven, and beyond them all is. */
static struct stats_break_even between(const struct stats_line *line, double least,
                                       const double root[2], double x)
{
    bool cheaper = line->each.estimate < 0;
    if (root[1] < least)
        return all_from(cheaper ? STATS_ALWAYS : STATS_NEVER, NAN);
    return (struct stats_break_even){cheaper ? STATS_FROM : STATS_UNTIL, x, fmax(root[0], least),
                                     root[1]};
}

struct stats_break_even stats_break_even(const struct stats_line *line, double least)
{
    double t = gsl_cdf_tdist_Pinv((1 + line->level) / 2, line->df), tt = t * t;
    double fixed = line->fixed.estimate, each = line->each.estimate;
    double a = each * each - tt * line->each_variance;
    double b = fixed * each - tt * line->covariance;
    double c = fixed * fixed - tt * line->fixed_variance;
    double x = -fixed / each, root[2] = {NAN, NAN};
    x = isfinite(x) && x >= least ? x : NAN;
    bool has_roots = roots_of(a, b, c, root);
    if (a > 0 && has_roots)
        return between(line, least, root, x);
    int now = proven_at(line, least);
    if (a >= 0 && !has_roots) /* a line without slope or doubt */
        return now ? all_from(now < 0 ? STATS_ALWAYS : STATS_NEVER, NAN)
                   : (struct stats_break_even){STATS_UNPROVEN, x, least, INFINITY};
    /* The slope's sign is open: what is proven at the least x ends at the upper root. */
    double low = now && has_roots ? fmax(root[1], least) : least;
    return (struct stats_break_even){STATS_UNPROVEN, x, low, INFINITY};
}

const char *stats_break_even_word(enum stats_break_even_kind kind)
{
    static const char *const words[] = {
        [STATS_ALWAYS] = "always", [STATS_NEVER] = "never",         [STATS_FROM] = "from",
        [STATS_UNTIL] = "until",   [STATS_UNPROVEN] = "not proven",
    };
    return words[kind];
}
