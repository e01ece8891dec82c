/* The caches of the straddle kernel: what their keys must hold, files that change, what is shown of them. */
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
    assert_non_null(realpath(test_folder("memo"), dir));
    small_make(dir);
    return 0;
}

/* ---- keys ------------------------------------------------------------------------------------- */

/* The trap: who asks for the near tickers first gives their volatility to the far straddle. */
static void a_key_without_the_term_is_a_wrong_one(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct st_layer wrong[ST_LAYERS];
    struct small_got base = small_go(&s, 0), got = {0};
    struct err e;
    memcpy(wrong, st_layers, sizeof wrong);
    wrong[small_layer("memo-tickers")].key &= ~(unsigned)ST_KEY_TERM;
    struct st_run *run = small_open(&s, wrong, SMALL_ALL, &got);
    small_run(run, &got);
    assert_string_not_equal(base.digest.exact, got.digest.exact);
    st_run_close(run);
    small_forget(&got);

    s.check_caches = true;
    run = small_open(&s, wrong, SMALL_ALL, &got);
    assert_false(small_steps(run, &e));
    assert_int_equal(e.code, ERR_MISMATCH);
    assert_says(&e, "cache memo-tickers: asset AA Comdty");
    st_run_close(run);
    small_forget(&got);
    small_same(&base, small_go(&s, SMALL_ALL), "checked");
    small_forget(&base);
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
            struct small_got got = {0};
            struct err e;
            memcpy(wrong, st_layers, sizeof wrong);
            if (!(wrong[small_layer(names[i])].key & part))
                continue;
            wrong[small_layer(names[i])].key &= ~part;
            s.check_caches = true;
            struct st_run *run = small_open(&s, wrong, SMALL_ALL, &got);
            assert_false(small_steps(run, &e));
            assert_int_equal(e.code, ERR_MISMATCH);
            st_run_close(run);
            small_forget(&got);
        }
}

static struct cache_stats stats_of(struct st_run *run, const char *name)
{
    return st_memo_stats(st_stack_memo(&run->stack, small_layer(name)));
}

static void again(struct st_run *run, const struct st_settings *s, struct small_got *got)
{
    struct err e;
    small_forget(got);
    assert_ok(st_run_again(run, s, &e), &e);
    small_run(run, got);
}

/* Relative, through a link, from another folder: one entry of a file, whatever it is called. */
static void spellings_of_a_file_share_an_entry(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got base = small_go(&s, SMALL_ALL), got = {0};
    char here[PATH_MAX], link[PATH_MAX + 64], around[PATH_MAX + 64];
    struct st_run *run = small_open(&s, st_layers, SMALL_ALL, &got);
    small_run(run, &got);
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
    small_forget(&got);
    small_forget(&base);
}

static void a_file_that_changed_is_read_again(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got base = small_go(&s, SMALL_ALL), got = {0};
    struct st_run *run = small_open(&s, st_layers, SMALL_ALL, &got);
    small_run(run, &got);
    small_write_amt(dir, "F0_BD9_100");
    again(run, &s, &got);
    struct small_got fresh = small_go(&s, 0);
    assert_string_not_equal(base.digest.exact, got.digest.exact);
    assert_string_equal(fresh.digest.exact, got.digest.exact);
    assert_int_equal(stats_of(run, "memo-amt").misses, 2);
    assert_int_equal(stats_of(run, "memo-chain").misses, 1);
    small_write_amt(dir, "F0_BD5_100");
    again(run, &s, &got);
    assert_string_equal(base.digest.exact, got.digest.exact);
    st_run_close(run);
    small_forget(&got);
    small_forget(&fresh);
    small_forget(&base);
}

/* ---- looked into, emptied --------------------------------------------------------------------- */

static void caches_are_shown_and_emptied(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got got = {0};
    struct text shown = {0};
    struct err e;
    struct st_run *run = small_open(&s, st_layers, SMALL_ALL, &got);
    small_run(run, &got);
    st_memo_print(st_stack_memo(&run->stack, small_layer("memo-tickers")), &run->env, &shown);
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
    small_forget(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_without_the_term_is_a_wrong_one), TEST(no_part_of_a_key_can_be_spared),
        TEST(spellings_of_a_file_share_an_entry),    TEST(a_file_that_changed_is_read_again),
        TEST(caches_are_shown_and_emptied),
    };
    return cmocka_run_group_tests(tests, make, NULL);
}
