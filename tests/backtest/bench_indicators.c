/* What an indicator costs, ns a bar of one window: alone, and as one of 16 windows of a series; with
 * instruction sets and without; the plain functions of the base; and TA-Lib where it is, in turn in the
 * same run. Not a test: it prints, and decides nothing.
 *
 *     make bench-indicators [TALIB=/path/to/libta_lib.so] [ROUNDS=200]
 *
 * Everything that an indicator needs is made anew each time: also what the windows of a series share
 * (numerics/columns.h). Outputs are in memory that was touched before. Times are of this thread's CPU;
 * contenders take turns within a round; printed are the least and the median of the rounds. TA-Lib has
 * no way to share, so that both of its columns would be the same.
 */
#include "harness/base/rng.h"
#include "kernels/backtest/numerics/bands.h"
#include "kernels/backtest/numerics/columns.h"
#include "kernels/numerics/cpu.h"
#include "kernels/backtest/numerics/ema.h"
#include "kernels/backtest/numerics/rsi.h"
#include "kernels/backtest/numerics/sma.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BARS = 6289, WINDOWS = 16, ROUNDS_MAX = 10000, CALLS = 8 };

static struct {
    int64_t x[BARS], largest;
    double real[BARS]; /* the same prices, in dollars: what TA-Lib gets */
    int64_t whole[WINDOWS][2][BARS];
    double out[WINDOWS][3][BARS];
    struct arena arena;
} data;

static void make_prices(void)
{
    struct rng r = rng_seeded(1);
    double p = 100e6;
    for (int i = 0; i < BARS; i++) {
        p *= 1 + 0.018 * rng_normal(&r);
        p = p < 20e6 ? 20e6 : p > 400e6 ? 400e6 : p;
        data.x[i] = (int64_t)p;
        data.real[i] = (double)data.x[i] / 1e6;
        data.largest = data.x[i] > data.largest ? data.x[i] : data.largest;
    }
}

/* ---- TA-Lib ----------------------------------------------------------------------------------- */

typedef int talib_fn(int, int, const double *, int, int *, int *, double *);
typedef int talib_bands_fn(int, int, const double *, int, double, double, int, int *, int *,
                           double *, double *, double *);

static struct {
    talib_fn *sma, *ema, *rsi;
    talib_bands_fn *bands;
    const char *why_not;
} talib;

static void *symbol(void *library, const char *name)
{
    void *found = library ? dlsym(library, name) : NULL;
    if (!found && !talib.why_not)
        talib.why_not = dlerror();
    return found;
}

/* A pointer to a function from one to data: POSIX has it so, ISO C does not. */
#define TAKE(member, name)                                                                         \
    do {                                                                                           \
        void *found = symbol(library, name);                                                       \
        memcpy(&talib.member, &found, sizeof found);                                               \
    } while (0)

static bool find_talib(const char *path)
{
    void *library = dlopen(path && *path ? path : "libta_lib.so.0", RTLD_NOW);
    talib_fn *none = NULL;
    int (*initialize)(void) = NULL;
    if (!library)
        talib.why_not = dlerror();
    TAKE(sma, "TA_SMA");
    TAKE(ema, "TA_EMA");
    TAKE(rsi, "TA_RSI");
    TAKE(bands, "TA_BBANDS");
    void *found = symbol(library, "TA_Initialize");
    memcpy(&initialize, &found, sizeof found);
    return talib.sma != none && talib.bands && talib.ema && talib.rsi && initialize &&
           initialize() == 0;
}

/* ---- contenders ------------------------------------------------------------------------------- */

enum kind { SMA, EMA, BANDS, CHANGES, WILDER, KINDS };

static const struct {
    const char *name, *peer;
    long window;
    columns_fn *fast;
} kinds[KINDS] = {
    [SMA] = {"sma",           "SMA",    20, columns_sma    },
    [EMA] = {"ema",           "EMA",    20, columns_ema    },
    [BANDS] = {"bands",         "BBANDS", 20, columns_bands  },
    [CHANGES] = {"rsi, Cutler's", "RSI",    14, columns_changes},
    [WILDER] = {"rsi, Wilder's", "RSI",    14, columns_wilder },
};

static void run_columns(enum kind kind, int count, unsigned cpu)
{
    struct column_ask asks[WINDOWS];
    arena_reset(&data.arena);
    struct columns c = columns_of(data.x, BARS, data.largest, cpu, &data.arena);
    for (int k = 0; k < count; k++)
        asks[k] = (struct column_ask){
            .window = count == 1 ? kinds[kind].window : 5 * (k + 1),
            .whole = {data.whole[k][0], data.whole[k][1]},
            .real = data.out[k][0]
        };
    kinds[kind].fast(&c, asks, count);
}

static unsigned cpu_here;

static void run_alone(enum kind kind)
{
    run_columns(kind, 1, cpu_here);
}

static void run_many(enum kind kind)
{
    run_columns(kind, WINDOWS, cpu_here);
}

static void run_alone_plain(enum kind kind)
{
    run_columns(kind, 1, 0);
}

static void run_many_plain(enum kind kind)
{
    run_columns(kind, WINDOWS, 0);
}

static void run_base(enum kind kind)
{
    long window = kinds[kind].window;
    int64_t *whole = data.whole[0][0];
    double *out = data.out[0][0];
    switch (kind) {
    case SMA: sma_sums(data.x, BARS, window, whole); break;
    case EMA: ema_averages(data.x, BARS, window, out); break;
    case BANDS: bands_roots(data.x, BARS, window, whole, out); break;
    case CHANGES: rsi_sums(data.x, BARS, window, whole, data.whole[0][1]); break;
    default: rsi_wilder(data.x, BARS, window, out); break;
    }
}

static void run_talib(enum kind kind)
{
    int begin, n, window = (int)kinds[kind].window;
    double *out = data.out[0][0];
    switch (kind) {
    case SMA: talib.sma(0, BARS - 1, data.real, window, &begin, &n, out); break;
    case EMA: talib.ema(0, BARS - 1, data.real, window, &begin, &n, out); break;
    case BANDS:
        talib.bands(0, BARS - 1, data.real, window, 2, 2, 0, &begin, &n, out, data.out[0][1],
                    data.out[0][2]);
        break;
    default: talib.rsi(0, BARS - 1, data.real, window, &begin, &n, out); break;
    }
}

static const struct {
    const char *name;
    void (*run)(enum kind kind);
    int windows;
} contenders[] = {
    {"TA-Lib",   run_talib,       1      },
    {"base",     run_base,        1      },
    {"plain",    run_alone_plain, 1      },
    {"plain/16", run_many_plain,  WINDOWS},
    {"here",     run_alone,       1      },
    {"here/16",  run_many,        WINDOWS},
};
enum { CONTENDERS = sizeof contenders / sizeof *contenders };

/* ---- measuring -------------------------------------------------------------------------------- */

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double ns_a_bar(int contender, enum kind kind)
{
    double before = now_ns();
    for (int i = 0; i < CALLS; i++)
        contenders[contender].run(kind);
    return (now_ns() - before) / CALLS / BARS / contenders[contender].windows;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double samples[KINDS][CONTENDERS][ROUNDS_MAX];

static void measure(int rounds, bool peer)
{
    for (int r = 0; r < rounds; r++)
        for (int kind = 0; kind < KINDS; kind++)
            for (int c = peer ? 0 : 1; c < CONTENDERS; c++)
                samples[kind][c][r] = ns_a_bar(c, (enum kind)kind);
    for (int kind = 0; kind < KINDS; kind++)
        for (int c = 0; c < CONTENDERS; c++)
            qsort(samples[kind][c], (size_t)rounds, sizeof(double), ascending);
}

static void print_table(const char *what, int at, bool peer)
{
    printf("%s, ns a bar and window\n%-16s", what, "");
    for (int c = 0; c < CONTENDERS; c++)
        printf("%10s", contenders[c].name);
    printf("%16s\n", peer ? "TA-Lib / ours" : "");
    for (int kind = 0; kind < KINDS; kind++) {
        printf("%-16s", kinds[kind].name);
        for (int c = 0; c < CONTENDERS; c++)
            if (c == 0 && !peer)
                printf("%10s", "-");
            else
                printf("%10.2f", samples[kind][c][at]);
        const double *theirs = samples[kind][0], *ours = samples[kind][CONTENDERS - 2];
        const double *many = samples[kind][CONTENDERS - 1];
        if (peer)
            printf("%8.2f %7.2f", theirs[at] / ours[at], theirs[at] / many[at]);
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    struct err e = {0};
    int rounds = argc > 2 ? atoi(argv[2]) : 200;
    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "rounds: expected 1..%d\n", ROUNDS_MAX);
        return 2;
    }
    const char *off = getenv("CUPEL_DISABLE_SIMD");
    if (!cpu_sets(off ? off : "", &cpu_here, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 2;
    }
    bool peer = find_talib(argc > 1 ? argv[1] : NULL);
    make_prices();
    for (int kind = 0; kind < KINDS; kind++) /* touches all memory */
        run_many((enum kind)kind);
    measure(rounds, peer);
    printf("%d bars, %d rounds; here: %s\n", BARS, rounds, cpu_here & CPU_AVX2 ? "AVX2" : "plain");
    if (!peer)
        printf("TA-Lib: not measured (%s)\n", talib.why_not ? talib.why_not : "no answer");
    print_table("least", 0, peer);
    print_table("median", rounds / 2, peer);
    arena_done(&data.arena);
    return 0;
}
