/* The campaign's file and what it adds up to; the series' file. */
#include "tests/gate/series.h"
#include "tests/gate/tally.h"
#include "tests/test.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"

#include <math.h>
#include <string.h>

static struct json *facts_of(const char *cpu)
{
    struct json *facts = json_object();
    json_put_text(facts, "cpu_model", cpu);
    return facts;
}

static const char *file_in(const char *folder)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/raw.jsonl", test_folder(folder));
    return path;
}

/* Ten pairs about a ratio of 1. */
static struct trial trial_of(int cell, int percent, enum gate_verdict verdict, int status)
{
    struct trial t = {.cell = cell, .percent = percent, .verdict = verdict, .status = status};
    t.metric = PROBE_CPU;
    t.judged[PROBE_CPU] = true;
    t.pairs = 10;
    t.seconds = 2;
    t.ratio = (struct stats_interval){1, 0.99, 1.01, 0.95};
    for (int i = 0; i < t.pairs; i++)
        t.log_ratio[PROBE_CPU][i] = 0.001 * (i - 4.5);
    return t;
}

static void open_tally(struct tally *t, const char *path, const char *cpu)
{
    struct err e;
    struct json *facts = facts_of(cpu);
    bool ok = tally_open(t, path, facts, &e);
    json_free(facts);
    assert_ok(ok, &e);
}

static void add(struct tally *t, int cell, int percent, enum gate_verdict verdict, int status)
{
    struct err e;
    static struct trial trial;
    trial = trial_of(cell, percent, verdict, status);
    assert_ok(tally_add(t, &trial, 7, &e), &e);
}

static struct text summary_text(const struct tally *t)
{
    struct text out = {0};
    struct json *summary = tally_summary(t);
    json_print(summary, &out);
    json_free(summary);
    return out;
}

static void a_campaign_goes_on_where_it_was(void **state)
{
    (void)state;
    const char *path = file_in("tally-resume");
    struct tally t;
    open_tally(&t, path, "one");
    add(&t, 0, 0, GATE_PASS, 0);
    add(&t, 0, 0, GATE_INCONCLUSIVE, 3);
    add(&t, 3, 4, GATE_FAIL, 1);
    struct text before = summary_text(&t);
    tally_close(&t);
    open_tally(&t, path, "one");
    struct text after = summary_text(&t);
    assert_string_equal(before.p, after.p);
    assert_int_equal(t.cases[0][0].n, 2);
    assert_int_equal(t.cases[0][0].inconclusive, 1);
    assert_int_equal(t.cases[0][0].covered, 2);
    assert_int_equal(t.cases[3][4].failed, 1);
    assert_int_equal(t.cases[3][4].covered, 0); /* ratio 1 where 15 % were planted */
    tally_close(&t);
    text_done(&before);
    text_done(&after);
}

static void a_torn_line_is_cut_off(void **state)
{
    (void)state;
    const char *path = file_in("tally-torn");
    struct tally t;
    struct err e;
    struct text file = {0};
    open_tally(&t, path, "one");
    add(&t, 0, 0, GATE_PASS, 0);
    tally_close(&t);
    assert_ok(io_read_file(path, &file, &e), &e);
    size_t whole = file.n;
    text_puts(&file, "{\"record\":\"trial\",\"ce");
    assert_ok(io_write_file(path, file.p, file.n, &e), &e);
    open_tally(&t, path, "one");
    add(&t, 0, 0, GATE_PASS, 0);
    tally_close(&t);
    open_tally(&t, path, "one");
    assert_int_equal(t.cases[0][0].n, 2);
    tally_close(&t);
    assert_true(whole > 0);
    text_done(&file);
}

static void another_machine_and_damage_are_refused(void **state)
{
    (void)state;
    const char *path = file_in("tally-other");
    struct tally t;
    struct err e;
    open_tally(&t, path, "one");
    tally_close(&t);
    struct json *facts = facts_of("two");
    assert_false(tally_open(&t, path, facts, &e));
    json_free(facts);
    assert_says(&e, "another machine");
    static const char bad[] =
        "{\"record\":\"trial\",\"cell\":\"spin/quiet\",\"planted_percent\":7}\n";
    assert_ok(io_write_file(path, bad, sizeof bad - 1, &e), &e);
    assert_false(tally_open(&t, path, NULL, &e));
    assert_says(&e, "raw.jsonl:1");
    assert_says(&e, "no trials of spin/quiet with 7 %");
}

/* ---- what is found ----------------------------------------------------------------------------- */

static const struct json *goal_named(const struct json *summary, const char *words)
{
    for (const struct json *g = json_first(json_get(summary, "goals")); g; g = json_next(g))
        if (strstr(json_text(json_get(g, "goal")), words))
            return g;
    fail_msg("no goal \"%s\"", words);
    return NULL;
}

static void goals_are_met_or_not_and_say_when_trials_are_few(void **state)
{
    (void)state;
    struct tally t;
    open_tally(&t, file_in("tally-goals"), "one");
    for (int i = 0; i < 299; i++)
        add(&t, 0, 0, GATE_PASS, 0);
    for (int i = 0; i < 100; i++)
        add(&t, 0, 4, i < 2 ? GATE_INCONCLUSIVE : GATE_FAIL, i < 2 ? 3 : 1);
    add(&t, 0, 1, GATE_PASS, 0);
    struct json *summary = tally_summary(&t);
    const struct json *same = goal_named(summary, "no alarm"), *found = goal_named(summary, "+15"),
                      *five = goal_named(summary, "+5");
    assert_true(json_bool(json_get(same, "met")) && json_bool(json_get(same, "enough_trials")));
    assert_false(json_bool(json_get(found, "met"))); /* what is in doubt is not found */
    assert_true(json_number(json_get(found, "found")) == 98);
    assert_true(json_bool(json_get(five, "met")) && !json_bool(json_get(five, "enough_trials")));
    /* No alarm in 299: at most 1 % with 95 % certainty. */
    const struct json *row = json_first(json_get(summary, "cases"));
    assert_true(fabs(json_number(json_get(row, "exit_1_percent_at_most")) - 0.997) < 0.001);
    json_free(summary);
    tally_close(&t);
}

/* ---- the series -------------------------------------------------------------------------------- */

static void a_series_reads_back_as_it_was_written(void **state)
{
    (void)state;
    struct err e;
    struct rng rng = rng_seeded(3);
    struct series s = {.slices = 3, .unit_ns = 100}, back;
    char path[300];
    snprintf(path, sizeof path, "%s/s.csv.gz", test_folder("series"));
    strcpy(s.name, "spin/quiet");
    for (int i = 0; i < 100; i++) {
        struct series_pair pair = {0};
        for (int k = 0; k < 3; k++) {
            pair.first[k] = (uint8_t)rng_below(&rng, 2);
            pair.time[k][0] = (float)(1 + rng_below(&rng, 1000000));
            pair.time[k][1] = (float)(1 + rng_below(&rng, 1000000));
        }
        series_add(&s, &pair);
    }
    assert_ok(series_write(&s, path, &e), &e);
    assert_ok(series_read(&back, path, &e), &e);
    assert_int_equal(back.count, 100);
    assert_string_equal(back.name, s.name);
    assert_memory_equal(back.pairs, s.pairs, 100 * sizeof *s.pairs);
    series_done(&s);
    series_done(&back);
}

static void a_damaged_series_is_named_by_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"spin\n",                                        "s.csv:1: expected \"# NAME"},
        {"# spin unit=100 slices=99\n",                   "s.csv:1: "                 },
        {"# spin unit=100 slices=2\n",                    "expected pairs, found none"},
        {"# spin unit=100 slices=2\n01,1,2,3,4\n0,1,2\n", "s.csv:3: expected 2 turns" },
        {"# spin unit=100 slices=2\n01,1,2,3\n",          "s.csv:2: expected 4 times" },
        {"# spin unit=100 slices=2\n01,1,2,3,x\n",        "s.csv:2: expected 4 times" },
        {"# spin unit=100 slices=2\n01,1,2,0,4\n",        "s.csv:2: expected 4 times" },
    };
    char path[300];
    snprintf(path, sizeof path, "%s/s.csv", test_folder("series-bad"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e;
        struct series s;
        assert_ok(io_write_file(path, cases[i].text, strlen(cases[i].text), &e), &e);
        assert_false(series_read(&s, path, &e));
        assert_says(&e, cases[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_campaign_goes_on_where_it_was),
        TEST(a_torn_line_is_cut_off),
        TEST(another_machine_and_damage_are_refused),
        TEST(goals_are_met_or_not_and_say_when_trials_are_few),
        TEST(a_series_reads_back_as_it_was_written),
        TEST(a_damaged_series_is_named_by_its_line),
    };
    return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
