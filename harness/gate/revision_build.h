/* A build, run for a revision: what it prints goes to a file, the end of it to the user when it fails. */
#ifndef CUPEL_GATE_REVISION_BUILD_H
#define CUPEL_GATE_REVISION_BUILD_H

#include "harness/base/err.h"

/* A line for the shell in that folder, its output to the file `log`. Says what it does (log_info). Error: it fails
 * (its last lines go to log_error); INTERRUPTED. */
bool revision_build(const char *line, const char *folder, const char *log,
                    struct err *e) MUST_CHECK;

#endif
