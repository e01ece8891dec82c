/* events: positions as words and O(1) accounting a trade (numerics/events.h) instead of a pass over
 * the bars for each combination.
 *
 * What it takes and how: positions.h. The link beneath gets besides the combinations that trade so
 * often that the dense path is faster, where it is on; and those whose rounding could pass the bound
 * (events_finish).
 */
#include "kernels/backtest/positions.h"

#include "kernels/backtest/numerics/events.h"
#include "kernels/backtest/numerics/words.h"

/* The tables cost about as much as three backtests of the base (`make bench-accounting`). */
enum { PAYS_FROM = 5 };

/* Where the dense path beneath is faster, in transitions a thousand bars: events cost what it does at 40
 * to 80 of them (`make bench-accounting`), its words are made once more, and its tables cost 15 ns a bar.
 * Decided by each combination alone, so that results do not depend on how a run was cut. */
enum { OFTEN = 250 };

struct accounts {
    struct price_tables tables;
    events_account_fn *account;
    bool may_leave;        /* combinations that trade often are the dense path's */
    struct events *events; /* [n] */
    bool *left;            /* [n]: to the link beneath, as it trades often */
};

static void *begin_events(const struct bt_words_job *job)
{
    struct accounts *s = ARENA_NEW(job->arena, struct accounts, 1);
    unsigned cpu = job->run->plan.cpu;
    price_tables_make(&job->rules, job->fill.v, job->close.v, job->close.n, cpu, job->arena,
                      &s->tables);
    s->account = events_account_for(cpu);
    s->may_leave = job->run->layers >> BT_LAYER_simd & 1;
    s->events = ARENA_NEW_RAW(job->arena, struct events, job->n);
    s->left = ARENA_NEW(job->arena, bool, job->n);
    for (int k = 0; k < job->n; k++)
        s->events[k] = events_begin();
    return s;
}

static void leave_if_often(struct accounts *s, const struct bt_words *words)
{
    long bars = words->word * WORDS_BARS;
    for (int k = words->lo; k < words->lo + words->n; k++)
        s->left[k] |= s->events[k].orders * 1000 > OFTEN * bars;
}

static void take_events(void *accounts, const struct bt_words *words)
{
    struct accounts *s = accounts;
    if (s->may_leave && words->again_cheap && words->word > 0)
        leave_if_often(s, words);
    for (int k = 0; k < words->n; k++)
        if (!s->left[words->lo + k])
            s->account(&s->tables, &s->events[words->lo + k], words->v + k * words->stride,
                       words->word, words->words);
}

static bool finish_events(const void *accounts, const struct bt_words_job *job, int k,
                          struct account_result *out)
{
    const struct accounts *s = accounts;
    return !s->left[k] && events_finish(&s->tables, s->events[k], job->run->plan.periods_per_year,
                                        job->years_per_span, out);
}

static const struct bt_accounting accounting = {
    .layer = &bt_layer_events,
    .pays_from = PAYS_FROM,
    .begin = begin_events,
    .take = take_events,
    .finish = finish_events,
    .told = {"event_tables", "event_accounts", "event_passed"},
};

static bool evaluate_events(const struct bt_evaluate_link *self, struct bt_run *run,
                            const struct bt_job *job, const struct bt_bars *bars,
                            struct bt_outcome *outs, struct err *e)
{
    return bt_words_evaluate(&accounting, self, run, job, bars, outs, e);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    return bt_words_statistics(&accounting, state, out, max);
}

const struct bt_layer bt_layer_events = {
    .name = "events",
    .why = "accounting bar by bar -> positions as bit words, O(1) a trade",
    .rank = 2,
    .wrap = {.evaluate = evaluate_events},
    .rel_err = 1e-10,
    .block = BT_BLOCK_MAX,
    .state_size = sizeof(struct bt_words_state),
    .statistics = statistics,
};
