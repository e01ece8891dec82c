/* Times as people and git write them, to the one form that the history sorts by. */
#ifndef CUPEL_HISTORY_WHEN_H
#define CUPEL_HISTORY_WHEN_H

#include "harness/base/err.h"

enum { WHEN_TEXT = 24 };

/* "2026-01-31", "2026-01-31T12:00:00Z" or "...+01:00" (git log --format=%cI) to
 * "2026-01-31T12:00:00Z". Error: anything else, names the text. */
bool when_utc(const char *text, char out[WHEN_TEXT], struct err *e) MUST_CHECK;

#endif
