/* The folder that `cupel characterise` writes: its manifest and the results of its studies.
 *
 *     struct studies s;
 *     studies_read(&s, folder, &arena, e);
 *     const struct study *one = studies_find(&s, "asset-list");
 *     const struct json *record = study_record(one, "comparison", "cached", "100");
 *     studies_done(&s);
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_STUDY_H
#define CUPEL_REPORTS_CHARACTERISTICS_STUDY_H

#include "reports/model.h"

struct study {
    const char *id, *title;
    const char *file;    /* as the manifest names it: below the folder */
    const char *command; /* that measures it */
    const char *state, *reason;
    double seconds;
    bool is_cut;                   /* the manifest calls it complete, its file is not */
    struct model model;            /* of a run that holds comparisons: one file */
    struct result_file results;    /* of the other kinds */
    const struct result_file *has; /* whichever it is; NULL: nothing to show */
};

struct studies {
    const char *folder;
    const char *date, *effort, *commit;
    bool complete;
    struct json *manifest;
    struct study *list; /* in the order of the manifest */
    int count;
    struct study *left_out; /* by --only: id, title and file of what was not measured */
    int left_out_count;
    struct arena *arena;
};

/* A study that the manifest calls failed, or whose file is not there, has nothing and a reason.
 * Error: names manifest or file and the field. Owner: the caller, studies_done. */
bool studies_read(struct studies *s, const char *folder, struct arena *a, struct err *e) MUST_CHECK;
void studies_done(struct studies *s);

/* One that was left out too. NULL: the manifest does not know it. */
const struct study *studies_find(const struct studies *s, const char *id);

bool study_is_left_out(const struct study *s);

/* The one of that id if it has results, or the first that has: all tell of the same machine. NULL: none has. */
const struct study *studies_any(const struct studies *s, const char *id);

/* Its records as a report sees comparisons; NULL: it has none. */
const struct model_file *study_model(const struct study *s);

/* The first record of the kind; name or scale NULL: any. NULL: there is none. */
const struct json *study_record(const struct study *s, const char *kind, const char *name,
                                const char *scale);

/* Why a comparison of this name and scale is not there: the reason that its "skipped" or "failed" record
 * gives; NULL: no such record. */
const char *study_reason(const struct study *s, const char *name, const char *scale,
                         struct arena *a);

#endif
