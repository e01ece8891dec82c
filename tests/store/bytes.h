/* For tests of damage: whole files as bytes; what goes wrong fails the test. */
#ifndef CUPEL_TESTS_STORE_BYTES_H
#define CUPEL_TESTS_STORE_BYTES_H

#include "harness/base/str.h"

/* Not durable, so that thousands of damaged files take no time. */
void bytes_write(const char *path, const char *bytes, size_t n);
struct text bytes_of(const char *path); /* owner: the caller */

#endif
