/* events: positions as words and O(1) accounting a trade (numerics/events.h) instead of a pass over
 * the bars for each combination.
 *
 * A job is taken symbol by symbol: price tables once, then tile after tile the positions of all
 * combinations and what they earn. Strategies that cannot give words give signals, which become words.
 * The link beneath gets what this cannot do: jobs that want curves, lists of trades or all metrics; too
 * few combinations to pay for the tables; combinations that trade so often that the dense path is
 * faster, where it is on; and those whose rounding could pass the bound (events_finish).
 */
#include "kernels/backtest/positions.h"

#include "kernels/backtest/base.h"
#include "kernels/backtest/numerics/events.h"
#include "kernels/backtest/numerics/words.h"

/* The tables cost about as much as three backtests of the base (`make bench-accounting`). */
enum { PAYS_FROM = 5 };

/* Where the dense path beneath is faster, in transitions a thousand bars: events cost what it does at 40
 * to 80 of them (`make bench-accounting`), its words are made once more, and its tables cost 15 ns a bar.
 * Decided by each combination alone, so that results do not depend on how a run was cut. */
enum { OFTEN = 120 };

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
    struct price_tables tables;
    events_account_fn *account;
    struct events *events; /* [job->n] */
    bool *left;            /* [job->n]: to the link beneath, as it trades often */
};

static void make_tables(struct work *w)
{
    const struct bt_plan *plan = &w->run->plan;
    struct account_rules rules = {bt_initial_cash, plan->fee, BUNDLE_TICKS_PER_UNIT,
                                  plan->fill.delay};
    price_tables_make(&rules, w->fill.v, w->close.v, w->close.n, plan->cpu, &w->s->arena,
                      &w->tables);
    w->account = events_account_for(plan->cpu);
    w->events = ARENA_NEW_RAW(&w->s->arena, struct events, w->job->n);
    w->left = ARENA_NEW(&w->s->arena, bool, w->job->n);
    for (int k = 0; k < w->job->n; k++)
        w->events[k] = events_begin();
}

/* Combinations that trade often are the dense path's, where it is on. */
static void leave_if_often(struct work *w, const struct bt_words *words)
{
    long bars = words->word * WORDS_BARS;
    for (int k = words->lo; k < words->lo + words->n; k++)
        w->left[k] |= w->events[k].orders * 1000 > OFTEN * bars;
}

static void take(void *context, const struct bt_words *words)
{
    struct work *w = context;
    bool may_leave = words->again_cheap && w->run->layers >> BT_LAYER_simd & 1;
    if (may_leave && words->word > 0)
        leave_if_often(w, words);
    for (int k = 0; k < words->n; k++)
        if (!w->left[words->lo + k])
            w->account(&w->tables, &w->events[words->lo + k], words->v + k * words->stride,
                       words->word, words->words);
}

/* ---- results ---------------------------------------------------------------------------------- */

static bool finish_one(const struct work *w, const struct bt_bars *bars, int k, struct bt_row *row)
{
    struct events_result r;
    if (w->left[k] || !events_finish(&w->tables, w->events[k], w->run->plan.periods_per_year,
                                     bt_years_per_span(bars), &r))
        return false;
    const struct bt_core core = {bars->n,  r.orders, r.trades,       r.bars_long, bt_span_s(bars),
                                 r.growth, r.sharpe, r.max_drawdown, r.hash};
    bt_row_of_core(&core, row);
    row->error = bt_layer_events.rel_err;
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

static bool evaluate_events(const struct bt_evaluate_link *self, struct bt_run *run,
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
    out[0] = (struct kernel_count){"event_tables", s->jobs};
    out[1] = (struct kernel_count){"event_accounts", s->accounted};
    out[2] = (struct kernel_count){"event_passed", s->passed};
    return 3;
}

const struct bt_layer bt_layer_events = {
    .name = "events",
    .why = "accounting bar by bar -> positions as bit words, O(1) a trade",
    .rank = 2,
    .wrap = {.evaluate = evaluate_events},
    .rel_err = 1e-10,
    .block = BT_BLOCK_MAX,
    .state_size = sizeof(struct state),
    .init = init,
    .done = done,
    .statistics = statistics,
};
