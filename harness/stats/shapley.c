#include "harness/stats/shapley.h"

#include "harness/base/rng.h"

#include <gsl/gsl_cdf.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- weighted sums of cells ------------------------------------------------------------------------ */

/* spread: of Welch and Satterthwaite, the sum of variance^2 / df of the parts. */
struct moments {
    double value, variance, spread;
};

static void add_part(struct moments *m, double value, double variance, double df)
{
    m->value += value;
    m->variance += variance;
    if (variance > 0)
        m->spread += variance * variance / df;
}

static struct moments weighted(const struct shapley_cell *cells, const double *weight, int count)
{
    struct moments m = {0};
    for (int i = 0; i < count; i++)
        if (weight[i] != 0)
            add_part(&m, weight[i] * cells[i].value,
                     weight[i] * weight[i] * cells[i].se * cells[i].se, cells[i].df);
    return m;
}

static double df_of(const struct moments *m)
{
    return m->spread > 0 ? m->variance * m->variance / m->spread : INFINITY;
}

static double quantile(double level, double df)
{
    double p = (1 + level) / 2;
    return df < 1e6 ? gsl_cdf_tdist_Pinv(p, df) : gsl_cdf_ugaussian_Pinv(p);
}

static struct stats_interval interval_of(const struct moments *m, double level)
{
    double half = m->variance > 0 ? quantile(level, df_of(m)) * sqrt(m->variance) : 0;
    return (struct stats_interval){m->value, m->value - half, m->value + half, level};
}

static void put_share(struct shapley_values *v, int player, const struct moments *m)
{
    v->share[player] = interval_of(m, v->level);
    v->se[player] = sqrt(m->variance);
    v->df[player] = df_of(m);
}

static bool is_usable(const struct shapley_cell *cell)
{
    return isfinite(cell->value) && isfinite(cell->se) && cell->se >= 0 &&
           (cell->se == 0 || cell->df > 0);
}

struct shapley_cell shapley_cell_of(struct stats_interval log_ratio, int pairs)
{
    double df = pairs - 1;
    if (pairs < 2 || !isfinite(log_ratio.high - log_ratio.low))
        return (struct shapley_cell){log_ratio.estimate, NAN, NAN};
    double half = (log_ratio.high - log_ratio.low) / 2;
    return (struct shapley_cell){log_ratio.estimate, half / quantile(log_ratio.coverage, df), df};
}

/* ---- all coalitions -------------------------------------------------------------------------------- */

enum { SETS_MAX = 1 << SHAPLEY_EXACT_MAX };

struct weights {
    double of[SETS_MAX];
};

static int size_of(int set)
{
    return __builtin_popcount((unsigned)set);
}

/* a! b! / (a + b + 1)! */
static double order_share(int a, int b)
{
    double share = 1.0 / (a + b + 1);
    for (int i = 1; i <= a; i++)
        share *= (double)i / (b + i);
    return share;
}

static struct weights share_weights(int players, int player)
{
    struct weights w = {0};
    for (int set = 0; set < 1 << players; set++) {
        if (set >> player & 1)
            continue;
        double share = order_share(size_of(set), players - size_of(set) - 1);
        w.of[set | 1 << player] += share;
        w.of[set] -= share;
    }
    return w;
}

static struct weights pair_weights(int players, int a, int b)
{
    struct weights w = {0};
    int both = 1 << a | 1 << b;
    for (int set = 0; set < 1 << players; set++) {
        if (set & both)
            continue;
        double share = order_share(size_of(set), players - size_of(set) - 2);
        w.of[set | both] += share;
        w.of[set | 1 << a] -= share;
        w.of[set | 1 << b] -= share;
        w.of[set] += share;
    }
    return w;
}

/* v(plus) - v(minus). */
static struct weights difference(int plus, int minus)
{
    struct weights w = {0};
    w.of[plus] += 1;
    w.of[minus] -= 1;
    return w;
}

/* What a set is worth that another stands for goes to that other's cell before any square is taken: it
 * is one measurement, not two. Nobody is worth 0 whatever the cell says. */
static struct moments worth(const struct shapley_game *g, struct weights w)
{
    for (int set = 1; g->stands_for && set < 1 << g->players; set++)
        if (g->stands_for[set] != set) {
            w.of[g->stands_for[set]] += w.of[set];
            w.of[set] = 0;
        }
    w.of[0] = 0;
    return weighted(g->cells, w.of, 1 << g->players);
}

static bool is_game(const struct shapley_game *g)
{
    if (g->players < 1 || g->players > SHAPLEY_EXACT_MAX)
        return false;
    for (int set = 1; set < 1 << g->players; set++) {
        int other = g->stands_for ? g->stands_for[set] : set;
        if (other < 0 || other >= 1 << g->players)
            return false;
        if (other > 0 &&
            ((g->stands_for && g->stands_for[other] != other) || !is_usable(&g->cells[other])))
            return false;
    }
    return true;
}

/* Of equal ones the first in the order of the players. */
static int strongest_first(const void *a, const void *b)
{
    const struct shapley_pair *p = a, *q = b;
    double x = fabs(p->index.estimate), y = fabs(q->index.estimate);
    if (x != y)
        return x < y ? 1 : -1;
    return p->a != q->a ? p->a - q->a : p->b - q->b;
}

static void put_pairs(struct shapley_values *v, const struct shapley_game *g)
{
    for (int a = 0; a < g->players; a++)
        for (int b = a + 1; b < g->players; b++) {
            struct moments m = worth(g, pair_weights(g->players, a, b));
            v->pair[v->pairs++] = (struct shapley_pair){a, b, interval_of(&m, v->level)};
        }
    qsort(v->pair, (size_t)v->pairs, sizeof *v->pair, strongest_first);
}

struct shapley_values shapley_exact(const struct shapley_game *game, double level)
{
    struct shapley_values v = {.level = level};
    if (!is_game(game))
        return v;
    int all = (1 << game->players) - 1;
    v.players = game->players;
    struct moments m = worth(game, difference(all, 0));
    v.whole = interval_of(&m, level);
    for (int i = 0; i < v.players; i++) {
        m = worth(game, share_weights(v.players, i));
        put_share(&v, i, &m);
        m = worth(game, difference(1 << i, 0));
        v.alone[i] = interval_of(&m, level);
        m = worth(game, difference(all, all & ~(1 << i)));
        v.last[i] = interval_of(&m, level);
    }
    put_pairs(&v, game);
    return v;
}

/* ---- sampled orders -------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void sort_sets(struct shapley_plan *plan, int n)
{
    qsort(plan->sets, (size_t)n, sizeof *plan->sets, ascending);
    for (int i = 0; i < n; i++)
        if (i == 0 || plan->sets[i] != plan->sets[plan->count - 1])
            plan->sets[plan->count++] = plan->sets[i];
}

bool shapley_plan_make(struct shapley_plan *plan, int players, int permutations, uint64_t seed,
                       struct arena *a)
{
    *plan = (struct shapley_plan){0};
    if (players < 1 || players > SHAPLEY_PLAYERS_MAX || permutations < SHAPLEY_PERMUTATIONS_MIN ||
        permutations > SHAPLEY_PERMUTATIONS_MAX)
        return false;
    struct rng r = rng_seeded(seed);
    int n = 0;
    *plan = (struct shapley_plan){.players = players,
                                  .permutations = permutations,
                                  .order = ARENA_NEW(a, int, permutations *players),
                                  .sets = ARENA_NEW(a, uint32_t, permutations * players)};
    for (int p = 0; p < permutations; p++) {
        int *order = plan->order + (size_t)p * (size_t)players;
        uint32_t set = 0;
        for (int i = 0; i < players; i++)
            order[i] = i;
        rng_shuffle(&r, order, players);
        for (int i = 0; i < players; i++)
            plan->sets[n++] = set |= UINT32_C(1) << order[i];
    }
    sort_sets(plan, n);
    return true;
}

/* Index of the cell that counts for a set of the plan; -1: nobody's. */
static int cell_of(const struct shapley_plan *plan, const int *stands_for, uint32_t set)
{
    if (set == 0)
        return -1;
    const uint32_t *at = bsearch(&set, plan->sets, (size_t)plan->count, sizeof set, ascending);
    int i = (int)(at - plan->sets);
    return stands_for ? stands_for[i] : i;
}

static bool is_sample(const struct shapley_plan *plan, const struct shapley_cell *cells,
                      const int *stands_for)
{
    for (int i = 0; i < plan->count; i++) {
        int other = stands_for ? stands_for[i] : i;
        if (other < -1 || other >= plan->count)
            return false;
        if (other >= 0 && ((stands_for && stands_for[other] != other) || !is_usable(&cells[other])))
            return false;
    }
    return plan->players > 0;
}

/* The weights of one player's cells, and the variance between the orders' marginal values. */
static double sample_player(const struct shapley_plan *plan, const struct shapley_cell *cells,
                            const int *stands_for, int player, double *weight)
{
    double sum = 0, squares = 0, share = 1.0 / plan->permutations;
    memset(weight, 0, (size_t)plan->count * sizeof *weight);
    for (int p = 0; p < plan->permutations; p++) {
        const int *order = plan->order + (size_t)p * (size_t)plan->players;
        uint32_t before = 0;
        for (int i = 0; order[i] != player; i++)
            before |= UINT32_C(1) << order[i];
        int with = cell_of(plan, stands_for, before | UINT32_C(1) << player);
        int without = cell_of(plan, stands_for, before);
        double marginal =
            (with < 0 ? 0 : cells[with].value) - (without < 0 ? 0 : cells[without].value);
        double off = marginal - sum / (p ? p : 1);
        sum += marginal;
        squares += p ? off * (marginal - sum / (p + 1)) : 0; /* Welford */
        if (with >= 0)
            weight[with] += share;
        if (without >= 0)
            weight[without] -= share;
    }
    return squares / (plan->permutations - 1);
}

struct shapley_values shapley_sampled(const struct shapley_plan *plan,
                                      const struct shapley_cell *cells, const int *stands_for,
                                      double level)
{
    static const struct stats_interval unknown = {NAN, NAN, NAN, NAN};
    struct shapley_values v = {.level = level, .permutations = plan->permutations};
    if (!is_sample(plan, cells, stands_for))
        return (struct shapley_values){.level = level};
    struct arena scratch = {0};
    double *weight = ARENA_NEW(&scratch, double, plan->count);
    int all = cell_of(plan, stands_for, plan->sets[plan->count - 1]);
    v.players = plan->players;
    v.whole = (struct stats_interval){0, 0, 0, level};
    if (all >= 0) {
        weight[all] = 1;
        struct moments m = weighted(cells, weight, plan->count);
        v.whole = interval_of(&m, level);
    }
    for (int i = 0; i < v.players; i++) {
        double between = sample_player(plan, cells, stands_for, i, weight);
        struct moments m = weighted(cells, weight, plan->count);
        add_part(&m, 0, between / plan->permutations, plan->permutations - 1);
        put_share(&v, i, &m);
        v.alone[i] = v.last[i] = unknown;
    }
    arena_done(&scratch);
    return v;
}
