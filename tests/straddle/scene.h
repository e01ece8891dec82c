/* A straddle and the prices that it is valued by, for tests.
 *
 *     struct scene s;
 *     scene_init(&s, "2024-01", "2024-02", "2024-01-30", "2024-02-02", 1);   // months, anchors, hedges
 *     scene_add(&s, "2024-01-30", 40, 50, 0);                              // day, vol, hedge, hedge1
 *     const struct valuation *v = scene_run(&s, 1);
 */
#ifndef CUPEL_TESTS_SCENE_H
#define CUPEL_TESTS_SCENE_H

#include "harness/base/rng.h"
#include "kernels/straddle/valuation.h"

enum { SCENE_DAYS = 200, SCENE_SERIES = 1 + TICKERS_HEDGES_MAX };

struct scene_series { /* volatility, then hedges */
    int32_t day[SCENE_DAYS];
    double value[SCENE_DAYS];
    long n;
};

struct scene {
    struct straddle straddle;
    const char *entry_anchor, *expiry_anchor; /* "2024-01-30"; NULL: none */
    int32_t entry_day, expiry_day;            /* instead, where they are not 0 */
    enum amt_model model;
    int hedge_count;
    struct scene_series series[SCENE_SERIES];
    struct valuation out;
};

int32_t scene_day(const char *date);
void scene_init(struct scene *s, const char *entry, const char *expiry, const char *entry_anchor,
                const char *expiry_anchor, int hedge_count);

/* NAN: nothing on that day. Rising days. */
void scene_add(struct scene *s, const char *date, double vol, double hedge, double hedge1);
void scene_add_day(struct scene *s, int32_t day, double vol, double hedge, double hedge1);

/* One to four hedges, two or three months, gaps, now and then a price that is not positive. */
void scene_random(struct scene *s, struct rng *r);

/* Returns &s->out, which begins as garbage. */
const struct valuation *scene_run(struct scene *s, int lanes);

void scene_near(double a, double b, double bound);
void scene_same(const struct valuation *a, const struct valuation *b); /* byte for byte */

#endif
