/* The code and parameters of a sweep, kept in its store: one run folder below DIR/backtests for all its
 * backtests (kernels/capture). Without a store nothing is looked at. A sweep never fails by it: what cannot
 * be kept is one warning, and where anything can be written, a record that says so.
 */
#ifndef CUPEL_CMD_SWEEP_CAPTURE_H
#define CUPEL_CMD_SWEEP_CAPTURE_H

#include "harness/cmd/command.h"
#include "kernels/backtest/run.h"

struct sweep_capture_settings {
    struct opt_texts source; /* files of the strategy; the first is the entry file */
    const char *mode;        /* capture_mode_names */
    const char *how;         /* capture_how_names */
    bool none;
};

struct sweep_capture {
    const struct sweep_capture_settings *settings;
    const struct bt_settings *backtest;
    const struct bt_run *run; /* opened */
    const char *store;
    const struct opt_texts *words; /* of the command line */
};

void sweep_capture(const struct sweep_capture *c);

#endif
