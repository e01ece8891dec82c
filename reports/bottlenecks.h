/* Where the samples fell before and after: the parts of two "profile" records side by side.
 *
 *     struct bottlenecks b = bottlenecks_of(before, after, arena);
 *     b.rows[i].title, b.rows[i].before.estimate, b.rows[i].after.estimate
 */
#ifndef CUPEL_REPORTS_BOTTLENECKS_H
#define CUPEL_REPORTS_BOTTLENECKS_H

#include "reports/model.h"

#include "harness/stats/interval.h"

struct bottleneck {
    const char *name, *title;
    bool overhead;                       /* no computation of the strategy */
    struct stats_interval before, after; /* shares of the samples, 0..1; NAN: not in that profile */
    double before_ns, after_ns;          /* share of the CPU time of one run */
};

struct bottlenecks {
    const char *before, *after; /* names of the sides */
    struct bottleneck *rows;    /* in the kernel's order */
    int count;
};

/* after NULL: the shares of one profile alone. */
struct bottlenecks bottlenecks_of(const struct json *before, const struct json *after,
                                  struct arena *a);

/* The profile of this id, or NULL. */
const struct json *bottlenecks_profile(const struct model_file *f, const char *id);

/* Profiles that the file puts together ("profile-pair"); without such records the first and the last
 * of each scale. */
struct bottlenecks_pair {
    const struct json *before, *after, *files; /* files: of the pair; NULL: none */
};
struct bottlenecks_pairs {
    struct bottlenecks_pair *pairs;
    int count;
};
struct bottlenecks_pairs bottlenecks_pairs(const struct model_file *f, struct arena *a);

#endif
