/* The bytes of a text file, plain or gzip (told by its first two bytes, not by its name).
 *
 *     struct source *s = source_open(path, e);
 *     while (source_read(s, buffer, sizeof buffer, &got, e) && got > 0) ...
 *     source_close(s);
 */
#ifndef CUPEL_STORE_SOURCE_H
#define CUPEL_STORE_SOURCE_H

#include "harness/base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct source;

/* Error: no such file, or a folder. Owner: the caller, until source_close. */
struct source *source_open(const char *path, struct err *e) MUST_CHECK;
void source_close(struct source *s); /* NULL is fine */

/* How long the text is; 0: not known (packed, a pipe). As it was when the file was opened. */
size_t source_bytes(const struct source *s);

/* Fills `into` as far as there is text; *got < n only at its end. Error: unreadable, or a truncated
 * or damaged gzip file. */
bool source_read(struct source *s, char *into, size_t n, size_t *got, struct err *e) MUST_CHECK;

#endif
