/* Which levels are tried: strategies, searches, fills, states, workers and layers by their names. */
#ifndef CUPEL_CMD_VERIFY_CHOOSE_H
#define CUPEL_CMD_VERIFY_CHOOSE_H

#include "harness/cmd/verify.h"
#include "harness/verify/matrix.h"

/* A matrix, not planned yet. Error: names the option. */
bool verify_choose(const struct verify_settings *s, struct matrix *m, struct arena *a,
                   struct err *e) MUST_CHECK;

#endif
