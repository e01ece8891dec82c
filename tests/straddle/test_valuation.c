/* A straddle's days and values, against examples computed by hand. */
#include "kernels/straddle/valuation.h"

#include "harness/base/rng.h"
#include "kernels/store/dates.h"
#include "kernels/store/fields.h"

#include "tests/straddle/scene.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

/* ---- days -------------------------------------------------------------------------------------- */

static void anchors_are_the_days_of_the_calendar(void **state)
{
    (void)state;
    static const struct {
        enum straddle_code code;
        int n, year, month;
        const char *day; /* NULL: none */
    } rows[] = {
        {STRADDLE_FRIDAY,            3,              2024, 1,  "2024-01-19"},
        {STRADDLE_FRIDAY,            1,              2024, 3,  "2024-03-01"},
        {STRADDLE_FRIDAY,            5,              2024, 3,  "2024-03-29"},
        {STRADDLE_FRIDAY,            5,              2024, 1,  NULL        },
        {STRADDLE_THURSDAY,          4,              2024, 2,  "2024-02-22"},
        {STRADDLE_THURSDAY,          5,              2024, 2,  "2024-02-29"},
        {STRADDLE_THURSDAY,          5,              2023, 2,  NULL        },
        {STRADDLE_WEDNESDAY,         3,              2024, 12, "2024-12-18"},
        {STRADDLE_WEDNESDAY,         2,              2025, 1,  "2025-01-08"},
        {STRADDLE_BUSINESS_DAY,      1,              2024, 6,  "2024-06-03"},
        {STRADDLE_BUSINESS_DAY,      1,              2024, 5,  "2024-05-01"},
        {STRADDLE_BUSINESS_DAY,      3,              2024, 5,  "2024-05-03"},
        {STRADDLE_BUSINESS_DAY,      4,              2024, 5,  "2024-05-06"},
        {STRADDLE_BUSINESS_DAY,      23,             2024, 5,  "2024-05-31"},
        {STRADDLE_BUSINESS_DAY,      24,             2024, 5,  NULL        },
        {STRADDLE_BUSINESS_DAY,      20,             2024, 6,  "2024-06-28"},
        {STRADDLE_BUSINESS_DAY,      21,             2024, 6,  NULL        },
        {STRADDLE_BUSINESS_DAY,      5,              2024, 9,  "2024-09-06"},
        {STRADDLE_FRIDAY,            0,              2024, 1,  NULL        },
        {STRADDLE_FRIDAY,            STRADDLE_EMPTY, 2024, 1,  NULL        },
        {STRADDLE_LAST_BUSINESS_DAY, 1,              2024, 1,  NULL        },
        {STRADDLE_NONE,              1,              2024, 1,  NULL        },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct straddle s = {.code = (uint8_t)rows[i].code, .n = (int16_t)rows[i].n};
        int32_t day = 0, month = straddle_month(rows[i].year, rows[i].month);
        bool found = valuation_anchor(&s, month, "QQ Comdty", NULL, &day);
        assert_int_equal(found, rows[i].day != NULL);
        if (found)
            assert_int_equal(day, scene_day(rows[i].day));
    }
    struct straddle friday = {.code = STRADDLE_FRIDAY, .n = 1};
    int32_t day;
    assert_false(valuation_anchor(&friday, STRADDLE_EMPTY, "QQ Comdty", NULL, &day));
}

static void an_override_is_that_of_the_asset_and_month(void **state)
{
    (void)state;
    struct err e = {0};
    struct overrides *o = overrides_parse(
        str_of("ticker,expiry\nQQ Comdty,2024-06-14\nQQ Comdty,2024-07-12\n"), "test", &e);
    assert_ok(o != NULL, &e);
    struct straddle s = {.code = STRADDLE_OVERRIDE, .n = STRADDLE_EMPTY};
    int32_t day = 0;
    assert_true(valuation_anchor(&s, straddle_month(2024, 6), "QQ Comdty", o, &day));
    assert_int_equal(day, scene_day("2024-06-14"));
    assert_false(valuation_anchor(&s, straddle_month(2024, 8), "QQ Comdty", o, &day));
    assert_false(valuation_anchor(&s, straddle_month(2024, 6), "RR Comdty", o, &day));
    assert_false(valuation_anchor(&s, straddle_month(2024, 6), "QQ Comdty", NULL, &day));
    overrides_free(o);
}

static void days_are_those_of_whole_months(void **state)
{
    (void)state;
    int32_t from, to;
    struct straddle s = {.entry = straddle_month(2023, 12), .expiry = straddle_month(2024, 2)};
    valuation_days(&s, &from, &to);
    assert_int_equal(from, scene_day("2023-12-01"));
    assert_int_equal(to, scene_day("2024-02-29"));
    s.entry = STRADDLE_EMPTY;
    valuation_days(&s, &from, &to);
    assert_true(from > to);
}

/* What holds for the rows of every straddle. */
static void check_rows(const struct valuation *v)
{
    double opnl = 0, scale = 1;
    for (int i = 0; i < v->n; i++) {
        const struct valuation_row *r = &v->rows[i];
        assert_true(r->day >= v->entry && r->day <= v->expiry);
        assert_true(i == 0 || r->day > r[-1].day);
        assert_true(r->pnl == r->opnl + r->hpnl && !(r->hpnl == 0 && signbit(r->hpnl)));
        assert_true(r->mv > -1e-12 && fabs(r->delta) <= 1);
        opnl += r->opnl;
        scale += r->mv;
    }
    if (v->n == 0)
        return;
    const struct valuation_row *first = &v->rows[0], *last = &v->rows[v->n - 1];
    assert_true(first->opnl == 0 && first->hpnl == 0 && first->pnl == 0);
    scene_near(opnl, last->mv - first->mv, 1e-15 * scale);
    if (last->day == v->expiry) {
        double off = last->hedge[0] - v->strike[0];
        assert_true(last->mv == fabs(off) / v->strike[0]);
        assert_true(last->delta == (off > 0) - (off < 0));
    }
    assert_int_equal(v->n + v->not_valued, v->expiry - v->entry + 1);
}

/* ---- by hand ----------------------------------------------------------------------------------- */

/* Strike 50, from 2024-01-30 to 2024-02-02; no price on the 31st, which takes that of the 30th:
 *
 *     day  S   vol  t      tv            d1             mv
 *     30   50  40   3/365  0.0362638731  0.0181319366   2 (N(d1) - N(-d1))
 *     31   50  40   2/365  0.0296093284  0.0148046642
 *     1    52  38   1/365  0.0198901091  1.9818152463   (52 2 N(d1) - 50 2 N(d2) + 50 - 52) / 50
 *     2    49  39   0                                   |49 - 50| / 50
 *
 * hpnl of the 1st: -0.0118 (52 - 50) / 50; of the 2nd: -0.9525 (49 - 52) / 50. By mpmath, 40 digits. */
static void four_days_by_hand(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, "2024-01", "2024-02", "2024-01-30", "2024-02-02", 1);
    scene_add(&s, "2024-01-30", 40, 50, 0);
    scene_add(&s, "2024-02-01", 38, 52, 0);
    scene_add(&s, "2024-02-02", 39, 49, 0);
    static const struct {
        const char *day;
        int action;
        double vol, hedge, mv, delta, opnl, hpnl, pnl;
    } rows[] = {
        {"2024-01-30", VALUATION_ENTRY,  40, 50, 0.028932799104179791, 0.014466399552089895, 0,                     0,
         0                                                                                                                                                         },
        {"2024-01-31", VALUATION_HOLD,   40, 50, 0.023623963013438371, 0.011811981506719185,
         -0.0053088360907414197,                                                                                    0,                       -0.0053088360907414197},
        {"2024-02-01", VALUATION_HOLD,   38, 52, 0.040371281413385919, 0.95250007751039694,
         0.016747318399947548,                                                                                      -0.00047247926026876742, 0.016274839139678781  },
        {"2024-02-02", VALUATION_EXPIRY, 39, 49, 0.02,                 -1,                   -0.020371281413385919,
         0.057150004650623816,                                                                                                               0.036778723237237897  },
    };
    const struct valuation *v = scene_run(&s, 1);
    assert_int_equal(v->state, VALUATION_VALUED);
    assert_int_equal(v->entry, scene_day("2024-01-30"));
    assert_int_equal(v->expiry, scene_day("2024-02-02"));
    assert_true(v->strike_vol == 40 && v->strike[0] == 50);
    assert_int_equal(v->n, 4);
    assert_int_equal(v->not_valued, 0);
    for (int i = 0; i < 4; i++) {
        const struct valuation_row *r = &v->rows[i];
        assert_int_equal(r->day, scene_day(rows[i].day));
        assert_int_equal(r->action, rows[i].action);
        assert_int_equal(r->hedge_count, 1);
        assert_true(r->vol == rows[i].vol && r->hedge[0] == rows[i].hedge);
        assert_true(r->hedge[1] == 0 && r->hedge[2] == 0 && r->hedge[3] == 0);
        scene_near(r->mv, rows[i].mv, 1e-15);
        scene_near(r->delta, rows[i].delta, 1e-15);
        scene_near(r->opnl, rows[i].opnl, 1e-15);
        scene_near(r->hpnl, rows[i].hpnl, 1e-15);
        scene_near(r->pnl, rows[i].pnl, 1e-15);
    }
}

/* CL settled at -37.63 on 2020-04-20, a Monday: no row; what comes after it refers to the Sunday. The
 * other prices are made up. */
static void a_negative_price_is_passed_over(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, "2020-03", "2020-04", "2020-03-31", "2020-04-22", 1);
    scene_add(&s, "2020-03-31", 90, 20, 0);
    scene_add(&s, "2020-04-17", 95, 18.5, 0);
    scene_add(&s, "2020-04-20", 95, -37.63, 0);
    scene_add(&s, "2020-04-21", 99, 10, 0);
    scene_add(&s, "2020-04-22", 99, 14, 0);
    const struct valuation *v = scene_run(&s, 1);
    assert_int_equal(v->state, VALUATION_VALUED);
    assert_int_equal(v->n, 22);
    assert_int_equal(v->not_valued, 1);
    assert_int_equal(v->gaps[0], scene_day("2020-04-20"));
    const struct valuation_row *sunday = &v->rows[19], *tuesday = &v->rows[20],
                               *last = &v->rows[21];
    assert_int_equal(sunday->day, scene_day("2020-04-19"));
    assert_int_equal(tuesday->day, scene_day("2020-04-21"));
    assert_true(sunday->hedge[0] == 18.5);
    assert_true(tuesday->opnl == tuesday->mv - sunday->mv);
    scene_near(tuesday->hpnl, -sunday->delta * (10 - 18.5) / 20, 1e-15);
    scene_near(last->mv, (20 - 14) / 20.0, 1e-15);
    assert_true(last->delta == -1 && last->action == VALUATION_EXPIRY);
}

/* Series `name` of FILE (columns date, NAMES, VALUES), the months of s alone. */
static void read_series(const char *file, const char *const columns[3], const char *name,
                        const struct scene *s, struct scene_series *out)
{
    struct err e = {0};
    struct str row[3];
    int32_t from, to;
    valuation_days(&s->straddle, &from, &to);
    struct fields *f = fields_open(test_data_file(file), columns, 3, &e);
    assert_ok(f != NULL, &e);
    while (fields_next(f, row, &e) == FIELDS_ROW) {
        int64_t seconds;
        double value;
        if (!str_is(row[1], name) || !date_parse(row[0], &seconds) ||
            !str_to_double(row[2], &value))
            continue;
        int32_t day = (int32_t)(seconds / DATE_DAY_SECONDS);
        if (day >= from && day <= to) {
            out->day[out->n] = day;
            out->value[out->n++] = value;
        }
    }
    fields_close(f);
}

/* The same with real settlements, and OVX as the volatility. */
static void the_real_negative_price_is_passed_over(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, "2020-03", "2020-04", "2020-03-17", "2020-04-22", 1);
    read_series("vol_rates_daily.csv", (const char *const[]){"date", "series", "value"}, "OVX", &s,
                &s.series[0]);
    read_series("commodities_daily.csv", (const char *const[]){"date", "symbol", "settle"}, "CL",
                &s, &s.series[1]);
    const struct valuation *v = scene_run(&s, 1);
    check_rows(v);
    assert_int_equal(v->n, 36);
    assert_int_equal(v->not_valued, 1);
    assert_int_equal(v->gaps[0], scene_day("2020-04-20"));
    assert_int_equal(v->rows[35].day, scene_day("2020-04-22"));
}

/* Expiring on that very day: the straddle ends with the day before. */
static void a_negative_price_at_expiry_leaves_no_last_row(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, "2020-03", "2020-04", "2020-03-31", "2020-04-20", 1);
    scene_add(&s, "2020-03-31", 90, 20, 0);
    scene_add(&s, "2020-04-20", 95, -37.63, 0);
    const struct valuation *v = scene_run(&s, 1);
    assert_int_equal(v->expiry, scene_day("2020-04-20"));
    assert_int_equal(v->n, 20);
    assert_int_equal(v->rows[19].day, scene_day("2020-04-19"));
    assert_int_equal(v->not_valued, 1);
}

static void a_negative_strike_values_no_day(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, "2020-04", "2020-05", "2020-04-20", "2020-05-01", 1);
    scene_add(&s, "2020-04-20", 95, -37.63, 0);
    scene_add(&s, "2020-04-21", 99, 10, 0);
    scene_add(&s, "2020-05-01", 99, 19.78, 0);
    const struct valuation *v = scene_run(&s, 1);
    assert_int_equal(v->state, VALUATION_NO_VALUE);
    assert_int_equal(v->n, 0);
    assert_int_equal(v->not_valued, 12);
    assert_int_equal(v->gaps[7], scene_day("2020-04-27"));
    assert_true(v->strike[0] == -37.63);
}

/* ---- entry and expiry -------------------------------------------------------------------------- */

/* Prices on some days; when the straddle begins and ends. */
struct rule_row {
    const char *why, *entry_anchor, *expiry_anchor;
    int offset;
    const char *good[6];
    const char *entry, *expiry; /* NULL: no good day */
};

static void entry_and_expiry_are_good_days(void **state)
{
    (void)state;
    static const struct rule_row rows[] = {
        {"on the anchors",
         "2024-01-10",                                                  "2024-02-14",
         0,                                                                              {"2024-01-10", "2024-02-14"},
         "2024-01-10",                                                                                                                                   "2024-02-14"},
        {"later good days",
         "2024-01-10",                                                  "2024-02-14",
         0,                                                                              {"2024-01-09", "2024-01-12", "2024-02-13", "2024-02-16"},
         "2024-01-12",                                                                                                                                   "2024-02-16"},
        {"an offset in calendar days",
         "2024-01-10",                                                  "2024-02-14",
         5,                                                                              {"2024-01-12", "2024-01-15", "2024-02-14"},
         "2024-01-15",                                                                                                                                   "2024-02-14"},
        {"an offset beyond the month: its last good day",
         "2024-01-25",                                                  "2024-02-14",
         15,                                                                             {"2024-01-12", "2024-01-24", "2024-02-01", "2024-02-14"},
         "2024-01-24",                                                                                                                                   "2024-02-14"},
        {"none from the anchor on: the last before it",
         "2024-01-25",                                                  "2024-02-14",
         0,                                                                              {"2024-01-12", "2024-01-15", "2024-02-14"},
         "2024-01-15",                                                                                                                                   "2024-02-14"},
        {"the month's first and last day",
         "2024-01-01",                                                  "2024-02-29",
         0,                                                                              {"2024-01-01", "2024-02-29"},
         "2024-01-01",                                                                                                                                   "2024-02-29"},
        {"an offset before the month",
         "2024-01-01",                                                  "2024-02-01",
         -9,
         {"2024-01-02", "2024-02-01"},
         "2024-01-02",                                                                                                                                   "2024-02-01"},
        {"an expiry anchor before its month",
         "2024-01-10",                                                  "2024-01-20",
         0,                                                                              {"2024-01-10", "2024-01-22", "2024-02-05"},
         "2024-01-10",                                                                                                                                   "2024-02-05"},
        {"no good day in the entry month",
         "2024-01-10",                                                  "2024-02-14",
         0,                                                                              {"2024-02-01", "2024-02-14"},
         NULL,                                                                                                                                           NULL        },
        {"no good day in the expiry month",
         "2024-01-10",                                                  "2024-02-14",
         0,                                                                              {"2024-01-10", "2024-01-31"},
         NULL,                                                                                                                                           NULL        },
        {"none from the expiry's anchor on",
         "2024-01-10",                                                  "2024-02-14",
         0,                                                                              {"2024-01-10", "2024-02-13"},
         NULL,                                                                                                                                           NULL        },
        {"no day at all",                                 "2024-01-10", "2024-02-14", 0, {NULL},                                                   NULL, NULL        },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene s;
        scene_init(&s, "2024-01", "2024-02", rows[i].entry_anchor, rows[i].expiry_anchor, 1);
        s.straddle.offset = (int16_t)rows[i].offset;
        for (int k = 0; k < 6 && rows[i].good[k]; k++)
            scene_add(&s, rows[i].good[k], 30, 100 + k, 0);
        const struct valuation *v = scene_run(&s, 1);
        int32_t entry = rows[i].entry ? scene_day(rows[i].entry) : 0;
        int32_t expiry = rows[i].expiry ? scene_day(rows[i].expiry) : 0;
        if (v->state != (rows[i].entry ? VALUATION_VALUED : VALUATION_NO_DAY) ||
            v->entry != entry || v->expiry != expiry)
            fail_msg("%s: %s, %d to %d", rows[i].why, valuation_state_text(v->state), v->entry,
                     v->expiry);
        assert_int_equal(v->n, rows[i].entry ? expiry - entry + 1 : 0);
    }
}

static void far_straddles_have_three_months(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, "2023-12", "2024-02", "2023-12-01", "2024-02-29", 1);
    for (int32_t d = scene_day("2023-12-01"); d <= scene_day("2024-02-29"); d += 7)
        scene_add_day(&s, d, 30, 100 + d % 5, 0);
    scene_add(&s, "2024-02-29", 30, 90, 0);
    const struct valuation *v = scene_run(&s, 1);
    assert_int_equal(v->state, VALUATION_VALUED);
    assert_int_equal(v->n, 91);
    assert_int_equal(v->rows[90].day, scene_day("2024-02-29"));
}

static void expiry_before_entry_is_no_straddle(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, "2024-01", "2024-01", "2024-01-10", "2024-01-10", 1);
    s.straddle.offset = 5;
    scene_add(&s, "2024-01-10", 30, 100, 0);
    scene_add(&s, "2024-01-15", 30, 100, 0);
    assert_int_equal(scene_run(&s, 1)->state, VALUATION_NO_DAY);
    s.straddle.entry++;
    assert_int_equal(scene_run(&s, 1)->state, VALUATION_NO_DAY);
}

static void what_cannot_begin_says_why(void **state)
{
    (void)state;
    struct scene s, changed;
    scene_init(&s, "2024-01", "2024-02", "2024-01-10", "2024-02-14", 1);
    scene_add(&s, "2024-01-10", 30, 100, 0);
    scene_add(&s, "2024-02-14", 30, 100, 0);
    assert_int_equal(scene_run(&s, 1)->state, VALUATION_VALUED);
    changed = s;
    changed.model = AMT_CDS_ES;
    assert_int_equal(scene_run(&changed, 1)->state, VALUATION_VALUED);
    changed.model = AMT_NS;
    assert_int_equal(scene_run(&changed, 1)->state, VALUATION_NO_MODEL);
    changed.model = AMT_BS;
    assert_int_equal(scene_run(&changed, 1)->state, VALUATION_NO_MODEL);
    changed = s;
    changed.entry_anchor = NULL;
    assert_int_equal(scene_run(&changed, 1)->state, VALUATION_NO_ANCHOR);
    changed = s;
    changed.expiry_anchor = NULL;
    assert_int_equal(scene_run(&changed, 1)->state, VALUATION_NO_ANCHOR);
    changed = s;
    changed.straddle.expiry += 2;
    assert_int_equal(scene_run(&changed, 1)->state, VALUATION_TOO_LONG);
    changed.straddle.expiry = STRADDLE_EMPTY;
    assert_int_equal(scene_run(&changed, 1)->state, VALUATION_NO_DAY);
    changed = s;
    changed.straddle.offset = STRADDLE_EMPTY;
    assert_int_equal(scene_run(&changed, 1)->entry, scene_day("2024-01-10"));
    for (int i = 0; i < VALUATION_STATES; i++)
        assert_true(strlen(valuation_state_text((enum valuation_state)i)) > 0);
}

/* ---- series ------------------------------------------------------------------------------------ */

/* A day is good with a volatility and every hedge; one of them alone is taken where a gap is filled. */
static void a_missing_hedge_makes_a_day_not_good(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, "2024-01", "2024-02", "2024-01-30", "2024-02-01", 2);
    scene_add(&s, "2024-01-30", 40, 50, NAN); /* NAN: not there */
    scene_add(&s, "2024-01-31", 41, 51, 7);
    scene_add(&s, "2024-02-01", NAN, 52, NAN);
    scene_add(&s, "2024-02-02", NAN, NAN, 8);
    scene_add(&s, "2024-02-03", 42, 53, 9);
    const struct valuation *v = scene_run(&s, 1);
    assert_int_equal(v->entry, scene_day("2024-01-31"));
    assert_int_equal(v->expiry, scene_day("2024-02-03"));
    assert_true(v->strike_vol == 41 && v->strike[0] == 51 && v->strike[1] == 7);
    static const double vol[] = {41, 41, 41, 42}, hedge[] = {51, 52, 52, 53},
                        hedge1[] = {7, 7, 8, 9};
    assert_int_equal(v->n, 4);
    for (int i = 0; i < 4; i++) {
        const struct valuation_row *r = &v->rows[i];
        assert_true(r->vol == vol[i] && r->hedge[0] == hedge[i] && r->hedge[1] == hedge1[i]);
        assert_true(r->hedge_count == 2 && r->hedge[2] == 0);
    }
}

static void days_before_and_after_the_months_do_not_count(void **state)
{
    (void)state;
    struct scene s, wide;
    scene_init(&s, "2024-01", "2024-02", "2024-01-10", "2024-02-14", 1);
    scene_init(&wide, "2024-01", "2024-02", "2024-01-10", "2024-02-14", 1);
    for (int32_t d = scene_day("2023-11-01"); d < scene_day("2024-04-01"); d += 1 + d % 3) {
        scene_add_day(&wide, d, 30 + d % 7, 90 + d % 11, 0);
        if (d >= scene_day("2024-01-01") && d < scene_day("2024-03-01"))
            scene_add_day(&s, d, 30 + d % 7, 90 + d % 11, 0);
    }
    scene_same(scene_run(&s, 1), scene_run(&wide, 1));
    assert_true(s.out.n > 30);
}

/* ---- properties -------------------------------------------------------------------------------- */

static void random_straddles_hold_what_all_do(void **state)
{
    (void)state;
    struct rng r = rng_seeded(21);
    int valued = 0, gaps = 0;
    for (int i = 0; i < 3000; i++) {
        struct scene s;
        scene_random(&s, &r);
        const struct valuation *v = scene_run(&s, 1);
        check_rows(v);
        valued += v->n > 0;
        gaps += v->not_valued > 0;
    }
    assert_true(valued > 1500 && gaps > 100);
}

static void four_lanes_give_the_bytes_of_one(void **state)
{
    (void)state;
    unsigned sets = 0;
    struct err e = {0};
    assert_ok(cpu_sets("", &sets, &e), &e);
    assert_int_equal(valuation_lanes(0), 1);
    if (valuation_lanes(sets) == 1)
        skip();
    struct rng r = rng_seeded(22);
    for (int i = 0; i < 3000; i++) {
        struct scene s, four;
        scene_random(&s, &r);
        four = s;
        scene_same(scene_run(&s, 1), scene_run(&four, valuation_lanes(sets)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(anchors_are_the_days_of_the_calendar),
        TEST(an_override_is_that_of_the_asset_and_month),
        TEST(days_are_those_of_whole_months),
        TEST(four_days_by_hand),
        TEST(a_negative_price_is_passed_over),
        TEST(the_real_negative_price_is_passed_over),
        TEST(a_negative_price_at_expiry_leaves_no_last_row),
        TEST(a_negative_strike_values_no_day),
        TEST(entry_and_expiry_are_good_days),
        TEST(far_straddles_have_three_months),
        TEST(expiry_before_entry_is_no_straddle),
        TEST(what_cannot_begin_says_why),
        TEST(a_missing_hedge_makes_a_day_not_good),
        TEST(days_before_and_after_the_months_do_not_count),
        TEST(random_straddles_hold_what_all_do),
        TEST(four_lanes_give_the_bytes_of_one),
    };
    return cmocka_run_group_tests_name("valuation of straddles", tests, NULL, NULL);
}
