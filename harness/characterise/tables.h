/* The statistics of all comparisons of a folder as two CSV files (RFC 4180), for other programs:
 *
 *     statistical_analysis/confidence_intervals_DATE.csv     medians and ratios with their intervals
 *     statistical_analysis/significance_tests_DATE.csv       differences, p values, verdicts
 *
 * A row a comparison and metric, every figure as it stands in the record: only the interval of a side's median is
 * worked out here, from its values. What is not known is an empty field. README.md beside them tells the
 * columns.
 */
#ifndef CUPEL_CHARACTERISE_TABLES_H
#define CUPEL_CHARACTERISE_TABLES_H

#include "harness/characterise/ledger.h"

#define TABLES_FOLDER "statistical_analysis"

/* Of the studies that are complete, and of the whole comparisons of those that failed. Old files of that day
 * are replaced. Error: a results file that cannot be read, a file that cannot be written. */
bool tables_write(const struct ledger *m, const char *folder, struct arena *a,
                  struct err *e) MUST_CHECK;

#endif
