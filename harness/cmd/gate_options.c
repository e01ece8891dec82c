#include "harness/cmd/gate_options.h"

#include "harness/cmd/gate_profile.h"
#include "harness/cmd/settings.h"

#include "harness/gate/subject.h"

#define AT(field) offsetof(struct gate_settings, field)

static const char *const advisories[] = {"warn", "fail", NULL};

/* What is not given here is the scenario's. */
/* clang-format off */
const struct opt gate_options[] = {
    {.name = "base", .kind = OPT_TEXT, .offset = AT(base), .arg = "SIDE",
     .help = "what is held to be good: words of " SUBJECT_WORDS "; or cmd:LINE, or a command line"},
    {.name = "new", .kind = OPT_TEXT, .offset = AT(new), .arg = "SIDE",
     .help = "what is held against the base"},
    {.name = "name", .kind = OPT_TEXT, .offset = AT(name), .arg = "NAME",
     .help = "of two commands: what records, exports and the history call the benchmark, instead of "
             "command; letters, digits, '.', '_' and '-'"},
    {.name = "scenario", .kind = OPT_TEXTS, .offset = AT(scenarios), .arg = "S",
     .help = "whose scales are judged, instead of " SUBJECT_DEFAULT_SCENARIO "; may be repeated"},
    {.name = "kernel", .kind = OPT_TEXT, .offset = AT(kernel), .arg = "PATH.so",
     .help = "instead of the scenario's; without a scenario its own defaults are judged"},
    {.name = "against", .kind = OPT_TEXT, .offset = AT(against.name), .arg = "REF",
     .help = "the base is what this commit of the repository here makes of the new side"},
    {.name = "build", .kind = OPT_TEXT, .offset = AT(against.build), .arg = "LINE",
     .help = "with --against: the shell builds by it, that commit and the tree here"},
    {.name = "cmd", .kind = OPT_TEXT, .offset = AT(against.line), .arg = "LINE",
     .help = "with --against: the command that is measured, in that commit's folder and here"},
    {.name = "rebuild", .kind = OPT_FLAG, .offset = AT(against.rebuild),
     .help = "with --against: that commit is built even when it was before"},
    {.name = "no-build-new", .kind = OPT_FLAG, .offset = AT(against.not_here),
     .help = "with --against: the tree here is taken as it is"},
    {.name = "baseline", .kind = OPT_TEXT, .offset = AT(baseline), .arg = "FILE",
     .help = "instead of two sides: this build against a stored baseline (`cupel baseline`)"},
    {.name = "advisory", .kind = OPT_TEXT, .offset = AT(advisory), .arg = "WHAT",
     .choices = advisories,
     .help = "with --baseline: what times that are slower than stored ones do (warn, the "
             "default, or fail)"},
    {.name = "metric", .kind = OPT_TEXTS, .offset = AT(metrics), .arg = "NAME",
     .help = "what is judged: timing, exact, or names of `cupel list metrics`, with commas; may "
             "be repeated (the scenario's, or timing)"},
    {.name = "margin", .kind = OPT_TEXTS, .offset = AT(margins), .arg = "PERCENT",
     .help = "the slowdown that fails (the scenario's, or 10); METRIC=PERCENT: of one metric; "
             "may be repeated"},
    {.name = "cap", .kind = OPT_INT, .offset = AT(cap), .arg = "PAIRS", .min = JUDGING_CAP_MIN,
     .max = JUDGING_CAP_MAX,
     .help = "the most pairs a benchmark may take (the scenario's, or 60)"},
    {.name = "budget", .kind = OPT_REAL, .offset = AT(budget), .arg = "SECONDS", .min = 1,
     .max = JUDGING_BUDGET_MAX,
     .help = "the most time a benchmark may take once it has its 10 pairs (the scenario's, or 300)"},
    {.name = "fail-error", .kind = OPT_REAL, .offset = AT(fail_error), .arg = "SHARE",
     .min = JUDGING_ERROR_MIN, .max = JUDGING_ERROR_MAX,
     .help = "how often a false FAIL may be, over all looks and benchmarks (the scenario's, or "
             "0.005)"},
    {.name = "pass-error", .kind = OPT_REAL, .offset = AT(pass_error), .arg = "SHARE",
     .min = JUDGING_ERROR_MIN, .max = JUDGING_ERROR_MAX,
     .help = "how often a false PASS may be, over all looks of a benchmark (the scenario's, or "
             "0.05)"},
    {.name = "policy", .kind = OPT_TEXT, .offset = AT(policy), .arg = "POLICY",
     .choices = judging_policies,
     .help = "what a BORDERLINE does: fail, fail when the estimate is over, pass (the "
             "scenario's, or strict)"},
    {.name = "profile-on-fail", .kind = OPT_TEXT, .offset = AT(profile_on_fail), .arg = "WHEN",
     .choices = gate_profile_choices, .fallback = "auto",
     .help = "profile both sides of what failed by time, and draw what changed, beside the "
             "results file: auto is for a terminal or an export for a CI's report"},
    SETTINGS_SET_ROW(struct gate_settings),
    SETTINGS_RESULT_ROWS(struct gate_settings),
    EXTERNAL_ROWS(struct gate_settings),
    OPT_END,
};
/* clang-format on */

bool gate_options_judging(struct judging *j, const struct gate_settings *s, struct arena *a,
                          struct err *e)
{
    j->cap = s->cap ? s->cap : j->cap;
    j->budget_s = s->budget > 0 ? s->budget : j->budget_s;
    j->fail_error = s->fail_error > 0 ? s->fail_error : j->fail_error;
    j->pass_error = s->pass_error > 0 ? s->pass_error : j->pass_error;
    j->policy = s->policy ? s->policy : j->policy;
    for (int i = 0; i < s->margins.n; i++)
        if (!judging_margin(j, s->margins.v[i], a, e))
            return err_prefix(e, "--margin");
    return judging_metrics(j, &s->metrics, e) || err_prefix(e, "--metric");
}
