#include "kernels/backtest/summary.h"

#include <assert.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

/* ---- over ranges ------------------------------------------------------------------------------ */

static const struct bt_summary_rule *rule_of(const char *metric)
{
    for (const struct bt_summary_rule *r = bt_summary_table; r->metric; r++)
        if (strcmp(r->metric, metric) == 0)
            return r;
    return NULL;
}

struct bt_summary_rules bt_summary_rules(void)
{
    struct bt_summary_rules rules = {.closed = bt_metric_find(str_of("closed"))};
    for (int i = 0; bt_metrics[i].name; i++) {
        const struct bt_summary_rule *rule = rule_of(bt_metrics[i].name);
        rules.kind[i] = rule ? rule->kind : bt_metrics[i].whole ? BT_SUMMARY_SUM : BT_SUMMARY_DAYS;
    }
    return rules;
}

/* Weights of 0 leave a value out, unless it is the only one. */
static double mean_of(const struct bt_metric *metric, const struct bt_metric *weight,
                      const struct bt_summary_part *parts, int n)
{
    double sum = 0, weights = 0, last = (double)NAN;
    int defined = 0;
    for (int i = 0; i < n; i++) {
        double value = bt_metric_of(metric, parts[i].row);
        if (isnan(value))
            continue;
        double w = weight ? bt_metric_of(weight, parts[i].row) : (double)parts[i].days;
        sum += w * value;
        weights += w;
        last = value;
        defined++;
    }
    return defined == 1 ? last : sum / weights; /* 0 / 0 where there are none */
}

/* The least or, negated, the most; NaN where there are none. */
static double extreme_of(const struct bt_metric *metric, double sign,
                         const struct bt_summary_part *parts, int n)
{
    double least = (double)NAN;
    for (int i = 0; i < n; i++)
        least = fmin(least, sign * bt_metric_of(metric, parts[i].row)); /* passes over NaN */
    return sign * least;
}

static double sum_of(const struct bt_metric *metric, const struct bt_summary_part *parts, int n)
{
    double sum = 0;
    int defined = 0;
    for (int i = 0; i < n; i++) {
        double value = bt_metric_of(metric, parts[i].row);
        defined += !isnan(value);
        sum += isnan(value) ? 0 : value;
    }
    return defined ? sum : (double)NAN;
}

static double summary_of(const struct bt_summary_rules *rules, int metric,
                         const struct bt_summary_part *parts, int n)
{
    const struct bt_metric *m = &bt_metrics[metric];
    switch (rules->kind[metric]) {
    case BT_SUMMARY_DAYS: return mean_of(m, NULL, parts, n);
    case BT_SUMMARY_TRADES: return mean_of(m, rules->closed, parts, n);
    case BT_SUMMARY_SUM: return sum_of(m, parts, n);
    case BT_SUMMARY_MOST: return extreme_of(m, -1, parts, n);
    case BT_SUMMARY_LEAST: return extreme_of(m, 1, parts, n);
    }
    return (double)NAN;
}

static void set(const struct bt_metric *metric, struct bt_row *row, double value)
{
    char *at = (char *)row + metric->offset;
    if (metric->whole)
        *(int64_t *)(void *)at = (int64_t)value;
    else
        *(double *)(void *)at = value;
}

struct bt_row bt_summary_row(const struct bt_summary_rules *rules,
                             const struct bt_summary_part *parts, int n)
{
    struct bt_row row = {0};
    assert(n >= 1);
    for (int i = 0; bt_metrics[i].name; i++)
        set(&bt_metrics[i], &row, summary_of(rules, i, parts, n));
    for (int i = 0; i < n; i++)
        row.trade_hash += parts[i].row->trade_hash;
    return row;
}

/* ---- walk-forward ----------------------------------------------------------------------------- */

struct bt_spread bt_spread_of(const double *v, int n, double *scratch)
{
    const double none = (double)NAN;
    size_t kept = 0;
    for (int i = 0; i < n; i++)
        if (!isnan(v[i]))
            scratch[kept++] = v[i];
    if (kept == 0)
        return (struct bt_spread){0, none, none, none, none, none};
    gsl_sort(scratch, 1, kept);
    return (struct bt_spread){
        .n = (int)kept,
        .mean = gsl_stats_mean(scratch, 1, kept),
        .median = gsl_stats_median_from_sorted_data(scratch, 1, kept),
        .deviation = kept < 2 ? none : gsl_stats_sd(scratch, 1, kept),
        .min = scratch[0],
        .max = scratch[kept - 1],
    };
}

double bt_variation(const struct bt_spread *spread)
{
    return spread->deviation == 0 ? 0 : spread->deviation / fabs(spread->mean);
}

bool bt_is_stable(const struct bt_spread *spread)
{
    return bt_variation(spread) < BT_STABLE_BELOW;
}

bool bt_test_falls_short(double validation, double test)
{
    return test < (validation < 0 ? 2 - BT_TEST_SHARE : BT_TEST_SHARE) * validation;
}

/* ---- the rules -------------------------------------------------------------------------------- */

const struct bt_summary_rule bt_summary_table[] = {
    {"bars",          BT_SUMMARY_SUM   },
    {"orders",        BT_SUMMARY_SUM   },
    {"trades",        BT_SUMMARY_SUM   },
    {"closed",        BT_SUMMARY_SUM   },
    {"wins",          BT_SUMMARY_SUM   },
    {"drawdown_bars", BT_SUMMARY_MOST  },
    {"total_return",  BT_SUMMARY_DAYS  },
    {"cagr",          BT_SUMMARY_DAYS  },
    {"sharpe",        BT_SUMMARY_DAYS  },
    {"sortino",       BT_SUMMARY_DAYS  },
    {"calmar",        BT_SUMMARY_DAYS  },
    {"volatility",    BT_SUMMARY_DAYS  },
    {"exposure",      BT_SUMMARY_DAYS  },
    {"max_drawdown",  BT_SUMMARY_LEAST }, /* at most 0 */
    {"win_rate",      BT_SUMMARY_TRADES},
    {"mean_trade",    BT_SUMMARY_TRADES},
    {"profit_factor", BT_SUMMARY_DAYS  },
    {"gross_profit",  BT_SUMMARY_SUM   },
    {"gross_loss",    BT_SUMMARY_SUM   },
    {"best_month",    BT_SUMMARY_MOST  },
    {"worst_month",   BT_SUMMARY_LEAST },
    {"best_year",     BT_SUMMARY_MOST  },
    {"worst_year",    BT_SUMMARY_LEAST },
    {NULL,            BT_SUMMARY_DAYS  },
};
