/* Advice after a sweep: when layers or workers do not fit its size.
 *
 * A row speaks only where it was measured: `least` and `most` bound the number of backtests for which
 * `source`, a file of results/, says so. A row without a source is a place for a figure to come.
 */
#ifndef CUPEL_CMD_SWEEP_ADVICE_H
#define CUPEL_CMD_SWEEP_ADVICE_H

#include <stdbool.h>
#include <stdint.h>

struct sweep_mode {
    uint64_t backtests;   /* that were computed */
    bool layers, workers; /* some are on; more than one */
};

struct sweep_advice {
    bool layers, workers; /* the mode that it is about */
    uint64_t least, most; /* backtests */
    const char *advice, *source;
};

extern const struct sweep_advice sweep_advice_rows[]; /* a row without advice ends them */

/* The first of the rows that fits; NULL: none. */
const struct sweep_advice *sweep_advice_for(const struct sweep_advice *rows,
                                            struct sweep_mode mode);

#endif
