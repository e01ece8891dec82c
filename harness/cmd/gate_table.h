/* What a gate came to, for the terminal: a row for each metric of each benchmark.
 *
 *     gate_table_print(suite.rows, suite.count, stdout);
 */
#ifndef CUPEL_CMD_GATE_TABLE_H
#define CUPEL_CMD_GATE_TABLE_H

#include "harness/gate/suite.h"

#include <stdio.h>

void gate_table_print(const struct suite_row *rows, int n, FILE *out);

/* A value in the unit of its metric; "-" when there is none. */
enum { GATE_TABLE_VALUE = 32 };
const char *gate_table_value(char out[GATE_TABLE_VALUE], int metric, double value);

#endif
