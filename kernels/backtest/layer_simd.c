/* simd: positions as words and accounting of four combinations at a time (numerics/dense.h) instead of
 * a pass over the bars for each.
 *
 * A job is taken symbol by symbol: tables once, then tile after tile the positions of all combinations
 * and what they earn. Beneath `events`, it gets the combinations that trade often; alone, all of them.
 * The link beneath gets what this cannot do: jobs that want curves, lists of trades or all metrics; too
 * few combinations to pay for the tables; and those whose rounding could pass the bound (dense_finish).
 */
#include "kernels/backtest/positions.h"

#include "kernels/backtest/base.h"
#include "kernels/backtest/numerics/dense.h"

#include <string.h>

/* The tables cost about as much as two backtests of the base; as in events, so that a plan of few is of
 * neither. */
enum { PAYS_FROM = 5 };

struct state {
    struct arena arena; /* of one job and symbol */
    uint64_t jobs, accounted, passed;
};

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)plan;
    (void)e;
    struct state *s = state;
    s->arena = (struct arena){.component = MEM_TABLES, .huge = true};
    return true;
}

static void done(void *state)
{
    struct state *s = state;
    arena_done(&s->arena);
}

/* ---- accounting ------------------------------------------------------------------------------- */

struct work {
    struct state *s;
    struct bt_run *run;
    const struct bt_job *job;
    struct bt_series close, fill;
    struct dense_tables tables;
    dense_account_fn *account;
    struct dense *dense; /* combination k: [k / DENSE_LANES], lane k % DENSE_LANES */
};
_Static_assert(BT_WORDS_ALIGN % DENSE_LANES == 0, "combinations come by whole groups");

static void make_tables(struct work *w)
{
    const struct bt_plan *plan = &w->run->plan;
    struct account_rules rules = {bt_initial_cash, plan->fee, BUNDLE_TICKS_PER_UNIT,
                                  plan->fill.delay};
    int groups = (w->job->n + DENSE_LANES - 1) / DENSE_LANES;
    dense_tables_make(&rules, w->fill.v, w->close.v, w->close.n, &w->s->arena, &w->tables);
    w->account = dense_account_for(plan->cpu);
    w->dense = ARENA_NEW_RAW(&w->s->arena, struct dense, groups);
    for (int i = 0; i < groups; i++)
        w->dense[i] = dense_begin();
}

/* The last combinations of a job, fewer than lanes: the other lanes stay flat. */
static void take_last(const struct work *w, struct dense *d, const uint64_t *v,
                      const struct bt_words *words, int n)
{
    uint64_t lanes[DENSE_LANES][WORDS_TILE] = {0};
    for (int k = 0; k < n; k++)
        memcpy(lanes[k], v + k * words->stride, (size_t)words->words * sizeof *v);
    w->account(&w->tables, d, lanes[0], WORDS_TILE, words->word, words->words);
}

static void take(void *context, const struct bt_words *words)
{
    struct work *w = context;
    for (int k = 0; k < words->n; k += DENSE_LANES) {
        struct dense *d = &w->dense[(words->lo + k) / DENSE_LANES];
        const uint64_t *v = words->v + k * words->stride;
        if (words->n - k < DENSE_LANES)
            take_last(w, d, v, words, words->n - k);
        else
            w->account(&w->tables, d, v, words->stride, words->word, words->words);
    }
}

/* ---- results ---------------------------------------------------------------------------------- */

static bool finish_one(const struct work *w, const struct bt_bars *bars, int k, struct bt_row *row)
{
    struct dense_result r;
    if (!dense_finish(&w->tables, &w->dense[k / DENSE_LANES], k % DENSE_LANES,
                      w->run->plan.periods_per_year, bt_years_per_span(bars), &r))
        return false;
    const struct bt_core core = {bars->n,  r.orders, r.trades,       r.bars_long, bt_span_s(bars),
                                 r.growth, r.sharpe, r.max_drawdown, r.hash};
    bt_row_of_core(&core, row);
    row->error = bt_layer_simd.rel_err;
    return true;
}

static bool finish(const struct bt_evaluate_link *self, struct work *w, const struct bt_bars *bars,
                   struct bt_outcome *outs, struct err *e)
{
    bool *finished = ARENA_NEW_RAW(&w->s->arena, bool, w->job->n);
    for (int k = 0; k < w->job->n; k++) {
        finished[k] = finish_one(w, bars, k, outs[k].row);
        w->s->accounted += finished[k];
    }
    return bt_words_pass_on(self->next, w->run, w->job, bars, finished, outs, &w->s->arena,
                            &w->s->passed, e);
}

static bool evaluate_simd(const struct bt_evaluate_link *self, struct bt_run *run,
                          const struct bt_job *job, const struct bt_bars *bars,
                          struct bt_outcome *outs, struct err *e)
{
    struct work w = {.s = self->state, .run = run, .job = job};
    if (!bt_words_take(run, job, bars, outs, PAYS_FROM)) {
        w.s->passed += (uint64_t)job->n;
        return BT_CALL(self->next, run, job, bars, outs, e);
    }
    if (!BT_CALL(run->ops.history, run, bars, BT_CLOSE, &w.close, e) ||
        !BT_CALL(run->ops.history, run, bars, run->plan.fill.field, &w.fill, e))
        return false;
    arena_reset(&w.s->arena);
    w.s->jobs++;
    make_tables(&w);
    return bt_words_walk(run, job, &w.close, &w.s->arena, (struct bt_words_user){take, &w}, e) &&
           finish(self, &w, bars, outs, e);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    if (max < 3)
        return 0;
    out[0] = (struct kernel_count){"dense_tables", s->jobs};
    out[1] = (struct kernel_count){"dense_accounts", s->accounted};
    out[2] = (struct kernel_count){"dense_passed", s->passed};
    return 3;
}

const struct bt_layer bt_layer_simd = {
    .name = "simd",
    .why = "accounting one combination at a time -> four a vector, from positions as bit words",
    .rank = 1,
    .wrap = {.evaluate = evaluate_simd},
    .rel_err = 1e-10,
    .block = BT_BLOCK_MAX,
    .state_size = sizeof(struct state),
    .init = init,
    .done = done,
    .statistics = statistics,
};
