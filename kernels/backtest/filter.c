#include "kernels/backtest/filter.h"

#include <assert.h>
#include <math.h>

/* ---- evaluation ------------------------------------------------------------------------------- */

/* Ordered so that `and` is the less of two, `or` the greater, `not` the negative. */
enum truth { NO = -1, UNKNOWN = 0, YES = 1 };

/* From the least to the most that it may be: the same where values are exact. */
struct range {
    int lo, hi; /* enum truth */
};

static int compare(enum bt_filter_kind kind, double a, double b)
{
    if (isnan(a) || isnan(b))
        return UNKNOWN;
    bool holds = kind == BT_FILTER_GT   ? a > b
                 : kind == BT_FILTER_GE ? a >= b
                 : kind == BT_FILTER_LT ? a < b
                 : kind == BT_FILTER_LE ? a <= b
                 : kind == BT_FILTER_EQ ? a == b
                                        : a != b;
    return holds ? YES : NO;
}

static int combine(enum bt_filter_kind kind, int a, int b)
{
    return (a < b) == (kind == BT_FILTER_AND) ? a : b;
}

static struct bt_estimate side_value(const struct bt_filter_side *side, bt_filter_estimate *value,
                                     const void *what)
{
    return side->metric ? value(what, side->metric) : (struct bt_estimate){side->number, 0};
}

static struct range judge_comparison(const struct bt_filter_op *op, bt_filter_estimate *value,
                                     const void *what)
{
    struct bt_estimate a = side_value(&op->left, value, what);
    struct bt_estimate b = side_value(&op->right, value, what);
    if (bt_estimates_meet(a, b))
        return (struct range){NO, YES};
    int truth = compare(op->kind, a.value, b.value);
    return (struct range){truth, truth};
}

enum bt_filter_verdict bt_filter_judge(const struct bt_filter *f, bt_filter_estimate *value,
                                       const void *what)
{
    struct range stack[BT_FILTER_OPS_MAX];
    int n = 0;
    for (int i = 0; i < f->n; i++) {
        const struct bt_filter_op *op = &f->op[i];
        if (op->kind < BT_FILTER_NOT) {
            stack[n++] = judge_comparison(op, value, what);
        } else if (op->kind == BT_FILTER_NOT) {
            assert(n >= 1);
            stack[n - 1] = (struct range){-stack[n - 1].hi, -stack[n - 1].lo};
        } else {
            assert(n >= 2);
            n--;
            stack[n - 1].lo = combine(op->kind, stack[n - 1].lo, stack[n].lo);
            stack[n - 1].hi = combine(op->kind, stack[n - 1].hi, stack[n].hi);
        }
    }
    assert(n == 1);
    return stack[0].lo == YES   ? BT_FILTER_PASSES
           : stack[0].hi == YES ? BT_FILTER_UNSURE
                                : BT_FILTER_FAILS;
}

struct exact {
    bt_filter_value *value;
    const void *what;
};

static struct bt_estimate exact_value(const void *what, const struct bt_metric *metric)
{
    const struct exact *exact = what;
    return (struct bt_estimate){exact->value(exact->what, metric), 0};
}

bool bt_filter_passes(const struct bt_filter *f, bt_filter_value *value, const void *what)
{
    return bt_filter_judge(f, exact_value, &(struct exact){value, what}) == BT_FILTER_PASSES;
}

struct rows {
    const struct bt_row *v;
    int n;
};

static double mean_of_rows(const void *what, const struct bt_metric *metric)
{
    const struct rows *rows = what;
    return bt_metric_mean(metric, rows->v, rows->n);
}

bool bt_filter_passes_rows(const struct bt_filter *f, const struct bt_row *rows, int n)
{
    return bt_filter_passes(f, mean_of_rows, &(struct rows){rows, n});
}

static struct bt_estimate estimate_of_rows(const void *what, const struct bt_metric *metric)
{
    const struct rows *rows = what;
    return bt_metric_estimate(metric, rows->v, rows->n);
}

enum bt_filter_verdict bt_filter_judge_rows(const struct bt_filter *f, const struct bt_row *rows,
                                            int n)
{
    return bt_filter_judge(f, estimate_of_rows, &(struct rows){rows, n});
}

/* ---- what it reads ---------------------------------------------------------------------------- */

static uint64_t bit_of(const struct bt_filter_side *side)
{
    return side->metric ? (uint64_t)1 << (side->metric - bt_metrics) : 0;
}

uint64_t bt_filter_metrics(const struct bt_filter *f)
{
    uint64_t bits = 0;
    for (int i = 0; i < f->n; i++)
        bits |= bit_of(&f->op[i].left) | bit_of(&f->op[i].right);
    return bits;
}

bool bt_filter_is_core(const struct bt_filter *f)
{
    uint64_t bits = bt_filter_metrics(f);
    for (int i = 0; bt_metrics[i].name; i++)
        if ((bits >> i & 1) && !bt_metrics[i].core)
            return false;
    return true;
}
