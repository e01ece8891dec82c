/* What the layers share that account from positions as words (numerics/words.h): which jobs they take,
 * the words of all combinations tile by tile, results, and the way on for what they leave.
 *
 *     static const struct bt_accounting accounting = {.layer = &bt_layer_NAME, .begin = ..., ...};
 *     static bool evaluate_NAME(self, ...) { return bt_words_evaluate(&accounting, self, ...); }
 *     const struct bt_layer bt_layer_NAME = {.state_size = sizeof(struct bt_words_state), ...};
 *
 * A job is taken symbol by symbol, when only numbers of rows are asked for and there is a bar to fill
 * at: tables once, then tile after tile the positions of all combinations and what they earn. The rest
 * goes to the link beneath: jobs that want curves, lists of trades or all metrics; too few combinations
 * to pay for the tables; and those that the layer does not finish.
 */
#ifndef CUPEL_BACKTEST_POSITIONS_H
#define CUPEL_BACKTEST_POSITIONS_H

#include "kernels/backtest/base.h"
#include "kernels/backtest/run.h"

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

/* ---- the frame of a layer ---------------------------------------------------------------------- */

/* Is the layer's state. */
struct bt_words_state {
    uint64_t jobs, accounted, passed;
};

/* A job over one symbol, for as long as it is evaluated. */
struct bt_words_job {
    const struct bt_run *run;
    int n; /* combinations */
    struct bt_series close, fill;
    struct account_rules rules;
    struct arena *arena;
    double
        years_per_span; /* 365.25 days / the span of the bars: what an error of a return grows by in
                            * CAGR. 0: no span */
};

/* What a layer does: one const row. */
struct bt_accounting {
    const struct bt_layer *layer;

    /* The plan, and not the job, must have so many combinations: results do not depend on how a run
     * was cut. */
    int pays_from;

    /* Makes the tables, in the job's arena, which is emptied after; what it returns goes to the others. */
    void *(*begin)(const struct bt_words_job *job);

    /* Each tile of each combination once, those of a combination in the order of time; tiles of all
     * combinations take turns when the strategy makes words (again_cheap), else a few combinations
     * come one after the other with all their tiles. */
    void (*take)(void *tables, const struct bt_words *words);

    /* What combination k earned. false: the link beneath shall say. */
    bool (*finish)(const void *tables, const struct bt_words_job *job, int k,
                   struct account_result *out);

    const char *told[3]; /* names of the counts: jobs, combinations finished, passed on */
};

bool bt_words_evaluate(const struct bt_accounting *how, const struct bt_evaluate_link *self,
                       struct bt_run *run, const struct bt_job *job, const struct bt_bars *bars,
                       struct bt_outcome *outs, struct err *e) MUST_CHECK;

int bt_words_statistics(const struct bt_accounting *how, const struct bt_words_state *state,
                        struct kernel_count *out, int max);

#endif
