#include "kernels/backtest/row.h"

#include <math.h>
#include <stddef.h>

const struct bt_metric bt_metrics[] = {
#define WHOLE_METRIC(field, core)                                                                  \
    {#field, offsetof(struct bt_row, field), true, core, BT_IN_EXACT_DIGEST},
    BT_WHOLES(WHOLE_METRIC)
#undef WHOLE_METRIC
#define REAL_METRIC(field, core, digest)                                                           \
    {#field, offsetof(struct bt_row, field), false, core, BT_IN_##digest##_DIGEST},
        BT_REALS(REAL_METRIC)
#undef REAL_METRIC
            {0}};

const struct bt_metric *bt_metric_find(struct str name)
{
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (str_is(name, m->name))
            return m;
    return NULL;
}

double bt_metric_of(const struct bt_metric *metric, const struct bt_row *row)
{
    const char *at = (const char *)row + metric->offset;
    return metric->whole ? (double)*(const int64_t *)(const void *)at
                         : *(const double *)(const void *)at;
}

double bt_metric_mean(const struct bt_metric *metric, const struct bt_row *rows, int n)
{
    double sum = 0;
    int defined = 0;
    for (int i = 0; i < n; i++) {
        double value = bt_metric_of(metric, &rows[i]);
        if (!isnan(value)) {
            sum += value;
            defined++;
        }
    }
    return defined ? sum / defined : (double)NAN;
}
