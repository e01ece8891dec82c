#include "kernels/store/synth.h"

#include "harness/base/io.h"
#include "kernels/store/csv.h"
#include "kernels/store/dates.h"
#include "kernels/store/nyse.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of `cupel data synth --preset mag7 --seed 1`: made by gcc, the same by clang and in asan builds. */
static const char mag7_content[] =
    "ac7cfd6bfb1cff524f1000dddb7686441c077b77a9b88f2a060ddebbc8766fef";

static void made_of(const char *preset, const char *dir, uint64_t seed, struct bundle_info *info)
{
    static struct arena a;
    struct err e;
    struct bundle_target target = {.dir = dir};
    assert_ok(synth_make(preset, seed, &target, info, &a, &e), &e);
}

static void made(const char *dir, uint64_t seed, struct bundle_info *info)
{
    made_of("mag7", dir, seed, info);
}

static void the_series_is_the_same_everywhere(void **state)
{
    (void)state;
    struct bundle_info info;
    struct err e;
    char dir[1100];
    snprintf(dir, sizeof dir, "%s/b", test_folder("synth"));
    made(dir, 1, &info);
    assert_int_equal(info.rows, 42801);
    assert_int_equal(info.assets, 8);
    assert_true(info.synthetic && !info.intraday);
    assert_string_equal(info.source, "synth:mag7:1");
    assert_string_equal(info.content, mag7_content);
    assert_ok(bundle_verify(dir, &e), &e);
}

/* Contents as made by gcc. The prices of a good history neither die nor fly away. */
static void wide_and_long_presets_are_the_same_everywhere(void **state)
{
    (void)state;
    static const struct {
        const char *preset, *content;
        long rows, assets;
        bool intraday;
    } cases[] = {
        {"sp500",  "452261e22adfb5629a49134665bc367770392dba94dea44d75e2da748754d6b8", 684000, 500,
         false},
        {"sp50",   "cbee7cb8a601676800de6014b06048df8646feb984f9a846695a3b148a1e41c2", 62900,  50,
         false},
        {"hourly", "7061238a9293c84de4b29a040ed27e13135c903e2d9dee3eb16447010a5836e3", 43800,  1,
         true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bundle_info info;
        struct err e;
        char dir[1100];
        snprintf(dir, sizeof dir, "%s/%s", test_folder("synth-presets"), cases[i].preset);
        made_of(cases[i].preset, dir, 1, &info);
        assert_int_equal(info.rows, cases[i].rows);
        assert_int_equal(info.assets, cases[i].assets);
        assert_int_equal(info.intraday, cases[i].intraday);
        assert_string_equal(info.content, cases[i].content);
        struct bundle *b = bundle_open(dir, &e);
        assert_ok(b, &e);
        long n, low = 0;
        const struct bar_row *rows = bundle_rows(b, &n);
        for (long r = 0; r < n; r++)
            low += rows[r].close < BUNDLE_TICKS_PER_UNIT / 10;
        assert_true(low < n / 100);
        bundle_close(b);
    }
}

static void another_seed_is_another_series(void **state)
{
    (void)state;
    struct bundle_info info;
    char dir[1100];
    snprintf(dir, sizeof dir, "%s/b", test_folder("synth2"));
    made(dir, 2, &info);
    assert_int_equal(info.rows, 42801);
    assert_string_not_equal(info.content, mag7_content);
}

static void prices_are_consistent_and_tails_are_fat(void **state)
{
    (void)state;
    struct bundle_info info;
    struct err e;
    char dir[1100];
    snprintf(dir, sizeof dir, "%s/b", test_folder("synth3"));
    made(dir, 1, &info);
    struct bundle *b = bundle_open(dir, &e);
    assert_ok(b, &e);
    long n, count = 0;
    const struct bar_row *rows = bundle_rows(b, &n);
    double before = 0, square = 0, fourth = 0;
    for (long i = 0; i < n; i++) {
        const struct bar_row *r = &rows[i];
        assert_true(r->high >= r->open && r->high >= r->close);
        assert_true(r->low <= r->open && r->low <= r->close && r->low > 0 && r->volume >= 1);
        if (r->asset != 0)
            continue;
        if (before > 0) {
            double change = (double)r->close / before - 1;
            square += change * change;
            fourth += change * change * change * change;
            count++;
        }
        before = (double)r->close;
    }
    bundle_close(b);
    double kurtosis = fourth / (double)count / (square / (double)count * square / (double)count);
    if (kurtosis < 4)
        fail_msg("kurtosis %g: tails as thin as a normal's", kurtosis);
}

static void sessions_are_those_of_the_real_file(void **state)
{
    (void)state;
    struct err e;
    struct csv_bar bar;
    enum csv_fault fault;
    struct csv *c = csv_open(test_data_file("mag7_daily.csv"), &e);
    assert_ok(c, &e);
    int64_t day = date_to_days((struct date){2000, 1, 1});
    long sessions = 0;
    while (csv_next(c, &bar, &fault, &e) == CSV_ROW) {
        int64_t real = bar.row.time / DATE_DAY_SECONDS;
        for (; day < real; day++)
            assert_false(nyse_is_session(day));
        assert_true(nyse_is_session(real));
        sessions += day == real;
        day = real + 1 > day ? real + 1 : day;
    }
    csv_close(c);
    assert_int_equal(sessions, 6289);
    assert_int_equal(day, date_to_days((struct date){2025, 1, 1}));
}

static void easter_is_where_it_was(void **state)
{
    (void)state;
    static const struct date easters[] = {
        {2000, 4, 23},
        {2008, 3, 23},
        {2011, 4, 24},
        {2024, 3, 31}
    };
    for (size_t i = 0; i < sizeof easters / sizeof *easters; i++)
        assert_int_equal(easter_sunday(easters[i].year), date_to_days(easters[i]));
}

static void an_unknown_preset_names_those_there_are(void **state)
{
    (void)state;
    struct err e;
    struct arena a = {0};
    struct bundle_target target = {.dir = "/nowhere/b"};
    assert_false(synth_make("mag8", 1, &target, NULL, &a, &e));
    assert_says(&e, "mag7");
    arena_done(&a);
}

static void ensuring_makes_leaves_and_repairs(void **state)
{
    (void)state;
    struct err e;
    struct bundle_version first, again;
    char dir[1100], bars[1200];
    snprintf(dir, sizeof dir, "%s/b", test_folder("ensure"));
    snprintf(bars, sizeof bars, "%s/bars.bin", dir);
    assert_ok(synth_ensure("mag7", 1, dir, &e), &e);
    assert_ok(bundle_version(dir, &first, &e), &e);
    assert_ok(synth_ensure("mag7", 1, dir, &e), &e);
    assert_ok(bundle_version(dir, &again, &e), &e);
    assert_true(bundle_version_equal(first, again));
    assert_int_equal(truncate(bars, 100), 0);
    assert_ok(synth_ensure("mag7", 1, dir, &e), &e);
    assert_ok(bundle_verify(dir, &e), &e);
    assert_ok(synth_ensure("mag7", 5, dir, &e), &e);
    struct bundle *b = bundle_open(dir, &e);
    assert_ok(b, &e);
    assert_string_equal(bundle_info(b)->source, "synth:mag7:5");
    bundle_close(b);
}

static void four_processes_may_ensure_at_once(void **state)
{
    (void)state;
    struct err e;
    char dir[1100];
    snprintf(dir, sizeof dir, "%s/b", test_folder("ensure4"));
    for (int i = 0; i < 4; i++)
        if (fork() == 0)
            _exit(!synth_ensure("mag7", 1, dir, &e));
    for (int i = 0; i < 4; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_ok(bundle_verify(dir, &e), &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_series_is_the_same_everywhere),
        TEST(wide_and_long_presets_are_the_same_everywhere),
        TEST(another_seed_is_another_series),
        TEST(prices_are_consistent_and_tails_are_fat),
        TEST(sessions_are_those_of_the_real_file),
        TEST(easter_is_where_it_was),
        TEST(an_unknown_preset_names_those_there_are),
        TEST(ensuring_makes_leaves_and_repairs),
        TEST(four_processes_may_ensure_at_once),
    };
    return cmocka_run_group_tests_name("synth", tests, NULL, NULL);
}
