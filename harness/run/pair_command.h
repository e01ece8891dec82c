/* A pair of commands: each run whole, by turns. Short ones take more than one turn a pair, decided once: the
 * same for all pairs of a cell.
 */
#ifndef CUPEL_RUN_PAIR_COMMAND_H
#define CUPEL_RUN_PAIR_COMMAND_H

#include "harness/run/pair_runner.h"

/* pair->first is set; the rest is written. Errors: as pair_run. */
bool pair_command(struct pair_runner *r, struct cell_result *result, struct cell_pair *pair,
                  struct err *e) MUST_CHECK;

#endif
