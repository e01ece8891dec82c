/* What is on disk when a run ends early, and what the next run makes of it. */
#include "tests/backtest/market.h"
#include "tests/backtest/runs.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"
#include "kernels/backtest/run.h"

#include "tests/test.h"

#include <fcntl.h>
#include <string.h>

enum { N = 55 }; /* fast 2..6 x slow 7..17 */

static char bundle[1024], store[1024];
static struct kernel_digest digest;

static struct bt_settings settings(void)
{
    struct bt_settings s = market_settings(bundle, "2:6", "7:17");
    s.checkpoint_batch_size = 10;
    s.checkpoint_index_after = 0; /* a database from the first result on */
    return s;
}

static int make_bundle(void **state)
{
    (void)state;
    snprintf(bundle, sizeof bundle, "%s/b", test_folder("resume"));
    market_make(bundle, 3, 40, 1);
    struct bt_settings s = settings();
    digest = *run_whole(&s, LAYERS_NONE, NULL);
    return 0;
}

static void begin_torn(uint64_t layers, long until)
{
    struct bt_settings s = settings();
    snprintf(store, sizeof store, "%s", test_folder("resume-store"));
    run_part((struct run_part){&s, layers, store, 0, until, true}, NULL);
}

static const char *in_store(const char *name)
{
    static char path[2048];
    snprintf(path, sizeof path, "%s/%s", store, name);
    return path;
}

/* Opens the store again, checks the notes, runs the rest and compares with the undisturbed run. */
static void finish_with(uint64_t layers, const char *note, long from_store)
{
    struct bt_settings s = settings();
    struct err e = {0};
    struct kernel_digest found;
    struct bt_run *run =
        bt_run_open(&s, layers, (struct bt_run_target){.store = store, .resume = true}, &e);
    assert_ok(run, &e);
    assert_ok(bt_run_step(run, 0, N, &e) && bt_run_finish(run, &e), &e);
    if (!note && run->notes.n)
        fail_msg("a note: %s", run->notes.p);
    if (note && (!run->notes.n || !strstr(run->notes.p, note)))
        fail_msg("expected \"%s\" in \"%s\"", note, run->notes.n ? run->notes.p : "");
    assert_int_equal(run->counts.resumed, from_store);
    assert_int_equal(run->counts.backtests, N - from_store);
    assert_ok(bt_run_digest(run, &found, &e), &e);
    assert_agree(&found, &digest);
    bt_run_close(run);
}

static void plain_then_all_layers_and_the_reverse(void **state)
{
    (void)state;
    begin_torn(LAYERS_NONE, 27);
    finish_with(LAYERS_EXACT, NULL, 27);
    finish_with(LAYERS_NONE, NULL, N);
    begin_torn(LAYERS_EXACT, 27); /* two batches of 10; 7 were waiting when it was torn */
    finish_with(LAYERS_NONE, NULL, 20);
    finish_with(LAYERS_EXACT, NULL, N);
}

static void a_run_torn_by_workers_is_resumed(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    s.workers = 2;
    snprintf(store, sizeof store, "%s", test_folder("resume-store"));
    run_part((struct run_part){&s, LAYERS_NONE, store, 0, 30, true}, NULL);
    finish_with(LAYERS_EXACT, NULL, 30);
}

static void a_truncated_checkpoint_is_rebuilt_from_the_results(void **state)
{
    (void)state;
    const uint64_t sets[] = {LAYERS_NONE, LAYERS_EXACT & ~(uint64_t)LAYER_sqlite_checkpoint};
    for (int i = 0; i < 2; i++) {
        begin_torn(sets[i], 30);
        struct text whole = {0};
        struct err e = {0};
        assert_ok(io_read_file(in_store("checkpoint.json"), &whole, &e), &e);
        for (size_t keep = 0; keep + 1 < whole.n; keep += 1 + keep / 2) {
            assert_ok(io_write_file(in_store("checkpoint.json"), whole.p, keep, &e), &e);
            struct bt_settings s = settings();
            struct bt_run *run =
                bt_run_open(&s, 0, (struct bt_run_target){.store = store, .resume = true}, &e);
            assert_ok(run, &e);
            assert_non_null(strstr(run->notes.p, "rebuilt from 30 stored results"));
            bt_run_close(run);
        }
        assert_true(io_exists(in_store("checkpoint.json.damaged")));
        finish_with(LAYERS_EXACT ^ sets[i], NULL, 30);
        text_done(&whole);
    }
}

static void garbage_for_a_checkpoint_is_rebuilt_too(void **state)
{
    (void)state;
    const char *garbage[] = {"", "garbage", "[1,2]", "{\"r\":3}", "{\"r\":[1]}", "\x01\x02"};
    begin_torn(LAYERS_NONE, 20);
    for (int i = 0; i < 6; i++) {
        test_write(in_store("checkpoint.json"), garbage[i]);
        struct bt_settings s = settings();
        struct err e = {0};
        struct bt_run *run =
            bt_run_open(&s, 0, (struct bt_run_target){.store = store, .resume = true}, &e);
        assert_ok(run, &e);
        assert_non_null(strstr(run->notes.p, "checkpoint.json"));
        assert_non_null(strstr(run->notes.p, "rebuilt from 20 stored results"));
        bt_run_close(run);
    }
    finish_with(LAYERS_EXACT, NULL, 20);
}

static void a_missing_checkpoint_is_rebuilt_from_the_results(void **state)
{
    (void)state;
    struct err e = {0};
    const uint64_t sets[] = {LAYERS_NONE, LAYERS_EXACT};
    for (int i = 0; i < 2; i++) {
        begin_torn(sets[i], 30);
        assert_ok(io_remove(in_store(i ? "checkpoint.sqlite" : "checkpoint.json"), &e), &e);
        finish_with(LAYERS_EXACT ^ sets[i], "checkpoint.json: missing; rebuilt from 30 stored", 30);
        finish_with(sets[i], NULL, N);
    }
    begin_torn(LAYERS_EXACT, 5); /* all of them were still waiting */
    finish_with(LAYERS_EXACT, NULL, 0);
}

static const char *result_file(const char *id)
{
    static char name[200];
    snprintf(name, sizeof name, "results/2000-01-01_2000-02-09/%s.json", id);
    return in_store(name);
}

static void what_a_killed_writer_left_is_removed(void **state)
{
    (void)state;
    static const char *const left[] = {"checkpoint.json.tmp.4711", "store.json.tmp.4711",
                                       "results/2000-01-01_2000-02-09/segment-000009.bin.tmp.4711"};
    begin_torn(LAYERS_EXACT, 30);
    for (int i = 0; i < 3; i++)
        test_write(in_store(left[i]), "{");
    finish_with(LAYERS_NONE, NULL, 30);
    for (int i = 0; i < 3; i++)
        assert_false(io_exists(in_store(left[i])));
}

static void a_missing_result_runs_again(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct arena a = {0};
    struct bt_plan plan;
    struct err e = {0};
    assert_ok(bt_plan_make(&s, &a, &plan, &e), &e);
    begin_torn(LAYERS_NONE, 20);
    assert_ok(io_remove(result_file(run_id(&plan, 3)), &e), &e);
    finish_with(LAYERS_EXACT, "a result that it names is missing or unreadable", 19);
    finish_with(LAYERS_EXACT, NULL, N);
    arena_done(&a);
}

static void a_damaged_result_runs_again_whatever_way_it_is_stored_then(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct arena a = {0};
    struct bt_plan plan;
    struct err e = {0};
    assert_ok(bt_plan_make(&s, &a, &plan, &e), &e);
    for (uint64_t set = LAYERS_NONE; set <= LAYERS_EXACT; set += LAYERS_EXACT) {
        begin_torn(LAYERS_NONE, 20);
        test_write(result_file(run_id(&plan, 3)), "{\"id\":\"trunca");
        test_write(result_file(run_id(&plan, 5)), "{\"id\":\"0000000000000000\"}\n");
        finish_with(set, "a result that it names is missing or unreadable (", 18);
        finish_with(set, NULL, N);
    }
    arena_done(&a);
}

static void a_damaged_line_of_a_segment_runs_again(void **state)
{
    (void)state;
    begin_torn(LAYERS_EXACT, 30);
    const char *path = in_store("results/2000-01-01_2000-02-09/segment-000002.bin");
    struct text segment = {0};
    struct err e = {0};
    assert_ok(io_read_file(path, &segment, &e), &e);
    assert_ok(io_write_file(path, segment.p, segment.n * 3 / 4, &e), &e);
    text_done(&segment);
    finish_with(LAYERS_NONE, "missing or unreadable", 27); /* 7 of its 10 lines are whole */
    finish_with(LAYERS_EXACT, NULL, N);
}

static void an_edited_result_runs_again(void **state)
{
    (void)state;
    static const char *const edits[][2] = {
        {"\"total_return\":", "\"total_return\":1"      },
        {"\"orders\":",       "\"orders\":1"            },
        {"\"sharpe\":",       "\"sharpe\":null,\"was\":"},
        {"\"check\":",        "\"chekc\":"              },
    };
    struct bt_settings s = settings();
    struct arena a = {0};
    struct bt_plan plan;
    struct err e = {0};
    assert_ok(bt_plan_make(&s, &a, &plan, &e), &e);
    begin_torn(LAYERS_NONE, 20);
    for (int i = 0; i < 4; i++) {
        struct text old = {0}, new = {0};
        const char *path = result_file(run_id(&plan, 3 + i));
        assert_ok(io_read_file(path, &old, &e), &e);
        const char *at = strstr(old.p, edits[i][0]);
        assert_non_null(at);
        text_add(&new, old.p, (size_t)(at - old.p));
        text_puts(&new, edits[i][1]);
        text_puts(&new, at + strlen(edits[i][0]));
        test_write(path, new.p);
        text_done(&old);
        text_done(&new);
    }
    finish_with(LAYERS_EXACT, "a result that it names is missing or unreadable (", 16);
    finish_with(LAYERS_NONE, NULL, N);
    arena_done(&a);
}

static void a_lost_result_is_told_with_the_checkpoint_that_has_grown_meanwhile(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct bt_item item;
    struct err e = {0};
    s.checkpoint_batch_size = 5;
    s.checkpoint_index_after = 20;
    snprintf(store, sizeof store, "%s", test_folder("resume-store"));
    run_part((struct run_part){&s, LAYERS_NONE, store, 10, 40, true}, NULL);
    struct bt_run_target target = {.store = store, .resume = true};
    struct bt_run *run = /* without layers that ask for large jobs */
        bt_run_open(&s, LAYER_sqlite_checkpoint | CHECKPOINT_CACHE | BATCH_WRITE, target, &e);
    assert_ok(run, &e);
    bt_plan_item(&run->plan, 30, &item);
    assert_ok(io_remove(result_file(item.id), &e), &e);
    assert_ok(bt_run_step(run, 0, N, &e), &e);
    assert_non_null(strstr(run->notes.p, "checkpoint.sqlite: a result that it names is missing"));
    bt_run_close(run);
}

static void stale_results_beside_good_ones_are_told_as_stale_only(void **state)
{
    (void)state;
    for (uint64_t set = LAYERS_NONE; set <= LAYERS_ALL; set += LAYERS_ALL) {
        struct bt_settings s = settings();
        struct err e = {0};
        begin_torn(set, 20); /* without trades */
        s.trades = true;
        run_part((struct run_part){&s, set, store, 0, 10, false}, NULL);
        struct bt_run_target target = {.store = store, .resume = true};
        struct bt_run *run = bt_run_open(&s, set, target, &e);
        assert_ok(run, &e);
        assert_non_null(strstr(run->notes.p, ": 10 stored results are of other data or code"));
        text_clear(&run->notes);
        assert_ok(bt_run_step(run, 0, N, &e), &e);
        assert_int_equal(run->counts.resumed, 10);
        assert_int_equal(run->notes.n, 0);
        bt_run_close(run);
    }
}

/* Leaves a store with both kinds of checkpoint, one of which names the stamps of before. */
static void both_kinds_one_older(bool json_is_older)
{
    struct bt_settings s = settings();
    struct err e = {0};
    snprintf(store, sizeof store, "%s", test_folder("resume-store"));
    run_whole(&s, LAYERS_NONE, store);
    struct checkpoint *older = checkpoint_read(in_store("checkpoint.json"), &e);
    s.trades = true;
    run_whole(&s, LAYERS_NONE, store);
    struct checkpoint *newer = checkpoint_read(in_store("checkpoint.json"), &e);
    assert_ok(older && newer && checkpoint_count(older) == N && checkpoint_count(newer) == N, &e);
    struct checkpoint *json = json_is_older ? older : newer;
    assert_ok(checkpoint_write(json, in_store("checkpoint.json"), &e), &e);
    assert_ok(checkpoint_write(json == older ? newer : older, in_store("checkpoint.sqlite"), &e),
              &e);
    checkpoint_free(older);
    checkpoint_free(newer);
}

static void of_two_kinds_the_stamp_of_what_is_stored_stays(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct bt_settings s = settings();
        struct err e = {0};
        both_kinds_one_older(i & 1);
        s.trades = true;
        struct bt_run_target target = {.store = store, .resume = true};
        struct bt_run *run = bt_run_open(&s, i & 2 ? LAYERS_ALL : LAYERS_NONE, target, &e);
        assert_ok(run, &e);
        assert_int_equal(run->notes.n, 0);
        assert_ok(bt_run_step(run, 0, N, &e), &e);
        assert_int_equal(run->counts.resumed, N);
        assert_int_equal(io_exists(in_store("checkpoint.json")), !(i & 2));
        assert_int_equal(io_exists(in_store("checkpoint.sqlite")), (i & 2) != 0);
        bt_run_close(run);
    }
}

/* Without the syncs of io_write_file, which would be most of the time of 400 flips. */
static void overwrite(const char *path, const struct text *bytes)
{
    struct err e = {0};
    int fd = io_open(path, O_WRONLY | O_TRUNC, &e);
    assert_true(fd >= 0);
    assert_ok(io_write(fd, bytes->p, bytes->n, &e), &e);
    io_close(fd);
}

/* Flips one bit of a file; `old` gets what it was. */
static void flip(const char *path, struct rng *r, struct text *old)
{
    struct err e = {0};
    text_clear(old);
    assert_ok(io_read_file(path, old, &e), &e);
    size_t at = rng_below(r, old->n);
    char bit = (char)(1 << rng_below(r, 8));
    old->p[at] ^= bit;
    overwrite(path, old);
    old->p[at] ^= bit;
}

/* Resumes: the damage must be told and the digest be the undisturbed one. */
static void expect_digest_on_resume(uint64_t layers)
{
    struct bt_settings s = settings();
    struct err e = {0};
    struct kernel_digest found;
    struct bt_run *run =
        bt_run_open(&s, layers, (struct bt_run_target){.store = store, .resume = true}, &e);
    assert_ok(run, &e);
    assert_ok(bt_run_step(run, 0, N, &e) && bt_run_finish(run, &e), &e);
    assert_true(run->notes.n > 0 || run->counts.resumed == N); /* a bit that nobody needs */
    assert_ok(bt_run_digest(run, &found, &e), &e);
    assert_agree(&found, &digest);
    bt_run_close(run);
}

static void a_flipped_bit_in_any_place_never_becomes_a_number(void **state)
{
    (void)state;
    enum { FLIPS = 200 };
    struct rng r = rng_seeded(7);
    struct bt_settings s = settings();
    struct arena a = {0};
    struct bt_plan plan;
    struct err e = {0};
    struct text old = {0};
    char segment[64];
    assert_ok(bt_plan_make(&s, &a, &plan, &e), &e);
    begin_torn(LAYERS_NONE, N);
    for (int i = 0; i < FLIPS; i++) {
        flip(result_file(run_id(&plan, (long)rng_below(&r, N))), &r, &old);
        expect_digest_on_resume(LAYERS_NONE);
    }
    begin_torn(LAYERS_EXACT, 50);
    finish_with(LAYERS_EXACT, NULL, 50);
    for (int i = 0; i < FLIPS; i++) {
        snprintf(segment, sizeof segment, "results/2000-01-01_2000-02-09/segment-%06d.bin",
                 1 + (int)rng_below(&r, 5));
        flip(in_store(segment), &r, &old);
        expect_digest_on_resume(LAYERS_EXACT);
        overwrite(in_store(segment), &old);
        const char *again = in_store("results/2000-01-01_2000-02-09/segment-000007.bin");
        assert_ok(!io_exists(again) || io_remove(again, &e), &e); /* of what ran again */
    }
    text_done(&old);
    arena_done(&a);
}

static void other_settings_are_refused_by_what_differs(void **state)
{
    (void)state;
    begin_torn(LAYERS_NONE, 5);
    struct {
        const char *words;
        struct bt_settings s;
    } cases[] = {
        {"made with fee 0.001, this run has 0.002",              settings()},
        {"made with fill \"close\", this run has \"next-open\"", settings()},
        {"made with symbols [\"S00\",\"S01\",\"S02\"]",          settings()},
        {"made with periods_per_year 252, this run has 365",     settings()},
    };
    cases[0].s.fee = 0.002;
    cases[1].s.fill = "open";
    cases[2].s.symbols = "S00";
    cases[3].s.periods_per_year = 365;
    for (int i = 0; i < 4; i++) {
        struct err e = {0};
        assert_null(bt_run_open(&cases[i].s, 0,
                                (struct bt_run_target){.store = store, .resume = true}, &e));
        assert_says(&e, cases[i].words);
        assert_says(&e, "store.json");
    }
    finish_with(LAYERS_EXACT, NULL, 5);
}

static void what_was_computed_from_other_prices_runs_again(void **state)
{
    (void)state;
    for (uint64_t set = LAYERS_NONE; set <= LAYERS_EXACT; set += LAYERS_EXACT) {
        struct bt_settings s = settings();
        struct err e = {0};
        struct kernel_digest found;
        begin_torn(set, 20);
        market_make(bundle, 3, 40, 2); /* under the same dates */
        struct bt_run *run =
            bt_run_open(&s, set, (struct bt_run_target){.store = store, .resume = true}, &e);
        assert_ok(run, &e);
        assert_ok(bt_run_step(run, 0, N, &e) && bt_run_finish(run, &e), &e);
        assert_int_equal(run->counts.resumed, 0);
        assert_int_equal(run->counts.backtests, N);
        assert_ok(bt_run_digest(run, &found, &e), &e);
        assert_differ(&found, &digest);
        bt_run_close(run);
        assert_agree(run_whole(&s, LAYERS_NONE, NULL), &found);
        market_make(bundle, 3, 40, 1);
    }
}

static void another_range_goes_on_with_the_same_store(void **state)
{
    (void)state;
    begin_torn(LAYERS_EXACT, N);
    struct bt_settings s = settings();
    s.to = "2000-02-01";
    run_whole(&s, LAYERS_NONE, store);
    assert_int_equal(run_count("backtests_from_store"), 0);
    finish_with(LAYERS_NONE, NULL, N); /* a range that ends is flushed */
}

static void a_larger_grid_goes_on_with_the_same_store(void **state)
{
    (void)state;
    struct bt_settings s = market_settings(bundle, "2:3", "7:17");
    snprintf(store, sizeof store, "%s", test_folder("resume-store"));
    run_whole(&s, LAYERS_EXACT, store);
    finish_with(LAYERS_EXACT, NULL, 22);
}

static void a_folder_that_is_no_store_is_left_alone(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct err e = {0};
    snprintf(store, sizeof store, "%s", test_folder("resume-store"));
    test_write(in_store("letter.txt"), "dear");
    assert_null(bt_run_open(&s, 0, (struct bt_run_target){.store = store, .resume = true}, &e));
    assert_says(&e, "not empty and not a store");
    assert_null(bt_run_open(&s, 0, (struct bt_run_target){.store = store}, &e));
    assert_says(&e, "not empty");
    assert_false(io_exists(in_store("lock")));
}

/* The bundle gets other prices after backtest 20: what a layer kept must not be used any more. */
static void a_bundle_replaced_in_mid_run_gives_what_the_base_gives(void **state)
{
    (void)state;
    struct kernel_digest base = {0}, found;
    for (uint64_t set = run_accepted(0); set < LAYER_SETS; set = run_accepted(set + 1)) {
        struct bt_settings s = settings();
        struct err e = {0};
        market_make(bundle, 3, 40, 1);
        struct bt_run *run = bt_run_open(&s, set, (struct bt_run_target){0}, &e);
        assert_ok(run, &e);
        assert_ok(bt_run_step(run, 0, 20, &e), &e);
        market_make(bundle, 3, 40, 77);
        assert_ok(bt_run_step(run, 20, N, &e) && bt_run_finish(run, &e), &e);
        assert_ok(bt_run_digest(run, &found, &e), &e);
        if (set == 0)
            base = found;
        assert_agree(&found, &base);
        bt_run_close(run);
    }
    assert_differ(&base, &digest);
    market_make(bundle, 3, 40, 1);
}

static void a_symbol_that_is_gone_in_mid_run_is_named(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct err e = {0};
    struct bt_run *run = bt_run_open(&s, LAYERS_EXACT, (struct bt_run_target){0}, &e);
    assert_ok(run, &e);
    assert_ok(bt_run_step(run, 0, 20, &e), &e);
    market_make(bundle, 2, 40, 1);
    assert_false(bt_run_step(run, 20, N, &e));
    assert_says(&e, "no symbol S02 any more");
    bt_run_close(run);
    market_make(bundle, 3, 40, 1);
}

static void an_asset_without_bars_in_the_range_has_undefined_metrics(void **state)
{
    (void)state;
    struct bt_settings s = settings();
    struct err e = {0};
    s.to = "2000-01-15"; /* S01 begins on the 21st */
    for (uint64_t set = run_accepted(0); set < LAYER_SETS; set = run_accepted(set + 1)) {
        struct bt_run *run = bt_run_open(&s, set, (struct bt_run_target){0}, &e);
        assert_ok(run, &e);
        assert_ok(bt_run_step(run, 0, N, &e), &e);
        const struct bt_row *rows = run->kept[0]->rows;
        assert_int_equal(rows[0].bars, 15);
        assert_int_equal(rows[1].bars, 0);
        assert_true(rows[1].total_return != rows[1].total_return && rows[1].orders == 0);
        bt_run_close(run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plain_then_all_layers_and_the_reverse),
        TEST(a_run_torn_by_workers_is_resumed),
        TEST(a_truncated_checkpoint_is_rebuilt_from_the_results),
        TEST(garbage_for_a_checkpoint_is_rebuilt_too),
        TEST(a_missing_checkpoint_is_rebuilt_from_the_results),
        TEST(what_a_killed_writer_left_is_removed),
        TEST(a_missing_result_runs_again),
        TEST(a_damaged_result_runs_again_whatever_way_it_is_stored_then),
        TEST(a_damaged_line_of_a_segment_runs_again),
        TEST(an_edited_result_runs_again),
        TEST(of_two_kinds_the_stamp_of_what_is_stored_stays),
        TEST(a_lost_result_is_told_with_the_checkpoint_that_has_grown_meanwhile),
        TEST(stale_results_beside_good_ones_are_told_as_stale_only),
        TEST(a_flipped_bit_in_any_place_never_becomes_a_number),
        TEST(other_settings_are_refused_by_what_differs),
        TEST(what_was_computed_from_other_prices_runs_again),
        TEST(another_range_goes_on_with_the_same_store),
        TEST(a_larger_grid_goes_on_with_the_same_store),
        TEST(a_folder_that_is_no_store_is_left_alone),
        TEST(a_bundle_replaced_in_mid_run_gives_what_the_base_gives),
        TEST(a_symbol_that_is_gone_in_mid_run_is_named),
        TEST(an_asset_without_bars_in_the_range_has_undefined_metrics),
    };
    return cmocka_run_group_tests_name("resume", tests, make_bundle, NULL);
}
