/* Results files as the report sees them: checked once when they are read, so that every section
 * may rely on what a comparison must hold.
 *
 *     model_read(&m, paths, n, &arena, e);
 *     double ratio = at_number(m.files[0].cells[0].record, "compare.cpu.ratio");
 *     model_done(&m);
 */
#ifndef CUPEL_REPORTS_MODEL_H
#define CUPEL_REPORTS_MODEL_H

#include "harness/base/arena.h"
#include "harness/result/file.h"

struct model_cell { /* one "comparison" or "judged" record */
    const struct json *record;
    const char *id, *name, *scale; /* scale: "" when it has none */
    const char *file;              /* name of the file that it stands in */
};

struct model_file {
    struct result_file file;
    const char *name;  /* the last part of its path */
    const char *title; /* the scenario's title, or its name */
    double margin_percent;
    struct model_cell *cells; /* in the order of the file; none where only other records are */
    int cell_count;
    const struct json **benchmarks; /* "benchmark" records: the runs of one command each */
    int benchmark_count;
    const struct json **timelines; /* "timeline" records: memory over time (result/series.h) */
    int timeline_count;
    const struct json **profiles; /* "profile" records: where the samples of one side fell */
    int profile_count;
    struct model_cell *judged; /* "judged" records: this build against a stored baseline */
    int judged_count;
    const char **scales; /* in the order of their first cell */
    int scale_count;
    bool synthetic; /* an input says so of itself */
};

struct model {
    struct model_file *files;
    int count;
};

/* Error: names file, comparison and field. Owner: the caller, model_done. */
bool model_read(struct model *m, const char *const *paths, int count, struct arena *a,
                struct err *e) MUST_CHECK;
void model_done(struct model *m);

/* The value at a path of keys joined by dots; NULL, NAN, "" when there is none. */
const struct json *at(const struct json *value, const char *path);
double at_number(const struct json *value, const char *path);
const char *at_text(const struct json *value, const char *path);

/* The cell that the one-sentence result speaks of: the most layers switched on, the last of those
 * in the file (scenarios list scales from small to large). The file has cells. */
const struct model_cell *model_headline(const struct model_file *f);

/* Do all files name the same CPU, host and memory? */
bool model_one_machine(const struct model *m);

#endif
