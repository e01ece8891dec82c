#include "kernels/straddle/tickers.h"

#include "harness/base/arena.h"
#include "tests/test.h"

#include <string.h>

/* An asset all of whose texts are "". */
static struct amt_asset blank(void)
{
    return (struct amt_asset){
        .name = "some",
        .underlying = "SOME Comdty",
        .group = "",
        .schedule = "",
        .note = "",
        .vol = {AMT_VOL_BBG, "V1", "NEAR", "FAR"},
        .hedge = { .source = AMT_HEDGE_NONFUT,
                .ticker = "H1",
                .field = "",
                .code = "",
                .month_map = "",
                .market = "",
                .hedge = "",
                .hedge1 = "",
                .currency = "",
                .tenor = ""},
    };
}

/* "vol hedge hedge1 ..." as ticker:field. */
static void gives_from(const struct ticker_schemas *s, enum straddle_term term, int year, int month,
                       const struct chain *chain, const char *expected)
{
    struct arena a = {0};
    struct tickers t;
    struct err e;
    char text[400], *p = text;
    assert_ok(tickers_of_month(s, term, straddle_month(year, month), chain, &a, &t, &e), &e);
    p += sprintf(p, "%s:%s", t.vol.ticker, t.vol.field);
    for (int i = 0; i < t.hedge_count; i++)
        p += sprintf(p, " %s:%s", t.hedges[i].ticker, t.hedges[i].field);
    assert_string_equal(text, expected);
    arena_done(&a);
}

static void gives(const struct amt_asset *asset, enum straddle_term term, int year, int month,
                  const struct chain *chain, const char *expected)
{
    struct err e;
    struct ticker_schemas *s = tickers_schemas(asset, &e);
    assert_ok(s, &e);
    gives_from(s, term, year, month, chain, expected);
    tickers_schemas_free(s);
}

static void each_term_has_its_own_volatility_whoever_asks_first(void **state)
{
    (void)state;
    struct amt_asset a = blank();
    struct err e;
    for (int far_first = 0; far_first < 2; far_first++) {
        struct ticker_schemas *s = tickers_schemas(&a, &e);
        assert_ok(s, &e);
        for (int i = 0; i < 4; i++) {
            bool far = (i + far_first) % 2 == 1;
            gives_from(s, far ? STRADDLE_FAR : STRADDLE_NEAR, 2024, 1, NULL,
                       far ? "V1:FAR H1:PX_LAST" : "V1:NEAR H1:PX_LAST");
        }
        tickers_schemas_free(s);
    }
    a.vol.source = AMT_VOL_CV;
    a.vol.near = "RATES.1M", a.vol.far = "RATES.2M", a.vol.ticker = "";
    gives(&a, STRADDLE_FAR, 2024, 1, NULL, "RATES.2M:none H1:PX_LAST");
    gives(&a, STRADDLE_NEAR, 2024, 1, NULL, "RATES.1M:none H1:PX_LAST");
}

static void a_volatility_that_is_not_given_is_none(void **state)
{
    (void)state;
    struct amt_asset a = blank();
    a.vol.far = "NONE";
    gives(&a, STRADDLE_FAR, 2024, 1, NULL, ": H1:PX_LAST");
    gives(&a, STRADDLE_NEAR, 2024, 1, NULL, "V1:NEAR H1:PX_LAST");
    a.vol.far = "";
    gives(&a, STRADDLE_FAR, 2024, 1, NULL, ": H1:PX_LAST");
    a.vol.source = AMT_VOL_CV;
    a.vol.near = "NONE";
    gives(&a, STRADDLE_NEAR, 2024, 1, NULL, ": H1:PX_LAST");
    a = blank();
    a.vol.source = AMT_VOL_BBG_LMEVOL;
    gives(&a, STRADDLE_NEAR, 2024, 1, NULL, ": H1:PX_LAST");
    gives(&a, STRADDLE_FAR, 2024, 1, NULL, ": H1:PX_LAST");
}

/* By hand, for "GHJKMNQUVXZF": January is G (not before F: same year), November Z, December F (before Z:
 * a year later). For "FFFFFFFFFFFF" every month but January is of the next year. */
static void futures_are_of_the_mapped_month(void **state)
{
    (void)state;
    struct amt_asset a = blank();
    a.hedge.source = AMT_HEDGE_FUT;
    a.hedge.code = "QQ", a.hedge.month_map = "GHJKMNQUVXZF", a.hedge.market = "Comdty";
    gives(&a, STRADDLE_NEAR, 2024, 1, NULL, "V1:NEAR QQG2024 Comdty:PX_LAST");
    gives(&a, STRADDLE_FAR, 2024, 11, NULL, "V1:FAR QQZ2024 Comdty:PX_LAST");
    gives(&a, STRADDLE_NEAR, 2024, 12, NULL, "V1:NEAR QQF2025 Comdty:PX_LAST");
    a.hedge.month_map = "FGHJKMNQUVXZ";
    gives(&a, STRADDLE_NEAR, 2024, 12, NULL, "V1:NEAR QQZ2024 Comdty:PX_LAST");
    a.hedge.month_map = "FFFFFFFFFFFF";
    gives(&a, STRADDLE_NEAR, 2024, 1, NULL, "V1:NEAR QQF2024 Comdty:PX_LAST");
    gives(&a, STRADDLE_NEAR, 2024, 2, NULL, "V1:NEAR QQF2025 Comdty:PX_LAST");
    a.hedge.field = "PX_SETTLE";
    gives(&a, STRADDLE_NEAR, 2024, 2, NULL, "V1:NEAR QQF2025 Comdty:PX_SETTLE");
}

static void the_year_offset_is_the_least(void **state)
{
    (void)state;
    struct amt_asset a = blank();
    a.hedge.source = AMT_HEDGE_FUT;
    a.hedge.code = "W ", a.hedge.month_map = "HHKKNNUUZZZH", a.hedge.market = "Index";
    a.hedge.min_year_offset = 1;
    gives(&a, STRADDLE_NEAR, 2024, 1, NULL, "V1:NEAR W H2025 Index:PX_LAST");
    gives(&a, STRADDLE_NEAR, 2024, 12, NULL, "V1:NEAR W H2025 Index:PX_LAST");
    a.hedge.min_year_offset = 2;
    gives(&a, STRADDLE_NEAR, 2024, 12, NULL, "V1:NEAR W H2026 Index:PX_LAST");
    a.hedge.min_year_offset = 0;
    gives(&a, STRADDLE_NEAR, 2024, 12, NULL, "V1:NEAR W H2025 Index:PX_LAST");
    gives(&a, STRADDLE_NEAR, 1999, 11, NULL, "V1:NEAR W Z1999 Index:PX_LAST");
}

static void contracts_are_looked_up_in_the_chain(void **state)
{
    (void)state;
    struct err e;
    struct chain *chain = chain_parse(
        str_of("normalized_future,actual_future,last_date\nQQF2025 Comdty,QQF25 Comdty,\nH1,X,\n"),
        "F", &e);
    assert_ok(chain, &e);
    struct amt_asset a = blank();
    gives(&a, STRADDLE_NEAR, 2024, 12, chain, "V1:NEAR H1:PX_LAST");
    a.hedge.source = AMT_HEDGE_FUT;
    a.hedge.code = "QQ", a.hedge.month_map = "GHJKMNQUVXZF", a.hedge.market = "Comdty";
    gives(&a, STRADDLE_NEAR, 2024, 12, chain, "V1:NEAR QQF25 Comdty:PX_LAST");
    gives(&a, STRADDLE_NEAR, 2024, 11, chain, "V1:NEAR QQZ2024 Comdty:PX_LAST");
    chain_free(chain);
}

/* Before, in and after the month of the cut. */
static void the_month_of_a_cut_is_new(void **state)
{
    (void)state;
    struct amt_asset a = blank();
    a.hedge.ticker = "OLD Curncy:2023-06:NEW Curncy";
    a.hedge.field = "PX_MID";
    gives(&a, STRADDLE_NEAR, 2023, 5, NULL, "V1:NEAR OLD Curncy:PX_MID");
    gives(&a, STRADDLE_NEAR, 2023, 6, NULL, "V1:NEAR NEW Curncy:PX_MID");
    gives(&a, STRADDLE_NEAR, 2023, 7, NULL, "V1:NEAR NEW Curncy:PX_MID");
    gives(&a, STRADDLE_FAR, 2022, 12, NULL, "V1:FAR OLD Curncy:PX_MID");
    a.vol.ticker = "A:2020-01:B";
    gives(&a, STRADDLE_FAR, 2019, 12, NULL, "A:FAR OLD Curncy:PX_MID");
    gives(&a, STRADDLE_NEAR, 2020, 1, NULL, "B:NEAR OLD Curncy:PX_MID");
    a = blank();
    a.hedge.source = AMT_HEDGE_CDS;
    a.hedge.hedge = "ITRX", a.hedge.hedge1 = "S5 CMPN:2023-06:OSFR5";
    gives(&a, STRADDLE_NEAR, 2023, 5, NULL, "V1:NEAR ITRX:PX_LAST S5 CMPN:PX_LAST");
    gives(&a, STRADDLE_NEAR, 2023, 6, NULL, "V1:NEAR ITRX:PX_LAST OSFR5:PX_LAST");
    a.hedge.hedge1 = "";
    gives(&a, STRADDLE_NEAR, 2023, 6, NULL, "V1:NEAR ITRX:PX_LAST");
    a.hedge.hedge = "A:B";
    gives(&a, STRADDLE_NEAR, 2023, 6, NULL, "V1:NEAR A:B:PX_LAST");
}

static void calculated_hedges_are_four(void **state)
{
    (void)state;
    struct amt_asset a = blank();
    a.hedge.source = AMT_HEDGE_CALC;
    a.hedge.currency = "USD", a.hedge.tenor = "5_5";
    gives(&a, STRADDLE_NEAR, 2023, 6, NULL,
          "V1:NEAR USD_fsw0m_5_5:none USD_fsw6m_5_5:none USD_pva0m_5_5:none USD_pva6m_5_5:none");
}

static void what_cannot_be_is_named(void **state)
{
    (void)state;
    static const char *const tickers[] = {
        "A:2023-13:B",           "A:2023-00:B",         ":2023-06:B", "A:2023-06:",
        "A:2023-06:B:2024-06:C", "A:2023-06:2024-06:C", "A:2023:B",   "A:2023-6:B",
        "A:2023-06-01:B"};
    struct amt_asset a = blank();
    struct err e = {0};
    for (size_t i = 0; i < sizeof tickers / sizeof *tickers; i++) {
        a.hedge.ticker = tickers[i];
        if (tickers_schemas(&a, &e))
            fail_msg("\"%s\" was taken", tickers[i]);
        assert_says(&e, "SOME Comdty: Hedge.Ticker: expected OLD:YYYY-MM:NEW, found \"");
    }
    a = blank();
    a.vol.ticker = tickers[0];
    assert_null(tickers_schemas(&a, &e));
    assert_says(&e, "SOME Comdty: Vol.Ticker: expected OLD:YYYY-MM:NEW");
    a = blank();
    a.hedge.source = AMT_HEDGE_FUT;
    assert_null(tickers_schemas(&a, &e));
    assert_says(&e, "Hedge.fut_month_map: expected 12 letters");
    a = blank();
    struct ticker_schemas *s = tickers_schemas(&a, &e);
    struct tickers t;
    struct arena arena = {0};
    assert_ok(s, &e);
    assert_false(tickers_of_month(s, STRADDLE_NO_TERM, 24000, NULL, &arena, &t, &e));
    assert_says(&e, "term N or F: expected one, found nothing");
    assert_false(tickers_of_month(s, STRADDLE_NEAR, STRADDLE_EMPTY, NULL, &arena, &t, &e));
    assert_says(&e, "expiry month: expected one, found nothing");
    assert_true(tickers_schemas_bytes(s) > 100);
    tickers_schemas_free(s);
    tickers_schemas_free(NULL);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_term_has_its_own_volatility_whoever_asks_first),
        TEST(a_volatility_that_is_not_given_is_none),
        TEST(futures_are_of_the_mapped_month),
        TEST(the_year_offset_is_the_least),
        TEST(contracts_are_looked_up_in_the_chain),
        TEST(the_month_of_a_cut_is_new),
        TEST(calculated_hedges_are_four),
        TEST(what_cannot_be_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
