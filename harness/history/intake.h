/* From a results file to what the history keeps of it: one run, and a point for each metric of each
 * side of each benchmark.
 *
 *     struct intake in;
 *     if (intake_read(&in, "results.jsonl", &said, e)) ... in.run, in.points[0 .. in.count - 1]
 *     intake_done(&in);
 *
 * Points of a comparison's sides "base" and "new", and "ratio" (new over base); of a benchmark with one
 * side, "new". Of a side: the median of cpu, net and wall with its interval, some totals, counts where
 * every pair counted the same, instructions where they were counted. Counts and instructions are exact.
 */
#ifndef CUPEL_HISTORY_INTAKE_H
#define CUPEL_HISTORY_INTAKE_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/sha256.h"
#include "harness/run/environment_fingerprint.h"

#include <stdbool.h>

/* Coverage of the intervals. */
#define INTAKE_LEVEL 0.95

struct intake_run {
    char hash[SHA256_HEX]; /* of the file: the same file is the same run */
    char machine[ENVIRONMENT_FINGERPRINT];
    const char *commit, *branch; /* branch "": not said */
    const char *time;            /* "2026-01-31T12:00:00Z" */
    const char *cpu;             /* its model, or "" */
    const char *environment;     /* the facts, as JSON */
    const char *source;          /* the file's name */
    const char *tool, *version;  /* "gate", "0.1.0" */
};

struct intake_point {
    const char *benchmark;    /* scenario and id: "headline/micro/pre-group" */
    const char *side, *label; /* "new", "pre-group" */
    const char *work; /* a short hash of what was done: kernel, settings, content of the inputs */
    const char *metric, *unit;
    bool is_exact;
    double value, lower, upper; /* NAN: no such bound */
    int n;                      /* pairs, or runs */
};

struct intake {
    struct intake_run run;
    struct intake_point *points;
    int count, room;
    int left_out;       /* comparisons that were interrupted */
    bool is_complete;   /* the run came to its end */
    struct arena arena; /* holds all of it */
};

/* What the user says of the run; NULL: the file's own. */
struct intake_said {
    const char *commit, *branch, *time;
};

/* Error: file, line or field, and what was expected; nothing is kept then. Owner: the caller, until
 * intake_done. */
bool intake_read(struct intake *in, const char *path, const struct intake_said *said,
                 struct err *e) MUST_CHECK;
void intake_done(struct intake *in); /* zero is fine */

#endif
