/* The document of a set of results files: title, one sentence a file, warnings, then the sections. */
#ifndef CUPEL_REPORTS_REPORT_H
#define CUPEL_REPORTS_REPORT_H

#include "reports/document.h"
#include "reports/model.h"

/* d->arena must be set. Figures have scripts and no picture yet. */
void report_build(struct document *d, const struct model *m);

#endif
