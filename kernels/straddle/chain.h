/* What contracts are really called: "QQF2025 Comdty" -> "QQF25 Comdty", from a CSV file with columns
 * normalized_future, actual_future, last_date (others are passed over). */
#ifndef CUPEL_STRADDLE_CHAIN_H
#define CUPEL_STRADDLE_CHAIN_H

#include "harness/base/err.h"

#include <stddef.h>

struct chain;
struct chain *chain_load(const char *path, struct err *e) MUST_CHECK; /* error: FILE:LINE: field */
void chain_free(struct chain *c);
const char *chain_find(const struct chain *c, const char *normalized); /* NULL: none */
size_t chain_bytes(const struct chain *c);
long chain_rows(const struct chain *c);

#endif
