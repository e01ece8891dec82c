/* One study measured by a cupel of its own, as `make campaign-layers` does: its results file appears at
 * the study's place, and what became of it is an entry of the manifest.
 *
 *     const struct measure m = {.program = "/usr/bin/cupel", .commit = version_commit(),
 *                               .folder = dir, .date = "2026-11-21", .effort = EFFORT_QUICK};
 *     measure_study(&m, study, &entry, &arena, e);
 */
#ifndef CUPEL_CHARACTERISE_MEASURE_H
#define CUPEL_CHARACTERISE_MEASURE_H

#include "harness/characterise/ledger.h"

struct measure {
    const char *program; /* which measures */
    const char *commit;  /* its build, as records tell it */
    const char *folder, *date;
    enum study_effort effort;
    struct opt_texts set;  /* for the studies that take a bundle */
    const char *state_dir; /* NULL: the scenario's */
};

/* The build of a program by its own words (--version), in the arena; NULL with e when it is no cupel. */
const char *measure_commit(const char *program, struct arena *a, struct err *e);

/* Is the study's results file there, whole, and of this build? */
bool measure_is_done(const struct measure *m, const struct study *s, struct arena *a);

/* An entry for what measure_is_done found: the campaign ended before it was noted. */
void measure_adopt(const struct measure *m, const struct study *s, struct ledger_entry *out,
                   struct arena *a);

/* A study that fails is an entry with its reason, no error. Error: interrupted, all processes ended; the
 * system refused. */
bool measure_study(const struct measure *m, const struct study *s, struct ledger_entry *out,
                   struct arena *a, struct err *e) MUST_CHECK;

#endif
