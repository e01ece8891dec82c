/* Speed-up and efficiency by workers, and the Universal Scalability Law of what lies within the cores. */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_SCALING_TABLE_H
#define CUPEL_REPORTS_CHARACTERISTICS_SCALING_TABLE_H

#include "reports/characteristics/fill.h"

void scaling_table(struct fill *f, const char *study);

#endif
