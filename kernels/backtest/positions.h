/* What the layers share that account from positions as words (numerics/words.h): which jobs they take,
 * the words of all combinations tile by tile, and the way on for what they leave.
 */
#ifndef CUPEL_BACKTEST_POSITIONS_H
#define CUPEL_BACKTEST_POSITIONS_H

#include "kernels/backtest/run.h"

/* Only numbers of rows are asked for, and there is a bar to fill at. The plan, and not the job, must have
 * `pays_from` combinations: results do not depend on how a run was cut. */
bool bt_words_take(const struct bt_run *run, const struct bt_job *job, const struct bt_bars *bars,
                   const struct bt_outcome *outs, int pays_from);

/* Positions of combinations lo .. lo + n - 1 at bars 64 * word on: v[k * stride + i], i < words <=
 * WORDS_TILE. lo is a multiple of BT_WORDS_ALIGN. Bits of signals that no bar is left to fill repeat
 * the one before them; words that hold no others are left out. Until the call returns. */
enum { BT_WORDS_ALIGN = 16 };
struct bt_words {
    const uint64_t *v;
    long stride, word;
    int words, lo, n;
    bool again_cheap; /* made by bt_strategy.positions: another time they cost next to nothing */
};

/* Each tile of each combination once, those of a combination in the order of time; tiles of all
 * combinations take turns when the strategy makes words (again_cheap), else a few combinations come
 * one after the other with all their tiles. */
struct bt_words_user {
    void (*take)(void *context, const struct bt_words *words);
    void *context;
};
bool bt_words_walk(struct bt_run *run, const struct bt_job *job, const struct bt_series *close,
                   struct arena *a, struct bt_words_user user, struct err *e) MUST_CHECK;

/* Those of a job that are not finished, to the link beneath; *passed grows by their number. */
bool bt_words_pass_on(const struct bt_evaluate_link *next, struct bt_run *run,
                      const struct bt_job *job, const struct bt_bars *bars, const bool *finished,
                      struct bt_outcome *outs, struct arena *a, uint64_t *passed,
                      struct err *e) MUST_CHECK;

/* 365.25 days / the span of the bars: what an error of a return grows by in CAGR. 0: no span. */
double bt_years_per_span(const struct bt_bars *bars);

#endif
