#include "harness/gate/baseline.h"

#include "harness/plan/plan_cell.h"
#include "harness/result/agree.h"
#include "harness/result/record.h"
#include "harness/run/counted.h"
#include "harness/run/inputs.h"
#include "harness/stats/hodges_lehmann.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- measuring ------------------------------------------------------------------------------ */

static bool walk_set(const struct scenario *s, const char *set, const struct json *overrides,
                     struct json *inputs, struct arena *a, baseline_each *each, void *context,
                     struct err *e)
{
    const struct plan_overrides over = {.layers = set, .settings = overrides};
    struct plan plan;
    if (!plan_make(&plan, s, &over, a, e))
        return false;
    struct json *before = json_copy(plan.settings);
    bool ok = inputs_prepare(&plan, s, inputs, a, e);
    const struct json *settings = json_first(before); /* two a cell: base, new */
    for (int i = 0; i < plan.count && ok; i++) {
        const struct json *own = json_next(settings);
        ok = plan_cell_check(&plan.cells[i], a, e) && each(context, &plan.cells[i], set, own, e);
        settings = json_next(own);
    }
    json_free(before);
    plan_done(&plan);
    return ok;
}

bool baseline_walk(const struct scenario *s, const struct opt_texts *sets,
                   const struct json *overrides, struct json *inputs, struct arena *a,
                   baseline_each *each, void *context, struct err *e)
{
    for (int i = 0; i < sets->n; i++)
        if (!walk_set(s, sets->v[i], overrides, inputs, a, each, context, e))
            return false;
    return true;
}

static void widen(struct metric_range *range, const struct metric_range *more, bool is_first)
{
    if (is_first || !more->available) {
        *range = *more;
    } else if (range->available) {
        range->low = fmin(range->low, more->low);
        range->high = fmax(range->high, more->high);
    }
}

static bool same_results(struct baseline_measured *m, const struct counted *c,
                         const struct plan_cell *cell, struct err *e)
{
    if (m->runs == 0)
        m->digest = c->results.digest;
    return agree_check(&c->results.digest, &m->digest, "an earlier run had", e) &&
           agree_exact(&m->digest, cell->expect_digest, "the scenario expects", e);
}

/* Of a REPEAT kernel: an iteration's. */
static double time_of(const struct counted *c, int metric)
{
    double iterations = c->work.jobs ? 1 : COUNTED_ITERATIONS;
    return probe_metrics[metric].value(&c->slice) / iterations;
}

static bool measure_plain(struct baseline_measured *m, const struct plan_cell *cell,
                          double times[][BASELINE_RUNS], struct pair_runner *r, struct err *e)
{
    struct counted c;
    bool ok = counted_run(&c, &cell->new, COUNTED_PLAIN, r, e) && same_results(m, &c, cell, e);
    for (int i = 0; i < METRIC_COUNT && ok; i++) {
        struct metric_range found = counted_value(&c, i);
        widen(&m->exact[i], &found, m->runs == 0);
    }
    for (int i = 0; i < PROBE_METRIC_COUNT && ok; i++)
        times[i][m->runs] = time_of(&c, i);
    m->has_delay = c.has_delay;
    m->runs++;
    counted_done(&c);
    return ok;
}

static bool measure_instructions(struct baseline_measured *m, const struct plan_cell *cell,
                                 struct pair_runner *r, struct err *e)
{
    struct metric_range *out = &m->exact[METRIC_INSTRUCTIONS];
    for (int i = 0; i < EXACT_RUNS; i++) {
        struct counted c;
        bool ok = counted_run(&c, &cell->new, COUNTED_VALGRIND, r, e) &&
                  (c.unable[0] || same_results(m, &c, cell, e));
        struct metric_range found = {!c.unable[0], c.instructions, c.instructions, ""};
        memcpy(found.reason, c.unable, sizeof found.reason);
        widen(out, &found, i == 0);
        counted_done(&c);
        if (!ok)
            return false;
    }
    return true;
}

bool baseline_measure(struct baseline_measured *m, const struct plan_cell *cell,
                      const struct judging *j, struct pair_runner *r, struct err *e)
{
    double times[PROBE_METRIC_COUNT][BASELINE_RUNS];
    *m = (struct baseline_measured){.runs = 0};
    bool ok = true;
    while (m->runs < BASELINE_RUNS && ok)
        ok = measure_plain(m, cell, times, r, e);
    for (int i = 0; i < PROBE_METRIC_COUNT && ok; i++)
        m->times[i] = stats_hodges_lehmann_interval(times[i], BASELINE_RUNS, RECORD_LEVEL);
    return (ok && (!j->wanted[METRIC_INSTRUCTIONS] || measure_instructions(m, cell, r, e))) ||
           err_prefix(e, "%s", cell->id);
}

/* ---- the file ------------------------------------------------------------------------------- */

const char *baseline_id(const char *scale, const char *layers, struct arena *a)
{
    return arena_format(a, "%s/%s", scale, layers);
}

static void put_exact(struct json *o, const struct judging *j, const struct metric_range *exact)
{
    struct json *values = json_put_object(o, "exact"), *left = json_put_object(o, "left_out");
    for (int i = 0; i < METRIC_COUNT; i++) {
        if (metric_rows[i].kind != METRIC_EXACT || !j->wanted[i])
            continue;
        struct judged row = exact_judge(i, &exact[i], &exact[i], 0);
        if (!exact[i].available)
            json_put_text(left, metric_rows[i].name, exact[i].reason);
        else if (row.verdict == GATE_PASS)
            json_put_number(values, metric_rows[i].name, exact[i].low);
        else
            json_put_text(left, metric_rows[i].name, row.reason);
    }
}

void baseline_put_time(struct json *times, int metric, struct stats_interval time, int runs)
{
    struct json *t = record_put_interval(times, metric_rows[metric].name, time);
    json_put_number(t, "runs", runs);
    json_put_text(t, "unit", metric_rows[metric].unit);
}

static void put_times(struct json *o, const struct baseline_measured *m)
{
    struct json *times = json_put_object(o, "times");
    for (int i = 0; i < PROBE_METRIC_COUNT; i++)
        if (i != PROBE_NET || m->has_delay)
            baseline_put_time(times, i, m->times[i], m->runs);
}

struct json *baseline_benchmark(const char *id, const struct plan_cell *cell, const char *layers,
                                const struct json *settings, const struct judging *j,
                                const struct baseline_measured *m)
{
    struct json *o = json_object();
    json_put_text(o, "id", id);
    json_put_text(o, "scale", cell->scale);
    json_put_text(o, "layers", layers);
    json_put(o, "settings", json_copy(settings));
    agree_put(o, &m->digest);
    put_exact(o, j, m->exact);
    put_times(o, m);
    return o;
}

const char *baseline_path(const char *name, struct arena *a)
{
    if (strchr(name, '/') || strstr(name, ".json"))
        return arena_text(a, name);
    return arena_format(a, BASELINE_FOLDER "/%s.json", name);
}

static bool check_exact(const struct json *b, struct err *e)
{
    const struct json *exact, *times;
    double unused;
    if (!json_need_object(b, "exact", &exact, e) || !json_need_object(b, "times", &times, e))
        return false;
    for (const struct json *v = json_first(exact); v; v = json_next(v))
        if (!json_need_number(exact, json_key(v), &unused, e))
            return err_prefix(e, "exact");
    for (const struct json *v = json_first(times); v; v = json_next(v))
        if (!json_need_number(v, "estimate", &unused, e))
            return err_prefix(e, "times.%s", json_key(v));
    return true;
}

static bool check_benchmark(const struct json *b, struct err *e)
{
    const char *text;
    const struct json *settings;
    struct kernel_digest digest;
    return json_need_text(b, "id", &text, e) && json_need_text(b, "scale", &text, e) &&
           json_need_text(b, "layers", &text, e) && json_need_object(b, "settings", &settings, e) &&
           agree_read(b, &digest, e) && check_exact(b, e);
}

static bool check_document(struct baseline *b, struct err *e)
{
    int64_t schema;
    const char *text;
    const struct json *part;
    if (!json_need_int(b->document, "baseline", 1, 1 << 30, &schema, e))
        return false;
    if (schema != BASELINE_SCHEMA)
        return err_input(e, "baseline: expected schema %d, found %lld", BASELINE_SCHEMA,
                         (long long)schema);
    if (!json_need_text(b->document, "scenario", &text, e) ||
        !json_need_text(b->document, "seed", &text, e) ||
        !json_need_text(b->document, "fingerprint", &text, e) ||
        !json_need_object(b->document, "inputs", &part, e) ||
        !json_need_object(b->document, "environment", &part, e) ||
        !json_need_array(b->document, "benchmarks", &b->benchmarks, e))
        return false;
    int n = 0;
    for (const struct json *v = json_first(b->benchmarks); v; v = json_next(v), n++)
        if (!check_benchmark(v, e))
            return err_prefix(e, "benchmarks[%d]", n);
    return n > 0 || err_input(e, "benchmarks: expected at least one");
}

bool baseline_read(struct baseline *b, const char *path, struct err *e)
{
    *b = (struct baseline){.path = path, .document = json_read_file(path, e)};
    if (!b->document)
        return err_prefix(e, "baseline");
    if (check_document(b, e))
        return true;
    baseline_done(b);
    return err_prefix(e, "baseline %s", path);
}

bool baseline_is_meant(const char *path)
{
    struct err unused;
    struct json *document = json_read_file(path, &unused);
    bool meant = json_get(document, "baseline") != NULL;
    json_free(document);
    return meant;
}

void baseline_done(struct baseline *b)
{
    json_free(b->document);
    b->document = NULL;
}

const struct json *baseline_find(const struct baseline *b, const char *id)
{
    for (const struct json *v = json_first(b->benchmarks); v; v = json_next(v))
        if (strcmp(json_text(json_get(v, "id")), id) == 0)
            return v;
    return NULL;
}

struct opt_texts baseline_sets(const struct baseline *b, struct arena *a)
{
    struct opt_texts sets = {ARENA_NEW(a, const char *, json_count(b->benchmarks)), 0};
    for (const struct json *v = json_first(b->benchmarks); v; v = json_next(v)) {
        const char *set = json_text(json_get(v, "layers"));
        int i = 0;
        while (i < sets.n && strcmp(sets.v[i], set) != 0)
            i++;
        if (i == sets.n)
            sets.v[sets.n++] = set;
    }
    return sets;
}

/* ---- is it the same work? ------------------------------------------------------------------- */

/* Market data are told apart by their content. */
static const char *other_setting(const struct json *one, const struct json *other)
{
    for (const struct json *v = json_first(one); v; v = json_next(v))
        if (strcmp(json_key(v), "bundle") != 0 && !json_same(v, json_get(other, json_key(v))))
            return json_key(v);
    return NULL;
}

bool baseline_same_work(const struct json *stored, const struct json *settings, struct err *e)
{
    const struct json *before = json_get(stored, "settings");
    const char *name = other_setting(before, settings);
    name = name ? name : other_setting(settings, before);
    return !name || err_input(e,
                              "%s: setting %s is not the baseline's: save it again with --refresh, "
                              "or give the same",
                              json_text(json_get(stored, "id")), name);
}

bool baseline_same_results(const struct json *stored, const struct baseline_measured *m,
                           struct err *e)
{
    struct kernel_digest before;
    return (agree_read(stored, &before, e) &&
            agree_check(&m->digest, &before, "the baseline has", e)) ||
           err_prefix(e, "%s", json_text(json_get(stored, "id")));
}

bool baseline_same_inputs(const struct baseline *b, const struct json *inputs, struct err *e)
{
    const struct json *before = json_get(b->document, "inputs");
    for (const struct json *v = json_first(inputs); v; v = json_next(v)) {
        const char *now = json_text(json_get(v, "content"));
        const struct json *known = json_get(before, json_key(v));
        const char *then = json_text(json_get(known, "content"));
        if (strcmp(now, then) != 0)
            return err_input(e,
                             "%s: %s (%s) is not the data of the baseline: content %.12s, there "
                             "%.12s",
                             b->path, json_key(v), json_text(json_get(v, "path")), now,
                             *then ? then : "none");
    }
    return true;
}

/* ---- judging -------------------------------------------------------------------------------- */

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
