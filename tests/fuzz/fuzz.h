/* Fuzz targets: parsers of what users bring, over any bytes. Each takes what it is given without a
 * crash, a leak or undefined behaviour, and what it accepts holds the property told in its file; where
 * not, it aborts. `make fuzz` runs them under libFuzzer, test_corpus.c over tests/fuzz/corpus/NAME.
 *
 * A new one: a word in this list, fuzz_NAME.c, some small files in corpus/NAME, perhaps words for
 * libFuzzer in NAME.dict.
 */
#ifndef CUPEL_TESTS_FUZZ_H
#define CUPEL_TESTS_FUZZ_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stddef.h>
#include <stdint.h>

/* One a line: the Makefile reads it too. */
#define FUZZ_TARGETS(X)                                                                            \
    X(straddle)                                                                                    \
    X(amt)                                                                                         \
    X(chain)                                                                                       \
    X(overrides)                                                                                   \
    X(fields)                                                                                      \
    X(capture_yaml)                                                                                \
    X(capture_python)                                                                              \
    X(capture_c)

#define FUZZ_DECLARE(name) void fuzz_##name(struct str bytes);
FUZZ_TARGETS(FUZZ_DECLARE)
#undef FUZZ_DECLARE

/* Aborts, and says where. */
#define FUZZ_HOLDS(truth) fuzz_holds(truth, #truth, __FILE__, __LINE__)
void fuzz_holds(bool truth, const char *text, const char *file, int line);

/* What was refused has one line that says why. */
void fuzz_refused(const struct err *e);

#endif
