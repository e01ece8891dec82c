/* simd: positions as words and accounting of four combinations at a time (numerics/dense.h) instead of
 * a pass over the bars for each.
 *
 * What it takes and how: positions.h. Beneath `events`, it gets the combinations that trade often; alone,
 * all of them. The link beneath gets besides those whose rounding could pass the bound (dense_finish).
 */
#include "kernels/backtest/positions.h"

#include "kernels/backtest/numerics/dense.h"

#include <string.h>

/* The tables cost about as much as two backtests of the base; as in events, so that a plan of few is of
 * neither. */
enum { PAYS_FROM = 5 };

struct accounts {
    struct dense_tables tables;
    dense_account_fn *account;
    struct dense *dense; /* combination k: [k / DENSE_LANES], lane k % DENSE_LANES */
};
_Static_assert(BT_WORDS_ALIGN % DENSE_LANES == 0, "combinations come by whole groups");

static void *begin_simd(const struct bt_words_job *job)
{
    struct accounts *s = ARENA_NEW(job->arena, struct accounts, 1);
    int groups = (job->n + DENSE_LANES - 1) / DENSE_LANES;
    dense_tables_make(&job->rules, job->fill.v, job->close.v, job->close.n, job->arena, &s->tables);
    s->account = dense_account_for(job->run->plan.cpu);
    s->dense = ARENA_NEW_RAW(job->arena, struct dense, groups);
    for (int i = 0; i < groups; i++)
        s->dense[i] = dense_begin();
    return s;
}

/* The last combinations of a job, fewer than lanes: the other lanes stay flat. */
static void take_last(const struct accounts *s, struct dense *d, const uint64_t *v,
                      const struct bt_words *words, int n)
{
    uint64_t lanes[DENSE_LANES][WORDS_TILE] = {0};
    for (int k = 0; k < n; k++)
        memcpy(lanes[k], v + k * words->stride, (size_t)words->words * sizeof *v);
    s->account(&s->tables, d, lanes[0], WORDS_TILE, words->word, words->words);
}

static void take_simd(void *accounts, const struct bt_words *words)
{
    const struct accounts *s = accounts;
    for (int k = 0; k < words->n; k += DENSE_LANES) {
        struct dense *d = &s->dense[(words->lo + k) / DENSE_LANES];
        const uint64_t *v = words->v + k * words->stride;
        if (words->n - k < DENSE_LANES)
            take_last(s, d, v, words, words->n - k);
        else
            s->account(&s->tables, d, v, words->stride, words->word, words->words);
    }
}

static bool finish_simd(const void *accounts, const struct bt_words_job *job, int k,
                        struct account_result *out)
{
    const struct accounts *s = accounts;
    return dense_finish(&s->tables, &s->dense[k / DENSE_LANES], k % DENSE_LANES,
                        job->run->plan.periods_per_year, job->years_per_span, out);
}

static const struct bt_accounting accounting = {
    .layer = &bt_layer_simd,
    .pays_from = PAYS_FROM,
    .begin = begin_simd,
    .take = take_simd,
    .finish = finish_simd,
    .told = {"dense_tables", "dense_accounts", "dense_passed"},
};

static bool evaluate_simd(const struct bt_evaluate_link *self, struct bt_run *run,
                          const struct bt_job *job, const struct bt_bars *bars,
                          struct bt_outcome *outs, struct err *e)
{
    return bt_words_evaluate(&accounting, self, run, job, bars, outs, e);
}

static int statistics(const void *state, struct kernel_count *out, int max)
{
    return bt_words_statistics(&accounting, state, out, max);
}

const struct bt_layer bt_layer_simd = {
    .name = "simd",
    .why = "accounting one combination at a time -> four a vector, from positions as bit words",
    .rank = 1,
    .wrap = {.evaluate = evaluate_simd},
    .rel_err = 1e-10,
    .block = BT_BLOCK_MAX,
    .state_size = sizeof(struct bt_words_state),
    .statistics = statistics,
};
