#include "tests/straddle/scene.h"

#include "kernels/store/dates.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

int32_t scene_day(const char *date)
{
    int64_t seconds = 0;
    assert_true(date_parse(str_of(date), &seconds));
    return (int32_t)(seconds / DATE_DAY_SECONDS);
}

static int32_t month_of(const char *text)
{
    int year = 0, month = 0;
    assert_int_equal(sscanf(text, "%d-%d", &year, &month), 2);
    return straddle_month(year, month);
}

void scene_init(struct scene *s, const char *entry, const char *expiry, const char *entry_anchor,
                const char *expiry_anchor, int hedge_count)
{
    *s = (struct scene){.hedge_count = hedge_count, .model = AMT_ES};
    s->straddle = (struct straddle){.entry = month_of(entry),
                                    .expiry = month_of(expiry),
                                    .n = STRADDLE_EMPTY,
                                    .code = STRADDLE_OVERRIDE};
    s->entry_anchor = entry_anchor;
    s->expiry_anchor = expiry_anchor;
}

static void add_value(struct scene_series *s, int32_t day, double value)
{
    assert_true(s->n < SCENE_DAYS);
    if (isnan(value))
        return;
    s->day[s->n] = day;
    s->value[s->n++] = value;
}

void scene_add_day(struct scene *s, int32_t day, double vol, double hedge, double hedge1)
{
    const double value[] = {vol, hedge, hedge1};
    for (int k = 0; k < 3 && k <= s->hedge_count; k++)
        add_value(&s->series[k], day, value[k]);
}

void scene_add(struct scene *s, const char *date, double vol, double hedge, double hedge1)
{
    scene_add_day(s, scene_day(date), vol, hedge, hedge1);
}

static void random_series(struct scene *s, struct rng *r, int32_t from, int32_t to)
{
    double gaps = rng_below(r, 4) ? 0.03 : 0.4, negative = rng_below(r, 4) ? 0 : 0.05;
    for (int k = 0; k <= s->hedge_count; k++) {
        double x = k ? 10 + 90 * rng_unit(r) : 15 + 60 * rng_unit(r);
        for (int32_t day = from; day <= to; day++) {
            x *= 1 + 0.02 * rng_normal(r);
            if (date_weekday(day) < 5 && rng_unit(r) >= gaps)
                add_value(&s->series[k], day, rng_unit(r) < negative ? -x : x);
        }
    }
}

void scene_random(struct scene *s, struct rng *r)
{
    scene_init(s, "2001-01", "2001-01", NULL, NULL, 1 + (int)rng_below(r, TICKERS_HEDGES_MAX));
    s->straddle.entry += (int32_t)rng_below(r, 300);
    s->straddle.expiry = s->straddle.entry + 1 + (int32_t)rng_below(r, 2);
    s->straddle.offset = (int16_t)(5 * rng_below(r, 4));
    s->straddle.code = (uint8_t)(STRADDLE_FRIDAY + rng_below(r, 5));
    s->straddle.n = (int16_t)(1 + rng_below(r, s->straddle.code == STRADDLE_BUSINESS_DAY ? 20 : 5));
    int32_t from, to, first, middle;
    valuation_days(&s->straddle, &from, &to);
    valuation_days(&(struct straddle){.entry = s->straddle.expiry, .expiry = s->straddle.expiry},
                   &first, &middle);
    s->entry_day = from + (int32_t)rng_below(r, 28);
    s->expiry_day = first + (int32_t)rng_below(r, 28);
    random_series(s, r, from, to);
}

static bool anchor(const struct scene *s, int32_t month, const char *date, int32_t day,
                   int32_t *out)
{
    *out = date ? scene_day(date) : day;
    if (s->straddle.code != STRADDLE_OVERRIDE)
        return valuation_anchor(&s->straddle, month, "QQ Comdty", NULL, out);
    return date || day;
}

const struct valuation *scene_run(struct scene *s, int lanes)
{
    struct valuation_input in = {
        .straddle = &s->straddle, .model = s->model, .hedge_count = s->hedge_count};
    struct prices_span span[SCENE_SERIES];
    for (int k = 0; k < SCENE_SERIES; k++)
        span[k] = (struct prices_span){s->series[k].day, s->series[k].value, s->series[k].n};
    in.vol = span[0];
    memcpy(in.hedges, span + 1, sizeof in.hedges);
    in.has_entry_anchor =
        anchor(s, s->straddle.entry, s->entry_anchor, s->entry_day, &in.entry_anchor);
    in.has_expiry_anchor =
        anchor(s, s->straddle.expiry, s->expiry_anchor, s->expiry_day, &in.expiry_anchor);
    memset(&s->out, 0xa5, sizeof s->out);
    valuation_run(&in, lanes, &s->out);
    return &s->out;
}

void scene_near(double a, double b, double bound)
{
    if (!(fabs(a - b) <= bound))
        fail_msg("%.17g, expected %.17g", a, b);
}

void scene_same(const struct valuation *a, const struct valuation *b)
{
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->entry, b->entry);
    assert_int_equal(a->expiry, b->expiry);
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->not_valued, b->not_valued);
    assert_memory_equal(a->gaps, b->gaps, sizeof a->gaps);
    assert_memory_equal(a->strike, b->strike, sizeof a->strike);
    assert_true(a->strike_vol == b->strike_vol);
    if (a->n > 0)
        assert_memory_equal(a->rows, b->rows, (size_t)a->n * sizeof *a->rows);
}
