/* What each group of layers is worth, from the cells of coalitions in a file: those with a "coalition" field,
 * of one scale together.
 *
 *     struct attribution_list list = attribution_of(f, arena);
 *     exp(list.rows[0].values.share[i].estimate)     the factor of list.rows[0].names[i]
 */
#ifndef CUPEL_REPORTS_ATTRIBUTION_H
#define CUPEL_REPORTS_ATTRIBUTION_H

#include "reports/model.h"

#include "harness/stats/shapley.h"

/* A coalition that cannot be, and the one whose worth it takes. */
struct attribution_stand_in {
    const char *coalition, *stands_for, *reason; /* stands_for: "nothing" for the empty one */
};

struct attribution {
    const char *scale, *file;             /* file: that its cells stand in */
    const char *names[SHAPLEY_EXACT_MAX]; /* of the groups, in the order of the cell of all */
    int groups;
    struct shapley_values values; /* of ln(new / base) of CPU time; players 0: see `reason` */
    const char *reason;           /* why they cannot be worked out; NULL: they can */
    int cells;                    /* that were measured */
    double base_ns;               /* CPU time of the base beside the cell of all, median */
    struct attribution_stand_in *stand_ins;
    int stand_in_count;
};

struct attribution_list {
    struct attribution *rows; /* a scale each, in the order of the file */
    int count;
};

struct attribution_list attribution_of(const struct model_file *f, struct arena *a);

/* "layer1 + layer3" */
const char *attribution_coalition(struct arena *a, const struct attribution *row, int set);

#endif
