/* The chapters of the characteristics document, in the order in which they are read. Each writes its
 * headings (the chapter's own is level 2), tables and sentences; characteristics.c holds the order.
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_CHAPTER_H
#define CUPEL_REPORTS_CHARACTERISTICS_CHAPTER_H

#include "reports/characteristics/fill.h"

void chapter_summary(struct fill *f);
void chapter_methodology(struct fill *f);
void chapter_scales(struct fill *f);
void chapter_layer1(struct fill *f);
void chapter_layer2(struct fill *f);
void chapter_layer3(struct fill *f);
void chapter_phase6b(struct fill *f);
void chapter_cumulative(struct fill *f);
void chapter_attribution(struct fill *f);
void chapter_memory(struct fill *f);
void chapter_workflows(struct fill *f);
void chapter_storage(struct fill *f);
void chapter_straddles(struct fill *f);
void chapter_capture(struct fill *f);
void chapter_flame(struct fill *f);
void chapter_roofline(struct fill *f);
void chapter_statistics(struct fill *f);
void chapter_regression(struct fill *f);
void chapter_limits(struct fill *f);
void chapter_advice(struct fill *f);
void chapter_archive(struct fill *f);

#endif
