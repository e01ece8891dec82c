/* Private to prices_parquet*.c: what reader and writer have in common. */
#ifndef CUPEL_STRADDLE_PRICES_PARQUET_H
#define CUPEL_STRADDLE_PRICES_PARQUET_H

#include "harness/base/str.h"
#include "kernels/straddle/prices_parts.h"

#define PRICES_PARQUET_CONTENT                                                                     \
    "cupel_content" /* the key of the content hash in the file's metadata */

/* 'text', as SQL wants it. */
void prices_parquet_quote(struct text *sql, const char *text);

bool prices_parquet_write(const char *path, const struct prices_content *content,
                          struct err *e) MUST_CHECK;

#endif
