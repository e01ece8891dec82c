/* For tests of the result store: results put and read back, each a failed test when it goes wrong. */
#ifndef CUPEL_TESTS_STORE_RESULTS_H
#define CUPEL_TESTS_STORE_RESULTS_H

#include "kernels/store/result_store.h"
#include "tests/store/bytes.h"

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
void rs_write_text(const char *dir, const char *name, const char *content);

/* For result_store_each: appends "range/id " to the list that is the context; false, "enough", at the
 * stop_after-th. */
struct rs_seen {
    struct text list;
    int stop_after;
};
bool rs_note_id(void *context, const char *range, const char *id, struct err *e);

/* The last test of a group. */
void rs_memory_is_given_back(void **state);

#endif
