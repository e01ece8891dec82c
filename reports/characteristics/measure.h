/* What a cell shows of a record: fields, the rule that makes one figure of them, and how it is shown.
 *
 *     {"saving", WORDS_SHARE, {"compare.~.ratio"}, "compare.~.lower", "compare.~.upper"}
 *
 * A field is a path of keys joined by dots; "totals[peak_base]" is the element of that name, "~" the
 * metric that is asked for (cpu, wall, net). The rules stand in one table, by name, so that a test can
 * work every figure out again from what the trace says of it.
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_MEASURE_H
#define CUPEL_REPORTS_CHARACTERISTICS_MEASURE_H

#include "reports/words.h"

enum { MEASURE_FIELDS = 4 };

struct measure {
    const char *rule;
    enum words_kind as;
    const char *fields[MEASURE_FIELDS];
    const char *low, *high; /* bounds of fields[0], where there are any */
    bool interval;          /* the bounds are what is shown */
};

#define MEASURE(rule_name, shown_as, ...)                                                          \
    {                                                                                              \
        .rule = (rule_name), .as = (shown_as), .fields = { __VA_ARGS__ }                           \
    }
#define MEASURE_BETWEEN(rule_name, shown_as, field, low_field, high_field)                         \
    {                                                                                              \
        (rule_name), (shown_as), {(field)}, (low_field), (high_field), false                       \
    }
/* Of a contrast's ratio, with its bounds; of the bounds themselves. */
#define MEASURE_RATIO(rule_name, shown_as)                                                         \
    {                                                                                              \
        (rule_name), (shown_as), {"compare.~.ratio"}, "compare.~.lower", "compare.~.upper", false  \
    }
#define MEASURE_BOUNDS(rule_name, shown_as)                                                        \
    {                                                                                              \
        (rule_name), (shown_as), {"compare.~.ratio"}, "compare.~.lower", "compare.~.upper", true   \
    }

struct measured {
    double value, low, high; /* NAN: not there */
    const char *field;       /* the first that is not there */
    const char *reason;      /* the record's own, or NULL */
};

/* The value at a path; NULL when there is none. */
const struct json *measure_at(const struct json *record, const char *path);

/* The path with the metric put in. */
const char *measure_path(struct arena *a, const char *path, const char *metric);

struct measured measure_take(const struct json *record, const struct measure *m, const char *metric,
                             struct arena *a);

/* Is the figure with these bounds proven good (1), bad (-1), or neither? By the rule's own sense. */
int measure_sense(const char *rule, double low, double high);

#endif
