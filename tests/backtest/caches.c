#include "tests/backtest/caches.h"

#include "tests/backtest/market.h"

#include "tests/test.h"

#include <string.h>

const uint32_t caches_assets[SYMBOLS] = {0, 1, 2};
char caches_dir[1024], caches_other[1024];

void caches_make(const char *name)
{
    char folder[64];
    snprintf(folder, sizeof folder, "%s-other", name);
    snprintf(caches_dir, sizeof caches_dir, "%s/b", test_folder(name));
    snprintf(caches_other, sizeof caches_other, "%s/b", test_folder(folder));
    market_make(caches_dir, SYMBOLS, BARS, 1);
    market_make(caches_other, SYMBOLS, BARS, 2);
}

const char *caches_hourly(void)
{
    static char hourly[1024];
    struct err e = {0};
    struct arena arena = {0};
    snprintf(hourly, sizeof hourly, "%s/b", test_folder("caches-hourly"));
    struct bundle_target target = {.dir = hourly, .source = "test", .synthetic = true};
    struct bundle_writer *w = bundle_writer_open(&target, &e);
    assert_ok(w, &e);
    for (int a = 0; a < SYMBOLS; a++) {
        char symbol[16];
        uint32_t id;
        snprintf(symbol, sizeof symbol, "S%02d", a);
        assert_ok(bundle_writer_asset(w, str_of(symbol), &id, &e), &e);
        for (long t = 0; t < BARS; t++) {
            int64_t p = 7000000 + 1000 * t * (a + 1);
            struct bar_row row = {FIRST + t * 3600, id, 0, p, p, p, p, 1};
            assert_ok(bundle_writer_row(w, &row, &e), &e);
        }
    }
    assert_ok(bundle_writer_commit(w, NULL, &arena, &e), &e);
    arena_done(&arena);
    return hourly;
}

struct bundle *caches_bundle(const char *dir)
{
    struct err e = {0};
    struct bundle *b = bundle_open(dir, &e);
    assert_ok(b, &e);
    return b;
}

struct bt_settings caches_settings(void)
{
    return market_settings(caches_dir, "2:6", "7:17");
}

struct bt_run *caches_open(const struct bt_settings *s, uint64_t layers)
{
    struct err e = {0};
    struct bt_run *run = bt_run_open(s, layers, (struct bt_run_target){0}, &e);
    assert_ok(run, &e);
    return run;
}

void caches_run(struct bt_run *run)
{
    bt_digest_clear(&run->digest); /* of this pass */
    struct err e = {0};
    assert_ok(bt_run_step(run, 0, bt_plan_backtests(&run->plan), &e), &e);
}

struct cache_stats caches_stats(const struct bt_run *run, const char *name)
{
    struct cache_stats all[BT_CACHES_MAX];
    int n = bt_run_caches(run, all, BT_CACHES_MAX);
    for (int i = 0; i < n; i++)
        if (strcmp(all[i].name, name) == 0)
            return all[i];
    fail_msg("no cache %s", name);
    return all[0];
}
