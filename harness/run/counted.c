#define _GNU_SOURCE
#include "harness/run/counted.h"

#include "harness/result/agree.h"
#include "harness/run/interrupt.h"
#include "harness/run/pair_results.h"
#include "harness/run/valgrind.h"
#include "harness/run/whole.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- one run -------------------------------------------------------------------------------- */

static bool run_whole(struct counted *c, struct side_process *p, struct pair_runner *r,
                      struct err *e)
{
    if (!whole_prepare(p, r, &c->work, e) ||
        !whole_work(p, &c->work, COUNTED_ITERATIONS, &c->slice, e) ||
        !side_results(p, &c->results, e))
        return false;
    c->has_delay = p->has_delay;
    c->build = json_copy(p->build);
    return true;
}

static bool run_plain(struct counted *c, const struct plan_side *side, struct pair_runner *r,
                      struct err *e)
{
    struct side_process p = SIDE_PROCESS_NONE;
    bool ok = side_start(&p, side, &r->rng, e) && run_whole(c, &p, r, e);
    side_stop(&p);
    return ok;
}

static bool unable(struct counted *c, const char *why)
{
    snprintf(c->unable, sizeof c->unable, "%s", why);
    return true;
}

static bool run_started(struct counted *c, struct side_process *p, const struct valgrind *v,
                        struct pair_runner *r, struct err *e)
{
    bool tells = json_bool(json_get(p->build, "callgrind"));
    bool ok = !tells || run_whole(c, p, r, e);
    side_stop(p); /* it writes its total at the end */
    if (!tells)
        return unable(c, "this worker does not tell valgrind where the work begins");
    return (ok && valgrind_total(v, &c->instructions, e)) || err_prefix(e, "under valgrind");
}

static bool run_valgrind(struct counted *c, const struct plan_side *side, struct pair_runner *r,
                         struct err *e)
{
    struct side_process p = SIDE_PROCESS_NONE;
    struct valgrind v;
    if (!valgrind_is_there())
        return unable(c, "valgrind is not installed (Debian: apt-get install valgrind)");
    if (side->is_wide)
        return unable(c, "several processes work at once, and valgrind counts one");
    valgrind_init(&v, r->state_root);
    if (side_start_under(&p, side, v.argv, &r->rng, e))
        return run_started(c, &p, &v, r, e);
    char why[180];
    snprintf(why, sizeof why, "valgrind cannot run this build: %.140s", e->text);
    return interrupt_none(e) && unable(c, why);
}

bool counted_run(struct counted *c, const struct plan_side *side, enum counted_how how,
                 struct pair_runner *r, struct err *e)
{
    *c = (struct counted){0};
    bool ok = how == COUNTED_VALGRIND ? run_valgrind(c, side, r, e) : run_plain(c, side, r, e);
    return ok || (interrupt_none(e) && err_prefix(e, "%s", side->label));
}

void counted_done(struct counted *c)
{
    side_results_done(&c->results);
    json_free(c->build);
    *c = (struct counted){0};
}

/* ---- what it counted ------------------------------------------------------------------------ */

static struct metric_range number(double value)
{
    return (struct metric_range){.available = true, .low = value, .high = value};
}

static struct metric_range missing(const char *why)
{
    struct metric_range range = {0};
    snprintf(range.reason, sizeof range.reason, "%s", why);
    return range;
}

static struct metric_range of_totals(const struct json *totals, const char *key)
{
    for (const struct json *row = json_first(totals); row; row = json_next(row)) {
        if (strcmp(json_text(json_get(row, "name")), key) != 0)
            continue;
        const struct json *value = json_get(row, "value");
        return json_kind(value) == JSON_NUMBER ? number(json_number(value))
                                               : missing(json_text(json_get(row, "reason")));
    }
    return missing("the worker does not tell it");
}

struct metric_range counted_value(const struct counted *c, int metric)
{
    const struct metric *m = &metric_rows[metric];
    if (m->source == METRIC_OF_TOTALS)
        return of_totals(c->results.totals, m->key);
    if (m->source != METRIC_OF_COUNTS)
        return missing("it is not counted here");
    const struct json *count = json_get(c->results.counts, m->key);
    return count ? number(json_number(count)) : missing("the kernel does not count it");
}

static void widen(struct metric_range *range, const struct metric_range *more)
{
    if (!range->available || !more->available) {
        *range = *more;
        return;
    }
    range->low = fmin(range->low, more->low);
    range->high = fmax(range->high, more->high);
}

/* ---- pairs ---------------------------------------------------------------------------------- */

/* Beside the plain run, whose results it must have. */
static bool add_instructions(const struct plan_side *side, struct cell_side *out,
                             struct pair_runner *r, struct err *e)
{
    struct counted c;
    bool ok = counted_run(&c, side, COUNTED_VALGRIND, r, e);
    if (ok && !c.unable[0])
        ok = agree_check(&c.results.digest, &out->digest, "before valgrind it was", e);
    struct metric_range found = c.unable[0] ? missing(c.unable) : number(c.instructions);
    if (ok)
        widen(&out->exact[METRIC_INSTRUCTIONS], &found);
    counted_done(&c);
    return ok;
}

static bool take(struct counted *c, struct cell_result *result, int s, struct cell_pair *pair,
                 struct err *e)
{
    pair->prepare[s] = c->work.prepare;
    pair->work[s] = c->slice;
    result->has_delay = c->has_delay;
    struct cell_side *out = &result->sides[s];
    for (int m = 0; m < METRIC_COUNT; m++) {
        struct metric_range found = counted_value(c, m);
        if (metric_rows[m].kind == METRIC_EXACT && m != METRIC_INSTRUCTIONS)
            widen(&out->exact[m], &found);
    }
    return pair_keep(result, s, c->build, &c->results, e);
}

static bool add_side(const struct judging *j, struct pair_runner *r, struct cell_result *result,
                     int s, struct cell_pair *pair, struct err *e)
{
    const struct plan_side *side = s == SIDE_BASE ? &result->cell->base : &result->cell->new;
    struct counted c;
    bool ok = counted_run(&c, side, COUNTED_PLAIN, r, e);
    if (ok) {
        pair->iterations = c.work.jobs ? c.work.jobs : COUNTED_ITERATIONS;
        ok = take(&c, result, s, pair, e);
    }
    counted_done(&c);
    return ok &&
           (!j->wanted[METRIC_INSTRUCTIONS] || add_instructions(side, &result->sides[s], r, e));
}

bool counted_pair(const void *judging, struct pair_runner *r, struct cell_result *result,
                  struct err *e)
{
    struct cell_pair pair = {.first = (int)rng_below(&r->rng, SIDES), .slices = 1};
    for (int i = 0; i < SIDES; i++)
        if (!add_side(judging, r, result, pair.first ^ i, &pair, e))
            return interrupt_none(e) && err_prefix(e, "%s", result->cell->id);
    return pair_add(result, &pair, e);
}
