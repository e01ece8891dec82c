/* For tests of the result store: results put and read back, each a failed test when it goes wrong. */
#ifndef CUPEL_TESTS_STORE_RESULTS_H
#define CUPEL_TESTS_STORE_RESULTS_H

#include "kernels/store/result_store.h"

struct result_item rs_item(const char *id, const char *payload);
struct result_store *rs_open(const char *dir);
void rs_put(struct result_store *s, const char *range, const char *id, const char *payload);
void rs_put_two(struct result_store *s, const char *range, struct result_item a,
                struct result_item b);

/* payload NULL: it is not there. */
void rs_expect(struct result_store *s, const char *range, const char *id, const char *payload);
void rs_expect_error(struct result_store *s, const char *range, const char *id, const char *words);
void rs_expect_each(struct result_store *s, const char *list, long damaged_lines); /* "r/a r/b " */
void rs_expect_stream(struct result_store *s, const char *range, const char *list,
                      long damaged_places); /* "a=1 b=2 " */

/* For a stream: appends "id=payload " to the struct text that is the context. */
bool rs_note(void *context, const char *range, const char *id, struct str payload, struct err *e);

const char *rs_id(int i); /* 16 digits, in no order; until the next call */
const char *rs_path(const char *dir, const char *name); /* below results/; until the next call */
/* Not durable, so that thousands of damaged files take no time. */
void rs_write_bytes(const char *path, const char *bytes, size_t n);
void rs_write_text(const char *dir, const char *name, const char *content);
struct text rs_bytes(const char *path); /* owner: the caller */

#endif
