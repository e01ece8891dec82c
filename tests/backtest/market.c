#define _GNU_SOURCE
#include "tests/backtest/market.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"
#include "kernels/store/bundle.h"
#include "kernels/store/import.h"

#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;

static struct bundle_writer *writer(const char *dir, bool synthetic)
{
    struct err e = {0};
    struct bundle_target target = {
        .dir = dir, .source = "test", .synthetic = synthetic, .replace = true};
    struct bundle_writer *w = bundle_writer_open(&target, &e);
    assert_ok(w, &e);
    return w;
}

const char *market_mag7(void)
{
    static const char *dir;
    if (dir)
        return dir;
    struct err e = {0};
    const char *csv = arena_text(&arena, test_data_file("mag7_daily.csv"));
    char name[80];
    snprintf(name, sizeof name, "mag7-%.60s", program_invocation_short_name);
    const char *made = arena_format(&arena, "%s/bundle", test_folder(name));
    struct bundle_writer *w = writer(made, false);
    struct import_report report;
    assert_ok(import_csv(csv, w, false, &report, &arena, &e), &e);
    assert_ok(bundle_writer_commit(w, NULL, &arena, &e), &e);
    return dir = made;
}

void market_make(const char *dir, int assets, long bars, uint64_t seed)
{
    struct err e = {0};
    struct rng r = rng_seeded(seed);
    struct bundle_writer *w = writer(dir, true);
    for (int a = 0; a < assets; a++) {
        char symbol[16];
        uint32_t id;
        int64_t p = 50000000 + 10000000 * a;
        snprintf(symbol, sizeof symbol, "S%02d", a);
        assert_ok(bundle_writer_asset(w, str_of(symbol), &id, &e), &e);
        for (long t = a == 1 ? bars / 2 : 0; t < bars; t++) {
            int64_t open = p + (int64_t)rng_below(&r, 400001) - 200000;
            p = open + (int64_t)rng_below(&r, 2000001) - 1000000;
            p = p < 1000000 ? 1000000 : p;
            struct bar_row row = {.time = (10957 + t) * 86400,
                                  .asset = id,
                                  .open = open,
                                  .high = open > p ? open : p,
                                  .low = open < p ? open : p,
                                  .close = p,
                                  .volume = 1};
            assert_ok(bundle_writer_row(w, &row, &e), &e);
        }
    }
    assert_ok(bundle_writer_commit(w, NULL, &arena, &e), &e);
}

struct bt_settings market_settings(const char *bundle, const char *fast, const char *slow)
{
    struct bt_settings s;
    const char **params = ARENA_NEW(&arena, const char *, 2);
    opt_defaults(bt_options, &s, &arena);
    params[0] = arena_format(&arena, "fast=%s", fast);
    params[1] = arena_format(&arena, "slow=%s", slow);
    s.history_cache_reuse = 1; /* few backtests shall use the cache, too */
    s.bundle = arena_text(&arena, bundle);
    s.param = (struct opt_texts){params, 2};
    return s;
}

const char *market_golden(const char *name)
{
    const char *folder = getenv("CUPEL_GOLDEN");
    const char *path = arena_format(&arena, "%s/%s", folder ? folder : "../shared/golden", name);
    if (!io_exists(path)) {
        print_message("# no %s: set CUPEL_GOLDEN to the folder of golden results\n", path);
        skip();
    }
    return path;
}
