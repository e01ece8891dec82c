/* One curve of the scalability law through points: the fit that usl.h repeats for its bounds.
 *
 *     struct usl_points p = {.n = {1, 2, 4}, .speed = {1, 1.9, 3.4}, .weight = {1, 1, 1}, .count = 3};
 *     struct usl_curve curve;
 *     if (usl_curve_fit(&p, 1, &curve)) ... curve.sigma ...
 *
 * GSL's error handler must be off.
 */
#ifndef CUPEL_STATS_USL_CURVE_H
#define CUPEL_STATS_USL_CURVE_H

#include "harness/stats/usl.h"

#include <stdbool.h>

struct usl_points {
    double n[USL_POINTS_MAX], speed[USL_POINTS_MAX], weight[USL_POINTS_MAX]; /* 1 / se */
    int count;
};

/* lambda: above 0: known, else fitted. All coefficients; if one is below 0, the best of those with some of them held at
 * 0. False: no curve fits; *out is then where the search began. */
bool usl_curve_fit(const struct usl_points *points, double lambda, struct usl_curve *out);

/* Of what the curve misses the points by, in weights. */
double usl_curve_squares(const struct usl_points *p, const struct usl_curve *c);

#endif
