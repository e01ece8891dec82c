/* Comparisons of one file seen together: the same question at several numbers of backtests, or the same
 * layers with one setting changed. What is worked out here comes from the records' pairs and counts.
 *
 *     struct scale_list list = scale_series(f, arena);
 *     struct stats_line d = scale_fit(&list.series[i], SCALE_DIFFERENCE);
 */
#ifndef CUPEL_REPORTS_SCALE_H
#define CUPEL_REPORTS_SCALE_H

#include "reports/model.h"

#include "harness/stats/fit.h"
#include "harness/stats/welch.h"

/* A line wants at least so many numbers of backtests. */
enum { SCALE_POINTS_MIN = 3 };

struct scale_point {
    const struct model_cell *cell;
    double backtests; /* from the exact counts of the record */
};

struct
    scale_series { /* the comparisons of one name and length of backtest, by number of backtests */
    const char *name;
    struct scale_point *points;
    int count;
};

struct scale_list {
    struct scale_series *series; /* in the order of the file */
    int count;
};

/* Those names that stand at SCALE_POINTS_MIN different numbers of backtests or more. */
struct scale_list scale_series(const struct model_file *f, struct arena *a);

/* What both sides did; NAN when the record does not count, or the sides did not do the same. */
double scale_backtests(const struct json *record);

enum scale_cost { SCALE_BASE, SCALE_NEW, SCALE_DIFFERENCE }; /* new less base, pair by pair */

/* "base: none"; of a long list of layers how many there are: "base of NAME: 11 layers". */
const char *scale_side_label(struct arena *a, const struct scale_series *s, const char *side);

/* CPU time of a pair in ns: the work, and where it is on record the set-up before it. */
double scale_pair_cost(const struct json *pair, enum scale_cost cost);

/* Over all pairs of all its points; n is 0 when it cannot be fitted. */
struct stats_line scale_fit(const struct scale_series *s, enum scale_cost cost, struct arena *a);

/* Is the difference at one scale proven? By the paired t test of what the line is fitted to. */
struct stats_t_test scale_difference(const struct model_cell *cell, struct arena *a);

/* The total of this name of a side ("base", "new"), in its unit; NAN when it was not read. */
double scale_total(const struct json *record, const char *side, const char *name);

/* A line through one total of a side over the series: NAN in the bounds with fewer than four points. */
struct stats_line scale_total_fit(const struct scale_series *s, const char *side, const char *name,
                                  struct arena *a);

/* The one setting in which the sides of a comparison differ while their layers are the same; NULL: none,
 * or more than one. A setting that only one side names has no value on the other: NULL. */
struct scale_setting {
    const char *name;
    const struct json *base, *new;
};
bool scale_setting_of(const struct json *record, struct scale_setting *out);

#endif
