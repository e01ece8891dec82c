/* The second table of `cupel run`: how fast each side of a kernel was, a bar-backtest at a time, and
 * which share of the machine's ceilings that is; and for other kernels that say what they count, how many
 * of it a second. Empty for kernels that count neither. */
#ifndef CUPEL_CMD_RUN_SPEED_H
#define CUPEL_CMD_RUN_SPEED_H

#include "harness/cmd/table.h"
#include "harness/result/cell.h"

struct run_speed { /* zero is a valid beginning */
    struct table table, rates;
    int rows, rate_rows, pairs, contended;
    struct ceiling ceiling; /* of the first pair that has one */
    double best_ipc;
    char reason[200]; /* why instructions were not counted */
};

void run_speed_add(struct run_speed *s, const struct cell_result *r);
void run_speed_print(const struct run_speed *s, FILE *out);
void run_speed_done(struct run_speed *s);

#endif
