#include "harness/cmd/gate_stored.h"

#include "harness/cmd/gate_baseline.h"
#include "harness/cmd/settings.h"

#include "harness/plan/scenario.h"

#include <string.h>

static bool gate_scenario_stored(const struct gate_settings *s, const struct baseline *b,
                                 const struct scenario *scenario, int *status, struct arena *a,
                                 struct err *e)
{
    struct judging j = scenario->judging;
    if (!gate_options_judging(&j, s, a, e))
        return false;
    struct json *over = settings_overrides(&s->set, scenario->kernel, a, e);
    const struct gate_baseline g = {
        .baseline = b,
        .scenario = scenario,
        .judging = &j,
        .overrides = over,
        .out = s->out,
        .export = &s->export,
        .times_fail = s->advisory && strcmp(s->advisory, "fail") == 0,
    };
    bool ok = over && gate_baseline_run(&g, status, a, e);
    json_free(over);
    return ok;
}

/* What a stored baseline leaves no use for: NULL when nothing of it was given. */
static const char *idle_option(const struct gate_settings *s)
{
    const struct {
        bool given;
        const char *name;
    } rows[] = {
        {s->name != NULL,   "name"      },
        {s->cap != 0,       "cap"       },
        {s->budget > 0,     "budget"    },
        {s->fail_error > 0, "fail-error"},
        {s->pass_error > 0, "pass-error"},
        {s->policy != NULL, "policy"    },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].given)
            return rows[i].name;
    return external_rows_given(&s->external);
}

bool gate_stored(const struct gate_settings *s, int *status, struct arena *a, struct err *e)
{
    struct baseline b;
    struct scenario scenario;
    const char *idle = idle_option(s);
    if (s->base || s->new || s->against.name || s->kernel || s->seed)
        return err_input(e, "--baseline: the sides and the seed are those of the file");
    if (!against_check(&s->against, e))
        return false;
    if (idle)
        return err_input(e, "--%s: expected two sides, not --baseline", idle);
    if (s->scenarios.n > 1)
        return err_input(e, "--baseline: expected one --scenario");
    if (!baseline_read(&b, baseline_path(s->baseline, a), e))
        return false;
    const char *name =
        s->scenarios.n ? s->scenarios.v[0] : json_text(json_get(b.document, "scenario"));
    bool ok = scenario_read(&scenario, name, a, e);
    if (ok) {
        ok = gate_scenario_stored(s, &b, &scenario, status, a, e);
        scenario_done(&scenario);
    }
    baseline_done(&b);
    return ok;
}
