/* Reference values that R computed (tests/stats/reference.R): rows what,set,arg,value.
 *
 *     double v[STATS_MAX];
 *     int n = reference_data("n10.base", v);
 *     assert_near(stats_median(v, n), reference_value("median", "n10.base", 0), 1e-12);
 *
 * A row that is not there fails the test.
 */
#ifndef CUPEL_TESTS_STATS_REFERENCE_H
#define CUPEL_TESTS_STATS_REFERENCE_H

struct reference {
    char what[24], set[24];
    double arg, value;
};

/* The first row of this kind after a row (NULL: from the start); NULL at the end. */
const struct reference *reference_next(const char *what, const struct reference *after);

double reference_value(const char *what, const char *set, double arg);

/* Fills v (room for STATS_MAX) with a data set; gives its size. */
int reference_data(const char *set, double *v);

/* The data sets of pairs, by name: set "n10" is n10.base and n10.new. */
#define REFERENCE_PAIR_SETS 8
extern const char *const reference_pair_sets[REFERENCE_PAIR_SETS];
int reference_pairs(const char *set, double *base, double *new);
int reference_log_ratios(const char *set, double *d); /* ln(new / base) */

/* Equal within `relative` of the expected value (absolutely, where that is below 1e-300). */
#define assert_near(actual, expected, relative)                                                    \
    reference_assert_near(actual, expected, relative, #actual, __FILE__, __LINE__)
void reference_assert_near(double actual, double expected, double relative, const char *text,
                           const char *file, int line);

#endif
