/* A filter from its text; grammar: filter.h.
 *
 *     bt_filter_parse("sharpe > 1 and max_drawdown < 0.2", &filter, e)
 */
#ifndef CUPEL_BACKTEST_FILTER_PARSE_H
#define CUPEL_BACKTEST_FILTER_PARSE_H

#include "kernels/backtest/filter.h"

/* Error: "column 8: expected ..., found ..."; the caller says of which setting. Columns are bytes
 * from 1. */
bool bt_filter_parse(const char *text, struct bt_filter *out, struct err *e) MUST_CHECK;

#endif
