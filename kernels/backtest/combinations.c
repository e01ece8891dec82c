#include "kernels/backtest/combinations.h"

#include "harness/base/rng.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <string.h>

enum { STRIDE = 64 }; /* combinations a mark */

/* A search gives up after so many positions in a row that gave it nothing new, and when repetitions
 * would take more memory than so many a trial. */
enum { MISSES_MAX = 1000000, REPETITIONS_A_TRIAL = 8, REPETITIONS_MIN = 1024 };

static int params_of(const struct bt_combinations *c)
{
    return c->space.strategy->param_count;
}

/* ---- the values at a position ----------------------------------------------------------------- */

/* Divisions of 32 bits take a third of the time, and one follows the other. */
static void counted_small(const struct bt_combinations *c, uint32_t position, double *values)
{
    for (int i = params_of(c) - 1; i >= 0; i--) {
        uint32_t n = (uint32_t)c->space.axis[i].n, rest = position / n;
        values[i] = bt_axis_value(&c->space.axis[i], (long)(position - rest * n));
        position = rest;
    }
}

static void counted(const struct bt_combinations *c, int64_t position, double *values)
{
    if (c->size <= UINT32_MAX) {
        counted_small(c, (uint32_t)position, values);
        return;
    }
    for (int i = params_of(c) - 1; i >= 0; i--) {
        const struct bt_axis *axis = &c->space.axis[i];
        values[i] = bt_axis_value(axis, (long)(position % axis->n));
        position /= axis->n;
    }
}

/* At least 4 bits a half: with fewer, eight rounds do not reach all permutations evenly. */
static int half_bits(uint64_t size)
{
    int half = 4;
    while (half < 32 && (size - 1) >> (2 * half))
        half++;
    return half;
}

static int64_t permuted(const struct bt_combinations *c, int64_t position)
{
    uint64_t size = (uint64_t)c->size, at = (uint64_t)position;
    int half = half_bits(size);
    uint64_t mask = ((uint64_t)1 << half) - 1;
    do {
        uint64_t left = at >> half, right = at & mask;
        for (int round = 0; round < BT_FEISTEL_ROUNDS; round++) {
            uint64_t mixed = left ^ (rng_mix(right ^ c->keys[round]) & mask);
            left = right;
            right = mixed;
        }
        at = left << half | right;
    } while (at >= size);
    return (int64_t)at;
}

/* (hi / lo)^u for 0 <= u < 1, from square roots alone: the n-th binary digit of u stands for the
 * 2^n-th root. */
static double ratio_power(double lo, double hi, double u)
{
    double power = 1, root = sqrt(hi) / sqrt(lo);
    for (; u > 0; root = sqrt(root)) {
        u *= 2;
        if (u >= 1) {
            power *= root;
            u -= 1;
        }
    }
    return power;
}

static double between(double v, double lo, double hi)
{
    return fmin(fmax(v, lo), hi);
}

static double draw(const struct bt_axis *axis, bool whole, struct rng *r)
{
    double u;
    switch (axis->kind) {
    case BT_AXIS_UNIFORM:
        u = rng_unit(r);
        return between(axis->lo + u * (axis->hi - axis->lo), axis->lo, axis->hi);
    case BT_AXIS_LOG:
        u = axis->lo * ratio_power(axis->lo, axis->hi, rng_unit(r));
        return between(whole ? floor(u + 0.5) : u, axis->lo, axis->hi);
    default: return bt_axis_value(axis, (long)rng_below(r, (uint64_t)axis->n));
    }
}

static void drawn(const struct bt_combinations *c, int64_t position, double *values)
{
    struct rng r = rng_seeded(rng_mix(rng_mix(c->seed) + (uint64_t)position));
    for (int i = 0; i < params_of(c); i++)
        values[i] = draw(&c->space.axis[i], c->space.strategy->params[i].whole, &r);
}

static bool is_repeat(const struct bt_combinations *c, int64_t position)
{
    long lo = 0, hi = c->repeat_count;
    while (lo < hi) {
        long mid = lo + (hi - lo) / 2;
        if (c->repeats[mid] < position)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->repeat_count && c->repeats[lo] == position;
}

/* Writes the values at a position; does a combination stand there? */
static bool stands_at(const struct bt_combinations *c, int64_t position, double *values)
{
    switch (c->order) {
    case BT_ORDER_GRID: counted(c, position, values); break;
    case BT_ORDER_PERMUTED: counted(c, permuted(c, position), values); break;
    case BT_ORDER_DRAWN: drawn(c, position, values); break;
    }
    const struct bt_strategy *s = c->space.strategy;
    return (!s->valid || s->valid(values)) && !is_repeat(c, position);
}

/* ---- walking ---------------------------------------------------------------------------------- */

struct bt_walk bt_walk_from(const struct bt_combinations *c, long i)
{
    assert(i >= 0 && i <= c->count);
    struct bt_walk w = {.of = c, .next = i, .position = i};
    if (!c->marks || i == c->count)
        return w;
    double values[BT_PARAMS_MAX];
    w.next = i / STRIDE * STRIDE;
    w.position = c->marks[i / STRIDE];
    while (w.next < i)
        bt_walk_next(&w, values);
    return w;
}

bool bt_walk_next(struct bt_walk *w, double *values)
{
    if (w->next == w->of->count)
        return false;
    while (!stands_at(w->of, w->position++, values))
        assert(w->of->marks);
    w->next++;
    return true;
}

void bt_combination(const struct bt_combinations *c, long i, double *values)
{
    assert(i >= 0 && i < c->count);
    struct bt_walk w = bt_walk_from(c, i);
    bt_walk_next(&w, values);
}

struct found {
    long met;      /* combinations */
    int64_t end;   /* the position after the last of them */
    int64_t tried; /* the position after the last one looked at */
};

/* Steps over positions from 0 until `count` combinations were met, or too many positions in a row
 * gave none (not where all can be looked at). Notes every 64th when there is somewhere to. */
static struct found step_over(const struct bt_combinations *c, long count, int64_t *marks)
{
    double values[BT_PARAMS_MAX];
    struct found f = {0};
    int64_t positions = c->size ? c->size : INT64_MAX;
    int64_t misses_max = positions <= BT_COMBINATIONS_MAX ? positions : MISSES_MAX;
    for (; f.tried < positions && f.met < count && f.tried - f.end < misses_max; f.tried++) {
        if (!stands_at(c, f.tried, values))
            continue;
        if (marks && f.met % STRIDE == 0)
            marks[f.met / STRIDE] = f.tried;
        f.met++;
        f.end = f.tried + 1;
    }
    return f;
}

/* The notes of the c->count combinations before position `end`; none where nothing is passed over. */
static void note_marks(struct bt_combinations *c, int64_t end, struct arena *a)
{
    if (end == c->count)
        return;
    int64_t *marks = ARENA_NEW(a, int64_t, (c->count + STRIDE - 1) / STRIDE);
    step_over(c, c->count, marks);
    c->marks = marks;
}

/* ---- grid ------------------------------------------------------------------------------------- */

static bool none_valid(const struct bt_combinations *c, struct err *e)
{
    return err_input(e, "param: no combination of these values has %s", c->space.strategy->rule);
}

static const struct bt_param *drawn_param(const struct bt_space *space)
{
    for (int i = 0; i < space->strategy->param_count; i++)
        if (bt_axis_is_drawn(&space->axis[i]))
            return &space->strategy->params[i];
    return NULL;
}

static double size_as_double(const struct bt_space *space)
{
    double size = 1;
    for (int i = 0; i < space->strategy->param_count; i++)
        size *= (double)space->axis[i].n;
    return size;
}

bool bt_combinations_grid(const struct bt_space *space, struct arena *a,
                          struct bt_combinations *out, struct err *e)
{
    const struct bt_param *p = drawn_param(space);
    if (p)
        return err_input(e,
                         "param: %s: expected a list or a range with steps, found a %s range: give "
                         "a STEP or use search random",
                         p->name,
                         space->axis[p - space->strategy->params].kind == BT_AXIS_LOG
                             ? "logarithmic"
                             : "continuous");
    double size = size_as_double(space);
    if (size > BT_COMBINATIONS_MAX)
        return err_input(e, "param: %.0f combinations, expected at most %d", size,
                         BT_COMBINATIONS_MAX);
    *out = (struct bt_combinations){.space = *space, .size = bt_space_size(space)};
    struct found all = step_over(out, LONG_MAX, NULL);
    out->count = all.met;
    if (out->count == 0)
        return none_valid(out, e);
    note_marks(out, all.end, a);
    return true;
}

/* ---- random ----------------------------------------------------------------------------------- */

static bool too_few(long trials, long there_are, struct err *e)
{
    return err_input(e, "trials: expected at most %ld, the valid combinations there are, found %ld",
                     there_are, trials);
}

static bool gave_up(long trials, long found, int64_t tried, struct err *e)
{
    return err_input(e, "trials: %lld draws gave only %ld different valid combinations, not %ld",
                     (long long)tried, found, trials);
}

static bool permute(struct bt_combinations *c, long trials, struct arena *a, struct err *e)
{
    c->order = BT_ORDER_PERMUTED;
    for (int i = 0; i < BT_FEISTEL_ROUNDS; i++)
        c->keys[i] = rng_mix(rng_mix(c->seed) + (uint64_t)i + 1);
    struct found f = step_over(c, trials ? trials : LONG_MAX, NULL);
    c->count = f.met;
    if (f.met == 0 && f.tried == c->size)
        return none_valid(c, e);
    if (f.met < trials)
        return f.tried == c->size ? too_few(trials, f.met, e) : gave_up(trials, f.met, f.tried, e);
    note_marks(c, f.end, a);
    return true;
}

/* A set of fingerprints: two combinations that share one (chance 2^-64 a pair) count as the same,
 * which costs a draw and nothing else. */
struct seen {
    uint64_t *slot;
    uint64_t mask;
};

static struct seen seen_make(long n, struct arena *a)
{
    uint64_t slots = 16;
    while (slots < 2 * (uint64_t)n)
        slots *= 2;
    return (struct seen){ARENA_NEW(a, uint64_t, slots), slots - 1};
}

/* False when it is there already. */
static bool seen_add(struct seen *s, const double *values, int n)
{
    uint64_t print = 0;
    for (int i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        print = rng_mix(print + bits + 0x9e3779b97f4a7c15u);
    }
    print += print == 0; /* 0 is an empty slot */
    for (uint64_t at = print & s->mask;; at = (at + 1) & s->mask) {
        if (s->slot[at] == print)
            return false;
        if (s->slot[at] == 0) {
            s->slot[at] = print;
            return true;
        }
    }
}

/* Draws until there are `trials` or it is time to give up; repetitions gets the positions of those
 * that are there already. */
static struct found draw_all(const struct bt_combinations *c, long trials, struct seen seen,
                             struct text *repetitions)
{
    double values[BT_PARAMS_MAX];
    struct found f = {0};
    size_t most = sizeof(int64_t) * (REPETITIONS_A_TRIAL * (size_t)trials + REPETITIONS_MIN);
    for (; f.met < trials && f.tried - f.end < MISSES_MAX && repetitions->n < most; f.tried++) {
        if (!stands_at(c, f.tried, values))
            continue;
        if (seen_add(&seen, values, params_of(c))) {
            f.met++;
            f.end = f.tried + 1;
        } else {
            text_add(repetitions, (const char *)&f.tried, sizeof f.tried);
        }
    }
    return f;
}

static bool draw_trials(struct bt_combinations *c, long trials, struct arena *a, struct err *e)
{
    c->order = BT_ORDER_DRAWN;
    struct arena scratch = {.component = a->component};
    struct text repetitions = {0};
    struct found f = draw_all(c, trials, seen_make(trials, &scratch), &repetitions);
    c->count = f.met;
    arena_done(&scratch);
    if (c->count == trials && repetitions.n) {
        c->repeat_count = (long)(repetitions.n / sizeof(int64_t));
        c->repeats = memcpy(arena_alloc_raw(a, repetitions.n), repetitions.p, repetitions.n);
    }
    text_done(&repetitions);
    if (f.met < trials)
        return gave_up(trials, f.met, f.tried, e);
    note_marks(c, f.end, a);
    return true;
}

/* All valid combinations of a space that is small enough to count; LONG_MAX of others. */
static long valid_in(const struct bt_space *space)
{
    struct bt_combinations all = {.space = *space, .size = bt_space_size(space)};
    return all.size && all.size <= BT_COMBINATIONS_MAX ? step_over(&all, LONG_MAX, NULL).met
                                                       : LONG_MAX;
}

bool bt_combinations_random(const struct bt_space *space, long trials, uint64_t seed,
                            struct arena *a, struct bt_combinations *out, struct err *e)
{
    *out = (struct bt_combinations){.space = *space, .seed = seed, .size = bt_space_size(space)};
    if (trials < 0 || trials > BT_COMBINATIONS_MAX)
        return err_input(e, "trials: expected a whole number from 1 to %d, found %ld",
                         BT_COMBINATIONS_MAX, trials);
    if (trials == 0 && (out->size == 0 || out->size > BT_COMBINATIONS_MAX))
        return err_input(e, "trials: expected a number of trials, the space is too large for all");
    if (out->size && (trials == 0 || !drawn_param(space)))
        return permute(out, trials, a, e);
    out->size = 0;
    long there_are = valid_in(space);
    if (there_are == 0)
        return none_valid(out, e);
    return trials > there_are ? too_few(trials, there_are, e) : draw_trials(out, trials, a, e);
}
