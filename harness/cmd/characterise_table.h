/* What `cupel characterise` shows: the studies and how long they take; what became of them. */
#ifndef CUPEL_CMD_CHARACTERISE_TABLE_H
#define CUPEL_CMD_CHARACTERISE_TABLE_H

#include "harness/characterise/ledger.h"

#include <stdio.h>

/* n studies with the time of each effort, and the sums. */
void characterise_table_list(const struct study *const *chosen, int n, FILE *out);

/* State, time and file of each. */
void characterise_table_end(const struct study *const *chosen, int n, const struct ledger *m,
                            FILE *out);

#endif
