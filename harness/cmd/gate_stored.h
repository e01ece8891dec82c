/* `cupel gate --baseline FILE`: this build against what is stored. */
#ifndef CUPEL_CMD_GATE_STORED_H
#define CUPEL_CMD_GATE_STORED_H

#include "harness/cmd/gate_options.h"

/* *status: the exit status that it comes to. Error: the file, the scenario, or options that a stored
 * baseline leaves no use for. */
bool gate_stored(const struct gate_settings *s, int *status, struct arena *a,
                 struct err *e) MUST_CHECK;

#endif
