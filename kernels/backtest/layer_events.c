/* events: positions as words and O(1) accounting a trade (numerics/events.h) instead of a pass over
 * the bars for each combination.
 *
 * A job is taken symbol by symbol: price tables once, then tile after tile the positions of all
 * combinations and what they earn. Strategies that cannot give words give signals, which become words.
 * The link beneath gets what this cannot do: jobs that want curves, lists of trades or all metrics; too
 * few combinations to pay for the tables; combinations that trade so often that the dense path is
 * faster, where it is on; and those whose rounding could pass the bound (events_finish).
 */
#include "kernels/backtest/run.h"

#include "kernels/backtest/base.h"
#include "kernels/backtest/numerics/events.h"
#include "kernels/backtest/numerics/words.h"

/* The tables cost about as much as four backtests of the base. What decides is the plan and not the job,
 * so that results do not depend on how a run was cut. */
enum { PAYS_FROM = 5, GROUP = 256 };

static const double year_s = 365.25 * 86400;

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

static bool takes(const struct bt_run *run, const struct bt_job *job, const struct bt_bars *bars,
                  const struct bt_outcome *outs)
{
    for (int k = 0; k < job->n; k++)
        if (outs[k].equity || outs[k].trades)
            return false;
    return !run->plan.metrics_all && run->plan.combinations.count >= PAYS_FROM &&
           bars->n > run->plan.fill.delay;
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
};

static void make_tables(struct work *w)
{
    const struct bt_plan *plan = &w->run->plan;
    struct account_rules rules = {bt_initial_cash, plan->fee, BUNDLE_TICKS_PER_UNIT,
                                  plan->fill.delay};
    price_tables_make(&rules, w->fill.v, w->close.v, w->close.n, &w->s->arena, &w->tables);
    w->account = events_account_for(plan->cpu);
    w->events = ARENA_NEW_RAW(&w->s->arena, struct events, w->job->n);
    for (int k = 0; k < w->job->n; k++)
        w->events[k] = events_begin();
}

/* Bits without a bar to fill at are no transitions. */
static void account_tile(struct work *w, struct events *e, uint64_t *position, long word, int words)
{
    long bars = w->close.n - w->tables.delay - word * WORDS_BARS;
    if (bars < (long)words * WORDS_BARS)
        words_end_after(position, words, bars, e->entry >= 0);
    w->account(&w->tables, e, position, word, words);
}

static int tile_words(const struct work *w, long word)
{
    long left = words_of(w->close.n) - word;
    return (int)(left < BT_TILE_WORDS ? left : BT_TILE_WORDS);
}

static void account_positions(struct work *w, const struct bt_positions *positions, void *maker)
{
    uint64_t *out = ARENA_NEW_RAW(&w->s->arena, uint64_t, GROUP * BT_TILE_WORDS);
    for (long word = 0; word < words_of(w->close.n); word += BT_TILE_WORDS) {
        int words = tile_words(w, word);
        positions->tile(maker, word, words);
        for (int lo = 0; lo < w->job->n; lo += GROUP) {
            int n = w->job->n - lo < GROUP ? w->job->n - lo : GROUP;
            positions->fill(maker, lo, n, out);
            for (int k = 0; k < n; k++)
                account_tile(w, &w->events[lo + k], out + (long)k * BT_TILE_WORDS, word, words);
        }
    }
}

static bool signal_words(struct work *w, const double *values, uint64_t *words, struct err *e)
{
    const struct bt_strategy *strategy = w->run->plan.strategy;
    struct bt_ask asks[BT_ASKS_MAX];
    struct bt_indicator indicators[BT_ASKS_MAX];
    struct arena_mark mark = arena_mark(&w->run->scratch);
    int n = strategy->asks(values, asks);
    for (int i = 0; i < n; i++)
        if (!BT_CALL(w->run->ops.indicator, w->run, &asks[i], &w->close, &indicators[i], e))
            return false;
    int8_t *signal = ARENA_NEW_RAW(&w->run->scratch, int8_t, w->close.n);
    strategy->signal(values, &w->close, indicators, signal);
    words_of_signals(signal, w->close.n, words);
    arena_release(&w->run->scratch, mark);
    return true;
}

static bool account_signals(struct work *w, struct err *e)
{
    uint64_t *words = ARENA_NEW_RAW(&w->s->arena, uint64_t, words_of(w->close.n));
    for (int k = 0; k < w->job->n; k++) {
        if (!signal_words(w, w->job->items[k].values, words, e))
            return false;
        for (long word = 0; word < words_of(w->close.n); word += BT_TILE_WORDS)
            account_tile(w, &w->events[k], words + word, word, tile_words(w, word));
    }
    return true;
}

static bool account(struct work *w, struct err *e)
{
    const struct bt_positions *positions = w->run->plan.strategy->positions;
    const double **values = ARENA_NEW_RAW(&w->s->arena, const double *, w->job->n);
    for (int k = 0; k < w->job->n; k++)
        values[k] = w->job->items[k].values;
    void *maker =
        positions ? positions->begin(values, w->job->n, &w->close, w->run->plan.cpu, &w->s->arena)
                  : NULL;
    if (!maker)
        return account_signals(w, e);
    account_positions(w, positions, maker);
    return true;
}

/* ---- results ---------------------------------------------------------------------------------- */

static bool finish_one(const struct work *w, const struct bt_bars *bars, int k, struct bt_row *row)
{
    struct events_result r;
    int64_t span_s = bt_span_s(bars);
    if (!events_finish(&w->tables, w->events[k], w->run->plan.periods_per_year,
                       span_s > 0 ? year_s / (double)span_s : 0, &r))
        return false;
    const struct bt_core core = {bars->n,        r.orders, r.trades,       r.bars_long, span_s,
                                 r.total_return, r.sharpe, r.max_drawdown, r.hash};
    bt_row_of_core(&core, row);
    row->error = bt_layer_events.rel_err;
    return true;
}

/* Those that were not finished, by the link beneath. */
static bool pass_on(const struct bt_evaluate_link *self, struct work *w, const struct bt_bars *bars,
                    const bool *finished, struct bt_outcome *outs, struct err *e)
{
    struct bt_item *items = ARENA_NEW_RAW(&w->s->arena, struct bt_item, w->job->n);
    struct bt_outcome *left = ARENA_NEW_RAW(&w->s->arena, struct bt_outcome, w->job->n);
    struct bt_job job = {w->job->range, items, 0};
    for (int k = 0; k < w->job->n; k++)
        if (!finished[k]) {
            items[job.n] = w->job->items[k];
            left[job.n++] = outs[k];
        }
    w->s->passed += (uint64_t)job.n;
    return job.n == 0 || BT_CALL(self->next, w->run, &job, bars, left, e);
}

static bool finish(const struct bt_evaluate_link *self, struct work *w, const struct bt_bars *bars,
                   struct bt_outcome *outs, struct err *e)
{
    bool *finished = ARENA_NEW_RAW(&w->s->arena, bool, w->job->n);
    long count = 0;
    for (int k = 0; k < w->job->n; k++) {
        finished[k] = finish_one(w, bars, k, outs[k].row);
        count += finished[k];
    }
    w->s->accounted += (uint64_t)count;
    return count == w->job->n || pass_on(self, w, bars, finished, outs, e);
}

static bool evaluate_events(const struct bt_evaluate_link *self, struct bt_run *run,
                            const struct bt_job *job, const struct bt_bars *bars,
                            struct bt_outcome *outs, struct err *e)
{
    struct work w = {.s = self->state, .run = run, .job = job};
    if (!takes(run, job, bars, outs)) {
        w.s->passed += (uint64_t)job->n;
        return BT_CALL(self->next, run, job, bars, outs, e);
    }
    if (!BT_CALL(run->ops.history, run, bars, BT_CLOSE, &w.close, e) ||
        !BT_CALL(run->ops.history, run, bars, run->plan.fill.field, &w.fill, e))
        return false;
    arena_reset(&w.s->arena);
    w.s->jobs++;
    make_tables(&w);
    return account(&w, e) && finish(self, &w, bars, outs, e);
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
