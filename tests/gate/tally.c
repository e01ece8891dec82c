#include "tests/gate/tally.h"

#include "harness/base/io.h"
#include "harness/run/environment_fingerprint.h"
#include "harness/stats/hodges_lehmann.h"

#include <gsl/gsl_cdf.h>

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static const double level = 0.95;
static const double unit = 1e6; /* log-ratios are stored as whole millionths */

/* ---- a trial as a record ---------------------------------------------------------------------- */

static struct json *pairs_json(const struct trial *t)
{
    struct json *o = json_object();
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        if (!t->judged[m])
            continue;
        struct json *list = json_put_array(o, probe_metrics[m].name);
        for (int i = 0; i < t->pairs; i++)
            json_push(list, json_of_number(round(t->log_ratio[m][i] * unit)));
    }
    return o;
}

static double rounded(double x)
{
    return round(x * 1e5) / 1e5;
}

static struct json *trial_json(const struct trial *t, uint64_t seed)
{
    struct text number = {0};
    text_printf(&number, "%llu", (unsigned long long)seed);
    struct json *o = json_object();
    json_put_text(o, "record", "trial");
    json_put_text(o, "cell", trial_cells[t->cell].name);
    json_put_number(o, "planted_percent", trial_percents[t->percent]);
    json_put_text(o, "verdict", gate_verdict_word(t->verdict));
    json_put_number(o, "status", t->status);
    json_put_text(o, "metric", probe_metrics[t->metric].name);
    json_put_number(o, "pairs", t->pairs);
    json_put_number(o, "seconds", rounded(t->seconds));
    json_put_number(o, "load", t->load);
    json_put_number(o, "ratio", rounded(t->ratio.estimate));
    json_put_number(o, "lower", rounded(t->ratio.low));
    json_put_number(o, "upper", rounded(t->ratio.high));
    json_put_text(o, "seed", number.p);
    json_put(o, "log_ratio_millionths", pairs_json(t));
    text_done(&number);
    return o;
}

/* ---- reading one ------------------------------------------------------------------------------ */

static bool find_case(const struct json *o, int *cell, int *percent, struct err *e)
{
    const char *name;
    double planted;
    if (!json_need_text(o, "cell", &name, e) ||
        !json_need_number(o, "planted_percent", &planted, e))
        return false;
    for (*cell = 0; *cell < TRIAL_CELLS; (*cell)++)
        for (*percent = 0; *percent < TRIAL_PERCENTS; (*percent)++)
            if (strcmp(trial_cells[*cell].name, name) == 0 && trial_percents[*percent] == planted)
                return true;
    return err_input(e, "cell: no trials of %.60s with %g %%", name, planted);
}

/* Of the metric that the trial was decided by. */
static bool read_pairs(struct trial *t, const struct json *o, const char *metric, struct err *e)
{
    const struct json *all, *list;
    if (!json_need_object(o, "log_ratio_millionths", &all, e) ||
        !json_need_array(all, metric, &list, e))
        return false;
    int n = 0;
    for (const struct json *v = json_first(list); v && n < STATS_MAX; v = json_next(v))
        t->log_ratio[t->metric][n++] = json_number(v) / unit;
    return n == t->pairs || err_input(e, "log_ratio_millionths: expected %d values of %s, found %d",
                                      t->pairs, metric, n);
}

static bool read_trial(struct trial *t, const struct json *o, struct err *e)
{
    int64_t status, pairs;
    const char *verdict, *metric;
    if (!find_case(o, &t->cell, &t->percent, e) || !json_need_text(o, "verdict", &verdict, e) ||
        !json_need_int(o, "status", 0, 3, &status, e) ||
        !json_need_int(o, "pairs", GATE_MIN_PAIRS, STATS_MAX, &pairs, e) ||
        !json_need_number(o, "seconds", &t->seconds, e) ||
        !json_need_number(o, "ratio", &t->ratio.estimate, e) ||
        !json_need_text(o, "metric", &metric, e))
        return false;
    const struct probe_metric *found = probe_metric_find(metric);
    if (!found)
        return err_input(e, "metric: no metric \"%.40s\"", metric);
    t->metric = (int)(found - probe_metrics);
    t->load = json_number(json_get(o, "load")); /* NAN: not told then */
    t->status = (int)status;
    t->pairs = (int)pairs;
    t->verdict =
        strcmp(verdict, gate_verdict_word(GATE_BORDERLINE)) == 0 ? GATE_BORDERLINE : GATE_PASS;
    return read_pairs(t, o, metric, e);
}

/* ---- counting --------------------------------------------------------------------------------- */

/* At a fixed number of pairs: that a sequence goes on only while it is undecided is not in it. */
static bool is_covered(const struct trial *t)
{
    double truth = log1p(trial_percents[t->percent] / 100);
    struct stats_interval i =
        stats_hodges_lehmann_interval(t->log_ratio[t->metric], GATE_MIN_PAIRS, level);
    return i.low <= truth && truth <= i.high;
}

static void count(struct tally *tally, const struct trial *t)
{
    struct tally_case *c = &tally->cases[t->cell][t->percent];
    c->n++;
    c->passed += t->status == 0;
    c->failed += t->status == 1;
    c->inconclusive += t->status == 3;
    c->borderline += t->verdict == GATE_BORDERLINE;
    c->covered += is_covered(t);
    c->pairs += t->pairs;
    c->pairs_max = t->pairs > c->pairs_max ? t->pairs : c->pairs_max;
    c->seconds += t->seconds;
    c->load += t->load;
    c->seconds_max = fmax(c->seconds_max, t->seconds);
    c->log_ratio += log(t->ratio.estimate);
}

/* ---- the file --------------------------------------------------------------------------------- */

static bool append(struct tally *t, struct json *record, struct err *e)
{
    struct text line = {0};
    json_print(record, &line);
    text_puts(&line, "\n");
    bool ok = io_write(t->fd, line.p, line.n, e) || err_prefix(e, "%s", t->path);
    text_done(&line);
    json_free(record);
    return ok;
}

static bool take_record(struct tally *t, const struct json *record, struct err *e)
{
    struct trial trial = {0};
    const struct json *environment;
    const char *kind;
    if (!json_need_text(record, "record", &kind, e))
        return false;
    if (strcmp(kind, "trial") == 0) {
        if (!read_trial(&trial, record, e))
            return false;
        count(t, &trial);
        return true;
    }
    if (!json_need_object(record, "environment", &environment, e))
        return false;
    if (!t->environment)
        t->environment = json_copy(environment);
    return true;
}

/* All whole lines; *whole: how many bytes they are. */
static bool read_lines(struct tally *t, struct str rest, size_t *whole, struct err *e)
{
    const char *begin = rest.p;
    for (int line = 1; rest.p; line++) {
        struct str text = str_cut(&rest, '\n');
        if (!rest.p)
            break; /* what follows the last newline: nothing, or a torn line */
        struct json *record = json_parse(text, t->path, e);
        bool ok = record && (take_record(t, record, e) || err_prefix(e, "%s:%d", t->path, line));
        json_free(record);
        if (!ok)
            return false;
        *whole = (size_t)(rest.p - begin);
    }
    return true;
}

static bool same_machine(const struct tally *t, const struct json *facts, struct err *e)
{
    char then[ENVIRONMENT_FINGERPRINT], now[ENVIRONMENT_FINGERPRINT];
    environment_fingerprint(t->environment, then);
    environment_fingerprint(facts, now);
    return strcmp(then, now) == 0 ||
           err_input(e,
                     "%s: it is of another machine or build (%s, now %s): expected a file of "
                     "this one, or a new name",
                     t->path, then, now);
}

static bool begin_session(struct tally *t, const struct json *facts, size_t whole, struct err *e)
{
    if (t->environment && !same_machine(t, facts, e))
        return false;
    t->fd = io_open(t->path, O_WRONLY | O_CREAT | O_APPEND, e);
    if (t->fd < 0)
        return false;
    if (ftruncate(t->fd, (off_t)whole) != 0)
        return err_system(e, "%s", t->path);
    struct json *record = json_object();
    json_put_text(record, "record", "session");
    json_put(record, "environment", json_copy(facts));
    if (!t->environment)
        t->environment = json_copy(facts);
    return append(t, record, e);
}

bool tally_open(struct tally *t, const char *path, const struct json *facts, struct err *e)
{
    *t = (struct tally){.fd = -1, .path = path};
    struct text file = {0};
    size_t whole = 0;
    bool ok = !io_exists(path) || io_read_file(path, &file, e);
    if (ok && file.n > 0)
        ok = read_lines(t, (struct str){file.p, file.n}, &whole, e);
    text_done(&file);
    ok = ok && (!facts || begin_session(t, facts, whole, e));
    if (!ok)
        tally_close(t);
    return ok;
}

bool tally_add(struct tally *t, const struct trial *trial, uint64_t seed, struct err *e)
{
    count(t, trial);
    return append(t, trial_json(trial, seed), e);
}

void tally_close(struct tally *t)
{
    io_close(t->fd);
    json_free(t->environment);
    *t = (struct tally){.fd = -1};
}

/* ---- what they add up to ---------------------------------------------------------------------- */

/* The exact 95 % bounds of a share (Clopper and Pearson 1934), in per cent; one-sided each. */
static double share_below(int k, int n)
{
    return k >= n ? 100 : 100 * gsl_cdf_beta_Pinv(level, k + 1, n - k);
}

static double share_above(int k, int n)
{
    return k == 0 ? 0 : 100 * gsl_cdf_beta_Pinv(1 - level, k, n - k + 1);
}

static double percent_of(int k, int n)
{
    return 100.0 * k / n;
}

static struct json *case_json(const struct tally_case *c, int cell, int percent)
{
    struct json *o = json_object();
    json_put_text(o, "cell", trial_cells[cell].name);
    json_put_number(o, "planted_percent", trial_percents[percent]);
    json_put_number(o, "trials", c->n);
    json_put_number(o, "exit_0", c->passed);
    json_put_number(o, "exit_1", c->failed);
    json_put_number(o, "exit_3", c->inconclusive);
    json_put_number(o, "borderline", c->borderline);
    json_put_number(o, "exit_1_percent", rounded(percent_of(c->failed, c->n)));
    json_put_number(o, "exit_1_percent_at_least", rounded(share_above(c->failed, c->n)));
    json_put_number(o, "exit_1_percent_at_most", rounded(share_below(c->failed, c->n)));
    json_put_number(o, "interval_covers_percent", rounded(percent_of(c->covered, c->n)));
    json_put_number(o, "measured_percent", rounded(100 * expm1(c->log_ratio / c->n)));
    json_put_number(o, "pairs_mean", rounded(c->pairs / c->n));
    json_put_number(o, "pairs_max", c->pairs_max);
    json_put_number(o, "seconds_mean", rounded(c->seconds / c->n));
    json_put_number(o, "seconds_max", rounded(c->seconds_max));
    json_put_number(o, "load_mean", rounded(c->load / c->n));
    return o;
}

/* ---- goals ------------------------------------------------------------------------------------ */

static double alarms(const struct tally_case *c)
{
    return percent_of(c->failed, c->n);
}

static double doubts(const struct tally_case *c)
{
    return percent_of(c->inconclusive, c->n);
}

static double mean_pairs(const struct tally_case *c)
{
    return c->pairs / c->n;
}

static double mean_seconds(const struct tally_case *c)
{
    return c->seconds / c->n;
}

/* Of the quiet cells. The coverage of intervals is held to its goal by many replays (test_replay). */
static const struct {
    const char *goal;
    int percent; /* index */
    double (*found)(const struct tally_case *c);
    bool at_least; /* else at most */
    double limit;
    int trials; /* fewer show nothing */
} goals[] = {
    {"A/A: no alarm",                 0, alarms,       false, 0,  299},
    {"A/A: inconclusive at most 1 %", 0, doubts,       false, 1,  299},
    {"A/A: 15 pairs at most, mean",   0, mean_pairs,   false, 15, 299},
    {"A/A: 30 s at most, mean",       0, mean_seconds, false, 30, 299},
    {"+5 %: alarms at most 1 %",      1, alarms,       false, 1,  100},
    {"+12 %: found at least 95 %",    3, alarms,       true,  95, 100},
    {"+15 %: found at least 99 %",    4, alarms,       true,  99, 100},
};

static void put_goals(struct json *list, const struct tally *t, int cell)
{
    for (size_t i = 0; i < sizeof goals / sizeof *goals; i++) {
        const struct tally_case *c = &t->cases[cell][goals[i].percent];
        if (c->n == 0)
            continue;
        double found = goals[i].found(c);
        struct json *o = json_object();
        json_put_text(o, "cell", trial_cells[cell].name);
        json_put_text(o, "goal", goals[i].goal);
        json_put_number(o, "found", rounded(found));
        json_put_number(o, "trials", c->n);
        json_put_bool(o, "enough_trials", c->n >= goals[i].trials);
        json_put_bool(o, "met",
                      goals[i].at_least ? found >= goals[i].limit : found <= goals[i].limit);
        json_push(list, o);
    }
}

static struct json *rule_json(void)
{
    const struct gate_rule *r = &gate_rule_default;
    struct json *o = json_object();
    json_put_number(o, "margin_percent", r->margin_percent);
    json_put_number(o, "fail_error", r->fail_error);
    json_put_number(o, "pass_error", r->pass_error);
    json_put_number(o, "cap", r->cap);
    json_put_text(o, "policy", gate_policy_name(r->policy));
    return o;
}

struct json *tally_summary(const struct tally *t)
{
    struct json *o = json_object();
    json_put_text(o, "record", "gate-campaign");
    json_put(o, "environment", t->environment ? json_copy(t->environment) : json_of_text(NULL));
    json_put(o, "rule", rule_json());
    struct json *cases = json_put_array(o, "cases"), *list = json_put_array(o, "goals");
    for (int cell = 0; cell < TRIAL_CELLS; cell++) {
        for (int p = 0; p < TRIAL_PERCENTS; p++)
            if (t->cases[cell][p].n > 0)
                json_push(cases, case_json(&t->cases[cell][p], cell, p));
        if (!trial_cells[cell].is_bursty)
            put_goals(list, t, cell);
    }
    return o;
}

/* ---- the table -------------------------------------------------------------------------------- */

static bool has_trials(const struct tally *t, int cell)
{
    int n = 0;
    for (int p = 0; p < TRIAL_PERCENTS; p++)
        n += t->cases[cell][p].n;
    return n > 0;
}

static void print_row(const struct tally *t, int percent, FILE *out)
{
    double planted = trial_percents[percent];
    fprintf(out, planted == 0 ? "| 0" : "| +%g %%", planted);
    for (int cell = 0; cell < TRIAL_CELLS; cell++) {
        const struct tally_case *c = &t->cases[cell][percent];
        if (!has_trials(t, cell))
            continue;
        if (c->n == 0)
            fprintf(out, " | -");
        else
            fprintf(out, " | %.1f / %.1f, %.0f, %.1f s (%d)", alarms(c), doubts(c), mean_pairs(c),
                    mean_seconds(c), c->n);
    }
    fprintf(out, " |\n");
}

void tally_print(const struct tally *t, FILE *out)
{
    fprintf(out, "| planted");
    for (int cell = 0; cell < TRIAL_CELLS; cell++)
        if (has_trials(t, cell))
            fprintf(out, " | %s", trial_cells[cell].name);
    fprintf(out, " |\n| ---");
    for (int cell = 0; cell < TRIAL_CELLS; cell++)
        if (has_trials(t, cell))
            fprintf(out, " | ---");
    fprintf(out, " |\n");
    for (int p = 0; p < TRIAL_PERCENTS; p++)
        print_row(t, p, out);
}
