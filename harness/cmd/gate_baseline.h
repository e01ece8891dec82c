/* cupel gate --baseline: this build against a stored baseline; no base process runs. */
#ifndef CUPEL_CMD_GATE_BASELINE_H
#define CUPEL_CMD_GATE_BASELINE_H

#include "harness/gate/baseline.h"

struct gate_baseline {
    const struct baseline *baseline;
    const struct scenario *scenario;
    const struct judging *judging;
    const struct json *overrides;   /* of the kernel's settings */
    const char *out;                /* results file; NULL: a new one */
    const struct opt_texts *export; /* of --export, checked */
    bool times_fail;
};

/* Measures every benchmark of the file, prints the table, writes a results file. *status: 0, 1 or 3.
 * Error: as exit statuses 2 (a benchmark, setting or data that is not the baseline's), 4, 130. */
bool gate_baseline_run(const struct gate_baseline *g, int *status, struct arena *a,
                       struct err *e) MUST_CHECK;

#endif
