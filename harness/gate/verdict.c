#include "harness/gate/verdict.h"

#include "harness/stats/hodges_lehmann.h"

#include <math.h>
#include <string.h>

/* Each step is about 1.4 times the one before: the interval narrows by a fifth from look to look. */
static const int looks[] = {GATE_MIN_PAIRS, 14, 20, 28, 40, 60, 85, 120, 200};
enum { LOOKS = sizeof looks / sizeof *looks };

/* Error spent by n of N pairs, as a share: (n / N)^1.5. Above 1 it saves error for the later looks,
 * where the pairs are. */
static const double spending_exponent = 1.5;
static const double nominal_level = 0.95;

const struct gate_rule gate_rule_default = {
    .margin_percent = 10,
    .fail_error = 0.005,
    .pass_error = 0.05,
    .benchmarks = 1,
    .cap = 60,
    .resolution = 0.025,
    .policy = GATE_STRICT,
};

bool gate_rule_check(const struct gate_rule *rule, struct err *e)
{
    const struct {
        const char *field;
        double value, above, to;
    } ranges[] = {
        {"margin_percent", rule->margin_percent, 0,                  1000     },
        {"fail_error",     rule->fail_error,     0,                  0.25     },
        {"pass_error",     rule->pass_error,     0,                  0.25     },
        {"benchmarks",     rule->benchmarks,     0,                  1e6      },
        {"cap",            rule->cap,            GATE_MIN_PAIRS - 1, STATS_MAX},
        {"resolution",     rule->resolution,     0,                  1        },
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (!(ranges[i].value > ranges[i].above && ranges[i].value <= ranges[i].to))
            return err_input(e, "gate: %s is %g: expected more than %g, at most %g",
                             ranges[i].field, ranges[i].value, ranges[i].above, ranges[i].to);
    return true;
}

int gate_next_look(const struct gate_rule *rule, int n)
{
    for (int i = 0; i < LOOKS && looks[i] < rule->cap; i++)
        if (looks[i] > n)
            return looks[i];
    return n < rule->cap ? rule->cap : 0;
}

static int look_before(const struct gate_rule *rule, int n)
{
    int before = 0;
    for (int look = gate_next_look(rule, 0); look && look < n; look = gate_next_look(rule, look))
        before = look;
    return before;
}

static bool is_look(const struct gate_rule *rule, int n)
{
    return gate_next_look(rule, n - 1) == n;
}

static double share_spent(const struct gate_rule *rule, int n)
{
    double cap = rule->cap;
    return pow(n / cap, spending_exponent) - pow(look_before(rule, n) / cap, spending_exponent);
}

static bool all_finite(const double *v, int n)
{
    for (int i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

static struct gate_decision nothing_known(int n)
{
    return (struct gate_decision){
        .n = n,
        .lower = -INFINITY,
        .upper = INFINITY,
        .nominal = {NAN, -INFINITY, INFINITY, nominal_level},
        .half_width = INFINITY,
    };
}

/* The numbers of this look, without a verdict. */
static struct gate_decision look_at(const struct gate_rule *rule, const double *log_ratios, int n,
                                    bool spend)
{
    struct gate_decision d = nothing_known(n);
    if (n == 0 || !all_finite(log_ratios, n))
        return d;
    struct stats_walsh w = stats_walsh_new(log_ratios, n);
    d.nominal = stats_walsh_interval(&w, nominal_level);
    d.half_width = (d.nominal.high - d.nominal.low) / 2;
    if (spend) {
        double share = share_spent(rule, n);
        d.fail_error = rule->fail_error / rule->benchmarks * share;
        d.pass_error = rule->pass_error * share;
        d.lower = stats_walsh_lower(&w, d.fail_error);
        d.upper = stats_walsh_upper(&w, d.pass_error);
    }
    stats_walsh_done(&w);
    return d;
}

static enum gate_verdict verdict_of(const struct gate_decision *d, const struct gate_rule *rule,
                                    bool last)
{
    double margin = log1p(rule->margin_percent / 100);
    if (d->upper < margin)
        return GATE_PASS;
    if (d->lower > margin)
        return GATE_FAIL;
    if (!last)
        return GATE_CONTINUE;
    if (d->n >= GATE_MIN_PAIRS && d->half_width <= rule->resolution)
        return GATE_BORDERLINE;
    return GATE_INCONCLUSIVE;
}

static bool borderline_fails(const struct gate_decision *d, const struct gate_rule *rule)
{
    switch (rule->policy) {
    case GATE_LENIENT: return false;
    case GATE_ESTIMATE: return d->nominal.estimate >= log1p(rule->margin_percent / 100);
    default: return true;
    }
}

/* The half-width shrinks with the square root of n. */
static int pairs_needed(const struct gate_decision *d, const struct gate_rule *rule)
{
    double ratio = d->half_width / rule->resolution;
    double pairs = ceil(d->n * ratio * ratio);
    return pairs < 1e9 ? (int)pairs : 0;
}

struct gate_decision gate_decide(const struct gate_rule *rule, const double *log_ratios, int n,
                                 bool out_of_budget)
{
    int used = n < rule->cap ? n : rule->cap;
    bool last = out_of_budget || used == rule->cap;
    bool spend = used >= GATE_MIN_PAIRS && (last || is_look(rule, used));
    struct gate_decision d = look_at(rule, log_ratios, used, spend);
    d.verdict = verdict_of(&d, rule, last);
    d.fails =
        d.verdict == GATE_FAIL || (d.verdict == GATE_BORDERLINE && borderline_fails(&d, rule));
    d.next_look = d.verdict == GATE_CONTINUE ? gate_next_look(rule, used) : 0;
    d.pairs_needed = d.verdict == GATE_INCONCLUSIVE ? pairs_needed(&d, rule) : 0;
    return d;
}

/* ---- words ---------------------------------------------------------------------------------- */

static const struct {
    const char *word, *meaning;
    enum err_code code;
} verdicts[] = {
#define GATE_ROW(name, word, code, meaning) {word, meaning, ERR_##code},
    GATE_VERDICTS(GATE_ROW)
#undef GATE_ROW
};

static const char *const policies[] = {
#define GATE_POLICY_WORD(name, word) word,
    GATE_POLICIES(GATE_POLICY_WORD)
#undef GATE_POLICY_WORD
};

int gate_exit_status(const struct gate_decision *decision)
{
    bool by_policy = decision->verdict == GATE_BORDERLINE || decision->verdict == GATE_ADVISORY;
    bool passes = by_policy && !decision->fails;
    return err_exit_status(passes ? ERR_OK : verdicts[decision->verdict].code);
}

const char *gate_verdict_word(enum gate_verdict verdict)
{
    return verdicts[verdict].word;
}

const char *gate_verdict_meaning(enum gate_verdict verdict)
{
    return verdicts[verdict].meaning;
}

const char *gate_policy_name(enum gate_policy policy)
{
    return policies[policy];
}

bool gate_policy_from_name(const char *name, enum gate_policy *policy)
{
    for (int i = 0; i < GATE_POLICY_COUNT; i++)
        if (strcmp(policies[i], name) == 0) {
            *policy = (enum gate_policy)i;
            return true;
        }
    return false;
}
