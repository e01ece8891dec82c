/* Costs as lines of the number of backtests, from the study "break-even": what a side pays once, what it
 * pays for each, and what one saves over the other at a size.
 *
 *     struct fits x;
 *     if (fits_of(f, "all", &x)) saving = fits_saving(&x, 100);
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_FITS_H
#define CUPEL_REPORTS_CHARACTERISTICS_FITS_H

#include "reports/characteristics/fill.h"
#include "reports/scale.h"

#define FITS_STUDY "break-even"

struct fits {
    const struct study *study;
    const struct scale_series *series;
    struct stats_line base, new, difference; /* new less base */
    double most;                             /* backtests of the largest scale */
};

/* False: the study has no such comparison at enough scales. */
bool fits_of(const struct fill *f, const char *name, struct fits *out);

/* Percent of the base's line that the new side saves at so many backtests; bounds of the difference. */
struct stats_interval fits_saving(const struct fits *x, double backtests);

/* Those as findings; rules "line-base-fixed", "line-difference-each", "line-saving at 100", ... */
struct finding fits_figure(const struct fill *f, const struct fits *x, const char *rule,
                           enum words_kind as, struct stats_interval value);

/* "proven from 9 on", as a text of the record. */
struct finding fits_pays(const struct fill *f, const struct fits *x);

/* Where the difference is 0, with the bounds between which neither side is proven the cheaper. */
struct finding fits_break_even(const struct fill *f, const struct fits *x);

#endif
