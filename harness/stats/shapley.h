/* What each of several things that were switched on together is worth: Shapley values, with intervals.
 *
 *     struct shapley_game g = {.players = 6, .cells = cells};      // cells[1 << 6], by set of players
 *     struct shapley_values v = shapley_exact(&g, 0.95);
 *     exp(v.share[0].estimate)      0.62: the first one's factor of the time; all factors multiply to the whole
 *
 * v(S) is what the players of S are worth together; v of nobody is 0. For times it is the log of the ratio new / base, so
 * that exp() of a share is a factor and all factors multiply to the whole's ratio (efficiency: the shares' sum is v of all).
 *     phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S))
 * Source: Shapley 1953 (A value for n-person games). It is a weighted sum of cells, so with cells measured apart
 * its variance is the sum of squared weights times variances, its degrees of freedom are those of Welch and
 * Satterthwaite 1946, and its bounds Student's. Cells must be independent: each has pairs of its own, base side included. Cells
 * that share the readings of one base would need their covariance and must not be given.
 */
#ifndef CUPEL_STATS_SHAPLEY_H
#define CUPEL_STATS_SHAPLEY_H

#include "harness/base/arena.h"
#include "harness/stats/interval.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SHAPLEY_EXACT_MAX = 6, /* 64 coalitions: all of them are measured */
    SHAPLEY_PLAYERS_MAX = 16,
    SHAPLEY_PAIRS_MAX = SHAPLEY_EXACT_MAX * (SHAPLEY_EXACT_MAX - 1) / 2,
    SHAPLEY_PERMUTATIONS_MIN = 50,
    SHAPLEY_PERMUTATIONS_MAX = 10000,
};

/* What one coalition is worth. se 0: known without error; df is then not looked at. */
struct shapley_cell {
    double value, se, df;
};

/* A measured log-ratio as a cell: the error that gives its bounds back as Student's with pairs - 1 degrees
 * of freedom, so that a coalition of one has the very interval that was measured. */
struct shapley_cell shapley_cell_of(struct stats_interval log_ratio, int pairs);

struct shapley_game {
    int players;                      /* 1..SHAPLEY_EXACT_MAX */
    const struct shapley_cell *cells; /* [1 << players]; bit i of the index: player i takes part */
    /* [1 << players]: the coalition whose cell counts for S, S itself for most. For sets that cannot be: they are worth
     * what the named one is, in value and in error alike. One that is named stands for itself. NULL: all do. */
    const int *stands_for;
};

/* a < b. Above 0: together they are worth less than apart (log-ratios: less is faster). */
struct shapley_pair {
    int a, b;
    struct stats_interval index;
};

struct shapley_values {
    int players;      /* 0: refused, nothing else is set */
    int permutations; /* 0: over all coalitions */
    double level;
    struct stats_interval whole; /* v of all */
    struct stats_interval share[SHAPLEY_PLAYERS_MAX];
    double se[SHAPLEY_PLAYERS_MAX],
        df[SHAPLEY_PLAYERS_MAX]; /* of the shares; df INFINITY: normal */
    /* v of i alone, and v of all less v of all but i. NAN where permutations were sampled. */
    struct stats_interval alone[SHAPLEY_PLAYERS_MAX], last[SHAPLEY_PLAYERS_MAX];
    /* Shapley interaction index of each pair, the strongest (in size) first. None where permutations
     * were sampled. Source: Grabisch and Roubens 1999 (Int J Game Theory 28, 547). */
    struct shapley_pair pair[SHAPLEY_PAIRS_MAX];
    int pairs;
};

/* Refused: players out of range, a cell that counts is not finite, an error below 0, degrees of freedom not above
 * 0, a stand-in that does not stand for itself. 0 < level < 1. */
struct shapley_values shapley_exact(const struct shapley_game *game, double level);

/* ---- more players than all coalitions can be measured of ------------------------------------------ */

/* Which coalitions a number of random orders needs: those that each order passes through. */
struct shapley_plan {
    int players, permutations;
    int *order;     /* [permutations * players] */
    uint32_t *sets; /* ascending, without the empty one; the last is all */
    int count;
};

/* The same seed gives the same plan. False: players or permutations out of range. Owner: the arena. */
bool shapley_plan_make(struct shapley_plan *plan, int players, int permutations, uint64_t seed,
                       struct arena *a);

/* cells[plan->count] as plan->sets. stands_for: as in a game, by index of plan->sets, -1: worth what nobody
 * is, 0; NULL: all stand for themselves. The error has two parts: of the cells, as above, and of the orders that were not
 * drawn, s^2 / permutations of an order's marginal values. The second has in it some of the first, so that bounds
 * are rather too wide than too narrow. Source: Castro, Gomez and Tejada 2009 (Comput Oper Res 36, 1726). */
struct shapley_values shapley_sampled(const struct shapley_plan *plan,
                                      const struct shapley_cell *cells, const int *stands_for,
                                      double level);

#endif
