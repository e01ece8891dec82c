/* The parts of a report, in the order in which they are read. Each turns one results file into
 * blocks of the document; a new part is one function and one row in report.c.
 */
#ifndef CUPEL_REPORTS_SECTION_H
#define CUPEL_REPORTS_SECTION_H

#include "reports/document.h"
#include "reports/model.h"

/* level: of the headings inside the section, whose own heading is one above. */
struct section {
    const char *title;
    void (*build)(struct document *d, const struct model_file *f, int level);
};

void section_result(struct document *d, const struct model_file *f, int level);
void section_samples(struct document *d, const struct model_file *f, int level);
void section_counts(struct document *d, const struct model_file *f, int level);
void section_probes(struct document *d, const struct model_file *f, int level);
void section_environment(struct document *d, const struct model_file *f, int level);
void section_reproduce(struct document *d, const struct model_file *f, int level);
void section_reading(struct document *d, const struct model_file *f, int level);

/* "all: 0.130 x the CPU time of the base, ..." of the file's headline comparison. */
const char *section_sentence(struct arena *a, const struct model_file *f);

#endif
