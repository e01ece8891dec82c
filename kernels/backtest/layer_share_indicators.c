/* share-indicators: an indicator once for each job and symbol, and several of them at once
 * (numerics/columns.h), instead of once for each combination.
 *
 * The base computes what an ask names; this keeps it until bars of another symbol, range or field are
 * asked for or the job ends, and hands it out again. Indicators that are recurrences wait for themselves
 * bar by bar, so that up to eight of the job's windows are computed when the first is asked for: those
 * that come next in the job. A job whose combinations ask for nothing, as those that give positions,
 * costs nothing.
 *
 * What is kept stays within history_cache_mb; what does not fit is computed each time, into the scratch,
 * as the base does. history-cache, which has that budget too, stands above: what it keeps from job to job
 * is not asked for here.
 */
#include "kernels/backtest/run.h"

#include "kernels/backtest/base.h"
#include "kernels/backtest/cached.h"
#include "kernels/backtest/numerics/columns.h"
#include "kernels/cache/hash.h"

#include <stdio.h>
#include <string.h>

/* A window that some combination asks for. */
struct entry {
    struct bt_ask ask;
    int next;      /* of the same kind, in the order of the job; -1: none */
    uint64_t made; /* the number of the bars that `is` is of; 0: of none */
    struct bt_indicator is;
};

struct state {
    const struct bt_job *job; /* in hand; NULL: none */
    bool listed;              /* its asks are entries */
    struct entry *entries;
    int count, room;
    int last[BT_INDICATOR_KINDS]; /* entry; -1: none */
    int *places;                  /* entry + 1 by hash, 0: free; `room * 2` of them */

    bool looked; /* there are bars in hand */
    struct bt_slice_key bars;
    enum bt_field field;
    uint64_t number; /* one more for each; 0: none yet */
    struct columns columns;
    struct arena arena;
    size_t bytes, keep_bytes; /* of columns in the arena, and most of them */

    uint64_t asked, computed, unkept;
};

/* ---- life ------------------------------------------------------------------------------------- */

static void forget_asks(struct state *s)
{
    s->count = 0;
    s->listed = false;
    for (int kind = 0; kind < BT_INDICATOR_KINDS; kind++)
        s->last[kind] = -1;
    if (s->places)
        memset(s->places, 0, (size_t)s->room * 2 * sizeof *s->places);
}

static void forget_bars(struct state *s)
{
    s->looked = false;
    s->bytes = 0;
    arena_reset(&s->arena);
}

static bool init(void *state, const struct bt_plan *plan, struct err *e)
{
    (void)e;
    struct state *s = state;
    s->keep_bytes = plan->history_bytes;
    s->arena.huge = true;
    forget_asks(s);
    return true;
}

static void job_end(void *state)
{
    struct state *s = state;
    if (s->count)
        forget_asks(s);
    forget_bars(s);
}

static void done(void *state)
{
    struct state *s = state;
    arena_done(&s->arena);
    mem_free(MEM_HISTORY, s->entries);
    mem_free(MEM_HISTORY, s->places);
}

/* ---- entries ---------------------------------------------------------------------------------- */

/* The place of the ask, or the free one where it belongs. */
static int *place_of(const struct state *s, const struct bt_ask *ask)
{
    uint64_t at = cache_hash_word((uint64_t)ask->kind, (uint64_t)ask->window);
    uint64_t mask = (uint64_t)s->room * 2 - 1; /* of a power of two */
    for (;; at++) {
        int *place = &s->places[at & mask];
        if (!*place)
            return place;
        const struct bt_ask *there = &s->entries[*place - 1].ask;
        if (there->kind == ask->kind && there->window == ask->window)
            return place;
    }
}

static void grow(struct state *s)
{
    s->room = s->room ? 2 * s->room : 64;
    s->entries = mem_resize(MEM_HISTORY, s->entries, (size_t)s->room * sizeof *s->entries);
    mem_free(MEM_HISTORY, s->places);
    s->places = mem_alloc_zero(MEM_HISTORY, (size_t)s->room * 2 * sizeof *s->places);
    for (int i = 0; i < s->count; i++)
        *place_of(s, &s->entries[i].ask) = i + 1;
}

static int entry_of(struct state *s, const struct bt_ask *ask)
{
    if (s->count == s->room)
        grow(s);
    int *place = place_of(s, ask);
    if (*place)
        return *place - 1;
    int i = s->count++;
    s->entries[i] = (struct entry){.ask = *ask, .next = -1};
    if (s->last[ask->kind] >= 0)
        s->entries[s->last[ask->kind]].next = i;
    s->last[ask->kind] = i;
    *place = i + 1;
    return i;
}

static void list_asks(struct state *s, const struct bt_strategy *strategy)
{
    struct bt_ask asks[BT_ASKS_MAX];
    for (int k = 0; k < s->job->n; k++) {
        int n = strategy->asks(s->job->items[k].values, asks);
        for (int i = 0; i < n; i++)
            entry_of(s, &asks[i]);
    }
    s->listed = true;
}

/* ---- computing -------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
    columns_fn *make;
    int whole, real; /* columns of each type; whole ones come first */
    int at_once;     /* windows that cost little more than one */
} kinds[BT_INDICATOR_KINDS] = {
    [BT_SMA]        = {columns_sma,     1, 0, 1},
    [BT_EMA]        = {columns_ema,     0, 1, COLUMNS_LANES},
    [BT_BANDS]      = {columns_bands,   1, 1, 1},
    [BT_CHANGES]    = {columns_changes, 2, 0, 1},
    [BT_RSI_WILDER] = {columns_wilder,  0, 1, COLUMNS_LANES},
};
/* clang-format on */

/* Columns for `out`, which has its frame. */
static struct column_ask columns_in(struct arena *a, enum bt_indicator_kind kind,
                                    struct bt_indicator *out)
{
    struct column_ask ask = {.window = out->window};
    for (int i = 0; i < kinds[kind].whole; i++)
        out->column[out->columns++].whole = ask.whole[i] = ARENA_NEW_RAW(a, int64_t, out->n);
    if (kinds[kind].real)
        out->column[out->columns++].real = ask.real = ARENA_NEW_RAW(a, double, out->n);
    return ask;
}

static size_t bytes_of(enum bt_indicator_kind kind, long n)
{
    return (size_t)(kinds[kind].whole + kinds[kind].real) * (size_t)n * sizeof(int64_t);
}

/* Entry i and those after it in the job that are not made yet, as many as are worth it. */
static bool make_from(struct state *s, int i, const struct bt_series *series, struct err *e)
{
    enum bt_indicator_kind kind = s->entries[i].ask.kind;
    struct column_ask asks[COLUMNS_LANES];
    struct err refused = {0};
    int n = 0;
    for (int k = i; k >= 0 && n < kinds[kind].at_once; k = s->entries[k].next) {
        struct entry *entry = &s->entries[k];
        size_t bytes = bytes_of(kind, series->n);
        if (k != i && (entry->made == s->number || s->bytes + bytes > s->keep_bytes))
            continue;
        if (!bt_indicator_frame(&entry->ask, series, &entry->is, k == i ? e : &refused)) {
            if (k == i)
                return false;
            continue;
        }
        asks[n++] = columns_in(&s->arena, kind, &entry->is);
        entry->made = s->number;
        s->bytes += bytes;
    }
    kinds[kind].make(&s->columns, asks, n);
    s->computed += (uint64_t)n;
    return true;
}

/* What is not kept: into the scratch. */
static bool make_once(struct state *s, struct bt_run *run, struct columns *columns,
                      const struct bt_ask *ask, const struct bt_series *series,
                      struct bt_indicator *out, struct err *e)
{
    if (!bt_indicator_frame(ask, series, out, e))
        return false;
    struct column_ask one = columns_in(&run->scratch, ask->kind, out);
    kinds[ask->kind].make(columns, &one, 1);
    s->computed++;
    s->unkept++;
    return true;
}

/* ---- the slots -------------------------------------------------------------------------------- */

/* The job, and with it what will be asked for. */
static bool evaluate_share_indicators(const struct bt_evaluate_link *self, struct bt_run *run,
                                      const struct bt_job *job, const struct bt_bars *bars,
                                      struct bt_outcome *outs, struct err *e)
{
    struct state *s = self->state;
    s->job = job;
    bool ok = BT_CALL(self->next, run, job, bars, outs, e);
    s->job = NULL;
    return ok;
}

static void look_at(struct state *s, const struct bt_run *run, const struct bt_series *series)
{
    struct bt_slice_key bars = bt_slice_key(series->of->of, series->of->of->asset);
    if (s->looked && s->field == series->field && memcmp(&bars, &s->bars, sizeof bars) == 0) {
        s->columns.x = series->v; /* the same values, but maybe in another place */
        return;
    }
    forget_bars(s);
    s->looked = true;
    s->bars = bars;
    s->field = series->field;
    s->number++;
    s->columns = columns_of(series->v, series->n, series->largest, run->plan.cpu, &s->arena);
}

static bool check(struct bt_run *run, const struct bt_ask *ask, const struct bt_series *series,
                  const struct state *s, const struct bt_indicator *made, struct err *e)
{
    struct bt_indicator fresh;
    char what[64];
    struct arena_mark mark = arena_mark(&run->scratch);
    if (!bt_indicator_base(NULL, run, ask, series, &fresh, e))
        return false;
    bool ok = bt_indicators_equal(made, &fresh);
    arena_release(&run->scratch, mark);
    snprintf(what, sizeof what, "indicator %d, window %ld, field %d", (int)ask->kind, ask->window,
             (int)series->field);
    return ok || bt_entry_is_wrong("share-indicators", &s->bars, what, e);
}

static bool indicator_share_indicators(const struct bt_indicator_link *self, struct bt_run *run,
                                       const struct bt_ask *ask, const struct bt_series *series,
                                       struct bt_indicator *out, struct err *e)
{
    struct state *s = self->state;
    s->asked++;
    if (!series->of || !series->of->of) {
        struct columns columns =
            columns_of(series->v, series->n, series->largest, run->plan.cpu, &run->scratch);
        return make_once(s, run, &columns, ask, series, out, e);
    }
    look_at(s, run, series);
    if (s->job && !s->listed)
        list_asks(s, run->plan.strategy);
    int i = entry_of(s, ask);
    if (s->entries[i].made != s->number) {
        if (s->bytes + bytes_of(ask->kind, series->n) > s->keep_bytes)
            return make_once(s, run, &s->columns, ask, series, out, e);
        if (!make_from(s, i, series, e))
            return false;
    }
    *out = s->entries[i].is;
    return !run->plan.check_caches || check(run, ask, series, s, out, e);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    const struct state *s = state;
    if (max < 3)
        return 0;
    out[0] = (struct kernel_count){"indicators_asked", s->asked};
    out[1] = (struct kernel_count){"indicators_computed", s->computed};
    out[2] = (struct kernel_count){"indicators_unkept", s->unkept};
    return 3;
}

const struct bt_layer bt_layer_share_indicators = {
    .name = "share-indicators",
    .why = "indicator computed for each combination -> once a job and symbol, several at once",
    .rank = 3,
    .replace = {.indicator = indicator_share_indicators},
    .wrap = {.evaluate = evaluate_share_indicators},
    .block = BT_BLOCK_MAX,
    .state_size = sizeof(struct state),
    .init = init,
    .done = done,
    .statistics = statistics,
    .job_end = job_end,
};
