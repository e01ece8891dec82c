/* A plan: the scenario's axes (comparison x layer set x scale) expanded to cells. A cell is one
 * comparison of two sides; one that cannot be is a skipped cell with its reason, never a silent one.
 *
 *     struct plan plan;
 *     plan_make(&plan, &scenario, &overrides, &arena, e);
 *     for (int i = 0; i < plan.count; i++) ... plan.cells[i] ...
 */
#ifndef CUPEL_PLAN_PLAN_H
#define CUPEL_PLAN_PLAN_H

#include "harness/plan/scenario.h"
#include "kernels/kernel.h"

/* One side of a comparison: a kernel in a worker process, or a command line. */
struct plan_side {
    const char *label;           /* "none", "all", "./old --flag" */
    const struct kernel *kernel; /* NULL: a command */
    const char *library;         /* the shared object that the kernel is of; NULL: built in */
    bool is_wide;                /* keeps more than one CPU busy: not to be pinned */
    bool no_store;               /* gets no state folder */
    uint64_t layers;
    const char *layer_set;   /* as text, in the order of the rows */
    struct json *settings;   /* all layers of settings merged; owned by the plan */
    const char *binary;      /* whose worker runs it; NULL: this program's */
    const char *const *argv; /* a command's words, NULL-terminated */
    const char *folder;      /* a command's working folder; NULL: this process's */
};

struct plan_groups {
    const char *names[SCENARIO_GROUPS_MAX];
    int n;
};

struct plan_cell {
    const char *id;   /* "micro/pre-group": unique in the plan */
    const char *name; /* "pre-group" */
    const char *scale;
    struct plan_side base, new;
    long pairs;
    double margin_percent;
    const char *skipped;          /* the reason, or NULL */
    struct plan_groups coalition; /* of which groups the new side's layers are; n 0: no coalition */
    struct plan_groups worth;  /* a skipped coalition is worth what these of them are: the most that
                                   * can be together; n 0: nothing */
    bool may_expect;           /* the settings are the scenario's own */
    const char *expect_digest; /* NULL: only that both sides agree */
};

struct plan {
    struct plan_cell *cells;
    int count, capacity;
    struct json *settings; /* array that owns the sides' merged objects, two a cell */
};

struct plan_overrides {
    const char *layers;          /* instead of the scenario's comparisons: none against this set */
    long pairs;                  /* 0: as the scenario says */
    const struct json *settings; /* laid over all others; NULL: none. Any but the bundle makes
                                  * other results, so that no digest is expected then */
};

/* Error: names the field of the scenario or the override. Owner: the caller, plan_done. */
bool plan_make(struct plan *p, const struct scenario *s, const struct plan_overrides *o,
               struct arena *a, struct err *e) MUST_CHECK;
void plan_done(struct plan *p);

/* Keeps the cells of these comparisons only; none: all. Error: there is none of that name. */
bool plan_choose(struct plan *p, const struct opt_texts *names, struct err *e) MUST_CHECK;

#endif
