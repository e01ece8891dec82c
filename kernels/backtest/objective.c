#include "kernels/backtest/objective.h"

#include <math.h>

/* The name with its hyphens, in which users type it, stands for the metric's with underlines. */
static bool same_words(const char *a, const char *b)
{
    while (*a && (*a == *b || (*a == '-' && *b == '_') || (*a == '_' && *b == '-'))) {
        a++;
        b++;
    }
    return *a == *b;
}

const struct bt_objective *bt_objective_find(const char *name, struct err *e)
{
    struct text names = {0};
    for (const struct bt_objective *o = bt_objectives; o->name; o++)
        if (same_words(name, o->name))
            return o;
    for (const struct bt_objective *o = bt_objectives; o->name; o++)
        text_printf(&names, "%s%s", o == bt_objectives ? "" : ", ", o->name);
    err_input(e, "objective: expected one of %s, found \"%.60s\"", names.p, name);
    text_done(&names);
    return NULL;
}

const struct bt_metric *bt_objective_metric(const struct bt_objective *o)
{
    return bt_metric_find(str_of(o->metric));
}

bool bt_objective_better(const struct bt_objective *o, double a, double b)
{
    if (isnan(a) || isnan(b))
        return !isnan(a);
    return o->direction == BT_HIGHER_IS_BETTER ? a > b : a < b;
}

/* A drawdown is at most 0: the higher, the less was lost. */
const struct bt_objective bt_objectives[] = {
    {"sharpe",        "sharpe",        BT_HIGHER_IS_BETTER},
    {"sortino",       "sortino",       BT_HIGHER_IS_BETTER},
    {"calmar",        "calmar",        BT_HIGHER_IS_BETTER},
    {"total-return",  "total_return",  BT_HIGHER_IS_BETTER},
    {"max-drawdown",  "max_drawdown",  BT_HIGHER_IS_BETTER},
    {"win-rate",      "win_rate",      BT_HIGHER_IS_BETTER},
    {"profit-factor", "profit_factor", BT_HIGHER_IS_BETTER},
    {NULL,            NULL,            BT_HIGHER_IS_BETTER},
};
