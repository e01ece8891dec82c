/* Caches when the bundle's folder changes in mid-run: touched, replaced, edited. */
#define _GNU_SOURCE
#include "tests/backtest/caches.h"
#include "tests/backtest/market.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int make_bundles(void **state)
{
    (void)state;
    caches_make("cache-freshness");
    return 0;
}

/* ---- the bundle's folder changes ---------------------------------------------------------------- */

static void touch(const char *name)
{
    char path[1100];
    struct timespec times[] = {
        {.tv_nsec = UTIME_OMIT},
        { .tv_sec = 1000000000,        .tv_nsec = 17}
    };
    snprintf(path, sizeof path, "%s/%s", caches_dir, name);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void touched_files_leave_the_caches_good(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    struct bt_run *run = caches_open(&s, LAYERS_EXACT);
    caches_run(run);
    struct kernel_digest before, after;
    struct err e = {0};
    assert_ok(bt_run_digest(run, &before, &e), &e);
    uint64_t grouped = run_count_in(run, "group_passes"), asked = run_count_in(run, "asset_lists");
    touch("manifest.json");
    touch("bars.bin");
    touch("assets.sqlite");
    caches_run(run);
    assert_ok(bt_run_digest(run, &after, &e), &e);
    assert_agree(&before, &after);
    assert_int_equal(run_count_in(run, "bundle_pool_stale"), 1);
    assert_int_equal(run_count_in(run, "bundle_pool_touched"), 1);
    assert_int_equal(run_count_in(run, "group_passes"), grouped);
    assert_int_equal(run_count_in(run, "asset_lists"), asked);
    bt_run_close(run);
}

static void a_version_check_reads_nothing(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    struct bt_run *run = caches_open(&s, BUNDLE_POOL);
    struct bundle *b;
    struct bt_lease lease;
    struct err e = {0};
    assert_ok(BT_CALL(run->ops.bundle, run, &b, &lease, &e), &e);
    bt_lease_end(&lease);
    struct io_counts before = io_counts_now();
    for (int i = 0; i < 100; i++) {
        assert_ok(BT_CALL(run->ops.bundle, run, &b, &lease, &e), &e);
        bt_lease_end(&lease);
    }
    struct io_counts after = io_counts_now();
    assert_memory_equal(&before, &after, sizeof before);
    bt_run_close(run);
}

static void a_replaced_bundle_gives_its_own_content(void **state)
{
    (void)state;
    struct bt_settings s = caches_settings();
    struct bt_run *run = caches_open(&s, LAYERS_EXACT), *base;
    struct kernel_digest cached, fresh;
    struct err e = {0};
    caches_run(run);
    market_make(caches_dir, SYMBOLS, BARS, 9); /* the same dates and symbols, other prices */
    caches_run(run);
    assert_ok(bt_run_digest(run, &cached, &e), &e);
    assert_int_equal(run_count_in(run, "bundle_pool_stale"), 1);
    assert_int_equal(run_count_in(run, "bundle_pool_touched"), 0);
    base = caches_open(&s, LAYERS_NONE);
    caches_run(base);
    assert_ok(bt_run_digest(base, &fresh, &e), &e);
    assert_agree(&cached, &fresh);
    bt_run_close(run);
    bt_run_close(base);
    market_make(caches_dir, SYMBOLS, BARS, 1);
}

/* Not once only: a second look at what was refused must be refused as well. */
static void data_edited_in_place_are_refused(void **state)
{
    (void)state;
    static const uint64_t sets[] = {LAYERS_NONE, BUNDLE_POOL, PRE_GROUP, LAYERS_EXACT};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct bt_settings s = caches_settings();
        struct bt_run *run = caches_open(&s, sets[i]);
        struct err e = {0};
        char path[1100];
        caches_run(run);
        snprintf(path, sizeof path, "%s/bars.bin", caches_dir);
        FILE *f = fopen(path, "r+b");
        assert_non_null(f);
        fseek(f, offsetof(struct bar_row, close), SEEK_SET);
        fputc('x', f);
        fclose(f);
        for (int look = 0; look < 3; look++) {
            e = (struct err){0};
            assert_false(bt_run_step(run, 0, 1, &e));
            assert_says(&e, "bars.bin");
        }
        bt_run_close(run);
        market_make(caches_dir, SYMBOLS, BARS, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(touched_files_leave_the_caches_good),
        TEST(a_version_check_reads_nothing),
        TEST(a_replaced_bundle_gives_its_own_content),
        TEST(data_edited_in_place_are_refused),
    };
    return cmocka_run_group_tests_name("cache_freshness", tests, make_bundles, NULL);
}
