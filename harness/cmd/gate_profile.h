/* After a FAIL: where the time of both sides went, and which functions changed, beside the results file.
 *
 *     if (gate_profile_wanted(s->profile_on_fail, &s->export))
 *         gate_profile_failed(&campaign, &suite, plan, title, &arena);
 *
 * In runs of their own, after the verdict, which they cannot change: what goes wrong here is logged.
 */
#ifndef CUPEL_CMD_GATE_PROFILE_H
#define CUPEL_CMD_GATE_PROFILE_H

#include "harness/gate/suite.h"

/* The choices of --profile-on-fail; NULL-terminated. auto: when somebody will look, which a terminal or
 * an export for a CI's report tells. */
extern const char *const gate_profile_choices[];

bool gate_profile_wanted(const char *choice, const struct opt_texts *exports);

/* Profiles the cells that a row says FAIL of, into FILE.profile/ beside the campaign's results file
 * FILE.jsonl, adds their records to the campaign, prints what changed and where it is drawn. */
void gate_profile_failed(struct campaign *c, const struct suite *s, const struct plan *plan,
                         const char *title, struct arena *a);

#endif
