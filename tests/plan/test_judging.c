/* What a gate judges: defaults, a scenario's object, the command line over it. */
#include "harness/plan/judging.h"

#include "harness/base/rng.h"
#include "harness/gate/verdict.h"

#include "tests/test.h"

#include <string.h>

static struct arena arena;

static bool read_object(struct judging *j, const char *text, struct err *e)
{
    struct json *object = json_parse(str_of(text), "s", e);
    assert_non_null(object);
    bool ok = judging_read(j, object, &arena, e);
    json_free(object);
    return ok;
}

static bool name_metrics(struct judging *j, const char *list, struct err *e)
{
    const struct opt_texts texts = {&list, 1};
    return judging_metrics(j, &texts, e);
}

static void defaults_are_the_rows(void **state)
{
    (void)state;
    struct judging j = judging_default();
    assert_true(j.timing && judging_wants_timing(&j) && !judging_wants_exact(&j));
    for (int i = 0; i < METRIC_COUNT; i++)
        assert_true(j.margin[i] == metric_rows[i].margin_percent);
    assert_true(j.margin[METRIC_CPU] == 10 && j.margin[METRIC_INSTRUCTIONS] == 0.1 &&
                j.margin[METRIC_FSYNCS] == 0);
    assert_int_equal(j.cap, gate_rule_default.cap);
    assert_true(j.fail_error == gate_rule_default.fail_error &&
                j.pass_error == gate_rule_default.pass_error);
}

static void an_object_changes_what_it_names(void **state)
{
    (void)state;
    struct err e;
    struct judging j = judging_default();
    judging_time_margin(&j, 20);
    assert_ok(read_object(&j,
                          "{\"metrics\": [\"cpu\", \"instructions\"], \"cap\": 85, \"policy\": "
                          "\"lenient\", \"margins\": {\"cpu\": 5, \"opens\": 3}}",
                          &e),
              &e);
    assert_true(!j.timing && j.wanted[METRIC_CPU] && j.named[METRIC_INSTRUCTIONS] &&
                !j.wanted[METRIC_NET]);
    assert_true(j.margin[METRIC_CPU] == 5 && j.margin[METRIC_NET] == 20 &&
                j.margin[METRIC_OPENS] == 3);
    assert_int_equal(j.cap, 85);
    assert_true(j.budget_s == 300);
    assert_string_equal(j.policy, "lenient");
}

static void bad_objects_are_refused_by_field(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"{\"caps\": 60}",                  "caps: no such field"                                 },
        {"{\"cap\": 9}",                    "cap: expected a whole number from 10 to 200, found 9"},
        {"{\"cap\": 10.5}",                 "cap: expected a whole number"                        },
        {"{\"budget\": 0}",                 "budget: expected a number from 1"                    },
        {"{\"fail_error\": 0}",             "fail_error: expected a number from 1e-06 to 0.25"    },
        {"{\"pass_error\": 0.5}",           "pass_error: expected a number from 1e-06 to 0.25"    },
        {"{\"policy\": \"loose\"}",         "policy: expected one of strict, estimate, lenient"   },
        {"{\"metrics\": \"cpu\"}",          "metrics: expected an array of texts"                 },
        {"{\"metrics\": [\"speed\"]}",      "metrics: expected timing, exact or a metric"         },
        {"{\"metrics\": [\"\"]}",           "metrics: expected timing, exact or a metric"         },
        {"{\"margins\": 10}",               "margins: expected an object"                         },
        {"{\"margins\": {\"speed\": 10}}",  "margins: speed: no such field"                       },
        {"{\"margins\": {\"cpu\": 0}}",     "margins: cpu: expected a number from 0.1 to 1000"    },
        {"{\"margins\": {\"fsyncs\": -1}}", "margins: fsyncs: expected a number from 0 to 1000"   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct judging j = judging_default();
        struct err e = {0};
        assert_false(read_object(&j, cases[i].text, &e));
        assert_says(&e, cases[i].words);
        assert_int_equal(err_exit_status(e.code), 2);
    }
}

static void margins_of_the_command_line(void **state)
{
    (void)state;
    struct err e = {0};
    struct judging j = judging_default();
    assert_ok(judging_margin(&j, "7", &arena, &e) && judging_margin(&j, "fsyncs=2", &arena, &e) &&
                  judging_margin(&j, "wall=12.5", &arena, &e),
              &e);
    assert_true(j.margin[METRIC_CPU] == 7 && j.margin[METRIC_NET] == 7 &&
                j.margin[METRIC_WALL] == 12.5);
    assert_true(j.margin[METRIC_FSYNCS] == 2 && j.margin[METRIC_OPENS] == 0);
    static const char *const bad[] = {"",      "x",       "0",        "-1",         "nan",
                                      "cpu",   "cpu=",    "cpu=x",    "cpu=0",      "fsyncs=-1",
                                      "speed", "speed=1", "cpu=1001", "cpu=5,net=3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (judging_margin(&j, bad[i], &arena, &e))
            fail_msg("\"%s\" is taken for a margin", bad[i]);
}

static void groups_and_lists_of_metrics(void **state)
{
    (void)state;
    struct err e = {0};
    struct judging j = judging_default();
    assert_ok(name_metrics(&j, "exact", &e), &e);
    assert_true(!judging_wants_timing(&j) && judging_wants_exact(&j));
    assert_true(j.wanted[METRIC_OPENS] && !j.named[METRIC_OPENS] && !j.wanted[METRIC_INSTRUCTIONS]);
    assert_ok(name_metrics(&j, "timing,instructions", &e), &e);
    assert_true(j.timing && j.named[METRIC_INSTRUCTIONS] && !j.wanted[METRIC_OPENS]);
    assert_ok(name_metrics(&j, "wall", &e), &e);
    assert_true(!j.timing && judging_wants_timing(&j) && !judging_wants_exact(&j));
    assert_false(name_metrics(&j, "cpu,,net", &e));
    assert_false(name_metrics(&j, "cpu,", &e));
    assert_false(name_metrics(&j, "CPU", &e));
}

/* Any set of names gives that set, whatever their order and whatever was asked before. */
static void any_list_is_taken_as_it_stands(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(11);
    for (int i = 0; i < 500; i++) {
        struct judging j = judging_default();
        struct err e;
        bool asked[METRIC_COUNT] = {false};
        struct text list = {0};
        for (int k = 0, n = 1 + (int)rng_below(&rng, 5); k < n; k++) {
            int m = (int)rng_below(&rng, METRIC_COUNT);
            asked[m] = true;
            text_printf(&list, "%s%s", k ? "," : "", metric_rows[m].name);
        }
        assert_ok(name_metrics(&j, "exact,timing", &e) && name_metrics(&j, list.p, &e), &e);
        assert_memory_equal(j.wanted, asked, sizeof asked);
        assert_memory_equal(j.named, asked, sizeof asked);
        assert_false(j.timing);
        text_done(&list);
    }
}

/* What is written for a record reads back as the same. */
static void a_record_reads_back(void **state)
{
    (void)state;
    struct err e;
    struct judging j = judging_default(), back = judging_default();
    assert_ok(name_metrics(&j, "timing,fsyncs", &e) && judging_margin(&j, "net=3", &arena, &e), &e);
    j.cap = 28;
    struct json *o = judging_to_json(&j);
    assert_ok(judging_read(&back, o, &arena, &e), &e);
    assert_true(back.timing && back.wanted[METRIC_FSYNCS] && back.margin[METRIC_NET] == 3);
    assert_int_equal(back.cap, 28);
    json_free(o);
}

static void every_policy_is_one_of_the_gate(void **state)
{
    (void)state;
    enum gate_policy policy;
    int n = 0;
    for (; judging_policies[n]; n++)
        assert_true(gate_policy_from_name(judging_policies[n], &policy) && (int)policy == n);
    assert_int_equal(n, GATE_POLICY_COUNT);
}

static int done(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_the_rows),
        TEST(an_object_changes_what_it_names),
        TEST(bad_objects_are_refused_by_field),
        TEST(margins_of_the_command_line),
        TEST(groups_and_lists_of_metrics),
        TEST(any_list_is_taken_as_it_stands),
        TEST(a_record_reads_back),
        TEST(every_policy_is_one_of_the_gate),
    };
    return cmocka_run_group_tests_name("judging", tests, NULL, done);
}
