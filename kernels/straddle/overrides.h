/* Expiry dates by ticker and month, from a CSV file with columns ticker, expiry (YYYY-MM-DD). Two rows that
 * give a (ticker, month) different days are refused, equal ones harmless. A ticker is UTF-8 of at most 200 bytes. */
#ifndef CUPEL_STRADDLE_OVERRIDES_H
#define CUPEL_STRADDLE_OVERRIDES_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct overrides;
struct overrides *overrides_load(const char *path,
                                 struct err *e) MUST_CHECK; /* a missing file is an error */
struct overrides *overrides_parse(struct str csv, const char *name, struct err *e) MUST_CHECK;
void overrides_free(struct overrides *o);
/* Days since 1970-01-01. ticker: an Underlying; month: straddle_month. false: none. */
bool overrides_find(const struct overrides *o, const char *ticker, int32_t month, int32_t *day);
size_t overrides_bytes(const struct overrides *o);
long overrides_rows(const struct overrides *o);

#endif
