/* Parameters of command lines: {n} stands for a value, every combination of values is a benchmark.
 *
 *     --parameter n=1,2,4        a list of texts
 *     --parameter n=1:10:3       LO:HI[:STEP], ends included: 1, 4, 7, 10
 *
 *     struct parameters p;
 *     parameters_parse(&p, &texts, &arena, e);
 *     for (int c = 0; c < p.combinations; c++)
 *         parameters_fill(&p, c, "./sort --size {n}", &line, &arena, e);
 */
#ifndef CUPEL_RUN_PARAMETERS_H
#define CUPEL_RUN_PARAMETERS_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/opt.h"

enum { PARAMETERS_MAX = 16, PARAMETERS_VALUES_MAX = 1000, PARAMETERS_COMBINATIONS_MAX = 10000 };

struct parameter {
    const char *name;
    const char **values;
    int n;
};

struct parameters {
    struct parameter v[PARAMETERS_MAX];
    int n;
    int combinations; /* 1 when there is no parameter */
};

/* Error: names the parameter and what was expected. Texts live in the arena. */
bool parameters_parse(struct parameters *p, const struct opt_texts *texts, struct arena *a,
                      struct err *e) MUST_CHECK;

/* The value of parameter i in a combination; the last parameter runs through its values first. */
const char *parameters_value(const struct parameters *p, int combination, int i);

/* "n=4 m=a" in the arena; "" without parameters. */
const char *parameters_text(const struct parameters *p, int combination, struct arena *a);

/* The text with each {NAME} replaced; {{NAME}} gives {NAME}. Other braces stay, and all of them where
 * there is no parameter. Error: a {NAME} that no --parameter has. */
bool parameters_fill(const struct parameters *p, int combination, const char *text,
                     const char **out, struct arena *a, struct err *e) MUST_CHECK;

#endif
