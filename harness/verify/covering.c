#include "harness/verify/covering.h"

#include "harness/base/rng.h"

#include <assert.h>
#include <string.h>

enum { CANDIDATES = 12 };

/* Some factors, and where the marks of their combinations of levels begin. */
struct group {
    int factor[COVERING_STRENGTH_MAX];
    long first;
};

struct making {
    const struct covering_rules *rules;
    struct group *groups;
    long group_count, combinations, left;
    bool *open; /* by combination: to be covered yet */
    struct rng rng;
};

/* ---- combinations ----------------------------------------------------------------------------- */

static long combinations_of(const struct making *m, const struct group *g)
{
    long n = 1;
    for (int i = 0; i < m->rules->strength; i++)
        n *= m->rules->levels[g->factor[i]];
    return n;
}

/* The combination that a row has in the group's factors; -1 while one of them is open. */
static long combination_in(const struct making *m, const struct group *g, const int *row)
{
    long index = 0;
    for (int i = 0; i < m->rules->strength; i++) {
        int level = row[g->factor[i]];
        if (level == COVERING_OPEN)
            return -1;
        index = index * m->rules->levels[g->factor[i]] + level;
    }
    return g->first + index;
}

static void put_combination(const struct making *m, const struct group *g, long index, int *row)
{
    index -= g->first;
    for (int i = m->rules->strength - 1; i >= 0; i--) {
        int levels = m->rules->levels[g->factor[i]];
        row[g->factor[i]] = (int)(index % levels);
        index /= levels;
    }
}

static void clear_row(const struct making *m, int *row)
{
    for (int f = 0; f < m->rules->factors; f++)
        row[f] = COVERING_OPEN;
}

static bool is_possible(const struct making *m, const int *row)
{
    return !m->rules->possible || m->rules->possible(m->rules->context, row);
}

/* The next choice of so many out of the factors, ascending; false after the last. */
static bool next_choice(int *factor, int strength, int factors)
{
    int i = strength - 1;
    while (i >= 0 && factor[i] == factors - strength + i)
        i--;
    if (i < 0)
        return false;
    factor[i]++;
    for (int k = i + 1; k < strength; k++)
        factor[k] = factor[k - 1] + 1;
    return true;
}

static void list_groups(struct making *m, struct arena *a)
{
    int strength = m->rules->strength, factors = m->rules->factors;
    struct group g = {.first = 0};
    long n = 1;
    for (int i = 0; i < strength; i++)
        n = n * (factors - i) / (i + 1);
    m->groups = ARENA_NEW_RAW(a, struct group, n);
    for (int i = 0; i < strength; i++)
        g.factor[i] = i;
    do {
        g.first = m->combinations;
        m->groups[m->group_count++] = g;
        m->combinations += combinations_of(m, &g);
    } while (next_choice(g.factor, strength, factors));
}

/* Marks what is to be covered; returns how many combinations cannot be. */
static long open_all(struct making *m, struct arena *a)
{
    int row[COVERING_FACTORS_MAX];
    m->open = ARENA_NEW(a, bool, m->combinations);
    for (long k = 0; k < m->group_count; k++) {
        const struct group *g = &m->groups[k];
        for (long i = g->first, n = combinations_of(m, g); i < g->first + n; i++) {
            clear_row(m, row);
            put_combination(m, g, i, row);
            m->open[i] = is_possible(m, row);
            m->left += m->open[i];
        }
    }
    return m->combinations - m->left;
}

/* ---- rows ------------------------------------------------------------------------------------- */

/* How many open combinations of the row hold this factor (-1: any). */
static long newly_covered(const struct making *m, const int *row, int factor)
{
    long n = 0;
    for (long k = 0; k < m->group_count; k++) {
        const struct group *g = &m->groups[k];
        bool holds = factor < 0;
        for (int i = 0; i < m->rules->strength; i++)
            holds = holds || g->factor[i] == factor;
        long index = holds ? combination_in(m, g, row) : -1;
        n += index >= 0 && m->open[index];
    }
    return n;
}

/* The level that covers most; of equals one by lot. Some level is possible, as the row was. */
static void choose_level(struct making *m, int factor, int *row)
{
    int best = COVERING_OPEN;
    long most = -1, equals = 0;
    for (int level = 0; level < m->rules->levels[factor]; level++) {
        row[factor] = level;
        if (!is_possible(m, row))
            continue;
        long n = newly_covered(m, row, factor);
        equals = n > most ? 1 : equals + (n == most);
        if (n > most || (n == most && rng_below(&m->rng, (uint64_t)equals) == 0)) {
            most = n;
            best = level;
        }
    }
    assert(best != COVERING_OPEN);
    row[factor] = best;
}

/* An open combination by lot. */
static void begin_row(struct making *m, int *row)
{
    long skip = (long)rng_below(&m->rng, (uint64_t)m->left), k = 0, index = 0;
    while (!m->open[index] || skip-- > 0)
        index++;
    while (k + 1 < m->group_count && m->groups[k + 1].first <= index)
        k++;
    clear_row(m, row);
    put_combination(m, &m->groups[k], index, row);
}

static void make_row(struct making *m, int *row)
{
    int order[COVERING_FACTORS_MAX];
    for (int f = 0; f < m->rules->factors; f++)
        order[f] = f;
    rng_shuffle(&m->rng, order, m->rules->factors);
    begin_row(m, row);
    for (int i = 0; i < m->rules->factors; i++)
        if (row[order[i]] == COVERING_OPEN)
            choose_level(m, order[i], row);
}

static void cover(struct making *m, const int *row)
{
    for (long k = 0; k < m->group_count; k++) {
        long index = combination_in(m, &m->groups[k], row);
        m->left -= m->open[index];
        m->open[index] = false;
    }
}

void covering_make(const struct covering_rules *rules, struct arena *a, struct covering *out)
{
    struct making m = {.rules = rules, .rng = rng_seeded(rules->seed)};
    size_t row_bytes = (size_t)rules->factors * sizeof(int);
    assert(rules->strength >= 1 && rules->strength <= COVERING_STRENGTH_MAX);
    assert(rules->factors >= rules->strength && rules->factors <= COVERING_FACTORS_MAX);
    list_groups(&m, a);
    *out = (struct covering){.factors = rules->factors, .combinations = m.combinations};
    out->impossible = open_all(&m, a);
    long room = 0;
    while (m.left > 0) {
        int row[COVERING_FACTORS_MAX], best[COVERING_FACTORS_MAX] = {0};
        long most = 0;
        for (int c = 0; c < CANDIDATES; c++) {
            make_row(&m, row);
            long n = newly_covered(&m, row, -1);
            if (n > most) {
                most = n;
                memcpy(best, row, row_bytes);
            }
        }
        cover(&m, best);
        if (out->rows == room) {
            int *wider = ARENA_NEW_RAW(a, int, (room = 2 * room + 16) * rules->factors);
            if (out->rows)
                memcpy(wider, out->level, (size_t)out->rows * row_bytes);
            out->level = wider;
        }
        memcpy(out->level + out->rows++ * rules->factors, best, row_bytes);
    }
}
