#include "harness/gate/exact.h"

#include "harness/base/log.h"

#include <math.h>
#include <stdio.h>

static bool varies(int metric, const struct metric_range *r)
{
    return r->high > r->low * (1 + metric_rows[metric].spread_percent / 100);
}

/* "12345" or "12345..12350" */
static void figures(char out[64], const struct metric_range *r)
{
    if (r->low < r->high)
        snprintf(out, 64, "%.0f..%.0f", r->low, r->high);
    else
        snprintf(out, 64, "%.0f", r->low);
}

static void explain(struct judged *row, const struct metric_range *base,
                    const struct metric_range *new)
{
    char before[64], after[64];
    figures(before, base);
    figures(after, new);
    snprintf(row->reason, sizeof row->reason, "not exact here: base %s, new %s from run to run",
             before, after);
}

/* Nothing against nothing is no change; something against nothing has no ratio. */
static double ratio_of(double base, double new)
{
    if (base > 0)
        return new / base;
    return new > 0 ? (double)NAN : 1;
}

struct judged exact_judge(int metric, const struct metric_range *base,
                          const struct metric_range *new, double margin_percent)
{
    double ratio = ratio_of(base->low, new->low);
    struct judged row = {
        .metric = metric,
        .kind = JUDGED_EXACT,
        .verdict = GATE_PASS,
        .margin_percent = margin_percent,
        .lower = ratio,
        .upper = ratio,
        .ratio = {ratio, ratio, ratio, 1},
        .base = base->low,
        .new = new->low,
        .detectable_percent = (double)NAN,
    };
    if (varies(metric, base) || varies(metric, new)) {
        row.verdict = GATE_INCONCLUSIVE;
        explain(&row, base, new);
    } else if (new->low > base->low *(1 + margin_percent / 100)) {
        row.verdict = GATE_FAIL;
        row.fails = true;
    }
    return row;
}

bool exact_rows(const struct judging *j, const char *benchmark, const struct metric_range *base,
                const struct metric_range *new, struct judged rows[METRIC_COUNT], int *count,
                struct err *e)
{
    *count = 0;
    for (int m = 0; m < METRIC_COUNT; m++) {
        if (!j->wanted[m] || metric_rows[m].kind != METRIC_EXACT)
            continue;
        if (base[m].available && new[m].available) {
            rows[(*count)++] = exact_judge(m, &base[m], &new[m], j->margin[m]);
            continue;
        }
        const char *why = base[m].available ? new[m].reason : base[m].reason;
        if (j->named[m])
            return err_input(e, "%s: %s is not available: %s", benchmark, metric_rows[m].name, why);
        log_info("%s: %s is not available: %s", benchmark, metric_rows[m].name, why);
    }
    return *count > 0 || !judging_wants_exact(j) ||
           err_input(e, "%s: no exact metric is available", benchmark);
}
