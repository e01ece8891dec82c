#include "harness/gate/selftest.h"

#include "harness/probe/machine.h"
#include "harness/run/interrupt.h"
#include "kernels/registry.h"

/* A time check that is not decided by then ends: all of them together take less than a minute. */
static const double budget_s = 15;

#define FILES      "{\"files\": 20"
#define NOT_DIGEST "1111111111111111111111111111111111111111111111111111111111111111"

/* That equal counts pass is a check too: a gate that always fails would else be right three times. */
const struct selftest_check selftest_checks[SELFTEST_CHECKS] = {
    {"equal-sides",    "two equal sides pass",       "spin",  "timing",             "{}",      "{}",                      NULL, 0},
    {"planted-15",     "a planted +15 % fails",      "spin",  "timing",             "{}",      "{\"extra_percent\": 15}", NULL,
     1                                                                                                                           },
    {"equal-counts",   "equal counts pass",          "files", "allocations,fsyncs", FILES "}", FILES "}",                 NULL,
     0                                                                                                                           },
    {"one-allocation", "one more allocation fails",  "files", "allocations",        FILES "}",
     FILES ", \"extra_allocations\": 1}",                                                                                 NULL, 1},
    {"one-fsync",      "one more fsync fails",       "files", "fsyncs",             FILES "}",
     FILES ", \"extra_fsyncs\": 1}",                                                                                      NULL, 1},
    {"other-results",  "other results are refused",  "files", "fsyncs",             FILES "}", FILES "}",
     NOT_DIGEST,                                                                                                                4},
    {"nothing",        "an empty result is refused", NULL,    "timing",             NULL,      NULL,                      NULL, 2},
};

const char *selftest_word(enum selftest_verdict verdict)
{
    static const char *const words[] = {
        [SELFTEST_RIGHT] = "right", [SELFTEST_DOUBT] = "in doubt", [SELFTEST_WRONG] = "WRONG"};
    return words[verdict];
}

enum selftest_verdict selftest_judge(const struct selftest_check *check, int status)
{
    if (status == check->status)
        return SELFTEST_RIGHT;
    return status == err_exit_status(ERR_INCONCLUSIVE) ? SELFTEST_DOUBT : SELFTEST_WRONG;
}

/* ---- the sides --------------------------------------------------------------------------------- */

static bool make_side(struct plan *p, struct plan_side *side, const char *kernel,
                      const char *settings, struct err *e)
{
    *side = (struct plan_side){.label = settings, .layer_set = "none"};
    side->kernel = kernel_find(kernel, e);
    side->settings = json_parse(str_of(settings), "selftest", e);
    if (side->settings)
        json_push(p->settings, side->settings);
    return side->kernel && side->settings;
}

/* One cell; none where the check is about that. Owner: the caller, plan_done. */
static bool make_plan(struct plan *p, struct plan_cell *cell, const struct selftest_check *check,
                      struct err *e)
{
    *p = (struct plan){.cells = cell, .settings = json_array()};
    *cell = (struct plan_cell){.id = check->name,
                               .name = check->name,
                               .scale = "selftest",
                               .margin_percent = gate_rule_default.margin_percent,
                               .expect_digest = check->expect};
    if (!check->kernel)
        return true;
    p->count = p->capacity = 1;
    return make_side(p, &cell->base, check->kernel, check->base, e) &&
           make_side(p, &cell->new, check->kernel, check->new, e);
}

/* ---- one check --------------------------------------------------------------------------------- */

static bool choose_metrics(struct judging *j, const char *metrics, struct err *e)
{
    const struct opt_texts names = {&metrics, 1};
    *j = judging_default();
    j->budget_s = budget_s;
    return judging_metrics(j, &names, e);
}

static bool judge_plan(struct suite *s, const struct plan *p, struct err *e)
{
    bool ok = true;
    for (int i = 0; i < p->count && ok; i++)
        ok = suite_judge(s, &p->cells[i], e);
    return ok && suite_has_judged(s, e);
}

/* The row that decided: the first of the suite's status. */
static void keep_row(struct selftest_row *row, const struct suite *s)
{
    for (int i = 0; i < s->count && !row->has_judged; i++)
        if (judged_exit_status(&s->rows[i].judged) == s->status) {
            row->judged = s->rows[i].judged;
            row->has_judged = true;
        }
}

static void answer(struct selftest_row *row, struct campaign *c, const struct plan *p,
                   const struct judging *j, struct arena *a)
{
    struct suite_options options = suite_defaults();
    struct suite suite;
    options.judging = *j;
    suite_begin(&suite, c, &options, p, a);
    bool ok = judge_plan(&suite, p, &row->why);
    row->status = ok ? suite.status : err_exit_status(row->why.code);
    if (ok)
        keep_row(row, &suite);
    suite_done(&suite);
}

static bool run_check(struct selftest_row *row, const struct selftest_check *check,
                      struct campaign *c, struct arena *a, struct err *e)
{
    struct plan plan;
    struct plan_cell cell;
    struct judging judging;
    int64_t begin = probe_now_ns();
    *row = (struct selftest_row){0};
    bool ok = make_plan(&plan, &cell, check, e) && choose_metrics(&judging, check->metrics, e);
    if (ok)
        answer(row, c, &plan, &judging, a);
    plan_done(&plan);
    row->verdict = selftest_judge(check, row->status);
    row->seconds = (double)(probe_now_ns() - begin) / 1e9;
    return ok && interrupt_none(e);
}

bool selftest_run(struct selftest *t, struct campaign *c, struct arena *a, struct err *e)
{
    *t = (struct selftest){.verdict = SELFTEST_RIGHT};
    for (; t->done < SELFTEST_CHECKS; t->done++) {
        struct selftest_row *row = &t->rows[t->done];
        if (!run_check(row, &selftest_checks[t->done], c, a, e))
            return false;
        t->verdict = row->verdict > t->verdict ? row->verdict : t->verdict;
    }
    return true;
}
