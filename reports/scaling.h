/* How a side grows with workers: the comparisons of one worker against more, of the same layers and scale, together.
 *
 *     struct scaling_list list = scaling_of(f, arena);
 *     list.series[0].points[i].speed_up.estimate, usl_at(&list.series[0].fit, 32)
 */
#ifndef CUPEL_REPORTS_SCALING_H
#define CUPEL_REPORTS_SCALING_H

#include "reports/scale.h"

#include "harness/stats/usl.h"

struct scaling_point {
    const struct model_cell *cell;
    double before, workers;         /* of the base, which is 1 in a series; of the new side */
    struct stats_interval speed_up; /* wall time less queueing of the parent, base / new */
    bool oversubscribed;            /* more workers than cores: they share them */
};

struct scaling_series {
    const char *scale, *layers;
    const char *label; /* "production, none"; of a long list of layers how many there are */
    struct scaling_point *points; /* by workers */
    int count;
    double cores;
    /* The Universal Scalability Law of the points within the cores. Where they are too few and those beyond would be
     * enough, `described` is the curve of all: what this machine did, no forecast for one with more cores. */
    struct usl_fit fit, described;
};

struct scaling_list {
    struct scaling_series *series; /* in the order of the file */
    int count;
};

struct scaling_list scaling_of(const struct model_file *f, struct arena *a);

/* Does the comparison say what another number of workers is worth? Fills the point. */
bool scaling_compares(const struct model_file *f, const struct model_cell *cell,
                      struct scaling_point *out);

/* The contrast of wall time less queueing, or of wall time where the queueing was not measured. */
const char *scaling_wall_metric(const struct json *record);
const struct json *scaling_wall(const struct json *record);

/* CPUs that the file's process was allowed to use. */
double scaling_cores(const struct model_file *f);

/* The curve to draw: `fit`, or `described`, or NULL. */
const struct usl_fit *scaling_curve(const struct scaling_series *s);

#endif
