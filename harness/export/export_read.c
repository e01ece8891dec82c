#include "harness/export/export_read.h"

#include "harness/stats/describe.h"
#include "harness/stats/sign_test.h"

#include <math.h>
#include <string.h>

static const double level = 0.95;

/* ---- members -------------------------------------------------------------------------------- */

static const struct json *member(const struct json *object, const char *first, const char *second)
{
    return json_get(json_get(object, first), second);
}

static double number(const struct json *object, const char *key)
{
    return json_number(json_get(object, key));
}

static double over(double known, double otherwise)
{
    return isfinite(known) ? known : otherwise;
}

static const char *text_or(const struct json *object, const char *key, const char *otherwise)
{
    const char *text = json_text(json_get(object, key));
    return *text ? text : otherwise;
}

/* ---- one side ------------------------------------------------------------------------------- */

static void median_bounds(struct export_series *s)
{
    s->lower = s->upper = (double)NAN;
    if (s->n > STATS_MAX)
        return;
    struct stats_interval i = stats_median_interval(s->values, s->n, level);
    if (isfinite(i.low) && isfinite(i.high)) {
        s->lower = i.low;
        s->upper = i.high;
    }
}

static bool read_series(struct export_series *s, const struct json *summary, struct arena *a,
                        struct err *e)
{
    const struct json *list = json_get(summary, "values");
    double *v = ARENA_NEW(a, double, json_count(list) + 1);
    *s = (struct export_series){.values = v};
    for (const struct json *j = json_first(list); j; j = json_next(j)) {
        v[s->n] = json_number(j);
        if (!isfinite(v[s->n++]))
            return err_input(e, "values: expected numbers, found %s at place %d",
                             json_kind_name(json_kind(j)), s->n);
    }
    if (s->n == 0)
        return true;
    struct stats_summary sum = stats_describe(v, s->n, level);
    s->mean = sum.mean.estimate;
    s->sd = sum.sd;
    s->median = sum.median;
    s->min = sum.min;
    s->max = sum.max;
    median_bounds(s);
    return true;
}

static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";
    return *word && strspn(word, plain) == strlen(word);
}

static void add_quoted(struct text *t, const char *word)
{
    if (is_plain(word)) {
        text_puts(t, word);
        return;
    }
    text_puts(t, "'");
    for (; *word; word++)
        if (*word == '\'')
            text_puts(t, "'\\''");
        else
            text_add(t, word, 1);
    text_puts(t, "'");
}

/* The words of a command as one line for a shell. NULL: a kernel. */
static const char *command_line(const struct json *words, struct arena *a)
{
    struct text line = {0};
    if (json_kind(words) != JSON_ARRAY)
        return NULL;
    for (const struct json *w = json_first(words); w; w = json_next(w)) {
        text_puts(&line, line.n ? " " : "");
        add_quoted(&line, json_text(w));
    }
    const char *copy = arena_text(a, line.p ? line.p : "");
    text_done(&line);
    return copy;
}

static double total(const struct json *side, const char *name)
{
    for (const struct json *t = json_first(json_get(side, "totals")); t; t = json_next(t))
        if (strcmp(json_text(json_get(t, "name")), name) == 0)
            return number(t, "value");
    return (double)NAN;
}

/* What a pair holds of a side; of a one-sided record the pair itself may be it. */
static const struct json *slice_of(const struct json *pair, const char *which)
{
    const char *const keys[] = {which, "side"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_kind(json_get(pair, keys[i])) == JSON_OBJECT)
            return json_get(pair, keys[i]);
    return pair;
}

/* How often the work of a pair was done: a value is the pair's sum divided by that. */
static void read_iterations(struct export_side *s, const struct json *pairs, const char *which,
                            struct arena *a)
{
    const struct export_series *wall = &s->metrics[PROBE_WALL];
    const struct export_series *cpu = &s->metrics[PROBE_CPU];
    int n = cpu->n > wall->n ? cpu->n : wall->n, i = 0;
    double *v = ARENA_NEW(a, double, n + 1);
    for (const struct json *p = json_first(pairs); p && i < n; p = json_next(p), i++) {
        double sum = number(slice_of(p, which), wall->n ? "wall_ns" : "cpu_ns");
        v[i] = round(sum / (wall->n ? wall : cpu)->values[i]);
    }
    for (i = 0; i < n; i++)
        v[i] = isfinite(v[i]) && v[i] >= 1 && v[i] < 9e15 ? v[i] : 1;
    s->iterations = v;
}

/* What `cupel bench` has of each run. */
static void read_runs(struct export_side *s, const struct json *record, struct arena *a)
{
    const struct json *runs = json_get(record, "runs"), *usage = json_get(record, "usage");
    int n = s->metrics[PROBE_WALL].n, i = 0;
    if (json_count(runs) != n)
        return;
    double *exits = ARENA_NEW(a, double, n + 1);
    for (const struct json *r = json_first(runs); r; r = json_next(r))
        exits[i++] = number(r, "exit");
    s->exits = exits;
    s->user_ns = number(json_get(usage, "user_ns"), "mean");
    s->system_ns = number(json_get(usage, "system_ns"), "mean");
}

static bool read_side(struct export_side *s, const struct json *side, const struct json *pairs,
                      const char *which, struct arena *a, struct err *e)
{
    if (json_kind(side) != JSON_OBJECT)
        return true;
    s->present = true;
    s->label = json_text(json_get(side, "label"));
    s->command = command_line(json_get(side, "command"), a);
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (!read_series(&s->metrics[m], member(side, "metrics", probe_metrics[m].name), a, e))
            return err_prefix(e, "%s: metrics: %s", which, probe_metrics[m].name);
    read_iterations(s, pairs, which, a);
    s->peak_bytes = fmax(total(side, "resident_peak"), total(side, "child_resident_peak"));
    if (s->iterations[0] == 1) { /* else set-up is in it, and how many warm-ups is not known */
        s->allocated_bytes = over(total(side, "body_allocated"), total(side, "thread_allocated"));
        s->allocations = total(side, "body_allocations");
    }
    return true;
}

/* ---- what was decided ----------------------------------------------------------------------- */

static void read_contrast(struct export_contrast *c, const struct json *contrast)
{
    double pairs = number(contrast, "pairs");
    *c = (struct export_contrast){.pairs = pairs >= 1 && pairs < 1e9 ? (int)pairs : 0,
                                  .ratio = number(contrast, "ratio"),
                                  .lower = number(contrast, "lower"),
                                  .upper = number(contrast, "upper"),
                                  .detectable_percent = number(contrast, "mde_percent")};
    if (!isfinite(c->ratio))
        c->pairs = 0;
}

static int metric_of(const char *name)
{
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (strcmp(probe_metrics[m].name, name) == 0)
            return m;
    return -1;
}

/* The 95 % interval where the record has one by that metric: it is what tables show. Else what the
 * verdict itself went by. */
static void fill_judged(struct export_judged *j, const struct export_benchmark *b)
{
    int m = metric_of(j->metric);
    bool has_own = b->repeats && isfinite(j->lower) && isfinite(j->upper);
    const struct export_contrast *c =
        m >= 0 && b->contrasts[m].pairs && !has_own ? &b->contrasts[m] : NULL;
    if (m >= 0 && !*j->unit)
        j->unit = "ns";
    if (m >= 0) {
        const struct export_series *base = &b->sides[SIDE_BASE].metrics[m];
        const struct export_series *new = &b->sides[SIDE_NEW].metrics[m];
        j->base = over(j->base, base->n ? base->median : (double)NAN);
        j->new = over(j->new, new->n ? new->median : (double)NAN);
    }
    if (c) {
        j->ratio = c->ratio;
        j->lower = c->lower;
        j->upper = c->upper;
        j->detectable_percent = c->detectable_percent;
    }
    if (!isfinite(j->ratio))
        j->ratio = j->base > 0 ? j->new / j->base : j->lower;
}

/* Another metric had decided before this one was. */
static const char *judged_word(const char *verdict)
{
    return strcmp(verdict, "CONTINUE") == 0 ? "not decided" : verdict;
}

static void read_judged(struct export_judged *j, const struct json *from,
                        const struct export_benchmark *b)
{
    *j = (struct export_judged){.metric = text_or(from, "metric", "cpu"),
                                .kind = text_or(from, "kind", "timing"),
                                .verdict = judged_word(text_or(from, "verdict", b->verdict)),
                                .unit = json_text(json_get(from, "unit")),
                                .fails = json_bool(json_get(from, "fails")),
                                .margin_percent = number(from, "margin_percent"),
                                .ratio = number(from, "ratio"),
                                .lower = number(from, "lower"),
                                .upper = number(from, "upper"),
                                .detectable_percent = number(from, "detectable_percent"),
                                .base = number(from, "base"),
                                .new = number(from, "new"),
                                .reason = text_or(from, "reason", NULL)};
    fill_judged(j, b);
}

/* The list of the gate, or the one metric that older gates, runs and bench have. */
static void read_all_judged(struct export_benchmark *b, const struct json *gate, struct arena *a)
{
    const struct json *list = json_get(gate, "judged");
    int n = json_count(list);
    bool two_sided = b->sides[SIDE_BASE].present && b->sides[SIDE_NEW].present;
    struct export_judged *judged = ARENA_NEW(a, struct export_judged, n + 1);
    b->judged = judged;
    for (const struct json *j = json_first(list); j; j = json_next(j))
        read_judged(&judged[b->judged_count++], j, b);
    if (b->judged_count || !two_sided)
        return;
    read_judged(&judged[0], gate, b);
    judged[0].fails = b->fails;
    b->judged_count = 1;
}

/* A gate of before `fails` was in its record: what its policy makes of the verdict. */
static bool fails_by_policy(const struct export_benchmark *b, const struct json *gate)
{
    const char *policy = json_text(json_get(gate, "policy"));
    int m = metric_of(json_text(json_get(gate, "metric")));
    if (b->state != EXPORT_BORDERLINE)
        return b->state == EXPORT_FAIL;
    if (strcmp(policy, "estimate") != 0)
        return strcmp(policy, "lenient") != 0;
    return m >= 0 && b->contrasts[m].ratio >= 1 + number(gate, "margin_percent") / 100;
}

static bool read_verdict(struct export_benchmark *b, const struct json *gate, struct err *e)
{
    static const enum export_state of_gate[] = {EXPORT_PASS, EXPORT_FAIL, EXPORT_BORDERLINE,
                                                EXPORT_INCONCLUSIVE, EXPORT_ADVISORY};
    const char *word = json_text(json_get(gate, "verdict"));
    for (size_t i = 0; i < sizeof of_gate / sizeof *of_gate; i++)
        if (strcmp(word, export_state_word(of_gate[i])) == 0) {
            b->state = of_gate[i];
            b->verdict = word;
            b->metric = json_text(json_get(gate, "metric"));
            b->fails = json_kind(json_get(gate, "fails")) == JSON_BOOL
                           ? json_bool(json_get(gate, "fails"))
                           : fails_by_policy(b, gate);
            return true;
        }
    return err_input(e,
                     "gate: verdict: expected PASS, FAIL, BORDERLINE, INCONCLUSIVE or ADVISORY, "
                     "found \"%.40s\"",
                     word);
}

/* ---- records -------------------------------------------------------------------------------- */

static double wall_ns(const struct json *slice)
{
    double ns = number(slice, "wall_ns");
    return isfinite(ns) && ns > 0 ? ns : 0;
}

static double seconds_of(const struct json *pairs)
{
    static const char *const names[] = {"base", "new", "side"};
    double ns = 0;
    for (const struct json *p = json_first(pairs); p; p = json_next(p)) {
        ns += wall_ns(p) + wall_ns(json_get(p, "prepare"));
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            ns += wall_ns(json_get(p, names[i])) + wall_ns(member(p, "prepare", names[i]));
    }
    return ns / 1e9;
}

static void cut_short(struct export_benchmark *b, const struct json *record)
{
    if (json_kind(json_get(record, "complete")) != JSON_BOOL ||
        json_bool(json_get(record, "complete")))
        return;
    b->state = EXPORT_ERROR;
    b->verdict = export_state_word(b->state);
    b->fails = false;
    b->reason = "cut short: not all of its pairs were measured";
}

/* The second run is another record, which takes this one's place. */
static void wait_for_second(struct export_benchmark *b, const struct json *gate)
{
    if (!json_bool(json_get(gate, "provisional")))
        return;
    b->state = EXPORT_ERROR;
    b->verdict = export_state_word(b->state);
    b->fails = false;
    b->reason = "cut short: a FAIL by wall time whose second run, which decides, was not measured";
}

/* `cupel bench` compares by the metric that it was asked for, with bounds of its own. */
static const struct json *read_simultaneous(struct export_benchmark *b, const struct json *record)
{
    const struct json *own = json_get(record, "simultaneous");
    if (json_kind(own) != JSON_OBJECT)
        return NULL;
    b->repeats = true;
    b->metric = json_text(json_get(own, "metric"));
    b->verdict = number(own, "lower") > 1   ? "slower"
                 : number(own, "upper") < 1 ? "faster"
                                            : "no difference proven";
    return own;
}

static bool read_measured(struct export_benchmark *b, const struct json *record, struct arena *a,
                          struct err *e)
{
    const struct json *pairs = json_get(record, "pairs"), *gate = json_get(record, "gate");
    const struct json *one = json_get(record, "side");
    pairs = pairs ? pairs : json_get(record, "runs");
    if (!read_side(&b->sides[SIDE_BASE], json_get(record, "base"), pairs, "base", a, e) ||
        !read_side(&b->sides[SIDE_NEW], one ? one : json_get(record, "new"), pairs, "new", a, e))
        return false;
    if (!b->sides[SIDE_BASE].present && !b->sides[SIDE_NEW].present)
        return err_input(e, "expected a side (base, new or side)");
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        read_contrast(&b->contrasts[m], member(record, "compare", probe_metrics[m].name));
    b->pairs = json_count(pairs);
    b->seconds = seconds_of(pairs);
    b->verdict = text_or(record, "verdict", export_state_word(EXPORT_MEASURED));
    if (one) {
        read_runs(&b->sides[SIDE_NEW], record, a);
        b->parameters = json_get(record, "parameters");
    }
    const struct json *own = read_simultaneous(b, record);
    if (json_kind(gate) == JSON_OBJECT && !read_verdict(b, gate, e))
        return false;
    read_all_judged(b, own ? own : gate, a);
    wait_for_second(b, gate);
    cut_short(b, record);
    return true;
}

/* Against a stored baseline: numbers of the metrics that were judged, none of sides. */
static bool read_stored(struct export_benchmark *b, const struct json *record, struct arena *a,
                        struct err *e)
{
    const struct json *gate;
    if (!json_need_object(record, "gate", &gate, e) || !read_verdict(b, gate, e))
        return false;
    read_all_judged(b, gate, a);
    return true;
}

static bool read_skipped(struct export_benchmark *b, const struct json *record, struct arena *a,
                         struct err *e)
{
    (void)a;
    b->state = EXPORT_SKIPPED;
    b->verdict = export_state_word(b->state);
    return json_need_text(record, "reason", &b->reason, e);
}

static bool read_failed(struct export_benchmark *b, const struct json *record, struct arena *a,
                        struct err *e)
{
    (void)a;
    if (!json_need_text(record, "error", &b->reason, e))
        return false;
    b->state = strstr(b->reason, "results differ") ? EXPORT_MISMATCH : EXPORT_ERROR;
    b->verdict = export_state_word(b->state);
    return true;
}

static const struct kind {
    const char *name;
    bool (*read)(struct export_benchmark *b, const struct json *record, struct arena *a,
                 struct err *e);
} kinds[] = {
    {"comparison", read_measured},
    {"benchmark",  read_measured},
    {"judged",     read_stored  },
    {"skipped",    read_skipped },
    {"failed",     read_failed  },
};

static const struct kind *kind_of(const struct json *record)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (result_is(record, kinds[i].name))
            return &kinds[i];
    return NULL;
}

bool export_read_is_benchmark(const struct json *record)
{
    return kind_of(record) != NULL;
}

bool export_read_benchmark(struct export_benchmark *b, const struct json *record, struct arena *a,
                           struct err *e)
{
    *b = (struct export_benchmark){.metric = ""};
    for (int s = 0; s < SIDES; s++) {
        b->sides[s].label = "";
        b->sides[s].peak_bytes = b->sides[s].allocated_bytes = (double)NAN;
        b->sides[s].user_ns = b->sides[s].system_ns = (double)NAN;
        b->sides[s].allocations = (double)NAN;
    }
    if (!json_need_text(record, "id", &b->id, e))
        return false;
    return kind_of(record)->read(b, record, a, e) || err_prefix(e, "\"%.200s\"", b->id);
}

/* ---- profiles -------------------------------------------------------------------------------- */

const char *export_read_changed(const struct json *pair, struct arena *a)
{
    enum { NAMED = 3 };
    struct text t = {0};
    int n = 0;
    for (const struct json *f = json_first(json_get(pair, "changed")); f && n < NAMED;
         f = json_next(f)) {
        if (!json_bool(json_get(f, "shown")))
            continue;
        text_printf(&t, "%s%s %+.1f points",
                    n++ ? ", " : "profile: ", json_text(json_get(f, "name")),
                    json_number(json_get(f, "points")));
    }
    const char *page = json_text(json_get(json_get(pair, "files"), "page"));
    if (n)
        text_printf(&t, " of the base's cost; %s", page);
    const char *said = arena_text(a, t.p ? t.p : "");
    text_done(&t);
    return said;
}
