#include "kernels/straddle/world.h"

#include "harness/base/io.h"
#include "harness/base/json.h"
#include "kernels/store/fields.h"
#include "kernels/straddle/schedule.h"
#include "kernels/straddle/world/parts.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FEW = 18 };

/* Of 18 assets and seed 1: made by gcc, the same by clang and in asan builds. */
static const char few_content[] =
    "c398ae1afa00cad70129f4e0eab266ce8905bf2acd480693b9b50f1db3fa94f6";

static struct arena arena;

static const char *fresh(const char *name)
{
    return arena_text(&arena, arena_format(&arena, "%s/w", test_folder(name)));
}

static int done(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static struct world_info made(const struct world_settings *s)
{
    struct err e;
    struct world_info info;
    assert_ok(world_make(s, &info, &arena, &e), &e);
    return info;
}

/* ---- the asset file ------------------------------------------------------------------------ */

static struct amt *amt_of(const struct world_settings *s)
{
    struct err e;
    struct world_list list;
    struct text text = {0};
    assert_ok(world_list_make(&list, s, &arena, &e), &e);
    world_asset_text(&list, s, &text);
    struct amt *amt = amt_parse((struct str){text.p, text.n}, "amt.yaml", &e);
    assert_ok(amt, &e);
    assert_true(text.n > 150000 && text.n < 250000);
    text_done(&text);
    return amt;
}

static struct schedule *schedule_for(const struct amt *amt, const struct amt_asset *asset)
{
    struct err e;
    const struct amt_schedule *text = amt_schedule_find(amt, asset->schedule);
    assert_non_null(text);
    struct schedule *s = schedule_of(text, asset->underlying, &e);
    assert_ok(s, &e);
    return s;
}

/* Straddles that expire in a month, of the live assets that a pattern finds. */
static long a_month(const struct amt *amt, const char *pattern)
{
    struct err e;
    long sum = 0;
    const struct amt_asset **live = ARENA_NEW(&arena, const struct amt_asset *, amt->asset_count);
    int n = amt_select(amt, pattern, live, &e);
    assert_ok(n >= 0, &e);
    for (int i = 0; i < n; i++) {
        struct schedule *s = schedule_for(amt, live[i]);
        sum += s->n;
        mem_free(MEM_BASE, s);
    }
    return sum;
}

static void check_counts(const struct world_settings *s)
{
    struct amt *amt = amt_of(s);
    int live = 0, years = WORLD_YEAR_MAX - WORLD_YEAR_MIN + 1;
    for (int i = 0; i < amt->asset_count; i++)
        live += amt_is_live(&amt->assets[i]);
    assert_int_equal(amt->asset_count, 237);
    assert_int_equal(live, 189);
    assert_int_equal(12 * a_month(amt, "^LA Comdty"), 96);
    assert_int_equal(12 * a_month(amt, "^LA Comdty") * 6, 576);
    assert_int_equal(12 * a_month(amt, "^(LA|CL|NG) Comdty") * 2, 384);
    assert_int_equal(a_month(amt, "."), 741);
    assert_int_equal(12 * a_month(amt, ".") * years, 231192);
    amt_free(amt);
}

static void counts_are_those_of_the_real_list(void **state)
{
    (void)state;
    check_counts(&(struct world_settings){.seed = 1});
}

static void few_assets_are_of_every_kind(void **state)
{
    (void)state;
    struct err e;
    struct world_list list;
    const struct world_settings s = {.seed = 1, .assets = FEW};
    bool hedge[4] = {false}, source[2] = {false};
    assert_ok(world_list_make(&list, &s, &arena, &e), &e);
    assert_int_equal(list.live, FEW);
    for (int i = 0; i < list.live; i++) {
        hedge[list.assets[i].kind->hedge] = true;
        source[list.assets[i].source] = true;
    }
    for (int i = 0; i < 4; i++)
        assert_true(hedge[i]);
    assert_true(source[AMT_VOL_BBG] && source[AMT_VOL_CV]);
    const struct world_settings all = {.seed = 1};
    int split = 0;
    assert_ok(world_list_make(&list, &all, &arena, &e), &e);
    for (int i = 0; i < list.live; i++)
        split += *list.assets[i].old != '\0';
    assert_true(split > 0);
}

/* ---- finding ------------------------------------------------------------------------------- */

static void a_world_is_made_once(void **state)
{
    (void)state;
    struct err e;
    struct stat first, again;
    struct world_info info;
    const char *dir = fresh("ensure"), *manifest = arena_format(&arena, "%s/manifest.json", dir);
    assert_ok(world_ensure(1, 4, dir, &e), &e);
    assert_int_equal(stat(manifest, &first), 0);
    assert_ok(world_ensure(1, 4, dir, &e), &e);
    assert_int_equal(stat(manifest, &again), 0);
    assert_int_equal(first.st_ino, again.st_ino);
    assert_ok(world_ensure(7, 4, dir, &e), &e);
    assert_ok(world_read(dir, &info, &arena, &e), &e);
    assert_int_equal(info.seed, 7);
    assert_ok(io_remove(arena_format(&arena, "%s/prices.blocks", dir), &e), &e);
    assert_ok(world_ensure(7, 4, dir, &e), &e);
    assert_ok(world_verify(dir, &e), &e);
}

static void damage_and_absence_are_told(void **state)
{
    (void)state;
    struct err e;
    struct world_paths paths;
    struct world_info info;
    const char *dir = fresh("damage");
    assert_false(world_read(dir, &info, &arena, &e));
    assert_false(world_find(dir, NULL, &arena, &paths, &e));
    assert_says(&e, "no amt.yaml in it");
    made(&(struct world_settings){.dir = dir, .seed = 1, .assets = 4});
    assert_ok(world_find(dir, NULL, &arena, &paths, &e), &e);
    assert_false(world_find(dir, "sqlite", &arena, &paths, &e));
    assert_says(&e, "no prices.sqlite in it");
    assert_ok(io_write_file(paths.chain, "x", 1, &e), &e);
    assert_false(world_verify(dir, &e));
    assert_says(&e, "chain.csv: its SHA-256");
}

static void interrupted_nothing_is_left(void **state)
{
    (void)state;
    struct err e;
    struct world_info info;
    const volatile sig_atomic_t raised = 1;
    const char *dir = fresh("stop");
    struct world_settings s = {.dir = dir, .seed = 1, .assets = 4, .stop = &raised};
    assert_false(world_make(&s, &info, &arena, &e));
    assert_int_equal(e.code, ERR_INTERRUPTED);
    assert_true(io_is_empty_dir(test_path("stop")));
}

/* ---- prices -------------------------------------------------------------------------------- */

static struct prices_span read_all(const char *dir, const char *ticker, const char *field)
{
    struct err e;
    struct world_paths paths;
    struct prices_span span;
    struct prices_query q = {ticker, field, 0, 40000};
    assert_ok(world_find(dir, NULL, &arena, &paths, &e), &e);
    struct prices *p = prices_open(paths.prices, &e);
    assert_ok(p, &e);
    assert_ok(prices_read(p, &q, 1, &arena, &span, &e), &e);
    int32_t *day = ARENA_NEW(&arena, int32_t, span.n); /* the span goes with the store */
    double *value = ARENA_NEW(&arena, double, span.n);
    for (long i = 0; i < span.n; i++) {
        day[i] = span.day[i];
        value[i] = span.value[i];
    }
    prices_close(p);
    return (struct prices_span){day, value, span.n};
}

static int32_t days(int year, int month, int day)
{
    return (int32_t)date_to_days((struct date){year, month, day});
}

static double at(const struct prices_span *s, int32_t day)
{
    for (long i = 0; i < s->n; i++)
        if (s->day[i] == day)
            return s->value[i];
    return NAN;
}

/* Neither dead nor flown away, some days missing. */
static void check_alive(const char *dir)
{
    static const char *const series[][2] = {
        {"LA Comdty",           "PX_LAST"       },
        {"LA Comdty",           "1ST_MTH_IMPVOL"},
        {"LA Comdty",           "2ND_MTH_IMPVOL"},
        {"CR01 Curncy CDSI 5Y", "PX_LAST"       },
        {"SW_pva6m_01",         "none"          }
    };
    for (size_t i = 0; i < sizeof series / sizeof *series; i++) {
        struct prices_span s = read_all(dir, series[i][0], series[i][1]);
        assert_in_range(s.n, 6000, 6825);
        for (long k = 0; k < s.n; k++)
            assert_true(s.value[k] > s.value[0] / 50 && s.value[k] < s.value[0] * 50);
    }
    struct prices_span clf = read_all(dir, "CLF20 Comdty", "PX_LAST");
    assert_in_range(clf.n, 150, 300);
    assert_int_equal(clf.day[clf.n - 1] / 8, world_last_trade(straddle_month(2020, 1)) / 8);
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    (void)state;
    struct err e;
    const char *dir = fresh("seed");
    struct world_info info = made(&(struct world_settings){.dir = dir, .seed = 1, .assets = FEW});
    assert_string_equal(info.content, few_content);
    assert_string_equal(info.source, "synth:1:18");
    assert_true(info.synthetic && info.seed == 1 && info.live == FEW && info.real == 0);
    assert_int_equal(info.assets, FEW + FEW * 48 / 189);
    assert_ok(world_verify(dir, &e), &e);
    check_alive(dir);
}

static void another_seed_gives_other_prices(void **state)
{
    (void)state;
    const char *dir = fresh("other");
    struct world_settings s = {.dir = dir, .seed = 1, .assets = 4, .replace = true};
    struct world_info one = made(&s);
    s.seed = 2;
    assert_string_not_equal(made(&s).content, one.content);
}

/* ---- real data ----------------------------------------------------------------------------- */

static const char *real_folder(void)
{
    const char *file = test_data_file("straddles_all.csv.gz");
    return str_copy(&arena, (struct str){file, strlen(file) - strlen("/straddles_all.csv.gz")});
}

enum { ALL = 231192 };

/* The next row of the list is this straddle. */
static void check_row(struct fields *f, const char *underlying, const struct straddle *straddle)
{
    struct err e;
    struct str r[8];
    char expected[2 * STRADDLE_TEXT], text[STRADDLE_TEXT], *at = expected;
    if (fields_next(f, r, &e) != FIELDS_ROW)
        fail_msg("the list ends before %s", underlying);
    for (int i = 1; i < 8; i++) { /* "|a|b|c", no printf: there are many */
        *at++ = '|';
        memcpy(at, r[i].p, r[i].n);
        at += r[i].n;
    }
    memcpy(at, "|", 2);
    straddle_print(straddle, text);
    if (!str_is(r[0], underlying) || strcmp(text, expected) != 0)
        fail_msg("%s %s, expected %.*s %s", underlying, text, (int)r[0].n, r[0].p, expected);
}

/* Month by month, assets as they stand in the file, entries as they stand in the schedule. */
static long walk_list(struct fields *f, const struct amt *amt)
{
    long n = 0;
    struct schedule **of = ARENA_NEW(&arena, struct schedule *, amt->asset_count);
    for (int i = 0; i < amt->asset_count; i++)
        of[i] = schedule_for(amt, &amt->assets[i]);
    for (int32_t m = straddle_month(WORLD_YEAR_MIN, 1); m <= straddle_month(WORLD_YEAR_MAX, 12);
         m++)
        for (int i = 0; i < amt->asset_count; i++) {
            struct straddle all[WORLD_ENTRIES_MAX];
            schedule_expand(of[i], m, all);
            for (int k = 0; k < of[i]->n && amt_is_live(&amt->assets[i]); k++, n++)
                check_row(f, amt->assets[i].underlying, &all[k]);
        }
    for (int i = 0; i < amt->asset_count; i++)
        mem_free(MEM_BASE, of[i]);
    return n;
}

static void the_real_list_comes_out_whole(void **state)
{
    (void)state;
    static const char *const columns[] = {"asset",        "entry_month", "expiry_month",
                                          "entry_code",   "entry_value", "expiry_code",
                                          "expiry_value", "weight"};
    struct err e;
    struct str row[8];
    const struct world_settings s = {.seed = 1, .real = real_folder()};
    struct amt *amt = amt_of(&s);
    int lettered = 0;
    for (int i = 0; i < amt->asset_count; i++)
        lettered +=
            strstr(amt_schedule_find(amt, amt->assets[i].schedule)->entries[0], "BDa") != NULL;
    assert_int_equal(lettered, 17); /* whose days follow the rule of letters */
    struct fields *f =
        fields_open(arena_format(&arena, "%s/straddles_all.csv.gz", s.real), columns, 8, &e);
    assert_ok(f, &e);
    assert_int_equal(walk_list(f, amt), ALL);
    assert_int_equal(fields_next(f, row, &e), FIELDS_END);
    fields_close(f);
    amt_free(amt);
    check_counts(&s);
}

static void check_fronts(const char *dir)
{
    struct err e;
    struct json *root = json_read_file(arena_format(&arena, "%s/manifest.json", dir), &e);
    assert_ok(root, &e);
    const struct json *fronts = json_get(root, "front_month");
    assert_int_equal(json_count(fronts), 2);
    for (const struct json *f = json_first(fronts); f; f = json_next(f)) {
        assert_int_equal(json_number(json_get(f, "days_in_common")), 4529);
        assert_int_equal(json_number(json_get(f, "equal")), 4529);
    }
    json_free(root);
}

/* The same formula by the C library, from the settlements alone. */
static void check_realised(const char *dir, const char *field, int last)
{
    struct prices_span settle = read_all(dir, "LA Comdty", "PX_LAST");
    struct prices_span vol = read_all(dir, "LA Comdty", field);
    assert_int_equal(vol.n, settle.n - last);
    assert_int_equal(vol.day[0], settle.day[last]);
    for (long i = last; i < settle.n; i += 97) {
        double sum = 0, squares = 0;
        for (long k = i - last + 1; k <= i; k++) {
            double r = log(settle.value[k] / settle.value[k - 1]);
            sum += r;
            squares += r * r;
        }
        double expected = 100 * sqrt(252 * (squares - sum * sum / last) / (last - 1));
        assert_true(fabs(vol.value[i - last] - expected) < 1e-4);
    }
}

/* On 2015-02-10 over two rolls: each return is of the contract that is the front on its second day. */
static void check_rolls(const char *dir)
{
    enum { LAST = 30 };
    struct prices_span all = read_all(dir, "NG1 Comdty", "PX_LAST");
    const struct prices_span contracts[] = {
        read_all(dir, "NGF15 Comdty", "PX_LAST"),
        read_all(dir, "NGG15 Comdty", "PX_LAST"),
        read_all(dir, "NGH15 Comdty", "PX_LAST"),
    };
    double sum = 0, squares = 0;
    long i = 0;
    while (all.day[i] < days(2015, 2, 10))
        i++;
    for (long k = i - LAST + 1; k <= i; k++) {
        const struct prices_span *front = contracts;
        while (front->day[front->n - 1] < all.day[k])
            front++;
        double r = log(at(front, all.day[k]) / at(front, all.day[k - 1]));
        sum += r;
        squares += r * r;
    }
    double expected = 100 * sqrt(252 * (squares - sum * sum / LAST) / (LAST - 1));
    struct prices_span vol = read_all(dir, "NG Comdty", "REALISED_30D");
    assert_true(fabs(at(&vol, days(2015, 2, 10)) - expected) < 1e-4);
}

static void real_prices_are_those_of_the_files(void **state)
{
    (void)state;
    const char *real = real_folder(), *dir = fresh("real");
    struct world_info info =
        made(&(struct world_settings){.dir = dir, .seed = 1, .assets = 12, .real = real});
    assert_true(!info.synthetic && info.real == 4 && info.live == 12);
    int32_t negative = days(2020, 4, 20);
    struct prices_span front = read_all(dir, "CL1 Comdty", "PX_LAST");
    struct prices_span may = read_all(dir, "CLK20 Comdty", "PX_LAST");
    struct prices_span june = read_all(dir, "CLM20 Comdty", "PX_LAST");
    assert_true(at(&front, negative) == -37.63 && at(&may, negative) == -37.63);
    assert_true(at(&june, negative) == 20.43 && at(&june, negative + 2) == 13.78);
    assert_int_equal(may.day[may.n - 1], negative + 1);                /* its last trade */
    struct prices_span old = read_all(dir, "CLJ05 Comdty", "PX_LAST"); /* as front month only */
    assert_in_range(old.day[0], days(2005, 2, 22), days(2005, 3, 1));
    assert_in_range(old.day[old.n - 1], days(2005, 3, 15), days(2005, 3, 22));
    struct prices_span ovx = read_all(dir, "OVX Index", "PX_LAST");
    assert_int_equal(ovx.n, 4694);
    assert_true(read_all(dir, "NG Comdty", "REALISED_60D").n > 6000);
    check_realised(dir, "REALISED_30D", 30);
    check_realised(dir, "REALISED_60D", 60);
    check_rolls(dir);
    check_fronts(dir);
}

int main(void)
{
    /* clang-format off */
    const struct CMUnitTest tests[] = {
        TEST(the_same_seed_gives_the_same_bytes),
        TEST(another_seed_gives_other_prices),
        TEST(counts_are_those_of_the_real_list),
        TEST(few_assets_are_of_every_kind),
        TEST(a_world_is_made_once),
        TEST(damage_and_absence_are_told),
        TEST(interrupted_nothing_is_left),
        TEST(the_real_list_comes_out_whole),
        TEST(real_prices_are_those_of_the_files),
    };
    /* clang-format on */
    return cmocka_run_group_tests(tests, NULL, done);
}
