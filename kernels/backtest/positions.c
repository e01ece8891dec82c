#include "kernels/backtest/positions.h"

#include "kernels/backtest/base.h"
#include "kernels/backtest/numerics/words.h"

/* Combinations whose words are made at a time: a tile of them stays in the second cache. */
enum { GROUP = 256, SIGNALS = BT_WORDS_ALIGN };
_Static_assert(GROUP % BT_WORDS_ALIGN == 0, "lo is a multiple");

bool bt_words_take(const struct bt_run *run, const struct bt_job *job, const struct bt_bars *bars,
                   const struct bt_outcome *outs, int pays_from)
{
    for (int k = 0; k < job->n; k++)
        if (outs[k].equity || outs[k].trades)
            return false;
    return !run->plan.metrics_all && run->plan.combinations.count >= pays_from &&
           bars->n > run->plan.fill.delay;
}

double bt_years_per_span(const struct bt_bars *bars)
{
    const double year_s = 365.25 * 86400;
    int64_t span_s = bt_span_s(bars);
    return span_s > 0 ? year_s / (double)span_s : 0;
}

/* ---- words ------------------------------------------------------------------------------------ */

struct walk {
    struct bt_run *run;
    const struct bt_job *job;
    const struct bt_series *close;
    struct arena *arena;
    struct bt_words_user user;
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
    w->user.take(w->user.context, &words);
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
    const struct bt_strategy *strategy = w->run->plan.strategy;
    struct bt_ask asks[BT_ASKS_MAX];
    struct bt_indicator indicators[BT_ASKS_MAX];
    struct arena_mark mark = arena_mark(&w->run->scratch);
    int n = strategy->asks(values, asks);
    for (int i = 0; i < n; i++)
        if (!BT_CALL(w->run->ops.indicator, w->run, &asks[i], w->close, &indicators[i], e))
            return false;
    int8_t *signal = ARENA_NEW_RAW(&w->run->scratch, int8_t, w->close->n);
    strategy->signal(values, w->close, indicators, signal);
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

bool bt_words_walk(struct bt_run *run, const struct bt_job *job, const struct bt_series *close,
                   struct arena *a, struct bt_words_user user, struct err *e)
{
    const struct walk w = {run, job, close, a, user, close->n - run->plan.fill.delay};
    const struct bt_positions *positions = run->plan.strategy->positions;
    if (!positions)
        return walk_signals(&w, e);
    const double **values = ARENA_NEW_RAW(a, const double *, job->n);
    for (int k = 0; k < job->n; k++)
        values[k] = job->items[k].values;
    void *maker = positions->begin(values, job->n, close, run->plan.cpu, a);
    if (!maker)
        return walk_signals(&w, e);
    walk_positions(&w, positions, maker);
    return true;
}

/* ---- the others ------------------------------------------------------------------------------- */

bool bt_words_pass_on(const struct bt_evaluate_link *next, struct bt_run *run,
                      const struct bt_job *job, const struct bt_bars *bars, const bool *finished,
                      struct bt_outcome *outs, struct arena *a, uint64_t *passed, struct err *e)
{
    struct bt_item *items = ARENA_NEW_RAW(a, struct bt_item, job->n);
    struct bt_outcome *left = ARENA_NEW_RAW(a, struct bt_outcome, job->n);
    struct bt_job others = {job->range, items, 0};
    for (int k = 0; k < job->n; k++)
        if (!finished[k]) {
            items[others.n] = job->items[k];
            left[others.n++] = outs[k];
        }
    *passed += (uint64_t)others.n;
    return others.n == 0 || BT_CALL(next, run, &others, bars, left, e);
}
