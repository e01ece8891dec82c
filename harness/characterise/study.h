/* What `cupel characterise` measures: a study is one results file, and one table of the document.
 *
 *     for (const struct study *s = studies; s->id; s++)
 *         puts(study_file(s, "2026-11-21", &arena));       // benchmark_results/cumulative_2026-11-21.jsonl
 *
 * To add one: a row in study.c, a scenario in scenarios/characteristics, its section of the document.
 */
#ifndef CUPEL_CHARACTERISE_STUDY_H
#define CUPEL_CHARACTERISE_STUDY_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/opt.h"

#include <stdbool.h>

enum study_kind { STUDY_RUN, STUDY_PROFILE, STUDY_TIMELINE, STUDY_KINDS };
enum study_effort { EFFORT_QUICK, EFFORT_NORMAL, EFFORT_FULL, EFFORTS };

extern const char *const study_kinds[STUDY_KINDS];   /* "run", ... */
extern const char *const study_efforts[EFFORTS + 1]; /* "quick", ...; NULL-terminated */

struct study_work {
    const char *arguments; /* words after the scenario, as a shell would take them */
    int seconds;           /* about what it takes on two cores */
};

struct study {
    const char *id, *title;
    const char *file; /* below the folder; DATE stands for the day */
    enum study_kind kind;
    const char *scenario;
    const char *mark;  /* what the names of its pictures have besides; NULL: nothing */
    bool takes_bundle; /* --set bundle=DIR fits it: it needs no more than eight symbols */
    struct study_work work[EFFORTS];
};

extern const struct study studies[]; /* in the order of measuring; ended by a row without id */

int study_count(void);
const struct study *study_find(const char *id); /* NULL: there is none */

/* The pattern with the day in its place, in the arena. */
const char *study_named(const char *pattern, const char *date, struct arena *a);
const char *study_file(const struct study *s, const char *date, struct arena *a);

/* Those that the words name ("ID,ID"), in the order of the rows; no words: all. `chosen` has room for
 * study_count() of them. Error: names the studies that there are. */
bool study_choose(const struct opt_texts *words, const struct study **chosen, int *n,
                  struct arena *a, struct err *e) MUST_CHECK;

/* "quick" is 0, ...; one of study_efforts. */
enum study_effort study_effort_named(const char *name);

#endif
