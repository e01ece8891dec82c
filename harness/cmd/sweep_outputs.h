/* Where the results of cupel sweep go: their table, and the summary of all ranges or the walk-forward report. A
 * file is there when all of it is.
 *
 *     struct sweep_outputs o = {.settings = &settings};
 *     if (sweep_outputs_check(o.settings, e) && sweep_outputs_open(&o, plan, e)) ...
 *     ... sweep_table_result(&o.results, r, e) ...
 *     ok = sweep_outputs_commit(&o, e);
 *     sweep_outputs_close(&o);
 */
#ifndef CUPEL_CMD_SWEEP_OUTPUTS_H
#define CUPEL_CMD_SWEEP_OUTPUTS_H

#include "harness/cmd/sweep_table.h"
#include "harness/cmd/sweep_walk.h"

struct sweep_outputs_settings {
    const char *out, *csv; /* one of them, or none: standard output */
    const char *format;    /* emitter_formats */
    const char *summary;   /* NULL: none */
};

struct sweep_outputs {
    const struct sweep_outputs_settings *settings;
    struct sweep_table results, summary; /* closed where nothing is written */
    struct sweep_walk walk;              /* of a walk-forward search */
};

/* Said before hours of computing rather than after: settings that contradict each other, names that cannot
 * be written to. */
bool sweep_outputs_check(const struct sweep_outputs_settings *s, struct err *e) MUST_CHECK;

/* Clears away what killed runs left beside them. After an error: close. */
bool sweep_outputs_open(struct sweep_outputs *s, const struct bt_plan *plan,
                        struct err *e) MUST_CHECK;

bool sweep_outputs_commit(struct sweep_outputs *s, struct err *e) MUST_CHECK;

/* What was not committed is gone. Zero but for the settings is fine. */
void sweep_outputs_close(struct sweep_outputs *s);

#endif
