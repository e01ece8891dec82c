/* What the kernels of W1 and W3 cost a bar-backtest on a real bundle (prices, words, accounting), and what
 * a whole step of such a run costs beside them: the cost of a result. `make bench-accounting`; not a test.
 *
 *     bench_workloads BUNDLE
 *
 * CPU time of this thread; the machine's other tenants slow some rounds, so the minimum stands beside the
 * median. cold: with price tables made anew; at hand: with those of the round before.
 */
#include "kernels/backtest/run.h"

#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/events.h"
#include "kernels/backtest/numerics/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 41, GROUP = 256 };

static const struct workload {
    const char *name, *symbols, *strategy, *params[2];
} workloads[] = {
    {"W1", "AAPL",      "sma-cross",     {"fast=2:99", "slow=3:100"}              },
    {"W3", "longest:8", "rsi-bollinger", {"rsi=10,14,20,25,30", "std=1.5,2,2.5,3"}},
};

/* ---- times ------------------------------------------------------------------------------------ */

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

static void sort(double ns[ROUNDS])
{
    qsort(ns, ROUNDS, sizeof ns[0], by_value);
}

static void print_line(const struct workload *w, const char *what, double ns[ROUNDS], double per,
                       const char *unit)
{
    sort(ns);
    printf("%s  %-34s %9.4f %9.4f ns a %s\n", w->name, what, ns[0] / per, ns[ROUNDS / 2] / per,
           unit);
}

/* ---- kernels ---------------------------------------------------------------------------------- */

struct series {
    const int64_t *close;
    long n;
    int64_t largest;
    struct price_tables tables;
};

struct bench {
    const struct workload *workload;
    struct bt_settings settings;
    struct bt_run *run; /* for its plan and bars */
    struct series *series;
    int series_count, n;
    const double **values; /* [n] */
    struct arena arena;
    double bars, sink; /* bars: of all series */
};

static void make_tables(struct bench *b, struct series *s)
{
    const struct bt_plan *plan = &b->run->plan;
    struct account_rules rules = {1e5, plan->fee, BUNDLE_TICKS_PER_UNIT, plan->fill.delay};
    price_tables_make(&rules, s->close, s->close, s->n, plan->cpu, &b->arena, &s->tables);
}

/* Words and accounting of all combinations, as the layer `events` has them. */
static void account(struct bench *b, const struct series *s)
{
    const struct bt_positions *positions = b->run->plan.strategy->positions;
    unsigned cpu = b->run->plan.cpu;
    const struct bt_series closes = {.v = s->close, .n = s->n, .largest = s->largest};
    events_account_fn *take = events_account_for(cpu);
    struct events *events = ARENA_NEW_RAW(&b->arena, struct events, b->n);
    uint64_t *v = ARENA_NEW_RAW(&b->arena, uint64_t, GROUP * WORDS_TILE);
    void *maker = positions->begin(b->values, b->n, &closes, cpu, &b->arena);
    for (int k = 0; k < b->n; k++)
        events[k] = events_begin();
    for (long word = 0; word < words_of(s->n); word += WORDS_TILE) {
        long left = words_of(s->n) - word;
        int words = (int)(left < WORDS_TILE ? left : WORDS_TILE);
        positions->tile(maker, word, words);
        for (int lo = 0; lo < b->n; lo += GROUP) {
            int n = b->n - lo < GROUP ? b->n - lo : GROUP;
            positions->fill(maker, lo, n, v);
            for (int k = 0; k < n; k++) {
                uint64_t *position = v + (long)k * WORDS_TILE;
                if (left <= WORDS_TILE)
                    words_end_after(position, words, s->n - word * WORDS_BARS, false);
                take(&s->tables, &events[lo + k], position, word, words);
            }
        }
    }
    for (int k = 0; k < b->n; k++)
        b->sink += events[k].growth + events[k].worst;
}

static void measure_kernels(struct bench *b)
{
    double cold[ROUNDS], at_hand[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
        double times[2] = {0};
        for (int i = 0; i < 2; i++)
            for (int s = 0; s < b->series_count; s++) {
                struct arena_mark mark = arena_mark(&b->arena);
                make_tables(b, &b->series[s]);
                double begin = now_ns();
                if (i == 0) {
                    arena_release(&b->arena, mark);
                    make_tables(b, &b->series[s]);
                }
                account(b, &b->series[s]);
                times[i] += now_ns() - begin;
                arena_release(&b->arena, mark);
            }
        if (round >= 0) {
            cold[round] = times[0];
            at_hand[round] = times[1];
        }
    }
    double per = b->bars * b->n;
    print_line(b->workload, "words and events, tables at hand", at_hand, per, "bar-backtest");
    print_line(b->workload, "words and events, cold", cold, per, "bar-backtest");
    b->sink = cold[0];
}

/* ---- a step ----------------------------------------------------------------------------------- */

static bool measure_step(struct bench *b, struct err *e)
{
    double step[ROUNDS], rest[ROUNDS];
    const uint64_t all = ((uint64_t)1 << BT_SWITCHES) - 1;
    for (int round = -1; round < ROUNDS; round++) {
        struct bt_run *run = bt_run_open(&b->settings, all, (struct bt_run_target){0}, e);
        if (!run)
            return false;
        double begin = now_ns();
        bool ok = bt_run_step(run, 0, bt_plan_backtests(&run->plan), e) && bt_run_finish(run, e);
        if (round >= 0)
            step[round] = now_ns() - begin;
        bt_run_close(run);
        if (!ok)
            return false;
    }
    for (int round = 0; round < ROUNDS; round++)
        rest[round] = step[round] - b->sink;
    print_line(b->workload, "a whole step", step, b->bars * b->n, "bar-backtest");
    print_line(b->workload, "a whole step less words and events", rest,
               (double)b->n * b->series_count, "result");
    return true;
}

/* ---- data ------------------------------------------------------------------------------------- */

static void take_series(struct bench *b, const struct bar_row *rows, long total, uint32_t id)
{
    struct series *s = &b->series[b->series_count++];
    int64_t *close = ARENA_NEW_RAW(&b->arena, int64_t, total);
    for (long i = 0; i < total; i++)
        if (rows[i].asset == id) {
            close[s->n++] = rows[i].close;
            s->largest = rows[i].close > s->largest ? rows[i].close : s->largest;
        }
    s->close = close;
    b->bars += (double)s->n;
}

static bool load(struct bench *b, struct err *e)
{
    struct bundle_asset *assets;
    int count;
    long total;
    const struct bt_plan *plan = &b->run->plan;
    struct bundle *bundle = bundle_open(b->settings.bundle, e);
    if (!bundle)
        return false;
    bool ok = bundle_assets(bundle, &b->arena, &assets, &count, e);
    const struct bar_row *rows = bundle_rows(bundle, &total);
    b->series = ARENA_NEW(&b->arena, struct series, plan->symbol_count);
    for (int i = 0; ok && i < count; i++)
        for (int s = 0; s < plan->symbol_count; s++)
            if (strcmp(assets[i].symbol, plan->symbols[s]) == 0)
                take_series(b, rows, total, assets[i].id);
    bundle_close(bundle);
    return ok;
}

static void list_values(struct bench *b)
{
    b->n = (int)bt_plan_backtests(&b->run->plan);
    b->values = ARENA_NEW(&b->arena, const double *, b->n);
    for (int k = 0; k < b->n; k++) {
        struct bt_item *item = ARENA_NEW(&b->arena, struct bt_item, 1);
        bt_plan_item(&b->run->plan, k, item);
        b->values[k] = item->values;
    }
}

static bool run_workload(const struct workload *w, const char *bundle, struct err *e)
{
    struct bench b = {.workload = w, .arena = {.huge = true}};
    const char *params[2] = {w->params[0], w->params[1]};
    opt_defaults(bt_options, &b.settings, &b.arena);
    b.settings.bundle = bundle;
    b.settings.symbols = w->symbols;
    b.settings.strategy = w->strategy;
    b.settings.param = (struct opt_texts){params, 2};
    b.run = bt_run_open(&b.settings, 0, (struct bt_run_target){0}, e);
    bool ok = b.run && load(&b, e);
    if (ok) {
        list_values(&b);
        measure_kernels(&b);
        ok = measure_step(&b, e);
    }
    bt_run_close(b.run);
    arena_done(&b.arena);
    return ok;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    if (argc != 2) {
        fprintf(stderr, "usage: bench_workloads BUNDLE\n");
        return 2;
    }
    printf("minimum and median of %d rounds\n", ROUNDS);
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
        if (!run_workload(&workloads[i], argv[1], &e)) {
            fprintf(stderr, "bench_workloads: %s\n", e.text);
            return 2;
        }
    return 0;
}
