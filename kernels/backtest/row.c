#include "kernels/backtest/row.h"

#include <math.h>
#include <string.h>

/* ---- rows --------------------------------------------------------------------------------------- */

const struct bt_row bt_row_nothing = {
#define UNDEFINED(field, core, digest) .field = (double)NAN,
    BT_REALS(UNDEFINED)
#undef UNDEFINED
};

#define IF_true(x) x
#define IF_false(x)

struct core {
#define CORE_WHOLE(field, core) IF_##core(int64_t field;)
    BT_WHOLES(CORE_WHOLE)
#undef CORE_WHOLE
#define CORE_REAL(field, core, digest) IF_##core(double field;)
    BT_REALS(CORE_REAL)
#undef CORE_REAL
    uint64_t trade_hash;
    double error;
};

size_t bt_row_packed_bytes(bool all)
{
    return all ? sizeof(struct bt_row) : sizeof(struct core);
}

#define COPY_WHOLE(field, core)        IF_##core(to->field = from->field;)
#define COPY_REAL(field, core, digest) IF_##core(to->field = from->field;)
#define COPY_CORE                                                                                  \
    BT_WHOLES(COPY_WHOLE)                                                                          \
    BT_REALS(COPY_REAL)                                                                            \
    to->trade_hash = from->trade_hash;                                                             \
    to->error = from->error;

void bt_row_pack(const struct bt_row *row, bool all, void *out)
{
    const struct bt_row *from = row;
    struct core *to = out;
    if (all) {
        memcpy(out, row, sizeof *row);
        return;
    }
    COPY_CORE
}

void bt_row_unpack(const void *packed, bool all, struct bt_row *row)
{
    const struct core *from = packed;
    struct bt_row *to = row;
    if (all) {
        memcpy(row, packed, sizeof *row);
        return;
    }
    *row = bt_row_nothing;
    COPY_CORE
}

/* ---- metrics ------------------------------------------------------------------------------------ */

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
    return bt_metric_estimate(metric, rows, n).value;
}

bool bt_is_near(double a, double b, double error)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= error * fmax(1, fmax(fabs(a), fabs(b)));
}

double bt_metric_bound(const struct bt_metric *metric, const struct bt_row *row)
{
    if (row->error == 0 || row->orders == 0 || metric->digest == BT_IN_EXACT_DIGEST)
        return 0;
    double value = bt_metric_of(metric, row);
    return isnan(value) ? (double)INFINITY : row->error * fmax(1, fabs(value));
}

struct bt_estimate bt_metric_estimate(const struct bt_metric *metric, const struct bt_row *rows,
                                      int n)
{
    double sum = 0, bounds = 0;
    int defined = 0;
    for (int i = 0; i < n; i++) {
        double value = bt_metric_of(metric, &rows[i]);
        bounds += bt_metric_bound(metric, &rows[i]);
        if (!isnan(value)) {
            sum += value;
            defined++;
        }
    }
    return (struct bt_estimate){defined ? sum / defined : (double)NAN,
                                BT_ROOM * bounds / (defined ? defined : 1)};
}

bool bt_estimates_meet(struct bt_estimate a, struct bt_estimate b)
{
    double bound = a.bound + b.bound;
    if (isnan(a.value) || isnan(b.value))
        return isinf(bound);
    return bound > 0 && fabs(a.value - b.value) <= bound;
}
