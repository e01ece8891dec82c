/* The check that ends a stored result: `,"check":"16 digits"}` in the place of the brace at its end.
 *
 * The digits are the first of the SHA-256 over all bytes before the comma, so that a stored result that was
 * edited or hit by a flipped bit is damage and not a number.
 */
#ifndef CUPEL_BACKTEST_RESULT_CHECK_H
#define CUPEL_BACKTEST_RESULT_CHECK_H

#include "harness/base/err.h"
#include "harness/base/str.h"

/* To the JSON object that out ends with; it begins at `begin`. */
void bt_check_add(struct text *out, size_t begin);

/* Error: the text does not match its check, or has none. */
bool bt_check_holds(struct str payload, struct err *e) MUST_CHECK;

#endif
