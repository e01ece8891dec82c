/* What contracts are really called: "QQF2025 Comdty" -> "QQF25 Comdty", from a CSV file with columns
 * normalized_future, actual_future, last_date (others are passed over). Two rows that give one
 * normalized name different actual names are refused, equal ones harmless; rows without an actual name
 * say nothing; last_date is checked and not kept. Names are UTF-8. */
#ifndef CUPEL_STRADDLE_CHAIN_H
#define CUPEL_STRADDLE_CHAIN_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stddef.h>

struct chain;
struct chain *chain_load(const char *path, struct err *e) MUST_CHECK; /* error: FILE:LINE: field */
struct chain *chain_parse(struct str csv, const char *name, struct err *e) MUST_CHECK;
void chain_free(struct chain *c);
const char *chain_find(const struct chain *c, const char *normalized); /* NULL: none */
size_t chain_bytes(const struct chain *c);
long chain_rows(const struct chain *c);

#endif
