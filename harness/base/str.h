/* Sized strings and a string builder.
 *
 * A `struct str` is a view: it owns nothing. The builder grows by itself and always holds a
 * terminating NUL, so that text.p can be handed to libc.
 *
 *     struct text t = {0};
 *     text_printf(&t, "%d rows", n);
 *     fputs(t.p, stdout);
 *     text_done(&t);
 */
#ifndef CUPEL_BASE_STR_H
#define CUPEL_BASE_STR_H

#include "harness/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct str {
    const char *p;
    size_t n;
};

struct str str_of(const char *text);
bool str_equal(struct str a, struct str b);
bool str_is(struct str a, const char *text);

/* Cuts `rest` at the first `separator`: returns what stands before it, leaves what follows.
 * When there is none, returns all and leaves rest.p == NULL, which ends a loop:
 *     for (struct str s = all, field; s.p;) { field = str_cut(&s, ','); ... } */
struct str str_cut(struct str *rest, char separator);

char *str_copy(struct arena *a, struct str s);

/* Whole-text numbers: false when empty, out of range, or anything follows. No locale. */
bool str_to_long(struct str s, long *out);
bool str_to_double(struct str s, double *out); /* finite only */

/* How many bytes the UTF-8 character at p takes, `left` being there; 0 when it is none. */
size_t str_utf8_bytes(const char *p, size_t left);
bool str_is_utf8(struct str s);

struct text {
    char *p; /* NULL while nothing was added */
    size_t n, capacity;
};

/* Room for `more` bytes beyond those that are there: for what is large and known to come. */
void text_reserve(struct text *t, size_t more);
void text_add(struct text *t, const char *bytes, size_t n);
void text_puts(struct text *t, const char *s);
/* The digits of x, without an end; returns how many. */
enum { STR_WHOLE = 20 };
size_t str_print_whole(uint64_t x, char out[STR_WHOLE]);
/* The bytes of printf("%.17g"): they read back to the same double. Quicker, for tables of many. */
void text_add_double(struct text *t, double x);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A field of CSV (RFC 4180): in quotes, its own quotes twice, where the value needs them. */
void text_add_csv(struct text *t, const char *value);
bool str_is_plain(const char *value); /* no control character, quote, comma or backslash in it */
void text_clear(struct text *t);      /* keeps the memory */
void text_done(struct text *t);

#endif
