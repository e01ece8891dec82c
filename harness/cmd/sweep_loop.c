#include "harness/cmd/sweep_loop.h"

#include "harness/cmd/sweep_caches.h"
#include "harness/cmd/sweep_say.h"
#include "harness/probe/machine.h"
#include "harness/run/interrupt.h"
#include "kernels/backtest/lookback.h"

#include <string.h>

/* ---- results ---------------------------------------------------------------------------------- */

/* Where one range is all there is, its summary is that of the result. */
static bool sum_up(struct sweep_loop *s, const struct bt_result *r, struct err *e)
{
    struct bt_combined alone = {&r->item, r->rows, 1};
    return bt_best_observe(s->run, &s->best, r->item.backtest, r->rows, bt_settle, e) &&
           (!s->outputs.summary.out.out || sweep_table_combined(&s->outputs.summary, &alone, e));
}

/* Results must not wait for more of them when somebody reads along. `since`: for how long. */
static bool pass_on(struct sweep_loop *s, int64_t since, struct err *e)
{
    static const int64_t interval_ns = 200000000;
    if (s->delivered == 0)
        return true;
    int64_t now = probe_now_ns();
    if (since && now - since < interval_ns)
        return true;
    s->flushed_ns = now;
    return emitter_flush(&s->outputs.results.out, e);
}

/* A job can be thousands of backtests, whose results pass through here one by one: whoever waits for
 * them, or for the end, need not wait for all of it. */
static bool while_it_runs(struct sweep_loop *s, const struct bt_result *r, struct err *e)
{
    enum { SELDOM = 32 };
    if (!interrupt_none(e))
        return false;
    if (s->finishing || s->delivered % SELDOM != 0)
        return true;
    sweep_progress_tick(&s->progress, r->item.backtest);
    return pass_on(s, s->flushed_ns ? s->flushed_ns : s->begun_ns, e);
}

static bool take_result(void *context, const struct bt_result *r, struct err *e)
{
    struct sweep_loop *s = context;
    const struct bt_plan *plan = &s->run->plan;
    s->replaced = s->replaced || strcmp(r->content, plan->content) != 0;
    if (s->outputs.walk.value)
        sweep_walk_observe(&s->outputs.walk, r);
    if (!sweep_table_result(&s->outputs.results, r, e))
        return false;
    s->delivered++;
    return (plan->range_count > 1 || sum_up(s, r, e)) && while_it_runs(s, r, e);
}

static bool take_combined(void *context, const struct bt_combined *c, struct err *e)
{
    struct sweep_loop *s = context;
    if (s->run->plan.range_count == 1)
        return true;
    return bt_best_observe(s->run, &s->best, c->item->backtest, c->rows, bt_settle_combined, e) &&
           (!s->outputs.summary.out.out || sweep_table_combined(&s->outputs.summary, c, e)) &&
           interrupt_none(e);
}

/* ---- slices ----------------------------------------------------------------------------------- */

/* Between slices. */
static bool look_up(struct sweep_loop *s, long at, struct err *e)
{
    bool last = at == bt_plan_backtests(&s->run->plan); /* what is said then is said at the end */
    long every = last ? 0 : s->cache_log_every;
    sweep_say_notes(s->run, &s->progress);
    if (sweep_caches_due(s->run, every, &s->logged)) {
        sweep_progress_wipe(&s->progress);
        sweep_caches_tend(s->run);
    }
    sweep_progress_tick(&s->progress, at);
    return pass_on(s, s->flushed_ns, e);
}

/* What was done before an error or a signal is kept; what saving it meets is no news beside that. */
static bool stop(struct sweep_loop *s, struct err *e)
{
    struct err ignored;
    bool saved = bt_run_save(s->run, &ignored);
    bool passed = s->finishing || pass_on(s, 0, &ignored); /* rows that came before */
    (void)passed;
    sweep_progress_wipe(&s->progress);
    sweep_say_notes(s->run, &s->progress);
    if (e->code == ERR_INTERRUPTED && s->run->store && saved)
        err_set(e, ERR_INTERRUPTED, "interrupted; --resume goes on");
    return false;
}

static bool run_all(struct sweep_loop *s, struct err *e)
{
    struct bt_run *run = s->run;
    long n = bt_plan_backtests(&run->plan), slice = bt_run_slice(run);
    long count = run->plan.combinations.count;
    for (long lo = 0, hi; lo < n; lo = hi) {
        long range_end = (lo / count + 1) * count;
        hi = lo + slice < range_end ? lo + slice : range_end;
        if (!interrupt_none(e) || !bt_run_step(run, lo, hi, e) || !look_up(s, hi, e))
            return stop(s, e);
    }
    s->finishing = true;
    if (!bt_run_finish(run, e))
        return stop(s, e);
    sweep_progress_wipe(&s->progress);
    sweep_say_notes(s->run, &s->progress);
    return true;
}

/* Results of two contents must not stand in one table; data that were edited in place have one. */
static bool same_bundle(const struct sweep_loop *s, struct err *e)
{
    const struct bt_plan *plan = &s->run->plan;
    struct bundle_version now;
    if (!bundle_version(plan->bundle_dir, &now, e))
        return false;
    return (bundle_version_equal(now, plan->version) && !s->replaced) ||
           err_input(e, "%s: replaced while the sweep ran; run it again", plan->bundle_dir);
}

/* ---- all of it --------------------------------------------------------------------------------- */

struct sweep_loop sweep_loop_begin(const struct sweep_outputs_settings *outputs)
{
    return (struct sweep_loop){.outputs = {.settings = outputs}, .best = bt_best_none()};
}

struct bt_consumer sweep_loop_consumer(struct sweep_loop *s)
{
    return (struct bt_consumer){.context = s, .result = take_result, .combined = take_combined};
}

bool sweep_loop_run(struct sweep_loop *s, struct err *e)
{
    int64_t begin = s->begun_ns = probe_now_ns();
    sweep_progress_open(&s->progress, s->run, s->shown);
    sweep_say_notes(s->run, &s->progress);
    if (!sweep_outputs_open(&s->outputs, &s->run->plan, e) || !run_all(s, e) || !same_bundle(s, e))
        return false;
    if (s->outputs.walk.value)
        sweep_walk_take_best(&s->outputs.walk, &s->run->selection);
    int64_t ns = probe_now_ns() - begin;
    if (!sweep_outputs_commit(&s->outputs, e))
        return false;
    sweep_say_summary(&(struct sweep_say){.run = s->run,
                                          .best = &s->best,
                                          .walk = &s->outputs.walk,
                                          .delivered = s->delivered,
                                          .ns = ns,
                                          .caches = s->cache_stats || s->cache_log_every});
    uint64_t failed = s->run->counts.failed;
    return failed == 0 ||
           err_set(e, ERR_FAILED, "%llu backtests failed; %s", (unsigned long long)failed,
                   s->run->store ? "--resume runs them again" : "the table holds the others");
}

void sweep_loop_close(struct sweep_loop *s)
{
    sweep_outputs_close(&s->outputs);
    bt_run_close(s->run);
}
