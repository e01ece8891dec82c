/* A cost as a straight line of the amount of work: what is paid once, and what is paid for each.
 *
 *     struct stats_line d = stats_line_fit(backtests, new_less_base, n, 0.95);
 *     d.fixed.estimate, d.each.estimate       ns once, ns a backtest
 *     struct stats_break_even even = stats_break_even(&d, 1);
 *
 * Weighted least squares: cost(x) = fixed + each x, weights 1 / variance of the values at that x, so
 * that the quiet small scales are not drowned by the noise of the large ones. Bounds are Student's with
 * n - 2 degrees of freedom, from residuals (a line that does not fit gets wide ones), and wider by what
 * the weights, estimates themselves, leave open. Source: Draper and Smith, Applied Regression Analysis
 * (1998), chapters 1.4, 2.1 (lack of fit) and 9 (weights); these are R's lm(y ~ x, weights) and
 * anova() against one mean a scale.
 */
#ifndef CUPEL_STATS_FIT_H
#define CUPEL_STATS_FIT_H

#include "harness/stats/interval.h"

/* The most different x of one line. */
enum { STATS_SCALES_MAX = 64 };

struct stats_line {
    int n, scales; /* points, different x; n is 0: refused, nothing else is set */
    double level;
    struct stats_interval fixed, each; /* unit of y; unit of y a unit of x */
    double fixed_variance, each_variance, covariance;
    double df;
    /* Is it a line? F of the scales' means about it against the values about their means. NAN with
     * fewer than three scales, or no scale with two values. */
    double misfit_f, misfit_p;
    /* The largest distance of a scale's mean from the line, as a share of that mean, and its x. */
    double worst_miss, worst_x;
};

/* x[n], y[n]: finite, in any order; values at the same x are one scale. Values that do not vary get the
 * weight of the quietest scale that does; when there is none, or a scale has fewer than four values, all
 * weigh the same. Refused: fewer than three points, or than two and more than STATS_SCALES_MAX different x. */
struct stats_line stats_line_fit(const double *x, const double *y, int n, double level);

double stats_line_at(const struct stats_line *line, double x);

/* The line's value at x with Student's bounds (of the mean there, not of a single value). */
struct stats_interval stats_line_interval(const struct stats_line *line, double x);

/* From which x on one way is cheaper than another: `line` is the new way's cost less the old one's. */
enum stats_break_even_kind {
    STATS_ALWAYS,   /* cheaper at every x from the least on */
    STATS_NEVER,    /* dearer at every x */
    STATS_FROM,     /* proven cheaper above `high` */
    STATS_UNTIL,    /* proven dearer above `high` */
    STATS_UNPROVEN, /* neither, however large x is */
};

struct stats_break_even {
    enum stats_break_even_kind kind;
    double x; /* where the line is 0; NAN: at no x from the least on */
    /* All x from the least on at which neither side is proven the cheaper: from `low` to `high`, which
     * is INFINITY when there is no end. NAN for ALWAYS and NEVER. */
    double low, high;
};

/* Each x has the level's error of its own. Source of the bounds: Fieller 1954 (JRSS B 16, 175): all x
 * at which the line's own interval holds 0. least: the smallest x that is asked about (1 backtest). */
struct stats_break_even stats_break_even(const struct stats_line *line, double least);

/* "always", "never", "from", "until", "not proven" */
const char *stats_break_even_word(enum stats_break_even_kind kind);

#endif
