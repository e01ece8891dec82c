/* What a comparison ran: its settings, numbers of backtests and bars, and the input's dates. */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_SETTINGS_TABLE_H
#define CUPEL_REPORTS_CHARACTERISTICS_SETTINGS_TABLE_H

#include "reports/characteristics/fill.h"

void settings_table(struct fill *f, const char *study, const char *name, const char *scale,
                    const char *caption);

#endif
