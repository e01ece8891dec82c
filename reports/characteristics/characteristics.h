/* The characteristics document: what `cupel characterise` measured, as a performance characteristics paper
 * with all of its tables filled.
 *
 *     struct document d = {.arena = &arena};
 *     characteristics_build(&d, &studies, &trace, e);
 *
 * trace: an array; each entry tells of one cell, or one figure of a sentence, where it stands (section,
 * table, row, column), what it shows (kind, text) and where it is from (file, record, rule, fields, value,
 * low, high). A test works all of them out again.
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_CHARACTERISTICS_H
#define CUPEL_REPORTS_CHARACTERISTICS_CHARACTERISTICS_H

#include "reports/characteristics/study.h"
#include "reports/document.h"

/* Error: a cell that is empty, a placeholder, or not traced: names it. Owner of *trace: the caller. */
bool characteristics_build(struct document *d, const struct studies *s, struct json **trace,
                           struct err *e) MUST_CHECK;

#endif
