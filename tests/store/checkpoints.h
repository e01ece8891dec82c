/* For tests of checkpoints: files of both kinds, made, read and listed; what goes wrong fails the test. */
#ifndef CUPEL_TESTS_STORE_CHECKPOINTS_H
#define CUPEL_TESTS_STORE_CHECKPOINTS_H

#include "harness/base/str.h"
#include "kernels/store/checkpoint.h"
#include "tests/store/bytes.h"

#include <stdint.h>

#define RANGE "2000-01-03_2024-12-31"

/* Every test runs once with each kind of file. */
enum { CP_KINDS = 2 };
extern const char *const cp_kinds[CP_KINDS]; /* "json", "sqlite" */

const char *cp_file(const char *folder, int kind); /* in an empty folder; until the next call */
struct checkpoint *cp_read(const char *path);
void cp_write(struct checkpoint *c, const char *path);

/* All entries in order, as text. Owner: the caller. */
struct text cp_list(struct checkpoint *c);
void cp_expect_list(struct checkpoint *c, const char *expected);

const char *cp_id(uint64_t i); /* 16 digits, in no order; two of them live at a time */

/* The last test of a group. */
void cp_memory_is_given_back(void **state);

#endif
