#include "kernels/backtest/positions.h"

#include "kernels/backtest/numerics/words.h"
#include "kernels/backtest/signals.h"

/* Combinations whose words are made at a time: a tile of them stays in the second cache. */
enum { GROUP = 256, SIGNALS = BT_WORDS_ALIGN };
_Static_assert(GROUP % BT_WORDS_ALIGN == 0, "lo is a multiple");

/* ---- words ------------------------------------------------------------------------------------ */

struct walk {
    struct bt_run *run;
    const struct bt_job *job;
    const struct bt_series *close;
    struct arena *arena;
    const struct bt_accounting *how;
    void *tables;
    long rows; /* signals that have a bar to be filled at */
};

/* One tile of some combinations: ends what is past the last row and hands it over. */
static void hand_over(const struct walk *w, uint64_t *v, struct bt_words words)
{
    long bars = w->rows - words.word * WORDS_BARS;
    if (bars < (long)words.words * WORDS_BARS)
        for (int k = 0; k < words.n; k++)
            words_end_after(v + k * words.stride, words.words, bars, false);
    words.v = v;
    w->how->take(w->tables, &words);
}

static int words_at(const struct walk *w, long word)
{
    long left = words_of(w->rows) - word;
    return (int)(left < WORDS_TILE ? left : WORDS_TILE);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static void walk_positions(const struct walk *w, const struct bt_positions *positions, void *maker)
{
    uint64_t *v = ARENA_NEW_RAW(w->arena, uint64_t, GROUP * WORDS_TILE);
    for (long word = 0; word < words_of(w->rows); word += WORDS_TILE) {
        int words = words_at(w, word);
        positions->tile(maker, word, words);
        for (int lo = 0; lo < w->job->n; lo += GROUP) {
            int n = least(w->job->n - lo, GROUP);
            positions->fill(maker, lo, n, v);
            hand_over(w, v, (struct bt_words){NULL, WORDS_TILE, word, words, lo, n, true});
        }
    }
}

static bool signal_words(const struct walk *w, const double *values, uint64_t *words, struct err *e)
{
    const int8_t *signal;
    struct arena_mark mark = arena_mark(&w->run->scratch);
    if (!bt_signals(w->run, values, w->close, &signal, e))
        return false;
    words_of_signals(signal, w->close->n, words);
    arena_release(&w->run->scratch, mark);
    return true;
}

static bool walk_signals(const struct walk *w, struct err *e)
{
    long stride = words_of(w->close->n);
    uint64_t *v = ARENA_NEW_RAW(w->arena, uint64_t, SIGNALS * stride);
    for (int lo = 0; lo < w->job->n; lo += SIGNALS) {
        int n = least(w->job->n - lo, SIGNALS);
        for (int k = 0; k < n; k++)
            if (!signal_words(w, w->job->items[lo + k].values, v + k * stride, e))
                return false;
        for (long word = 0; word < words_of(w->rows); word += WORDS_TILE)
            hand_over(w, v + word,
                      (struct bt_words){NULL, stride, word, words_at(w, word), lo, n, false});
    }
    return true;
}

static bool walk_all(const struct walk *w, struct err *e)
{
    const struct bt_positions *positions = w->run->plan.strategy->positions;
    if (!positions)
        return walk_signals(w, e);
    const double **values = ARENA_NEW_RAW(w->arena, const double *, w->job->n);
    for (int k = 0; k < w->job->n; k++)
        values[k] = w->job->items[k].values;
    void *maker = positions->begin(values, w->job->n, w->close, w->run->plan.cpu, w->arena);
    if (!maker)
        return walk_signals(w, e);
    walk_positions(w, positions, maker);
    return true;
}

/* ---- the frame -------------------------------------------------------------------------------- */

int bt_words_statistics(const struct bt_accounting *how, const struct bt_words_state *state,
                        struct kernel_count *out, int max)
{
    const uint64_t counts[] = {state->jobs, state->accounted, state->passed};
    if (max < 3)
        return 0;
    for (int i = 0; i < 3; i++)
        out[i] = (struct kernel_count){how->told[i], counts[i]};
    return 3;
}

/* Only numbers of rows are asked for, and there is a bar to fill at. */
static bool can_take(const struct bt_accounting *how, const struct bt_run *run,
                     const struct bt_job *job, const struct bt_bars *bars,
                     const struct bt_outcome *outs)
{
    for (int k = 0; k < job->n; k++)
        if (outs[k].equity || outs[k].trades)
            return false;
    return !run->plan.metrics_all && run->plan.combinations.count >= how->pays_from &&
           bars->n > run->plan.fill.delay;
}

static double years_per_span(int64_t span_s)
{
    const double year_s = 365.25 * 86400;
    return span_s > 0 ? year_s / (double)span_s : 0;
}

/* What the link beneath gets; no memory where there is nothing. */
struct others {
    struct bt_job job;
    struct bt_item *items;
    struct bt_outcome *outs;
};

static void leave(const struct walk *w, struct others *o, int k, const struct bt_outcome *outs)
{
    if (!o->items) {
        o->job.items = o->items = ARENA_NEW_RAW(w->arena, struct bt_item, w->job->n);
        o->outs = ARENA_NEW_RAW(w->arena, struct bt_outcome, w->job->n);
    }
    o->items[o->job.n] = w->job->items[k];
    o->outs[o->job.n++] = outs[k];
}

/* Rows of what is finished; the rest to the link beneath. */
static bool finish(const struct bt_accounting *how, const struct bt_evaluate_link *self,
                   const struct walk *w, const struct bt_words_job *of, const struct bt_bars *bars,
                   struct bt_outcome *outs, struct err *e)
{
    struct bt_words_state *s = self->state;
    struct others others = {.job = {.range = w->job->range}};
    const int64_t span_s = bt_span_s(bars);
    for (int k = 0; k < w->job->n; k++) {
        struct account_result r;
        if (!how->finish(w->tables, of, k, &r)) {
            leave(w, &others, k, outs);
            continue;
        }
        const struct bt_core core = {bars->n,  r.orders, r.trades,       r.bars_long, span_s,
                                     r.growth, r.sharpe, r.max_drawdown, r.hash};
        bt_row_of_core(&core, outs[k].row);
        outs[k].row->error = how->layer->rel_err;
    }
    s->accounted += (uint64_t)(w->job->n - others.job.n);
    s->passed += (uint64_t)others.job.n;
    return others.job.n == 0 || BT_CALL(self->next, w->run, &others.job, bars, others.outs, e);
}

bool bt_words_evaluate(const struct bt_accounting *how, const struct bt_evaluate_link *self,
                       struct bt_run *run, const struct bt_job *job, const struct bt_bars *bars,
                       struct bt_outcome *outs, struct err *e)
{
    struct bt_words_state *s = self->state;
    const struct bt_plan *plan = &run->plan;
    struct bt_words_job of = {.run = run, .n = job->n, .arena = &run->work};
    if (!can_take(how, run, job, bars, outs)) {
        s->passed += (uint64_t)job->n;
        return BT_CALL(self->next, run, job, bars, outs, e);
    }
    if (!BT_CALL(run->ops.history, run, bars, BT_CLOSE, &of.close, e) ||
        !BT_CALL(run->ops.history, run, bars, plan->fill.field, &of.fill, e))
        return false;
    struct arena_mark mark = arena_mark(&run->work);
    s->jobs++;
    of.rules =
        (struct account_rules){bt_initial_cash, plan->fee, BUNDLE_TICKS_PER_UNIT, plan->fill.delay};
    of.years_per_span = years_per_span(bt_span_s(bars));
    const struct walk w = {
        run, job, &of.close, &run->work, how, how->begin(&of), of.close.n - plan->fill.delay};
    bool ok = walk_all(&w, e) && finish(how, self, &w, &of, bars, outs, e);
    arena_release(&run->work, mark);
    return ok;
}
