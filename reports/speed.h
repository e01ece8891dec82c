/* How fast each set of layers was, a bar-backtest at a time: the sides of a file's comparisons, those that
 * are the same put together (the base stands in many).
 *
 *     struct speed_list list = speed_rows(f, arena);
 *     list.rows[i].ns.estimate
 */
#ifndef CUPEL_REPORTS_SPEED_H
#define CUPEL_REPORTS_SPEED_H

#include "reports/model.h"

#include "harness/stats/interval.h"

struct speed_row {
    const char *scale, *name; /* name: of the comparison whose new side it is; "base: LAYERS" */
    const char *key;          /* layers and settings: what makes two sides the same */
    double bar_backtests;
    double *values; /* ns of CPU time a bar-backtest, one a pair */
    int count;
    struct stats_interval ns; /* Hodges-Lehmann over the values */
    double min, backtests_per_s;
    double dense_ns;     /* the dense ceiling beside these pairs, median; NAN: not measured */
    double instructions; /* a bar-backtest; NAN: not counted */
    double issue_share;  /* NAN without instructions */
    const struct model_cell *first, *last; /* of its comparisons */
    int contended;                         /* pairs in which somebody else used the core */
};

struct speed_list {
    struct speed_row *rows; /* in the order of the file, the base first */
    int count;
};

struct speed_list speed_rows(const struct model_file *f, struct arena *a);

/* Does the file say how fast its kernel was? */
bool speed_has(const struct model_file *f);

#endif
