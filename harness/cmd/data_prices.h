/* What the `cupel data prices ...` commands share. */
#ifndef CUPEL_CMD_DATA_PRICES_H
#define CUPEL_CMD_DATA_PRICES_H

#include "kernels/straddle/prices.h"

/* The lines about a file of prices that import and info end with. */
void data_prices_print(const char *path, enum prices_kind kind, const struct prices_facts *f);

#endif
