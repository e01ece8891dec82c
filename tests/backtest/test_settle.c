/* Decisions are the same whatever a layer's bound does to the numbers: planted links round the metrics
 * to few values, so that many backtests with other trades are equal, or stand at a threshold, and then
 * put them off by less than the bound. Without settling, the decisions turn: that is held as well. */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "harness/base/rng.h"
#include "harness/result/agree.h"
#include "kernels/backtest/kept.h"
#include "kernels/backtest/lookback.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

enum { SEEDS = 60, SYMBOLS = 2, BARS = 120 };

/* None of them rounds. */
static const uint64_t exact_layers = BUNDLE_POOL | ASSET_CACHE | PRE_GROUP | ARRAY_RETURN;

static char dir[1024], store[1024];

/* ---- planted links ------------------------------------------------------------------------------ */

static double coarse(double x, double step)
{
    return round(x / step) * step;
}

static bool evaluate_coarse(const struct bt_evaluate_link *self, struct bt_run *run,
                            const struct bt_job *job, const struct bt_bars *bars,
                            struct bt_outcome *outs, struct err *e)
{
    if (!BT_CALL(self->next, run, job, bars, outs, e))
        return false;
    for (int k = 0; k < job->n; k++) {
        struct bt_row *row = outs[k].row;
        row->total_return = coarse(row->total_return, 0.125);
        row->sharpe = coarse(row->sharpe, 0.5);
        row->max_drawdown = coarse(row->max_drawdown, 0.0625);
        row->error = 0; /* these are the exact numbers here */
    }
    return true;
}

struct off {
    uint64_t seed;
    bool undefines; /* and may call a number undefined, as no layer should */
};

static double off(double x, struct rng *r)
{
    return x + (rng_unit(r) - 0.5) * 1e-10 * fmax(1, fabs(x));
}

static bool evaluate_off(const struct bt_evaluate_link *self, struct bt_run *run,
                         const struct bt_job *job, const struct bt_bars *bars,
                         struct bt_outcome *outs, struct err *e)
{
    const struct off *how = self->state;
    if (!BT_CALL(self->next, run, job, bars, outs, e))
        return false;
    for (int k = 0; k < job->n; k++) {
        struct bt_row *row = outs[k].row;
        struct rng r = rng_seeded(how->seed ^ row->trade_hash ^ (uint64_t)job->items[k].backtest);
        if (row->orders == 0)
            continue;
        row->total_return = off(row->total_return, &r);
        row->sharpe = how->undefines && rng_below(&r, 4) == 0 ? (double)NAN : off(row->sharpe, &r);
        row->max_drawdown = off(row->max_drawdown, &r);
        row->error = 1e-10;
    }
    return true;
}

/* The links must live as long as the run. */
struct planted {
    struct off how;
    struct bt_evaluate_link coarse, coarse_exact, off, off_exact;
};

enum mode { EXACT, OFF, OFF_AND_NOT_SETTLED };

static void plant(struct planted *p, struct bt_run *run, enum mode mode, struct off how)
{
    *p = (struct planted){.how = how};
    p->coarse = (struct bt_evaluate_link){evaluate_coarse, NULL, run->ops.evaluate};
    p->coarse_exact = (struct bt_evaluate_link){evaluate_coarse, NULL, run->exact_ops.evaluate};
    p->off = (struct bt_evaluate_link){evaluate_off, &p->how, &p->coarse};
    p->off_exact = (struct bt_evaluate_link){evaluate_off, &p->how, &p->coarse_exact};
    run->ops.evaluate = mode == EXACT ? &p->coarse : &p->off;
    run->exact_ops.evaluate = mode == OFF_AND_NOT_SETTLED ? &p->off_exact : &p->coarse_exact;
}

/* ---- runs --------------------------------------------------------------------------------------- */

struct told {
    struct kernel_digest digest;
    struct bt_kept kept;
    struct bt_best best; /* of the combined */
    struct bt_run *run;
    uint64_t settled;
};

static bool take_result(void *context, const struct bt_result *r, struct err *e)
{
    struct told *t = context;
    (void)e;
    bt_kept_add(&t->kept, r);
    return true;
}

static bool take_combined(void *context, const struct bt_combined *c, struct err *e)
{
    struct told *t = context;
    return bt_best_observe(t->run, &t->best, c->item->backtest, c->rows, bt_settle_combined, e);
}

static struct told run_planted(const struct bt_settings *s, uint64_t layers, const char *state,
                               bool resume, enum mode mode, struct off how)
{
    struct told t = {.best = bt_best_none()};
    struct planted p;
    struct err e = {0};
    struct bt_run_target target = {
        state, resume, {&t, take_result, take_combined}
    };
    struct bt_run *run = t.run = bt_run_open(s, layers, target, &e);
    assert_ok(run, &e);
    t.kept.plan = &run->plan;
    plant(&p, run, mode, how);
    assert_ok(bt_run_step(run, 0, bt_plan_backtests(&run->plan), &e), &e);
    assert_ok(bt_run_finish(run, &e), &e);
    assert_ok(bt_run_digest(run, &t.digest, &e), &e);
    t.settled = run->counts.settled;
    bt_run_close(run);
    return t;
}

static const char *ranges[] = {"2000-01-01:2000-01-31", "2000-02-01:2000-03-05", "2000-03-06:"};

static struct bt_settings filtered(void)
{
    struct bt_settings s = market_settings(dir, "2:6", "7,9,12,16,20");
    s.range = (struct opt_texts){ranges, 3};
    s.window_filter = "total_return >= -0.0625 and not sharpe < -3.5";
    s.final_filter = "max_drawdown > -0.125 or total_return >= 0.0625";
    return s;
}

/* The worst of the ranges: a value that many share. */
static struct bt_settings filtered_at_last(void)
{
    struct bt_settings s = market_settings(dir, "2:6", "7,9,12,16,20");
    s.range = (struct opt_texts){ranges, 3};
    s.symbols = "S00";
    s.final_filter = "max_drawdown >= -0.125";
    return s;
}

static struct bt_settings walking(void)
{
    struct bt_settings s = market_settings(dir, "2:6", "7,9,12,16,20");
    s.search = "walk-forward";
    s.train_bars = 40;
    s.test_bars = 10;
    s.step_bars = 10;
    s.objective = "sharpe";
    return s;
}

static void same_outcome(const struct told *found, const struct told *expected)
{
    struct text why = {0};
    assert_string_equal(found->digest.exact, expected->digest.exact);
    if (!bt_kept_same(&found->kept, &expected->kept, 1e-10, &why))
        fail_msg("%s", why.p);
    assert_int_equal(found->best.combination, expected->best.combination);
    text_done(&why);
}

/* How often decisions turned when nothing was settled, and how much was settled otherwise. */
struct tally {
    int turned;
    uint64_t settled, backtests;
};

static void hold(struct bt_settings (*settings)(void), uint64_t layers, uint64_t seed,
                 struct tally *tally)
{
    struct bt_settings s;
    market_make(dir, SYMBOLS, BARS, seed);
    s = settings();
    struct off how = {seed, false};
    struct told base = run_planted(&s, exact_layers, NULL, false, EXACT, how);
    struct told settled = run_planted(&s, layers, NULL, false, OFF, how);
    struct told turned = run_planted(&s, layers, NULL, false, OFF_AND_NOT_SETTLED, how);
    assert_int_equal(base.settled, 0);
    same_outcome(&settled, &base);
    struct err e = {0};
    assert_ok(agree_check(&settled.digest, &base.digest, "the base has", &e), &e);
    assert_true(settled.digest.error == 1e-10 && base.digest.error == 0);
    tally->turned += strcmp(turned.digest.exact, base.digest.exact) != 0;
    tally->settled += settled.settled;
    tally->backtests += (uint64_t)base.kept.n;
    bt_kept_done(&base.kept);
    bt_kept_done(&settled.kept);
    bt_kept_done(&turned.kept);
}

static void hold_over_seeds(struct bt_settings (*settings)(void), uint64_t layers, int least)
{
    struct tally tally = {0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        hold(settings, layers, seed, &tally);
    print_message("# seeds 1..%d: unsettled, decisions turn in %d; %llu of %llu were settled\n",
                  SEEDS, tally.turned, (unsigned long long)tally.settled,
                  (unsigned long long)tally.backtests);
    assert_true(tally.turned >= least);
}

static void filters_leave_the_same_combinations(void **state)
{
    (void)state;
    hold_over_seeds(filtered, exact_layers, SEEDS / 2);
    hold_over_seeds(filtered, LAYERS_ALL, SEEDS / 2);
    hold_over_seeds(filtered_at_last, LAYERS_ALL, SEEDS / 8);
}

static void walks_choose_the_same_combinations(void **state)
{
    (void)state;
    hold_over_seeds(walking, exact_layers, SEEDS / 2);
    hold_over_seeds(walking, LAYERS_ALL, SEEDS / 2);
}

/* What is settled is not left to the workers, but what they send says that it needs to be. */
static void results_of_workers_are_settled_too(void **state)
{
    (void)state;
    struct off how = {3, false};
    market_make(dir, SYMBOLS, BARS, 3);
    struct bt_settings s = filtered();
    struct told base = run_planted(&s, LAYERS_NONE, NULL, false, EXACT, how);
    s.workers = 2;
    struct told settled = run_planted(&s, LAYERS_ALL, NULL, false, OFF, how);
    same_outcome(&settled, &base);
    assert_true(settled.settled > 0);
    bt_kept_done(&base.kept);
    bt_kept_done(&settled.kept);
}

/* A run without such layers meets the stored results of one that had them. */
static void stored_results_are_settled_when_they_are_read(void **state)
{
    (void)state;
    uint64_t settled = 0;
    const uint64_t packed = BATCH_WRITE | LAYER_batch | LAYER_selective_load;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct off how = {seed, false};
        market_make(dir, SYMBOLS, BARS, seed);
        struct bt_settings s = seed % 2 ? filtered() : walking();
        uint64_t layers = seed % 4 < 2 ? LAYERS_NONE : packed;
        snprintf(store, sizeof store, "%s", test_folder("settle-store"));
        struct told base = run_planted(&s, LAYERS_NONE, NULL, false, EXACT, how);
        struct told first = run_planted(&s, layers, store, false, OFF, how);
        struct told second = run_planted(&s, layers, store, true, EXACT, how);
        same_outcome(&first, &base);
        same_outcome(&second, &base);
        assert_true(second.digest.error == 1e-10);
        settled += second.settled;
        bt_kept_done(&base.kept);
        bt_kept_done(&first.kept);
        bt_kept_done(&second.kept);
    }
    assert_true(settled > 0);
}

/* It is not left to layers whether a number is undefined. */
static void undefined_objectives_are_settled(void **state)
{
    (void)state;
    int turned = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct off how = {seed, true};
        market_make(dir, SYMBOLS, BARS, seed);
        struct bt_settings s = walking();
        s.symbols = "S00";
        struct told base = run_planted(&s, LAYERS_NONE, NULL, false, EXACT, how);
        struct told settled = run_planted(&s, LAYERS_NONE, NULL, false, OFF, how);
        struct told not = run_planted(&s, LAYERS_NONE, NULL, false, OFF_AND_NOT_SETTLED, how);
        assert_string_equal(settled.digest.exact, base.digest.exact);
        turned += strcmp(not .digest.exact, base.digest.exact) != 0;
        bt_kept_done(&base.kept);
        bt_kept_done(&settled.kept);
        bt_kept_done(&not .kept);
    }
    assert_true(turned >= 10);
}

/* ---- what needs none ---------------------------------------------------------------------------- */

static void exact_numbers_need_no_settling(void **state)
{
    (void)state;
    struct off how = {7, false};
    market_make(dir, SYMBOLS, BARS, 7);
    struct bt_settings s = walking();
    struct told rounded = run_planted(&s, LAYERS_NONE, NULL, false, OFF, how);
    s.objective = "win-rate"; /* of all metrics, which no such layer computes: exact */
    struct told exact = run_planted(&s, LAYERS_ALL, NULL, false, EXACT, how);
    assert_true(rounded.settled > 0);
    assert_int_equal(exact.settled, 0);
    bt_kept_done(&rounded.kept);
    bt_kept_done(&exact.kept);
}

static struct bt_run *open_walk(const struct bt_settings *s, struct err *e)
{
    struct bt_run *run = bt_run_open(s, 0, (struct bt_run_target){0}, e);
    assert_ok(run, e);
    return run;
}

/* Rows by hand: which of them is the best, and how many backtests that took. */
static void equal_candidates_stay_in_their_order(void **state)
{
    (void)state;
    struct err e = {0};
    market_make(dir, SYMBOLS, BARS, 5);
    struct bt_settings s = walking();
    struct bt_run *run = open_walk(&s, &e);
    struct bt_row a[SYMBOLS] = {
        {.orders = 2, .sharpe = 1, .trade_hash = 11, .error = 1e-10},
        {.orders = 2, .sharpe = 2, .trade_hash = 12, .error = 1e-10}
    };
    struct bt_row b[SYMBOLS];
    memcpy(b, a, sizeof b);
    b[0].sharpe += 9e-11; /* the same trades: it is the same number */
    struct bt_best best = bt_best_none();
    assert_ok(bt_best_observe(run, &best, 4, a, bt_settle, &e), &e);
    assert_ok(bt_best_observe(run, &best, 5, b, bt_settle, &e), &e);
    assert_true(best.combination == 4 && run->counts.settled == 0);
    b[0].sharpe += 1e-8; /* far enough */
    assert_ok(bt_best_observe(run, &best, 5, b, bt_settle, &e), &e);
    assert_true(best.combination == 5 && run->counts.settled == 0);
    b[1].trade_hash++; /* other trades, as near */
    assert_ok(bt_best_observe(run, &best, 6, b, bt_settle, &e), &e);
    assert_int_equal(run->counts.settled, 2);
    bt_run_close(run);
}

static void where_all_are_undefined_there_is_no_best(void **state)
{
    (void)state;
    struct err e = {0};
    market_make(dir, SYMBOLS, BARS, 5);
    struct bt_settings s = market_settings(dir, "2:6", "50:60"); /* never in 40 bars */
    s.search = "walk-forward";
    s.train_bars = 40;
    s.test_bars = 10;
    s.objective = "sharpe";
    struct bt_run *run = open_walk(&s, &e);
    struct kernel_digest digest;
    assert_ok(bt_run_step(run, 0, bt_plan_backtests(&run->plan), &e), &e);
    assert_ok(bt_run_finish(run, &e), &e);
    assert_ok(bt_run_digest(run, &digest, &e), &e);
    int windows = run->plan.roles[run->plan.range_count - 1].window + 1;
    for (int w = 0; w < windows; w++)
        assert_int_equal(run->selection.best[w].combination, -1);
    assert_int_equal(run->digest.results, windows * run->plan.combinations.count);
    assert_non_null(
        strstr(run->notes.p, "no combination has a defined sharpe in the training of "));
    assert_int_equal(run->counts.settled, 0);
    bt_run_close(run);
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "%s/b", test_folder("settle"));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(filters_leave_the_same_combinations),
        TEST(walks_choose_the_same_combinations),
        TEST(results_of_workers_are_settled_too),
        TEST(stored_results_are_settled_when_they_are_read),
        TEST(undefined_objectives_are_settled),
        TEST(exact_numbers_need_no_settling),
        TEST(equal_candidates_stay_in_their_order),
        TEST(where_all_are_undefined_there_is_no_best),
    };
    return cmocka_run_group_tests_name("settle", tests, make_folder, NULL);
}
