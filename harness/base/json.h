/* JSON values: parsed strictly, read with errors that name the field, printed with round-trip
 * numbers. cJSON is inside and nowhere else.
 *
 * Strict means: nothing after the value, no duplicate keys, no NaN; a syntax error is reported as
 * `name:line: ...`. Every printed double reads back to the same bits; a non-finite one is printed
 * as null, so that NaN never reaches a file.
 */
#ifndef CUPEL_BASE_JSON_H
#define CUPEL_BASE_JSON_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stdint.h>

struct json; /* a value; owned by the document (root) that it stands in */

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_ARRAY, JSON_OBJECT };

/* NULL on error. `name` is the file (or other source) for messages. Owner: caller, json_free. */
struct json *json_parse(struct str text, const char *name, struct err *e) MUST_CHECK;
struct json *json_read_file(const char *path, struct err *e) MUST_CHECK;
struct json *json_copy(const struct json *value);
/* Are they printed alike, to the letter? NULL is like NULL only. */
bool json_same(const struct json *a, const struct json *b);
void json_free(struct json *root); /* NULL is fine */

enum json_kind json_kind(const struct json *value);
const char *json_kind_name(enum json_kind kind); /* "a number", "text", ... */

/* Members. json_get gives NULL when the object lacks the key (or is not an object).
 * json_first/json_next walk arrays and objects; json_key is NULL for array elements. */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *value);
const char *json_key(const struct json *value);
int json_count(const struct json *container);

/* The value itself; the wrong kind gives "" / NAN / false: check json_kind where it matters. */
const char *json_text(const struct json *value);
double json_number(const struct json *value);
bool json_bool(const struct json *value);

/* Required members of an object, by kind: false with "field: expected a number, found text". */
bool json_need_text(const struct json *object, const char *key, const char **out,
                    struct err *e) MUST_CHECK;
bool json_need_number(const struct json *object, const char *key, double *out,
                      struct err *e) MUST_CHECK;
/* A whole number in lo..hi (at most 2^53). */
bool json_need_int(const struct json *object, const char *key, int64_t lo, int64_t hi, int64_t *out,
                   struct err *e) MUST_CHECK;
bool json_need_array(const struct json *object, const char *key, const struct json **out,
                     struct err *e) MUST_CHECK;
bool json_need_object(const struct json *object, const char *key, const struct json **out,
                      struct err *e) MUST_CHECK;

/* Building. The container takes ownership of what is put into it. */
struct json *json_object(void);
struct json *json_array(void);
struct json *json_of_text(const char *text); /* bytes that are no UTF-8 become '?' */
struct json *json_of_number(double number);
void json_put(struct json *object, const char *key, struct json *value);
void json_put_text(struct json *object, const char *key, const char *text); /* NULL: null */
void json_put_number(struct json *object, const char *key, double number);
void json_put_bool(struct json *object, const char *key, bool truth);
struct json *json_put_object(struct json *object, const char *key); /* a new empty one */
struct json *json_put_array(struct json *object, const char *key);
void json_remove(struct json *object, const char *key); /* absent is fine */
void json_push(struct json *array, struct json *value);
/* Copies of all members of `above` take the place of those of their names in `below`. */
void json_lay_over(struct json *below, const struct json *above);

/* Appends the text of the value: on one line, or indented. No newline at the end. */
void json_print(const struct json *value, struct text *out);
void json_print_pretty(const struct json *value, struct text *out);

/* Whole text to a file, by rename: the old or the new content, never a part. */
bool json_write_file(const struct json *value, const char *path, struct err *e) MUST_CHECK;

#endif
