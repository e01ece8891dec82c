/* What accounting costs a bar of a backtest, by how often positions change: dense (AVX2 and plain) and
 * events, and dense against its roofline. `make bench-accounting`; not a test: timings vary by machine.
 *
 * Variants run by turns, round after round; the machine's other tenants slow some rounds, so the
 * minimum stands beside the median, and the roofline, which nothing but the core's pipes bounds, tells what
 * the core could do meanwhile. CPU time of this thread. Tables are made before, the first lines say for
 * how long.
 */
#include "harness/base/rng.h"
#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/dense.h"
#include "kernels/backtest/numerics/events.h"
#include "kernels/backtest/numerics/cross.h"
#include "kernels/backtest/numerics/metrics.h"
#include "kernels/backtest/numerics/words.h"
#include "tests/backtest/roofline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BARS = 6289, COMBINATIONS = 256, TILE = WORDS_TILE, ROUNDS = 51 };

struct bench {
    struct arena arena;
    struct price_tables events_tables;
    struct dense_tables dense_tables;
    uint64_t *position; /* [tile][COMBINATIONS][TILE] */
    double sink;        /* keeps what was computed */
};

/* ---- what is measured ------------------------------------------------------------------------- */

static const uint64_t *tile_of(const struct bench *b, long word)
{
    return b->position + word * COMBINATIONS;
}

static int words_at(long word)
{
    long left = words_of(BARS - 1) - word;
    return (int)(left < TILE ? left : TILE);
}

static void run_events(struct bench *b, unsigned cpu)
{
    struct events e[COMBINATIONS];
    events_account_fn *account = events_account_for(cpu);
    for (int k = 0; k < COMBINATIONS; k++)
        e[k] = events_begin();
    for (long word = 0; word < words_of(BARS - 1); word += TILE)
        for (int k = 0; k < COMBINATIONS; k++)
            account(&b->events_tables, &e[k], tile_of(b, word) + (long)k * TILE, word,
                    words_at(word));
    for (int k = 0; k < COMBINATIONS; k++)
        b->sink += e[k].growth + e[k].worst;
}

static void run_dense(struct bench *b, unsigned cpu)
{
    struct dense d[COMBINATIONS / DENSE_LANES];
    dense_account_fn *account = dense_account_for(cpu);
    for (int k = 0; k < COMBINATIONS / DENSE_LANES; k++)
        d[k] = dense_begin();
    for (long word = 0; word < words_of(BARS - 1); word += TILE)
        for (int k = 0; k < COMBINATIONS / DENSE_LANES; k++)
            account(&b->dense_tables, &d[k], tile_of(b, word) + (long)k * DENSE_LANES * TILE, TILE,
                    word, words_at(word));
    for (int k = 0; k < COMBINATIONS / DENSE_LANES; k++)
        b->sink += d[k].growth[0] + d[k].worst[1] + d[k].sum[2] + d[k].squares[3];
}

static void run_roofline(struct bench *b, unsigned cpu)
{
    (void)cpu;
    b->sink += roofline_dense((long)BARS * COMBINATIONS / DENSE_LANES);
}

static const struct variant {
    const char *name;
    void (*run)(struct bench *b, unsigned cpu);
    unsigned cpu; /* that it needs */
} variants[] = {
    {"dense avx2",  run_dense,    CPU_AVX2},
    {"dense plain", run_dense,    0       },
    {"events avx2", run_events,   CPU_AVX2},
    {"roofline",    run_roofline, CPU_AVX2},
};
enum { VARIANTS = sizeof variants / sizeof *variants, ROOFLINE = VARIANTS - 1 };

/* ---- tables ----------------------------------------------------------------------------------- */

static const struct account_rules rules = {100000, 0.001, 1e6, 1};

/* What a series costs before the first combination, beside one backtest of the base. */
static void run_dense_tables(struct bench *b, const int64_t *close)
{
    dense_tables_make(&rules, close, close, BARS, &b->arena, &b->dense_tables);
}

static void run_events_tables(struct bench *b, const int64_t *close)
{
    price_tables_make(&rules, close, close, BARS, CPU_AVX2, &b->arena, &b->events_tables);
}

static void run_base(struct bench *b, const int64_t *close)
{
    static double equity[BARS], returns[BARS];
    static int8_t signal[BARS];
    struct account_tally tally;
    for (long t = 0; t < BARS; t++)
        signal[t] = t % 160 < 80 ? BT_ENTER : BT_EXIT;
    account_long_flat(&rules, signal, close, close, BARS, equity, NULL, &tally);
    metric_returns(equity, BARS, returns);
    b->sink += metric_sharpe(returns, BARS, 252) + metric_max_drawdown(equity, BARS);
}

static const struct {
    const char *name;
    void (*run)(struct bench *b, const int64_t *close);
} before[] = {
    {"tables of dense",     run_dense_tables },
    {"tables of events",    run_events_tables},
    {"accounting, plainly", run_base         },
};
enum { BEFORE = sizeof before / sizeof *before };

/* ---- data ------------------------------------------------------------------------------------- */

/* Days of a stock: steps of 2 % either way. */
static void make_prices(struct rng *r, int64_t *price)
{
    double log_price = 0;
    for (long t = 0; t < BARS; t++) {
        log_price += ((double)rng_below(r, 2000001) - 1e6) * 3.5e-8;
        price[t] = (int64_t)(50e6 * exp(log_price));
    }
}

/* The position changes at `percent` of the bars. */
static void make_positions(struct rng *r, double percent, uint64_t *position)
{
    const uint64_t limit = (uint64_t)(percent * 1e4);
    for (int k = 0; k < COMBINATIONS; k++) {
        uint64_t last = 0;
        for (long w = 0; w < words_of(BARS - 1); w++) {
            uint64_t word = 0;
            for (int i = 0; i < WORDS_BARS; i++) {
                last ^= rng_below(r, 1000000) < limit;
                word |= last << i;
            }
            if (w == words_of(BARS - 1) - 1)
                words_end_after(&word, 1, (BARS - 1) % WORDS_BARS, false);
            position[w / TILE * TILE * COMBINATIONS + (long)k * TILE + w % TILE] = word;
        }
    }
}

/* ---- measuring -------------------------------------------------------------------------------- */

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ns per bar-backtest, [variant][round], ascending. */
static void measure(struct bench *b, unsigned cpu, double ns[VARIANTS][ROUNDS])
{
    for (int round = -1; round < ROUNDS; round++) /* the first one warms up */
        for (int v = 0; v < VARIANTS; v++) {
            double begin = now_ns();
            if ((variants[v].cpu & ~cpu) == 0)
                variants[v].run(b, variants[v].cpu);
            if (round >= 0)
                ns[v][round] = (now_ns() - begin) / ((double)BARS * COMBINATIONS);
        }
    for (int v = 0; v < VARIANTS; v++)
        qsort(ns[v], ROUNDS, sizeof ns[v][0], by_value);
}

static void print_before(struct bench *b, const int64_t *close)
{
    double ns[BEFORE][ROUNDS];
    for (int round = -1; round < ROUNDS; round++)
        for (int k = 0; k < BEFORE; k++) {
            struct arena_mark mark = arena_mark(&b->arena);
            double begin = now_ns();
            before[k].run(b, close);
            if (round >= 0)
                ns[k][round] = (now_ns() - begin) / BARS;
            arena_release(&b->arena, mark);
        }
    for (int k = 0; k < BEFORE; k++) {
        qsort(ns[k], ROUNDS, sizeof ns[k][0], by_value);
        printf("%-20s %6.2f %6.2f ns a bar\n", before[k].name, ns[k][0], ns[k][ROUNDS / 2]);
    }
}

static void print_row(double percent, double ns[VARIANTS][ROUNDS])
{
    printf("%8.0f %%", percent);
    for (int v = 0; v < VARIANTS; v++)
        printf("  %6.3f %6.3f", ns[v][0], ns[v][ROUNDS / 2]);
    printf("  %5.1f %%  %6.2f\n", 100 * ns[ROOFLINE][0] / ns[0][0], ns[2][0] / ns[0][0]);
}

int main(void)
{
    static const double turnovers[] = {0, 1, 2, 4, 6, 8, 9, 10, 12, 16, 25, 50, 100};
    struct bench b = {0};
    struct rng r = rng_seeded(1);
    struct err e = {0};
    unsigned cpu;
    double ns[VARIANTS][ROUNDS];
    int64_t *close = ARENA_NEW_RAW(&b.arena, int64_t, BARS);
    if (!cpu_sets("", &cpu, &e))
        return 2;
    make_prices(&r, close);
    print_before(&b, close);
    run_dense_tables(&b, close);
    run_events_tables(&b, close);
    b.position = ARENA_NEW(&b.arena, uint64_t, (words_of(BARS) + TILE) * COMBINATIONS);
    printf("ns a bar-backtest, minimum and median of %d rounds\n%10s", ROUNDS, "turnover");
    for (int v = 0; v < VARIANTS; v++)
        printf("  %-13s", variants[v].name);
    printf("  %7s  %6s\n", "of roof", "events/dense");
    for (size_t i = 0; i < sizeof turnovers / sizeof *turnovers; i++) {
        make_positions(&r, turnovers[i], b.position);
        measure(&b, cpu, ns);
        print_row(turnovers[i], ns);
    }
    fprintf(stderr, "(%g)\n", b.sink);
    arena_done(&b.arena);
    return 0;
}
