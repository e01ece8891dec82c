/* What may be a symbol: it becomes part of file names, ids and CSV output, so it must be harmless
 * in all of them. */
#ifndef CUPEL_STORE_SYMBOL_H
#define CUPEL_STORE_SYMBOL_H

#include "harness/base/str.h"

#include <stdbool.h>

/* NULL when s can be a symbol, else what is wrong with it: "starts with a dot". */
const char *symbol_fault(struct str s);

/* The bytes of s for a message: at most `size` - 1 of them, what is not text shown as '?'. */
char *text_shown(char *out, size_t size, struct str s);

#endif
