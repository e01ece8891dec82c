/* Private to prices_sqlite*.c: what reader and writer have in common. */
#ifndef CUPEL_STRADDLE_PRICES_SQLITE_H
#define CUPEL_STRADDLE_PRICES_SQLITE_H

#include "kernels/straddle/prices_parts.h"

enum { PRICES_SQLITE_SCHEMA = 1 };

bool prices_sqlite_write(const char *path, const struct prices_content *content,
                         struct err *e) MUST_CHECK;

#endif
