/* What `cupel verify` is told: shared by its rooms. */
#ifndef CUPEL_CMD_VERIFY_H
#define CUPEL_CMD_VERIFY_H

#include "harness/base/opt.h"

struct verify_settings {
    const char *bundle, *layers, *strategies, *searches, *fills, *states, *workers, *work;
    const char *kernel;
    struct opt_texts set, vary, param;
    bool full, quiet;
    long strength, seed, last;
};

#endif
