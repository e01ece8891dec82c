/* Bundles for the tests of the backtest kernel. */
#ifndef CUPEL_TESTS_BACKTEST_MARKET_H
#define CUPEL_TESTS_BACKTEST_MARKET_H

#include "kernels/backtest/settings.h"

#include <stdint.h>

/* The real market data as a bundle, imported once per process; skips the test when it is absent. */
const char *market_mag7(void);

/* A generated one: assets x bars daily bars, random walks of the seed; replaces what dir holds. The
 * second asset begins `bars / 2` bars later than the others. */
void market_make(const char *dir, int assets, long bars, uint64_t seed);

/* Settings with every default (but every indicator kept), over a bundle, with params fast and slow. */
struct bt_settings market_settings(const char *bundle, const char *fast, const char *slow);

/* A file of the golden folder ($CUPEL_GOLDEN, default ../shared/golden), or skip(). */
const char *market_golden(const char *name);

#endif
