/* Names that are near a word which is none of them, for error messages. */
#ifndef CUPEL_HISTORY_NEAR_H
#define CUPEL_HISTORY_NEAR_H

#include "harness/base/str.h"

enum { NEAR_SHOWN = 3 };

/* Adds ": near: \"a\", \"b\"" to the text, or nothing when none is near: names that hold the word first,
 * then those that fewest edits (Levenshtein) make of it, up to a third of its length. */
void near_names(const char *word, const char *const *names, int n, struct text *out);

#endif
