/* Texts a user might mistype, or an attacker send: for tests of parsers. */
#ifndef CUPEL_TESTS_BACKTEST_MUTATE_H
#define CUPEL_TESTS_BACKTEST_MUTATE_H

#include "harness/base/rng.h"

#include <stddef.h>

/* One change: one of parts[n] put in, a byte taken out or made another, or the rest cut off. Stays
 * below size bytes. */
void mutate(struct rng *r, const char *const *parts, size_t n, char *text, size_t size);

/* One to eight changes to one of good[count]. A copy of its exact size, so that a sanitizer sees a
 * read beyond its end; free() it. */
char *mutated(struct rng *r, const char *const *good, size_t count, const char *const *parts,
              size_t n);

#endif
