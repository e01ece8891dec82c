#include "harness/cmd/gate_table.h"

#include "harness/base/units.h"
#include "harness/cmd/table.h"

#include <math.h>

const char *gate_table_value(char out[GATE_TABLE_VALUE], int metric, double value)
{
    if (!isfinite(value))
        snprintf(out, GATE_TABLE_VALUE, "-");
    else if (metric_rows[metric].kind == METRIC_EXACT)
        snprintf(out, GATE_TABLE_VALUE, "%.0f", value);
    else {
        char time[UNITS_TEXT];
        snprintf(out, GATE_TABLE_VALUE, "%s", units_time(time, value));
    }
    return out;
}

/* What only pairs have: the interval, their number, the slowdown that they would have seen. */
static void put_spread(const struct judged *r, struct text *interval, struct text *pairs,
                       struct text *detectable)
{
    char lower[UNITS_TEXT], upper[UNITS_TEXT];
    if (r->kind == JUDGED_EXACT) {
        text_puts(interval, "exact");
        text_puts(pairs, "-");
        text_puts(detectable, "-");
        return;
    }
    text_printf(interval, "%s..%s", units_ratio(lower, r->ratio.low),
                units_ratio(upper, r->ratio.high));
    text_printf(pairs, "%d", r->pairs);
    if (isfinite(r->detectable_percent))
        text_printf(detectable, "%.1f %%", r->detectable_percent);
    else
        text_puts(detectable, "-");
}

/* Another metric had decided before this one was. */
static const char *verdict_word(const struct judged *r)
{
    return r->verdict == GATE_CONTINUE ? "not decided" : gate_verdict_word(r->verdict);
}

static void table_benchmark(struct table *t, const char *benchmark, const struct judged *r)
{
    char ratio[UNITS_TEXT], base[GATE_TABLE_VALUE], new[GATE_TABLE_VALUE];
    struct text interval = {0}, pairs = {0}, detectable = {0};
    put_spread(r, &interval, &pairs, &detectable);
    table_row(t, benchmark, metric_rows[r->metric].title, verdict_word(r),
              units_ratio(ratio, r->ratio.estimate), interval.p, pairs.p, detectable.p,
              gate_table_value(base, r->metric, r->base), gate_table_value(new, r->metric, r->new),
              NULL);
    text_done(&interval);
    text_done(&pairs);
    text_done(&detectable);
}

void gate_table_print(const struct suite_row *rows, int n, FILE *out)
{
    struct table t = {0};
    table_row(&t, "benchmark", "metric", "verdict", "ratio", "95 % interval", "pairs", "detectable",
              "base", "new", NULL);
    for (int i = 0; i < n; i++)
        table_benchmark(&t, rows[i].benchmark, &rows[i].judged);
    table_print(&t, out);
    table_done(&t);
}
