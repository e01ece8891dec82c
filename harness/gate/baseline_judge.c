#include "harness/gate/baseline_judge.h"

#include "harness/result/agree.h"
#include "harness/result/record.h"

#include <math.h>
#include <stdio.h>

bool baseline_same_results(const struct json *stored, const struct baseline_measured *m,
                           struct err *e)
{
    struct kernel_digest before;
    return (agree_read(stored, &before, e) &&
            agree_check(&m->digest, &before, "the baseline has", e)) ||
           err_prefix(e, "%s", json_text(json_get(stored, "id")));
}

static struct judged cannot_read(int metric, double base, double margin, const char *why)
{
    struct judged row = {
        .metric = metric,
        .kind = JUDGED_EXACT,
        .verdict = GATE_INCONCLUSIVE,
        .margin_percent = margin,
        .lower = (double)NAN,
        .upper = (double)NAN,
        .ratio = {(double)NAN, (double)NAN, (double)NAN, 1},
        .base = base,
        .new = (double)NAN,
        .detectable_percent = (double)NAN,
    };
    snprintf(row.reason, sizeof row.reason, "not available here: %.170s", why);
    return row;
}

static bool judge_exact(const struct json *stored, const struct baseline_measured *m,
                        const struct judging *j, struct judged rows[METRIC_COUNT], int *count,
                        struct err *e)
{
    bool chosen = judging_wants_exact(j);
    const char *id = json_text(json_get(stored, "id"));
    for (int i = 0; i < METRIC_COUNT; i++) {
        const char *name = metric_rows[i].name;
        const struct json *value = json_get(json_get(stored, "exact"), name);
        if (metric_rows[i].kind != METRIC_EXACT || (chosen && !j->wanted[i]))
            continue;
        if (!value && j->named[i])
            return err_input(e, "%s: %s is not in the baseline", id, name);
        if (!value)
            continue;
        if (!m->exact[i].available && j->named[i])
            return err_input(e, "%s: %s is not available: %s", id, name, m->exact[i].reason);
        double base = json_number(value);
        const struct metric_range then = {true, base, base, ""};
        rows[(*count)++] = m->exact[i].available
                               ? exact_judge(i, &then, &m->exact[i], j->margin[i])
                               : cannot_read(i, base, j->margin[i], m->exact[i].reason);
    }
    return true;
}

/* Between the ends of both intervals: all that the two can mean. */
static struct judged judge_time(int metric, const struct json *then, struct stats_interval now,
                                double margin, bool times_fail)
{
    double base = json_number(json_get(then, "estimate"));
    double lower = now.low / json_number(json_get(then, "upper"));
    double upper = now.high / json_number(json_get(then, "lower"));
    return (struct judged){
        .metric = metric,
        .kind = JUDGED_ADVISORY,
        .verdict = GATE_ADVISORY,
        .fails = times_fail && lower > 1 + margin / 100,
        .margin_percent = margin,
        .lower = lower,
        .upper = upper,
        .ratio = {now.estimate / base, lower, upper, RECORD_LEVEL},
        .base = base,
        .new = now.estimate,
        .detectable_percent = (double)NAN,
        .pairs = BASELINE_RUNS,
    };
}

bool baseline_judge(const struct json *stored, const struct baseline_measured *m,
                    const struct judging *j, bool times_fail, struct judged rows[METRIC_COUNT],
                    int *count, struct err *e)
{
    *count = 0;
    for (int i = 0; i < PROBE_METRIC_COUNT && judging_wants_timing(j); i++) {
        const struct json *then = json_get(json_get(stored, "times"), metric_rows[i].name);
        if (then && (j->timing || j->wanted[i]) && (i != PROBE_NET || m->has_delay))
            rows[(*count)++] = judge_time(i, then, m->times[i], j->margin[i], times_fail);
    }
    return judge_exact(stored, m, j, rows, count, e) &&
           (*count > 0 || err_input(e, "%s: the baseline has nothing to judge by",
                                    json_text(json_get(stored, "id"))));
}
