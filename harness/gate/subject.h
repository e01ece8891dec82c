/* What a gate compares, as the command line says it. A side is a kernel, in words between blanks or ';':
 *
 *     layers:SET                  with these layers; all when it is not said
 *     set:NAME=VALUE[,NAME=VALUE] with these settings, over the scenario's and --set's
 *     bin:PATH                    run by another cupel program
 *     so:PATH                     out of a shared object (kernels/plugin.h), not the scenario's
 *
 * in any order, as in "layers:all set:workers=2"; quotes and backslashes keep blanks, ';' and ',' in a
 * value, as in a shell. Or it is a command:
 *
 *     cmd:LINE                    split into words, no shell unless `shell` says so
 *     LINE                        the same, when it begins with none of these words
 *
 * Both sides must be kernels, or both commands.
 */
#ifndef CUPEL_GATE_SUBJECT_H
#define CUPEL_GATE_SUBJECT_H

#include "harness/plan/plan.h"

#define SUBJECT_DEFAULT_SCENARIO "micro-grid"
#define SUBJECT_WORDS            "layers:SET, set:NAME=VALUE, bin:PATH, so:PATH"

/* One side, read. */
struct subject {
    const char *text;             /* as it was said */
    const char *line;             /* a command; NULL: a kernel */
    const char *layers;           /* NULL: not said, as all others */
    const char *binary, *library; /* paths */
    struct opt_texts set;         /* NAME=VALUE */
    const char *folder; /* paths and commands begin there; NULL: here. May be set after reading */
    const char *label;  /* what tables call it; NULL: made from the rest. May be set, too */
};

/* Texts live in the arena. Error: nothing, an unknown or repeated word, an open quote. */
bool subject_read(struct subject *s, const char *text, struct arena *a, struct err *e) MUST_CHECK;

struct subject_pair {
    struct subject base, new;
    struct opt_texts
        set; /* NAME=VALUE for both, over the scenario's settings; commands have none */
    double margin_percent; /* 0: the scenario's, or 10 */
    bool shell;            /* commands are lines for /bin/sh -c */
    const char *name;      /* of the benchmark that two commands are; NULL: "command" */
};

/* Error: a kernel against a command. */
bool subject_same_kind(const struct subject_pair *s, struct err *e) MUST_CHECK;

/* One cell: two commands. Error: names the side. Owner of p: the caller, plan_done. */
bool subject_commands(struct plan *p, const struct subject_pair *s, struct arena *a,
                      struct err *e) MUST_CHECK;

/* One cell a scale of the scenario: two kernels. Error and owner: as above. */
bool subject_kernels(struct plan *p, const struct subject_pair *s, const struct scenario *scenario,
                     struct arena *a, struct err *e) MUST_CHECK;

#endif
