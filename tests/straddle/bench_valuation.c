/* What a straddle costs to value, by one lane and by four, in turns:
 *
 *     bench_valuation [ROUNDS] [LANES]    LANES: only that many, for valgrind --tool=callgrind
 *
 * The straddles of one schedule (N0, N5, F10, F15 to the third Friday) over eight years, with prices of
 * every weekday; everything is in the cache. */
#include "harness/base/rng.h"
#include "kernels/store/dates.h"
#include "kernels/straddle/valuation.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STRADDLES = 4 * 96, DAYS = 365 * 9 };

struct bench {
    struct straddle straddles[STRADDLES];
    struct valuation_input inputs[STRADDLES];
    int32_t day[DAYS];
    double price[DAYS], vol[DAYS];
    int days;
    struct valuation out;
};

static void make_prices(struct bench *b)
{
    struct rng r = rng_seeded(1);
    double price = 73.4, vol = 35;
    int32_t first = (int32_t)date_to_days((struct date){2015, 1, 1});
    for (int32_t day = first; day < first + DAYS; day++) {
        if (date_weekday(day) > 4)
            continue;
        price *= 1 + 0.02 * rng_normal(&r);
        vol *= 1 + 0.01 * rng_normal(&r);
        b->day[b->days] = day;
        b->price[b->days] = price;
        b->vol[b->days++] = vol;
    }
}

static struct prices_span span_of(const struct bench *b, const double *value, int32_t from,
                                  int32_t to)
{
    int begin = 0, end = b->days;
    while (b->day[begin] < from)
        begin++;
    while (b->day[end - 1] > to)
        end--;
    return (struct prices_span){b->day + begin, value + begin, end - begin};
}

static void make_straddle(struct bench *b, int i)
{
    static const struct {
        int months, offset;
    } entries[] = {
        {1, 0 },
        {1, 5 },
        {2, 10},
        {2, 15}
    };
    struct straddle *s = &b->straddles[i];
    int32_t expiry = straddle_month(2015, 3) + i / 4, from, to;
    *s = (struct straddle){.entry = expiry - entries[i % 4].months,
                           .expiry = expiry,
                           .offset = (int16_t)entries[i % 4].offset,
                           .n = 3,
                           .code = STRADDLE_FRIDAY};
    valuation_days(s, &from, &to);
    struct valuation_input *in = &b->inputs[i];
    *in = (struct valuation_input){.straddle = s, .model = AMT_ES, .hedge_count = 1};
    in->vol = span_of(b, b->vol, from, to);
    in->hedges[0] = span_of(b, b->price, from, to);
    in->has_entry_anchor = valuation_anchor(s, s->entry, "", NULL, &in->entry_anchor);
    in->has_expiry_anchor = valuation_anchor(s, s->expiry, "", NULL, &in->expiry_anchor);
}

/* Nanoseconds a straddle. */
static double time_all(struct bench *b, int lanes, long *rows)
{
    struct timespec start, end;
    *rows = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < STRADDLES; i++) {
        valuation_run(&b->inputs[i], lanes, &b->out);
        *rows += b->out.n;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) /
           STRADDLES;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, compare);
    return x[n / 2];
}

int main(int argc, char **argv)
{
    static struct bench b;
    enum { MOST = 10000 };
    static double ns[2][MOST], ratio[MOST];
    int rounds = argc > 1 ? atoi(argv[1]) : 400, only = argc > 2 ? atoi(argv[2]) : 0;
    unsigned sets = 0;
    struct err e = {0};
    long rows = 0;
    if (rounds < 1 || rounds > MOST || !cpu_sets("", &sets, &e))
        return 2;
    make_prices(&b);
    for (int i = 0; i < STRADDLES; i++)
        make_straddle(&b, i);
    for (int i = 0; i < rounds; i++)
        for (int k = 0; k < 2; k++) {
            int side = (i + k) % 2, lanes = side ? valuation_lanes(sets) : 1;
            if (only == 0 || only == lanes)
                ns[side][i] = time_all(&b, lanes, &rows);
        }
    for (int i = 0; i < rounds; i++)
        ratio[i] = ns[1][i] / ns[0][i];
    double per = (double)rows / STRADDLES;
    printf("%d straddles, %.2f rows each\n", STRADDLES, per);
    printf("1 lane   %7.1f ns a straddle  %6.2f ns a row\n", median(ns[0], rounds),
           median(ns[0], rounds) / per);
    printf("%d lanes  %7.1f ns a straddle  %6.2f ns a row\n", valuation_lanes(sets),
           median(ns[1], rounds), median(ns[1], rounds) / per);
    if (only == 0)
        printf("ratio    %.4f\n", median(ratio, rounds));
    return 0;
}
