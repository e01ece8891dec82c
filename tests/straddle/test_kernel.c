/* The straddle kernel over a small world: what layers, workers, orders and stores must not change, and
 * what they must. */
#include "tests/straddle/small.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"
#include "kernels/straddle/row_text.h"
#include "tests/test.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[PATH_MAX];

static int make(void **state)
{
    (void)state;
    assert_non_null(realpath(test_folder("kernel"), dir));
    small_make(dir);
    return 0;
}

/* ---- what changes nothing --------------------------------------------------------------------- */

static void every_set_of_layers_gives_the_same(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    s.asset = "^(AA|CC)"; /* BB's rows: below */
    struct small_got base = small_go(&s, 0);
    assert_true(base.rows.n > 10000);
    for (int i = 0; i < ST_LAYERS; i++) {
        small_same(&base, small_go(&s, 1u << i), st_layers[i].name);
        small_same(&base, small_go(&s, SMALL_ALL & ~(1u << i)), st_layers[i].name);
        if (i % 4 == 0)
            small_same(&base, small_go(&s, 1u << i | 1u << (i * 5 + 3) % ST_LAYERS),
                       st_layers[i].name);
    }
    small_same(&base, small_go(&s, SMALL_ALL), "all");
    small_forget(&base);
}

static void workers_orders_and_stores_give_the_same(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got base = small_go(&s, SMALL_ALL);
    char sqlite[PATH_MAX + 64];
    snprintf(sqlite, sizeof sqlite, "%s/prices.sqlite", dir);
    assert_non_null(strstr(base.notes.p, "not valued on 2021-03-10"));
    static const struct {
        int workers;
        bool shuffled, sqlite;
        uint64_t layers;
    } rows[] = {
        {1, true,  true,  SMALL_ALL  },
        {1, false, true,  SMALL_BATCH},
        {2, true,  false, SMALL_ALL  },
        {2, false, true,  SMALL_SIMD },
        {3, true,  true,  SMALL_MEMOS},
        {4, false, false, SMALL_ALL  },
        {4, true,  true,  SMALL_ALL  },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        s = small_settings(dir);
        s.workers = rows[i].workers;
        s.order = st_order_names[rows[i].shuffled];
        s.prices = rows[i].sqlite ? sqlite : s.prices;
        small_same(&base, small_go(&s, rows[i].layers), "workers, order, store");
    }
    small_forget(&base);
}

static void a_bound_on_the_caches_changes_only_their_counts(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got base = small_go(&s, SMALL_ALL), got = {0};
    s.cache_entries = 1;
    struct st_run *run = small_open(&s, st_layers, SMALL_ALL & ~SMALL_BATCH, &got);
    small_run(run, &got);
    assert_true(small_count(run, "memo_tickers_evictions") > 30);
    assert_true(small_count(run, "memo_paths_evictions") > 30);
    st_run_close(run);
    small_same(&base, got, "bound");
    small_forget(&base);
}

/* ---- counts ----------------------------------------------------------------------------------- */

/* By hand: 60 straddles; those of AA: 24, of BB: 24, of CC: 12. Each asks expand, asset, overrides and
 * tickers once. AA's 12 months have two terms, BB's and CC's one. */
static void hits_are_counted_level_by_level(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got got = {0};
    struct st_run *run = small_open(&s, st_layers, SMALL_MEMOS, &got);
    small_run(run, &got);
    assert_int_equal(small_count(run, "straddles"), SMALL_YEAR);
    assert_int_equal(small_count(run, "price_trips"), SMALL_YEAR);
    assert_int_equal(small_count(run, "price_queries"), 2 * 48 + 3 * 12);
    assert_int_equal(small_count(run, "memo_expand_misses"), 36);
    assert_int_equal(small_count(run, "memo_expand_hits"), 24);
    assert_int_equal(small_count(run, "memo_tickers_misses"), 24 + 12 + 12);
    assert_int_equal(small_count(run, "memo_tickers_hits"), 12);
    assert_int_equal(small_count(run, "memo_schemas_misses"), 3);
    assert_int_equal(small_count(run, "memo_schemas_hits"), 45);
    assert_int_equal(small_count(run, "memo_schedule_misses"), 3);
    assert_int_equal(small_count(run, "memo_schedule_hits"), 33);
    assert_int_equal(small_count(run, "memo_asset_misses"), 3);
    assert_int_equal(small_count(run, "memo_asset_hits"), 60 + 3 + 3 - 3);
    assert_int_equal(small_count(run, "memo_amt_misses"), 1);
    assert_int_equal(small_count(run, "memo_amt_hits"), 3 + 3 - 1);
    assert_int_equal(small_count(run, "memo_chain_misses"), 1);
    assert_int_equal(small_count(run, "memo_chain_hits"), 47);
    assert_int_equal(small_count(run, "memo_overrides_hits"), 59);
    assert_int_equal(small_count(run, "memo_prices_misses"), 1);
    assert_int_equal(small_count(run, "memo_prices_hits"), 59);
    assert_int_equal(small_count(run, "memo_paths_misses"), 4);
    assert_int_equal(small_count(run, "opens") + small_count(run, "maps"),
                     small_count(run, "opens") + 1);
    st_run_close(run);
    small_forget(&got);
}

/* However many there are, the workers' requests add up to those of one; but what each has to miss. */
static void counts_of_workers_add_up(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got got = {0};
    s.workers = 3;
    struct st_run *run = small_open(&s, st_layers, SMALL_MEMOS, &got);
    small_run(run, &got);
    assert_int_equal(small_count(run, "price_queries"), 2 * 48 + 3 * 12);
    assert_int_equal(
        small_count(run, "memo_tickers_hits") + small_count(run, "memo_tickers_misses"), 60);
    assert_int_equal(small_count(run, "memo_prices_hits") + small_count(run, "memo_prices_misses"),
                     60);
    assert_int_equal(small_count(run, "memo_prices_misses"), 0); /* the initialiser's, told apart */
    struct st_tally t = st_run_tally(run);
    assert_int_equal(t.v[ST_WARMED], small_count(run, "workers_started"));
    assert_true(small_count(run, "worker_bytes_sent") < SMALL_YEAR * 64);
    st_run_close(run);
    small_forget(&got);
}

static void a_batch_asks_for_each_series_once(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got got = {0};
    char sqlite[PATH_MAX + 64];
    snprintf(sqlite, sizeof sqlite, "%s/prices.sqlite", dir);
    s.prices = sqlite;
    s.asset = "BB";
    s.batch = 24;
    struct st_run *run = small_open(&s, st_layers, SMALL_MEMOS | SMALL_BATCH, &got);
    struct err e;
    assert_ok(st_run_step(run, 0, 24, &e), &e);
    assert_int_equal(small_count(run, "price_trips"), 1);
    assert_int_equal(small_count(run, "price_queries"), 2); /* BB_NEAR and BB Index */
    st_run_close(run);
    small_forget(&got);
}

/* Whatever is asked together, each gets what it would get alone. */
static void a_batch_answers_each_query_as_if_it_were_alone(void **state)
{
    (void)state;
    static const struct ticker series[] = {
        {"BB Index",   "PX_LAST"},
        {"BB_NEAR",    "none"   },
        {"AA1 Comdty", "NEAR_IV"},
        {"AA1 Comdty", "FAR_IV" },
        {"no such",    "PX_LAST"},
    };
    enum { QUERIES = 60 };
    struct prices_query queries[QUERIES];
    struct rng rng = rng_seeded(5);
    struct st_settings s = small_settings(dir);
    char sqlite[PATH_MAX + 64];
    snprintf(sqlite, sizeof sqlite, "%s/prices.sqlite", dir);
    s.prices = sqlite;
    struct small_got got = {0};
    struct arena arena = {0};
    struct err e;
    struct st_lease together, alone;
    for (int i = 0; i < QUERIES; i++) {
        int32_t from = 18506 + (int32_t)rng_below(&rng, 600);
        const struct ticker *t = &series[rng_below(&rng, 5)];
        queries[i] = (struct prices_query){t->ticker, t->field, from,
                                           from - 2 + (int32_t)rng_below(&rng, 40)};
    }
    struct st_run *run = small_open(&s, st_layers, SMALL_MEMOS | SMALL_BATCH, &got);
    struct st_ask ask = {.path = sqlite, .queries = queries, .n = QUERIES, .arena = &arena};
    const struct prices_span *all = st_get_series(&run->env, &ask, &together, &e);
    assert_ok(all, &e);
    assert_true(run->env.queries < QUERIES);
    const struct st_link *base = &run->stack.base[ST_SLOT_series];
    ask.n = 1;
    for (int i = 0; i < QUERIES; i++) {
        ask.queries = &queries[i];
        assert_ok(base->call(base, &run->env, &ask, &alone, &e), &e);
        const struct prices_span *one = alone.value;
        assert_int_equal(all[i].n, one->n);
        for (long k = 0; k < one->n; k++)
            assert_true(all[i].day[k] == one->day[k] && all[i].value[k] == one->value[k]);
        st_lease_end(&alone);
    }
    st_lease_end(&together);
    st_run_close(run);
    arena_done(&arena);
    small_forget(&got);
}

/* ---- against the rooms beneath, without the kernel -------------------------------------------- */

/* "|2021-03|2021-04|N|0|F||50|" is on the third Friday of April; its rows are those that a valuation by
 * hand gives. */
static void a_straddle_is_valued_from_what_its_month_needs(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got got = small_go(&s, SMALL_ALL);
    struct err e;
    struct arena arena = {0};
    struct text rows = {0};
    struct straddle straddle;
    struct valuation v;
    assert_ok(straddle_parse(str_of("|2021-03|2021-04|N|0|F|3|50|"), &straddle, &e), &e);
    struct valuation_input in = {.straddle = &straddle,
                                 .model = AMT_ES,
                                 .hedge_count = 1,
                                 .has_entry_anchor = true,
                                 .has_expiry_anchor = true,
                                 .entry_anchor = 18705,   /* 2021-03-19 */
                                 .expiry_anchor = 18733}; /* 2021-04-16 */
    const struct prices_query queries[] = {
        {"BB_NEAR",  "none",    18687, 18747}, /* 2021-03-01, 2021-04-30 */
        {"BB Index", "PX_LAST", 18687, 18747}
    };
    struct prices_span spans[2];
    struct prices *prices = prices_open(s.prices, &e);
    assert_ok(prices, &e);
    assert_ok(prices_read(prices, queries, 2, &arena, spans, &e), &e);
    in.vol = spans[0];
    in.hedges[0] = spans[1];
    valuation_run(&in, 1, &v);
    assert_true(v.n > 20);
    row_text_add("BB Index", &straddle, AMT_ES, &v, 2, &rows);
    assert_non_null(strstr(got.rows.p, rows.p));
    prices_close(prices);
    arena_done(&arena);
    text_done(&rows);
    small_forget(&got);
}

/* ---- failures --------------------------------------------------------------------------------- */

/* Stands above the tickers: those of one asset and month cannot be made. */
static bool fail_some(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                      struct st_lease *lease, struct err *e)
{
    if (strcmp(env->assets.v[ask->asset], "AA Comdty") == 0 &&
        ask->month == straddle_month(2021, 4))
        return err_input(e, "no such contract");
    return self->next->call(self->next, env, ask, lease, e);
}

static void a_bad_straddle_is_told_and_the_others_go_on(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct st_layer table[ST_LAYERS];
    struct small_got first = {0};
    memcpy(table, st_layers, sizeof table);
    table[small_layer("simd")] =
        (struct st_layer){.name = "simd", .slot = ST_SLOT_tickers, .call = fail_some};
    for (int workers = 1; workers <= 3; workers++) {
        struct small_got got = {0};
        s.workers = workers;
        struct st_run *run = small_open(&s, table, workers == 3 ? SMALL_SIMD : SMALL_ALL, &got);
        small_run(run, &got);
        assert_int_equal(got.failures, 2);
        assert_int_equal(small_count(run, "failed"), 2);
        assert_int_equal(small_count(run, "straddles"), SMALL_YEAR);
        assert_non_null(strstr(got.notes.p,
                               "AA Comdty |2021-03|2021-04|N|0|OVERRIDE||33.3|: no such contract"));
        st_run_close(run);
        if (workers > 1)
            small_same(&first, got, "failures");
        else
            first = got;
    }
    small_forget(&first);
}

static void what_concerns_all_ends_the_run(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got got = {0};
    struct err e;
    s.prices = s.amt;
    for (int workers = 1; workers <= 2; workers++) {
        s.workers = workers;
        struct st_run *run = small_open(&s, st_layers, SMALL_ALL, &got);
        assert_false(small_steps(run, &e));
        assert_says(&e, "amt.yaml");
        st_run_close(run);
    }
    small_forget(&got);
}

/* Which no straddle can help. */
static void a_file_that_breaks_during_a_run_ends_it(void **state)
{
    (void)state;
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/breaks", dir);
    for (int file = 0; file < 3; file++) {
        struct st_settings s = small_settings(dir);
        const char **broken = file == 0 ? &s.amt : file == 1 ? &s.chain : &s.overrides;
        struct small_got got = {0};
        struct text whole = {0};
        struct err e;
        assert_ok(io_read_file(*broken, &whole, &e), &e);
        assert_ok(io_write_file(path, whole.p, whole.n, &e), &e);
        *broken = path;
        s.workers = 1 + file % 2;
        struct st_run *run = small_open(&s, st_layers, SMALL_SIMD, &got);
        assert_ok(io_write_file(path, "a: [", 4, &e), &e);
        assert_false(small_steps(run, &e));
        assert_says(&e, "/breaks:");
        assert_int_equal(got.failures, 0);
        st_run_close(run);
        text_done(&whole);
        small_forget(&got);
    }
}

/* Its schedule is another one now: all that is known of it is when it was to expire. */
static void a_straddle_without_a_text_is_named_by_its_month(void **state)
{
    (void)state;
    char other[PATH_MAX + 8], amt[PATH_MAX + 64];
    struct st_settings s = small_settings(dir);
    struct small_got got = {0};
    struct err e;
    snprintf(other, sizeof other, "%s/other", dir);
    assert_ok(io_make_dirs(other, &e), &e);
    small_write_amt(other, "F0_BD5_100, F0_BD6_100");
    snprintf(amt, sizeof amt, "%s/amt.yaml", other);
    s.amt = amt;
    struct st_run *run = small_open(&s, st_layers, SMALL_SIMD, &got);
    small_write_amt(other, "F0_BD5_100");
    small_run(run, &got);
    assert_int_equal(got.failures, 12);
    assert_non_null(strstr(got.notes.p, " ||2021-03||||||: "));
    st_run_close(run);
    small_forget(&got);
}

static void bad_settings_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *asset, *amt, *says;
        long from, to;
    } rows[] = {
        {"^ZZ", NULL,            "asset pattern \"^ZZ\": expected one that a live asset of ", 2021, 2021},
        {"(",   NULL,            "(",                                                         2021, 2021},
        {".",   NULL,            "from_year: expected at most to_year, 2020, found 2021",     2021, 2020},
        {".",   "/no/such.yaml", "/no/such.yaml",                                             2021, 2021},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct st_settings s = small_settings(dir);
        struct err e;
        s.asset = rows[i].asset;
        s.from_year = rows[i].from;
        s.to_year = rows[i].to;
        s.amt = rows[i].amt ? rows[i].amt : s.amt;
        assert_null(st_run_open(&s, st_layers, SMALL_ALL, (struct st_run_target){0}, &e));
        assert_says(&e, rows[i].says);
    }
    struct st_settings s = small_settings(dir);
    struct err e;
    s.prices = NULL;
    assert_null(st_run_open(&s, st_layers, SMALL_ALL, (struct st_run_target){0}, &e));
    assert_says(&e, "prices: expected a file, or a world that has one");
}

/* Told by what entries make: a letter is another day in each place (here the first), a weight is text. */
static void a_straddle_that_two_entries_make_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *entries, *says; /* NULL: taken, two a month */
    } rows[] = {
        {"F0_BD5_50, N0_BD5_50",            NULL                                                      },
        {"F0_BDa_50, F0_BDa_50",            NULL                                                      },
        {"F0_BD5_50, F0_BD5_50.0",          NULL                                                      },
        {"F0_BD5_50, F0_BD6_50, F0_BD5_50",
         "other/amt.yaml: expiry_schedules.credit: expected "
         "each straddle once, found \"F0_BD5_50\" as entry 1 and "
         "\"F0_BD5_50\" as entry 3, the same one for CC Curncy"                                       },
        {"F0_BDa_50, F0_BD1_50",            "found \"F0_BDa_50\" as entry 1 and \"F0_BD1_50\" as "
                                 "entry 2, the same one for CC Curncy"},
    };
    struct st_settings s = small_settings(dir);
    char other[PATH_MAX + 8], amt[PATH_MAX + 64];
    struct err e;
    snprintf(other, sizeof other, "%s/other", dir);
    assert_ok(io_make_dirs(other, &e), &e);
    snprintf(amt, sizeof amt, "%s/amt.yaml", other);
    s.amt = amt;
    s.asset = "^CC";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        small_write_amt(other, rows[i].entries);
        struct st_run *run = st_run_open(&s, st_layers, SMALL_ALL, (struct st_run_target){0}, &e);
        assert_int_equal(run == NULL, rows[i].says != NULL);
        if (run)
            assert_int_equal(run->tasks.n, 24);
        else
            assert_says(&e, rows[i].says);
        assert_true(run || e.code == ERR_INPUT);
        st_run_close(run);
    }
    s.asset = "^AA"; /* whose schedule is another */
    struct st_run *run = st_run_open(&s, st_layers, SMALL_ALL, (struct st_run_target){0}, &e);
    assert_ok(run, &e);
    st_run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_set_of_layers_gives_the_same),
        TEST(workers_orders_and_stores_give_the_same),
        TEST(a_bound_on_the_caches_changes_only_their_counts),
        TEST(hits_are_counted_level_by_level),
        TEST(counts_of_workers_add_up),
        TEST(a_batch_asks_for_each_series_once),
        TEST(a_batch_answers_each_query_as_if_it_were_alone),
        TEST(a_straddle_is_valued_from_what_its_month_needs),
        TEST(a_bad_straddle_is_told_and_the_others_go_on),
        TEST(what_concerns_all_ends_the_run),
        TEST(a_file_that_breaks_during_a_run_ends_it),
        TEST(a_straddle_without_a_text_is_named_by_its_month),
        TEST(bad_settings_are_refused),
        TEST(a_straddle_that_two_entries_make_is_refused),
    };
    return cmocka_run_group_tests(tests, make, NULL);
}
