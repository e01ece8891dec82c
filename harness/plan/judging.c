#include "harness/plan/judging.h"

#include <stdio.h>
#include <string.h>

const char *const judging_policies[] = {"strict", "estimate", "lenient", NULL};

struct judging judging_default(void)
{
    struct judging j = {.timing = true,
                        .cap = 60,
                        .budget_s = 300,
                        .fail_error = 0.005,
                        .pass_error = 0.05,
                        .policy = judging_policies[0]};
    for (int i = 0; i < METRIC_COUNT; i++)
        j.margin[i] = metric_rows[i].margin_percent;
    return j;
}

/* ---- metrics -------------------------------------------------------------------------------- */

/* Instructions are not among "exact": they take fifty times as long, and are asked for by name. */
static bool is_cheap(int id)
{
    return metric_rows[id].kind == METRIC_EXACT && metric_rows[id].source != METRIC_OF_VALGRIND;
}

static bool add_metric(struct judging *j, const char *name, struct err *e)
{
    if (strcmp(name, "timing") == 0) {
        j->timing = true;
        return true;
    }
    if (strcmp(name, "exact") == 0) {
        for (int i = 0; i < METRIC_COUNT; i++)
            j->wanted[i] = j->wanted[i] || is_cheap(i);
        return true;
    }
    int id = metric_find(name);
    if (id < 0)
        return err_input(e,
                         "expected timing, exact or a metric of `cupel list metrics`, found "
                         "\"%.60s\"",
                         name);
    j->wanted[id] = j->named[id] = true;
    return true;
}

static bool add_list(struct judging *j, const char *list, struct err *e)
{
    for (struct str rest = str_of(list); rest.p;) {
        struct str part = str_cut(&rest, ',');
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(part.n < 63 ? part.n : 63), part.p);
        if (!add_metric(j, name, e))
            return false;
    }
    return true;
}

bool judging_metrics(struct judging *j, const struct opt_texts *names, struct err *e)
{
    if (names->n == 0)
        return true;
    j->timing = false;
    memset(j->wanted, 0, sizeof j->wanted);
    memset(j->named, 0, sizeof j->named);
    for (int i = 0; i < names->n; i++)
        if (!add_list(j, names->v[i], e))
            return false;
    return true;
}

bool judging_wants_timing(const struct judging *j)
{
    return j->timing || j->wanted[METRIC_CPU] || j->wanted[METRIC_NET] || j->wanted[METRIC_WALL];
}

bool judging_wants_exact(const struct judging *j)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        if (j->wanted[i] && metric_rows[i].kind == METRIC_EXACT)
            return true;
    return false;
}

/* ---- margins -------------------------------------------------------------------------------- */

#define MARGIN_MIN_TIMING JUDGING_TIME_MARGIN
#define MARGIN_MIN_EXACT  0

/* Of an array of doubles, a metric each. */
static const struct opt margin_rows[] = {
#define MARGIN_ROW(id, metric, unit, title, metric_kind, source, key, margin, spread)              \
    {.name = metric,                                                                               \
     .kind = OPT_REAL,                                                                             \
     .offset = METRIC_##id * sizeof(double),                                                       \
     .arg = "PERCENT",                                                                             \
     .min = MARGIN_MIN_##metric_kind,                                                              \
     .max = JUDGING_MARGIN_MAX,                                                                    \
     .fallback = #margin,                                                                          \
     .help = title},
    METRICS(MARGIN_ROW)
#undef MARGIN_ROW
        OPT_END,
};

void judging_time_margin(struct judging *j, double percent)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        if (metric_rows[i].kind == METRIC_TIMING)
            j->margin[i] = percent;
}

static bool is_number(const char *text)
{
    double unused;
    return str_to_double(str_of(text), &unused);
}

bool judging_margin(struct judging *j, const char *text, struct arena *a, struct err *e)
{
    struct str value = str_of(text);
    const char *name = str_copy(a, str_cut(&value, '='));
    if (!value.p && is_number(text)) {
        if (!opt_set(margin_rows, j->margin, metric_rows[METRIC_CPU].name, text, a, e))
            return false;
        judging_time_margin(j, j->margin[METRIC_CPU]);
        return true;
    }
    if (!value.p || metric_find(name) < 0)
        return err_input(e,
                         "expected PERCENT or METRIC=PERCENT, a metric of `cupel list metrics`, "
                         "found \"%.60s\"",
                         text);
    return opt_set(margin_rows, j->margin, name, value.p, a, e);
}

/* ---- the object ----------------------------------------------------------------------------- */

struct fields {
    struct opt_texts metrics;
    const struct json *margins;
    long cap;
    double budget, fail_error, pass_error;
    const char *policy;
};

#define AT(field) offsetof(struct fields, field)

static const struct opt rows[] = {
    {.name = "metrics",
     .kind = OPT_TEXTS,
     .offset = AT(metrics),
     .arg = "METRIC",
     .help = "what is judged: timing, exact, or names of `cupel list metrics`"                  },
    { .name = "margins",
     .kind = OPT_OBJECT,
     .offset = AT(margins),
     .help = "per cent that new may be above base, by metric"                   },
    {                                                                               .name = "cap",
     .kind = OPT_INT,
     .offset = AT(cap),
     .arg = "PAIRS",
     .min = JUDGING_CAP_MIN,
     .max = JUDGING_CAP_MAX,
     .fallback = "60",
     .help = "the most pairs a benchmark may take"},
    {                                               .name = "budget",
     .kind = OPT_REAL,
     .offset = AT(budget),
     .arg = "SECONDS",
     .min = 1,
     .max = JUDGING_BUDGET_MAX,
     .fallback = "300",
     .help = "the most time a benchmark may take once it has its 10 pairs"},
    {                                                                             .name = "fail_error",
     .kind = OPT_REAL,
     .offset = AT(fail_error),
     .min = JUDGING_ERROR_MIN,
     .max = JUDGING_ERROR_MAX,
     .fallback = "0.005",
     .help = "of a false FAIL, over all looks and benchmarks"},
    {                                                                      .name = "pass_error",
     .kind = OPT_REAL,
     .offset = AT(pass_error),
     .min = JUDGING_ERROR_MIN,
     .max = JUDGING_ERROR_MAX,
     .fallback = "0.05",
     .help = "of a false PASS, over all looks of one benchmark"},
    {                                                                      .name = "policy",
     .kind = OPT_TEXT,
     .offset = AT(policy),
     .choices = judging_policies,
     .fallback = "strict",
     .help = "what a BORDERLINE does"},
    OPT_END,
};

bool judging_read(struct judging *j, const struct json *object, struct arena *a, struct err *e)
{
    struct fields f = {.cap = j->cap,
                       .budget = j->budget_s,
                       .fail_error = j->fail_error,
                       .pass_error = j->pass_error,
                       .policy = j->policy};
    if (!object)
        return true;
    if (!opt_from_json(rows, &f, object, a, e))
        return false;
    j->cap = f.cap;
    j->budget_s = f.budget;
    j->fail_error = f.fail_error;
    j->pass_error = f.pass_error;
    j->policy = f.policy;
    return (judging_metrics(j, &f.metrics, e) || err_prefix(e, "metrics")) &&
           (!f.margins || opt_from_json(margin_rows, j->margin, f.margins, a, e) ||
            err_prefix(e, "margins"));
}

struct json *judging_to_json(const struct judging *j)
{
    struct json *o = json_object();
    struct json *names = json_put_array(o, "metrics");
    if (j->timing)
        json_push(names, json_of_text("timing"));
    for (int i = 0; i < METRIC_COUNT; i++)
        if (j->wanted[i])
            json_push(names, json_of_text(metric_rows[i].name));
    opt_to_json(margin_rows, j->margin, json_put_object(o, "margins"));
    json_put_number(o, "cap", (double)j->cap);
    json_put_number(o, "budget", j->budget_s);
    json_put_number(o, "fail_error", j->fail_error);
    json_put_number(o, "pass_error", j->pass_error);
    json_put_text(o, "policy", j->policy);
    return o;
}
