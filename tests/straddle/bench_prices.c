/* What a look-up of prices costs in each store: one at a time, and in batches of one trip. Not a test: it
 * prints, and decides nothing.
 *
 *     make bench-prices [TICKERS=4646] [DAYS=1800]
 *
 * Files and queries are made of a seed. A query is 60 days of a series: of any, or of 64 that stand side by
 * side, as those of a few assets do. All stores must give the same sum. CPU time of this thread; stores
 * and batches take turns; printed is the most that a round reached. fresh: singly, right after the opening, when
 * blocks check what they are asked for.
 */
#include "harness/base/rng.h"
#include "kernels/straddle/prices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 5, QUERIES = 4096, NAME = 24, FIRST_DAY = 10000, RANGE = 60, FEW = 64 };

static const int batches[] = {1, 16, 256, 4096};
enum { BATCHES = sizeof batches / sizeof *batches };

static struct {
    int series, days;
    char (*names)[NAME];
    struct prices_query queries[QUERIES];
    struct prices_span spans[QUERIES];
    double sum; /* of all rows read */
} bench;

/* Queries that take a while are asked less often. */
static const int asked[PRICES_KIND_COUNT][BATCHES] = {
    [PRICES_SQLITE] = {QUERIES, QUERIES, QUERIES, QUERIES},
    [PRICES_BLOCKS] = {QUERIES, QUERIES, QUERIES, QUERIES},
    [PRICES_PARQUET] = {32,      64,      512,     QUERIES},
};

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void stop(const struct err *e)
{
    fprintf(stderr, "bench_prices: %s\n", e->text);
    exit(2);
}

/* ---- files ------------------------------------------------------------------------------------ */

static void fill(struct prices_writer *w)
{
    struct rng r = rng_seeded(1);
    struct err e;
    for (int s = 0; s < bench.series; s++)
        for (int d = 0; d < bench.days; d++)
            if (!prices_writer_add(w, bench.names[s], "PX_LAST", FIRST_DAY + d,
                                   50 + 10 * rng_normal(&r), &e))
                stop(&e);
}

static bool make(enum prices_kind kind, const char *path)
{
    struct prices_facts facts;
    struct err e;
    struct prices_writer *w = prices_writer_open(kind, path, &e);
    if (!w)
        stop(&e);
    fill(w);
    double start = seconds(CLOCK_MONOTONIC);
    if (!prices_writer_commit(w, &facts, &e)) {
        printf("%-8s left out: %s\n", prices_kind_words[kind], e.text);
        return false;
    }
    printf("%-8s %6.1f MB, written in %.2f s\n", prices_kind_words[kind], (double)facts.bytes / 1e6,
           seconds(CLOCK_MONOTONIC) - start);
    return true;
}

static void make_queries(int series)
{
    struct rng r = rng_seeded(2);
    bench.sum = 0;
    for (int i = 0; i < QUERIES; i++) {
        int32_t from = FIRST_DAY + (int32_t)rng_below(&r, (uint64_t)bench.days - RANGE);
        bench.queries[i] = (struct prices_query){bench.names[rng_below(&r, (uint64_t)series)],
                                                 "PX_LAST", from, from + RANGE - 1};
    }
}

/* ---- times ------------------------------------------------------------------------------------ */

/* Seconds a query. */
static double read_in_batches(struct prices *p, int n, int batch)
{
    static struct arena a = {.component = MEM_TABLES};
    struct err e;
    double start = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < n; i += batch) {
        int many = batch < n - i ? batch : n - i;
        if (!prices_read(p, bench.queries + i, many, &a, bench.spans, &e))
            stop(&e);
        arena_reset(&a);
    }
    return (seconds(CLOCK_THREAD_CPUTIME_ID) - start) / n;
}

/* Of all rows of all queries. */
static double sum_of(struct prices *p)
{
    static struct arena a = {.component = MEM_TABLES};
    struct err e;
    double sum = 0;
    if (!prices_read(p, bench.queries, QUERIES, &a, bench.spans, &e))
        stop(&e);
    for (int i = 0; i < QUERIES; i++)
        for (long k = 0; k < bench.spans[i].n; k++)
            sum += bench.spans[i].value[k];
    arena_reset(&a);
    return sum;
}

static double open_and_close(const char *path)
{
    struct err e;
    double start = seconds(CLOCK_THREAD_CPUTIME_ID);
    struct prices *p = prices_open(path, &e);
    if (!p)
        stop(&e);
    double taken = seconds(CLOCK_THREAD_CPUTIME_ID) - start;
    prices_close(p);
    return taken;
}

struct times {
    double open, fresh, of[BATCHES];
};

static void keep_least(double *least, double x)
{
    if (*least == 0 || x < *least)
        *least = x;
}

static void one_round(enum prices_kind kind, const char *path, struct times *t)
{
    struct err e;
    keep_least(&t->open, open_and_close(path));
    struct prices *p = prices_open(path, &e);
    if (!p)
        stop(&e);
    keep_least(&t->fresh, read_in_batches(p, asked[kind][0], 1));
    for (int b = 0; b < BATCHES; b++)
        keep_least(&t->of[b], read_in_batches(p, asked[kind][b], batches[b]));
    double sum = sum_of(p);
    if (bench.sum == 0)
        bench.sum = sum;
    if (sum != bench.sum)
        printf("%s: other rows!\n", prices_kind_words[kind]);
    prices_close(p);
}

static void print_times(const struct times t[PRICES_KIND_COUNT],
                        const bool there[PRICES_KIND_COUNT])
{
    printf("queries/s %12s", "fresh");
    for (int b = 0; b < BATCHES; b++)
        printf("   in batches of %-5d", batches[b]);
    printf("    open\n");
    for (int kind = 0; kind < PRICES_KIND_COUNT; kind++) {
        if (!there[kind])
            continue;
        printf("%-8s %13.0f", prices_kind_words[kind], 1 / t[kind].fresh);
        for (int b = 0; b < BATCHES; b++)
            printf(" %12.0f (%5.1fx)", 1 / t[kind].of[b], t[kind].of[0] / t[kind].of[b]);
        printf("  %.3f ms\n", t[kind].open * 1e3);
    }
    printf("as ratios to SQLite, one at a time:\n");
    for (int kind = 0; kind < PRICES_KIND_COUNT; kind++) {
        if (!there[kind])
            continue;
        printf("%-8s %12s ", prices_kind_words[kind], "");
        for (int b = 0; b < BATCHES; b++)
            printf(" %19.4gx", t[PRICES_SQLITE].of[0] / t[kind].of[b]);
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    bool there[PRICES_KIND_COUNT];
    char path[PRICES_KIND_COUNT][1200];
    if (argc < 2) {
        fprintf(stderr, "usage: bench_prices FOLDER [SERIES [DAYS]]\n");
        return 2;
    }
    bench.series = argc > 2 ? atoi(argv[2]) : 4646;
    bench.days = argc > 3 ? atoi(argv[3]) : 1800;
    bench.names = calloc((size_t)bench.series, sizeof *bench.names);
    for (int s = 0; s < bench.series; s++)
        snprintf(bench.names[s], NAME, "T%05d Comdty", s);
    printf("%d series of %d days; a query: %d days\n", bench.series, bench.days, RANGE);
    for (int kind = 0; kind < PRICES_KIND_COUNT; kind++) {
        snprintf(path[kind], sizeof path[kind], "%s/prices.%s", argv[1], prices_kind_words[kind]);
        there[kind] = make((enum prices_kind)kind, path[kind]);
    }
    for (int few = 0; few < 2; few++) {
        struct times times[PRICES_KIND_COUNT] = {0};
        make_queries(few && bench.series > FEW ? FEW : bench.series);
        for (int round = 0; round < ROUNDS; round++)
            for (int kind = 0; kind < PRICES_KIND_COUNT; kind++)
                if (there[kind])
                    one_round((enum prices_kind)kind, path[kind], &times[kind]);
        printf("\n%s\n", few ? "of 64 series" : "of all series");
        print_times(times, there);
    }
    free(bench.names);
    return 0;
}
