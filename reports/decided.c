#include "reports/decided.h"

#include "reports/model.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *metric, *title;
} clocks[] = {
    {"cpu",  "CPU time"            },
    {"net",  "wall time less queue"},
    {"wall", "wall time"           },
};

enum { CLOCKS = sizeof clocks / sizeof *clocks };

const struct json *decided_contrast(const struct json *record, const char *metric)
{
    return json_get(json_get(record, "compare"), metric);
}

const char *decided_metric(const struct json *record)
{
    const char *metric = at_text(record, "gate.metric");
    for (int i = 0; i < CLOCKS; i++)
        if (strcmp(clocks[i].metric, metric) == 0 &&
            isfinite(at_number(decided_contrast(record, metric), "ratio")))
            return clocks[i].metric;
    return clocks[0].metric;
}

const char *decided_title(const char *metric)
{
    int i = 0;
    while (i < CLOCKS - 1 && strcmp(clocks[i].metric, metric) != 0)
        i++;
    return clocks[i].title;
}

const char *decided_verdict(const struct json *record, const char *metric)
{
    const struct json *contrast = decided_contrast(record, metric);
    if (strcmp(metric, "cpu") == 0)
        return at_text(record, "verdict");
    return at_number(contrast, "upper") < 1   ? "faster"
           : at_number(contrast, "lower") > 1 ? "slower"
                                              : "no difference proven";
}

double decided_margin(const struct json *record, const char *metric, double other)
{
    double margin = at_number(record, "gate.margin_percent");
    return strcmp(at_text(record, "gate.metric"), metric) == 0 && isfinite(margin) ? margin : other;
}
