/* The ceiling of bar-by-bar accounting on this machine: the operations of a bar of four combinations
 * (numerics/dense.h), without the dependences between them. */
#ifndef CUPEL_TESTS_BACKTEST_ROOFLINE_H
#define CUPEL_TESTS_BACKTEST_ROOFLINE_H

/* `bars` times the 12 operations. Returns a number that depends on all of them. AVX2 only. */
double roofline_dense(long bars);

#endif
