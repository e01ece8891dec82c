/* What came of it: cases by subject, sets that were skipped, the least that differs. */
#ifndef CUPEL_CMD_VERIFY_SAY_H
#define CUPEL_CMD_VERIFY_SAY_H

#include "harness/cmd/verify.h"
#include "harness/verify/matrix.h"

/* To standard output. */
void verify_say(const struct verify_settings *s, const struct matrix *m, bool synthetic);

#endif
