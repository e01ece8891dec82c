/* The straddle kernel over a small world: what layers, workers, orders and stores must not change, and
 * what they must. */
#include "tests/straddle/small.h"

#include "tests/test.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[PATH_MAX];

static int make(void **state)
{
    (void)state;
    assert_non_null(realpath(test_folder("small"), dir));
    small_make(dir);
    return 0;
}

/* ---- a run and what it gave ------------------------------------------------------------------- */

enum { ALL = (1 << ST_LAYERS) - 1, MEMOS = (1 << ST_MEMOS) - 1, SIMD = 1 << 11, BATCH = 1 << 10 };

static int layer(const char *name)
{
    for (int i = 0; i < ST_LAYERS; i++)
        if (strcmp(st_layers[i].name, name) == 0)
            return i;
    fail_msg("no layer %s", name);
    return -1;
}

struct got {
    struct kernel_digest digest;
    struct text rows, notes;
    int failures;
};

static bool take_rows(void *context, struct str text, struct err *e)
{
    (void)e;
    struct got *got = context;
    text_add(&got->rows, text.p, text.n);
    return true;
}

static bool take_note(void *context, bool failed, struct str text, struct err *e)
{
    (void)e;
    struct got *got = context;
    text_add(&got->notes, text.p, text.n);
    text_puts(&got->notes, "\n");
    got->failures += failed;
    return true;
}

static void forget(struct got *got)
{
    text_done(&got->rows);
    text_done(&got->notes);
    *got = (struct got){0};
}

static struct st_run *open_run(const struct st_settings *s, const struct st_layer *table,
                               uint64_t layers, struct got *got)
{
    struct err e;
    struct st_run_target target = {
        {got, take_rows, take_note, true},
        NULL
    };
    struct st_run *run = st_run_open(s, table, layers, target, &e);
    assert_ok(run, &e);
    return run;
}

static bool step_all(struct st_run *run, struct err *e)
{
    for (long lo = 0; lo < run->tasks.n; lo += 23)
        if (!st_run_step(run, lo, lo + 23 < run->tasks.n ? lo + 23 : run->tasks.n, e))
            return false;
    return true;
}

static void run_all(struct st_run *run, struct got *got)
{
    struct err e;
    assert_ok(step_all(run, &e), &e);
    assert_ok(st_run_digest(run, &got->digest, &e), &e);
}

static struct got go(const struct st_settings *s, uint64_t layers)
{
    struct got got = {0};
    struct st_run *run = open_run(s, st_layers, layers, &got);
    run_all(run, &got);
    st_run_close(run);
    return got;
}

/* Takes over b. */
static void same(const struct got *a, struct got b, const char *what)
{
    if (strcmp(a->digest.exact, b.digest.exact) != 0)
        fail_msg("%s: another digest", what);
    if (a->rows.n != b.rows.n || memcmp(a->rows.p, b.rows.p, a->rows.n) != 0)
        fail_msg("%s: other rows", what);
    assert_string_equal(a->notes.p, b.notes.p);
    forget(&b);
}

static uint64_t count(const struct st_run *run, const char *name)
{
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    for (int i = st_run_counts(run, counts, KERNEL_COUNTS_MAX) - 1; i >= 0; i--)
        if (strcmp(counts[i].name, name) == 0)
            return counts[i].value;
    fail_msg("no count %s", name);
    return 0;
}

/* ---- what changes nothing --------------------------------------------------------------------- */

static void every_set_of_layers_gives_the_same(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct got base = go(&s, 0);
    assert_true(base.rows.n > 10000);
    assert_non_null(strstr(base.notes.p, "not valued on 2021-03-10"));
    for (int i = 0; i < ST_LAYERS; i++) {
        same(&base, go(&s, 1u << i), st_layers[i].name);
        same(&base, go(&s, ALL & ~(1u << i)), st_layers[i].name);
        same(&base, go(&s, 1u << i | 1u << (i * 5 + 3) % ST_LAYERS), st_layers[i].name);
    }
    same(&base, go(&s, ALL), "all");
    forget(&base);
}

static void workers_orders_and_stores_give_the_same(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct got base = go(&s, ALL);
    char sqlite[PATH_MAX + 64];
    snprintf(sqlite, sizeof sqlite, "%s/prices.sqlite", dir);
    for (int workers = 1; workers <= 4; workers++)
        for (int shuffled = 0; shuffled < 2; shuffled++)
            for (int other = 0; other < 2; other++) {
                s = small_settings(dir);
                s.workers = workers;
                s.order = st_order_names[shuffled];
                s.prices = other ? sqlite : s.prices;
                same(&base, go(&s, workers == 3 ? BATCH : ALL), "workers, order, store");
            }
    forget(&base);
}

static void a_bound_on_the_caches_changes_only_their_counts(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct got base = go(&s, ALL), got = {0};
    s.cache_entries = 1;
    struct st_run *run = open_run(&s, st_layers, ALL & ~BATCH, &got);
    run_all(run, &got);
    assert_true(count(run, "memo_tickers_evictions") > 30);
    assert_true(count(run, "memo_paths_evictions") > 30);
    st_run_close(run);
    same(&base, got, "bound");
    forget(&base);
}

/* ---- counts ----------------------------------------------------------------------------------- */

/* By hand: 60 straddles; those of AA: 24, of BB: 24, of CC: 12. Each asks expand, asset, overrides and
 * tickers once. AA's 12 months have two terms, BB's and CC's one. */
static void hits_are_counted_level_by_level(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct got got = {0};
    struct st_run *run = open_run(&s, st_layers, MEMOS, &got);
    run_all(run, &got);
    assert_int_equal(count(run, "straddles"), SMALL_YEAR);
    assert_int_equal(count(run, "price_trips"), SMALL_YEAR);
    assert_int_equal(count(run, "price_queries"), 2 * 48 + 3 * 12);
    assert_int_equal(count(run, "memo_expand_misses"), 36);
    assert_int_equal(count(run, "memo_expand_hits"), 24);
    assert_int_equal(count(run, "memo_tickers_misses"), 24 + 12 + 12);
    assert_int_equal(count(run, "memo_tickers_hits"), 12);
    assert_int_equal(count(run, "memo_schemas_misses"), 3);
    assert_int_equal(count(run, "memo_schemas_hits"), 45);
    assert_int_equal(count(run, "memo_schedule_misses"), 3);
    assert_int_equal(count(run, "memo_schedule_hits"), 33);
    assert_int_equal(count(run, "memo_asset_misses"), 3);
    assert_int_equal(count(run, "memo_asset_hits"), 60 + 3 + 3 - 3);
    assert_int_equal(count(run, "memo_amt_misses"), 1);
    assert_int_equal(count(run, "memo_amt_hits"), 3 + 3 - 1);
    assert_int_equal(count(run, "memo_chain_misses"), 1);
    assert_int_equal(count(run, "memo_chain_hits"), 47);
    assert_int_equal(count(run, "memo_overrides_hits"), 59);
    assert_int_equal(count(run, "memo_prices_misses"), 1);
    assert_int_equal(count(run, "memo_prices_hits"), 59);
    assert_int_equal(count(run, "memo_paths_misses"), 4);
    assert_int_equal(count(run, "opens") + count(run, "maps"), count(run, "opens") + 1);
    st_run_close(run);
    forget(&got);
}

/* However many there are, the workers' requests add up to those of one; but what each has to miss. */
static void counts_of_workers_add_up(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct got got = {0};
    s.workers = 3;
    struct st_run *run = open_run(&s, st_layers, MEMOS, &got);
    run_all(run, &got);
    assert_int_equal(count(run, "price_queries"), 2 * 48 + 3 * 12);
    assert_int_equal(count(run, "memo_tickers_hits") + count(run, "memo_tickers_misses"), 60);
    assert_int_equal(count(run, "memo_prices_hits") + count(run, "memo_prices_misses"), 60);
    assert_int_equal(count(run, "memo_prices_misses"), 0); /* the initialiser's, told apart */
    struct st_tally t = st_run_tally(run);
    assert_int_equal(t.v[ST_WARMED], count(run, "workers_started"));
    assert_true(count(run, "worker_bytes_sent") < SMALL_YEAR * 64);
    st_run_close(run);
    forget(&got);
}

static void a_batch_asks_for_each_series_once(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct got got = {0};
    char sqlite[PATH_MAX + 64];
    snprintf(sqlite, sizeof sqlite, "%s/prices.sqlite", dir);
    s.prices = sqlite;
    s.asset = "BB";
    s.batch = 24;
    struct st_run *run = open_run(&s, st_layers, MEMOS | BATCH, &got);
    struct err e;
    assert_ok(st_run_step(run, 0, 24, &e), &e);
    assert_int_equal(count(run, "price_trips"), 1);
    assert_int_equal(count(run, "price_queries"), 2); /* BB_NEAR and BB Index */
    st_run_close(run);
    forget(&got);
}

/* ---- keys ------------------------------------------------------------------------------------- */

/* The trap: who asks for the near tickers first gives their volatility to the far straddle. */
static void a_key_without_the_term_is_a_wrong_one(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct st_layer wrong[ST_LAYERS];
    struct got base = go(&s, 0), got = {0};
    struct err e;
    memcpy(wrong, st_layers, sizeof wrong);
    wrong[layer("memo-tickers")].key &= ~(unsigned)ST_KEY_TERM;
    struct st_run *run = open_run(&s, wrong, ALL, &got);
    run_all(run, &got);
    assert_string_not_equal(base.digest.exact, got.digest.exact);
    st_run_close(run);
    forget(&got);

    s.check_caches = true;
    run = open_run(&s, wrong, ALL, &got);
    assert_false(step_all(run, &e));
    assert_int_equal(e.code, ERR_MISMATCH);
    assert_says(&e, "cache memo-tickers: asset AA Comdty");
    st_run_close(run);
    forget(&got);
    same(&base, go(&s, ALL), "checked");
    forget(&base);
}

/* Each part that is left out of a key is found by the check. */
static void no_part_of_a_key_can_be_spared(void **state)
{
    (void)state;
    static const char *const names[] = {"memo-asset", "memo-schedule", "memo-expand",
                                        "memo-schemas", "memo-tickers"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (unsigned part = ST_KEY_ASSET; part <= ST_KEY_MONTH; part *= 2) {
            struct st_settings s = small_settings(dir);
            struct st_layer wrong[ST_LAYERS];
            struct got got = {0};
            struct err e;
            memcpy(wrong, st_layers, sizeof wrong);
            if (!(wrong[layer(names[i])].key & part))
                continue;
            wrong[layer(names[i])].key &= ~part;
            s.check_caches = true;
            struct st_run *run = open_run(&s, wrong, ALL, &got);
            assert_false(step_all(run, &e));
            assert_int_equal(e.code, ERR_MISMATCH);
            st_run_close(run);
            forget(&got);
        }
}

static struct cache_stats stats_of(struct st_run *run, const char *name)
{
    return st_memo_stats(st_stack_memo(&run->stack, layer(name)));
}

static void again(struct st_run *run, const struct st_settings *s, struct got *got)
{
    struct err e;
    forget(got);
    assert_ok(st_run_again(run, s, &e), &e);
    run_all(run, got);
}

/* Relative, through a link, from another folder: one entry of a file, whatever it is called. */
static void spellings_of_a_file_share_an_entry(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct got base = go(&s, ALL), got = {0};
    char here[PATH_MAX], link[PATH_MAX + 64], around[PATH_MAX + 64];
    struct st_run *run = open_run(&s, st_layers, ALL, &got);
    run_all(run, &got);
    snprintf(link, sizeof link, "%s/link.yaml", dir);
    snprintf(around, sizeof around, "%s/../%s/./amt.yaml", dir, strrchr(dir, '/') + 1);
    assert_int_equal(symlink("amt.yaml", link), 0);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(dir), 0);
    const char *const spellings[] = {link, around, "amt.yaml", "./link.yaml"};
    for (int i = 0; i < 4; i++) {
        s.amt = spellings[i];
        again(run, &s, &got);
        assert_string_equal(base.digest.exact, got.digest.exact);
    }
    assert_int_equal(chdir(here), 0);
    assert_int_equal(stats_of(run, "memo-amt").entries, 1);
    assert_int_equal(stats_of(run, "memo-amt").misses, 1);
    assert_int_equal(stats_of(run, "memo-tickers").misses, 48);
    st_run_close(run);
    unlink(link);
    forget(&got);
    forget(&base);
}

static void a_file_that_changed_is_read_again(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct got base = go(&s, ALL), got = {0};
    struct st_run *run = open_run(&s, st_layers, ALL, &got);
    run_all(run, &got);
    small_write_amt(dir, "F0_BD9_100");
    again(run, &s, &got);
    struct got fresh = go(&s, 0);
    assert_string_not_equal(base.digest.exact, got.digest.exact);
    assert_string_equal(fresh.digest.exact, got.digest.exact);
    assert_int_equal(stats_of(run, "memo-amt").misses, 2);
    assert_int_equal(stats_of(run, "memo-chain").misses, 1);
    small_write_amt(dir, "F0_BD5_100");
    again(run, &s, &got);
    assert_string_equal(base.digest.exact, got.digest.exact);
    st_run_close(run);
    forget(&got);
    forget(&fresh);
    forget(&base);
}

/* ---- looked into, emptied --------------------------------------------------------------------- */

static void caches_are_shown_and_emptied(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct got got = {0};
    struct text shown = {0};
    struct err e;
    struct st_run *run = open_run(&s, st_layers, ALL, &got);
    run_all(run, &got);
    st_memo_print(st_stack_memo(&run->stack, layer("memo-tickers")), &run->env, &shown);
    assert_non_null(strstr(shown.p, "memo-tickers AA Comdty 2021-12 far /"));
    assert_non_null(strstr(shown.p, "/amt.yaml /"));
    assert_non_null(strstr(shown.p, "chain.csv: "));
    struct cache_stats t = stats_of(run, "memo-tickers");
    assert_int_equal(t.entries, 48);
    assert_true(t.bytes < 48 * 64);
    assert_ok(st_stack_clear(&run->stack, "memo-tickers", &e), &e);
    assert_int_equal(stats_of(run, "memo-tickers").entries, 0);
    assert_int_equal(stats_of(run, "memo-asset").entries, 3);
    assert_ok(st_stack_clear(&run->stack, NULL, &e), &e);
    assert_int_equal(stats_of(run, "memo-asset").entries, 0);
    assert_false(st_stack_clear(&run->stack, "simd", &e));
    assert_says(&e, "cache \"simd\": expected one of those that are on: memo-paths, memo-amt");
    again(run, &s, &got);
    st_run_close(run);
    text_done(&shown);
    forget(&got);
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
    struct got first = {0};
    memcpy(table, st_layers, sizeof table);
    table[layer("simd")] =
        (struct st_layer){.name = "simd", .slot = ST_SLOT_tickers, .call = fail_some};
    for (int workers = 1; workers <= 3; workers++) {
        struct got got = {0};
        s.workers = workers;
        struct st_run *run = open_run(&s, table, workers == 3 ? SIMD : ALL, &got);
        run_all(run, &got);
        assert_int_equal(got.failures, 2);
        assert_int_equal(count(run, "failed"), 2);
        assert_int_equal(count(run, "straddles"), SMALL_YEAR);
        assert_non_null(strstr(got.notes.p,
                               "AA Comdty |2021-03|2021-04|N|0|OVERRIDE||33.3|: no such contract"));
        st_run_close(run);
        if (workers > 1)
            same(&first, got, "failures");
        else
            first = got;
    }
    forget(&first);
}

static void what_concerns_all_ends_the_run(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct got got = {0};
    struct err e;
    s.prices = s.amt;
    for (int workers = 1; workers <= 2; workers++) {
        s.workers = workers;
        struct st_run *run = open_run(&s, st_layers, ALL, &got);
        assert_false(step_all(run, &e));
        assert_says(&e, "amt.yaml");
        st_run_close(run);
    }
    forget(&got);
}

static void bad_settings_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *asset, *amt, *says;
        long from, to;
    } rows[] = {
        {"^ZZ", NULL,            "asset: expected a pattern that a live asset holds, found \"^ZZ\"", 2021,
         2021                                                                                                  },
        {"(",   NULL,            "(",                                                                2021, 2021},
        {".",   NULL,            "from_year: expected at most to_year, 2020, found 2021",            2021, 2020},
        {".",   "/no/such.yaml", "/no/such.yaml",                                                    2021, 2021},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct st_settings s = small_settings(dir);
        struct err e;
        s.asset = rows[i].asset;
        s.from_year = rows[i].from;
        s.to_year = rows[i].to;
        s.amt = rows[i].amt ? rows[i].amt : s.amt;
        assert_null(st_run_open(&s, st_layers, ALL, (struct st_run_target){0}, &e));
        assert_says(&e, rows[i].says);
    }
    struct st_settings s = small_settings(dir);
    struct err e;
    s.prices = NULL;
    assert_null(st_run_open(&s, st_layers, ALL, (struct st_run_target){0}, &e));
    assert_says(&e, "prices: expected a file, or a world that has one");
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
        TEST(a_key_without_the_term_is_a_wrong_one),
        TEST(no_part_of_a_key_can_be_spared),
        TEST(spellings_of_a_file_share_an_entry),
        TEST(a_file_that_changed_is_read_again),
        TEST(caches_are_shown_and_emptied),
        TEST(a_bad_straddle_is_told_and_the_others_go_on),
        TEST(what_concerns_all_ends_the_run),
        TEST(bad_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, make, NULL);
}
