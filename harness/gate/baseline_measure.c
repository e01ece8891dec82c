#include "harness/gate/baseline_measure.h"

#include "harness/plan/plan_cell.h"
#include "harness/result/agree.h"
#include "harness/result/record.h"
#include "harness/run/counted.h"
#include "harness/run/inputs.h"
#include "harness/stats/hodges_lehmann.h"

#include <math.h>
#include <string.h>

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
