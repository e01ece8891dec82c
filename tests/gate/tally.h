/* What a campaign of trials found so far: its file of trials, one JSON record a line, and what they add
 * up to.
 *
 *     struct tally tally;
 *     tally_open(&tally, "results/gate-campaign.jsonl", facts, e);     // reads what is there
 *     tally_add(&tally, &trial, seed, e);                              // counted, and in the file
 *     json_write_file(tally_summary(&tally), ...); tally_print(&tally, stdout);
 *     tally_close(&tally);
 *
 * The first record tells machine and build; trials of another machine do not go into the same file.
 */
#ifndef CUPEL_TESTS_GATE_TALLY_H
#define CUPEL_TESTS_GATE_TALLY_H

#include "tests/gate/trial.h"

#include "harness/base/json.h"

#include <stdio.h>

/* Trials of one cell and planted slowdown. */
struct tally_case {
    int n, passed, failed, inconclusive; /* by exit status 0, 1, 3 */
    int borderline;                      /* of any status */
    int covered; /* the 95 % interval of the first 10 pairs holds the truth */
    int pairs_max;
    double pairs, seconds, seconds_max; /* sums, and the longest */
    double load, log_ratio;             /* sums; of the estimates */
};

struct tally {
    int fd;
    const char *path;
    struct json *environment; /* of the first session; owned */
    struct tally_case cases[TRIAL_CELLS][TRIAL_PERCENTS];
};

/* facts: environment_facts of now; NULL: nothing will be added. A torn last line (a kill while it was
 * written) is cut off. Error: the file cannot be read or written, is no such file, or is of another
 * machine or build. */
bool tally_open(struct tally *t, const char *path, const struct json *facts,
                struct err *e) MUST_CHECK;
bool tally_add(struct tally *t, const struct trial *trial, uint64_t seed, struct err *e) MUST_CHECK;
void tally_close(struct tally *t);

/* Machine, rule, a row a case, and the goals with what was found. Owner: the caller. */
struct json *tally_summary(const struct tally *t);

/* The table of the README: a row a planted slowdown, a column a cell that has trials. */
void tally_print(const struct tally *t, FILE *out);

#endif
