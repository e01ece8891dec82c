#include "harness/verify/passage.h"

#include "harness/result/agree.h"
#include "kernels/backtest/blocks.h"
#include "kernels/backtest/run_compute.h"

/* Past the middle, so that it is the end of no batch of a power of two. */
static long half_of(long backtests)
{
    return backtests / 2 + (backtests > 4 ? 1 : 0);
}

static bool run_steps(const struct passage *p, struct bt_run *run, struct err *e)
{
    long n = bt_plan_backtests(&run->plan), half = 0;
    if (p->torn || p->half_way) {
        half = half_of(n);
        if ((half > 0 && !bt_run_step(run, 0, half, e)) ||
            (p->half_way && !p->half_way(p->context, e)))
            return false;
    }
    return p->torn || (bt_run_step(run, half, n, e) && bt_run_finish(run, e));
}

static bool compute_block(struct bt_run *run, const struct bt_block *b, struct bt_kept *kept,
                          struct err *e)
{
    struct bt_job job = {.range = b->range, .items = b->items, .n = b->n};
    if (!bt_compute(run, &job, b->results, e))
        return false;
    for (int k = 0; k < b->n; k++) {
        bt_kept_add(kept, b->results[k]);
        bt_result_free(b->results[k]);
        b->results[k] = NULL;
    }
    return true;
}

static bool compute_again(struct bt_run *run, struct bt_kept *kept, struct err *e)
{
    bool ok = true;
    long n = bt_plan_backtests(&run->plan);
    kept->plan = &run->plan;
    for (long at = 0; ok && at < n;) {
        struct arena_mark mark = arena_mark(&run->work);
        struct bt_block b;
        bt_block_next(run, &at, n, (int)run->block, &b);
        ok = b.n == 0 || compute_block(run, &b, kept, e);
        arena_release(&run->work, mark);
    }
    return ok;
}

/* In this process; it need not show in every passage. */
static uint64_t layers_used(const struct bt_run *run)
{
    uint64_t used = 0;
    for (int i = 0; i < BT_SWITCHES; i++) {
        struct kernel_count counts[KERNEL_COUNTS_MAX];
        if (!(run->layers >> i & 1))
            continue;
        bool told = bt_layers[i]->statistics == NULL;
        int n = told ? 0 : bt_layers[i]->statistics(run->states[i], counts, KERNEL_COUNTS_MAX);
        for (int k = 0; k < n; k++)
            told = told || counts[k].value > 0;
        used |= (uint64_t)told << i;
    }
    return used;
}

bool passage_run(const struct passage *p, struct outcome *out, struct err *e)
{
    struct bt_run_target target = {
        .store = p->store, .resume = p->resume, .consumer = bt_kept_consumer(&out->kept)};
    struct bt_run *run = bt_run_open(p->settings, p->layers, target, e);
    if (!run)
        return false;
    out->kept.plan = &run->plan;
    out->backtests = bt_plan_backtests(&run->plan);
    bool ok = run_steps(p, run, e) && (p->torn || bt_run_digest(run, &out->digest, e)) &&
              (!p->again || compute_again(run, &out->again, e));
    out->has_again = p->again;
    out->taken = run->digest.results;
    out->resumed = run->counts.resumed;
    out->used = layers_used(run);
    bt_run_close(run);
    return ok;
}

bool outcome_same(const struct outcome *found, const struct outcome *expected, double rel_err,
                  struct err *e)
{
    struct text why = {0};
    bool same = bt_kept_same(&found->kept, &expected->kept, rel_err, &why);
    if (!same)
        err_set(e, ERR_MISMATCH, "%s", why.p);
    if (same && found->has_again) {
        same = bt_kept_same(&found->again, &expected->again, rel_err, &why);
        if (!same)
            err_set(e, ERR_MISMATCH, "computed again: %s", why.p);
    }
    text_done(&why);
    if (!same)
        return false;
    if (agree_check(&found->digest, &expected->digest, "no layers give", e))
        return true;
    return err_prefix(e,
                      "all that were delivered are the same, what filters left out is not "
                      "(%llu results in all, expected %llu)",
                      (unsigned long long)found->taken, (unsigned long long)expected->taken);
}

void outcome_done(struct outcome *o)
{
    bt_kept_done(&o->kept);
    bt_kept_done(&o->again);
    *o = (struct outcome){0};
}
