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
    /* Is there anything for it to say? NULL: always. */
    bool (*has)(const struct model_file *f, struct arena *a);
};

void section_commands(struct document *d, const struct model_file *f, int level);
void section_result(struct document *d, const struct model_file *f, int level);
void section_judged(struct document *d, const struct model_file *f, int level);
void section_speed(struct document *d, const struct model_file *f, int level);
void section_rate(struct document *d, const struct model_file *f, int level);
void section_linear(struct document *d, const struct model_file *f, int level);
void section_fixed_cost(struct document *d, const struct model_file *f, int level);
void section_break_even(struct document *d, const struct model_file *f, int level);
void section_workers(struct document *d, const struct model_file *f, int level);
void section_attribution(struct document *d, const struct model_file *f, int level);
void section_roofline(struct document *d, const struct model_file *f, int level);
void section_profile(struct document *d, const struct model_file *f, int level);
void section_settings(struct document *d, const struct model_file *f, int level);
void section_memory(struct document *d, const struct model_file *f, int level);
void section_growth(struct document *d, const struct model_file *f, int level);
void section_timeline(struct document *d, const struct model_file *f, int level);
void section_work(struct document *d, const struct model_file *f, int level);
void section_samples(struct document *d, const struct model_file *f, int level);
void section_counts(struct document *d, const struct model_file *f, int level);
void section_probes(struct document *d, const struct model_file *f, int level);
void section_environment(struct document *d, const struct model_file *f, int level);
void section_reproduce(struct document *d, const struct model_file *f, int level);
void section_reading(struct document *d, const struct model_file *f, int level);

bool section_has_commands(const struct model_file *f, struct arena *a);
bool section_has_result(const struct model_file *f, struct arena *a);
bool section_has_judged(const struct model_file *f, struct arena *a);
bool section_has_comparisons(const struct model_file *f, struct arena *a);
bool section_has_scales(const struct model_file *f,
                        struct arena *a); /* of fixed_cost, break_even */
bool section_has_speed(const struct model_file *f, struct arena *a);
bool section_has_rate(const struct model_file *f, struct arena *a);
bool section_has_linear(const struct model_file *f, struct arena *a);
bool section_has_attribution(const struct model_file *f, struct arena *a);
bool section_has_roofline(const struct model_file *f, struct arena *a);
bool section_has_profile(const struct model_file *f, struct arena *a);
bool section_has_workers(const struct model_file *f, struct arena *a);
bool section_has_settings(const struct model_file *f, struct arena *a);
bool section_has_memory(const struct model_file *f, struct arena *a);
bool section_has_growth(const struct model_file *f, struct arena *a);
bool section_has_timeline(const struct model_file *f, struct arena *a);
bool section_has_work(const struct model_file *f, struct arena *a);
bool section_has_counts(const struct model_file *f, struct arena *a);
bool section_has_probes(const struct model_file *f, struct arena *a);

/* Settings to choose by size of work, from all files together. */
void section_advice(struct document *d, const struct model *m, int level);
bool section_has_advice(const struct model *m, struct arena *a);

/* "all: 0.130 x the CPU time of the base, ..." of the file's headline comparison. */
const char *section_command_sentence(struct arena *a, const struct json *benchmark);
const char *section_timeline_sentence(struct arena *a, const struct model_file *f);
const char *section_profile_sentence(struct arena *a, const struct json *profile);
const char *section_sentence(struct arena *a, const struct model_file *f);

const char *section_judged_sentence(struct arena *a, const struct model_file *f);

/* Rows of a gate's record, one a metric. */
struct table *section_judged_table(struct arena *a, const char *caption);
void section_judged_verdict(struct table *t, const char *verdict);
void section_judged_row(struct table *t, const struct model_cell *cell, const struct json *row,
                        const char *tip);

#endif
