/* The roofline: operations a second against operations a byte, both axes logarithmic; the ceilings measured in the same
 * run as lines, sets of layers as points. Source: Williams, Waterman and Patterson 2009 (Commun. ACM 52(4)).
 */
#ifndef CUPEL_REPORTS_PLOT_ROOFLINE_H
#define CUPEL_REPORTS_PLOT_ROOFLINE_H

#include "reports/document.h"
#include "reports/roofline.h"

/* about: for title and file name. */
void plot_roofline(struct document *d, const char *about, const struct roofline *r);

#endif
