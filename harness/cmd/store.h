/* What the `cupel store ...` commands share. */
#ifndef CUPEL_CMD_STORE_H
#define CUPEL_CMD_STORE_H

#include "harness/cmd/command.h"
#include "kernels/backtest/store_look.h"

/* The content hash of a bundle (its folder NULL: ""), for telling fresh results from stale ones. */
bool store_content(const char *bundle, char out[SHA256_HEX], struct err *e) MUST_CHECK;

/* "sma-cross over AAPL, MSFT and 6 more, fill close, fee 0.001" */
void store_print_facts(const struct bt_store *s);

/* ",%.17g", or "," alone for an undefined number. */
void store_print_number(double x);

#endif
