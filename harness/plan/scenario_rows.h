/* The fields of a scenario, one table of option rows for each of its objects (scenario.h), and the structs that
 * they fill where those are not the scenario's own. */
#ifndef CUPEL_PLAN_SCENARIO_ROWS_H
#define CUPEL_PLAN_SCENARIO_ROWS_H

#include "harness/plan/scenario.h"

/* The flat part of the file. */
struct scenario_document {
    const char *name, *title, *kernel;
    long pairs;
    double margin_percent;
    const char *state_dir;
    bool instructions, ceilings;
    const struct json *settings, *scales, *compare, *gate, *expect;
};

struct scenario_compare_fields {
    const char *name, *expand;
    struct opt_texts scales, of;
    const struct json *groups, *base, *new;
};

extern const struct opt scenario_document_rows[], scenario_scale_rows[], scenario_compare_rows[],
    scenario_side_rows[], scenario_group_rows[], scenario_expect_rows[];

/* One object of the file by its rows; `object` may be NULL (all defaults). */
bool scenario_read_rows(const struct opt *rows, void *into, const struct json *object,
                        struct arena *a, struct err *e) MUST_CHECK;

/* Names stand in tables and reports: one line of text. */
bool scenario_is_label(const char *text, struct err *e) MUST_CHECK;

#endif
