/* The self-test's own judgement, and what it makes of a machine. */
#include "harness/gate/capability.h"
#include "harness/gate/selftest.h"
#include "tests/test.h"

#include "harness/base/io.h"

#include <math.h>
#include <string.h>

static void only_the_expected_status_is_right(void **state)
{
    (void)state;
    for (int i = 0; i < SELFTEST_CHECKS; i++)
        for (int status = 0; status <= 4; status++) {
            enum selftest_verdict found = selftest_judge(&selftest_checks[i], status);
            assert_int_equal(found, status == selftest_checks[i].status ? SELFTEST_RIGHT
                                    : status == 3                       ? SELFTEST_DOUBT
                                                                        : SELFTEST_WRONG);
        }
}

/* A gate that always gives the same answer is wrong in some check. */
static void every_answer_is_expected_somewhere_and_none_everywhere(void **state)
{
    (void)state;
    int expected[5] = {0};
    for (int i = 0; i < SELFTEST_CHECKS; i++)
        expected[selftest_checks[i].status]++;
    assert_true(expected[0] >= 2 && expected[1] >= 3 && expected[2] == 1 && expected[4] == 1);
    assert_int_equal(expected[3], 0);
}

/* ---- the machine ------------------------------------------------------------------------------- */

static struct capability calm(void)
{
    struct capability c = {.pairs = 10, .load = 0.1, .cpus = 2, .aslr = 2, .can_pin = true};
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        c.detectable_percent[m] = 2;
    strcpy(c.governor, "performance");
    strcpy(c.boost, "off");
    return c;
}

/* The names of the advice that holds, in order, with blanks between. */
static const char *advice_of(const struct capability *c)
{
    static char names[200];
    names[0] = '\0';
    for (int i = 0; i < capability_advice_count; i++)
        if (capability_advice[i].is_so(c)) {
            strcat(names, names[0] ? " " : "");
            strcat(names, capability_advice[i].name);
        }
    return names;
}

static void a_calm_machine_needs_no_advice(void **state)
{
    (void)state;
    struct capability c = calm();
    assert_string_equal(advice_of(&c), "");
    strcpy(c.governor, "not exposed"); /* a virtual machine has none to choose */
    strcpy(c.boost, "not exposed");
    assert_string_equal(advice_of(&c), "");
}

static void each_obstacle_has_its_advice(void **state)
{
    (void)state;
    struct capability c = calm();
    c.detectable_percent[PROBE_CPU] = 11;
    c.load = 1.5;
    assert_string_equal(advice_of(&c), "blunt load");
    c = calm();
    c.detectable_percent[PROBE_CPU] = (double)NAN; /* what is not known is no good news */
    c.detectable_percent[PROBE_NET] = (double)NAN;
    assert_string_equal(advice_of(&c), "blunt schedstat");
    c = calm();
    c.can_pin = false;
    c.cpus = 1;
    strcpy(c.governor, "powersave");
    strcpy(c.boost, "on");
    c.aslr = 0;
    assert_string_equal(advice_of(&c), "pinning one-cpu governor boost aslr");
    c = calm();
    strcpy(c.counters, "no");
    strcpy(c.valgrind, "no");
    assert_string_equal(advice_of(&c), "counters valgrind");
}

static void advice_is_one_line_that_says_what_to_do(void **state)
{
    (void)state;
    for (int i = 0; i < capability_advice_count; i++) {
        assert_null(strchr(capability_advice[i].text, '\n'));
        assert_true(strlen(capability_advice[i].text) > 20);
    }
}

static const char *results_file(const char *lines)
{
    static char path[300];
    struct err e;
    snprintf(path, sizeof path, "%s/r.jsonl", test_folder("selftest"));
    assert_ok(io_write_file(path, lines, strlen(lines), &e), &e);
    return path;
}

static void the_machine_is_read_from_the_record(void **state)
{
    (void)state;
    struct err e;
    struct capability c;
    const char *path =
        results_file("{\"record\":\"run\",\"schema\":1,\"scenario\":{},\"environment\":{\"load_"
                     "average\":[0.5,1,2],"
                     "\"cores_allowed\":4,\"aslr\":2,\"governor\":\"powersave\",\"boost\":1}}\n"
                     "{\"record\":\"comparison\",\"id\":\"equal-sides\",\"pairs\":[{},{},{}],"
                     "\"base\":{\"overhead\":{\"cpu\":600,\"wall\":30}},"
                     "\"compare\":{\"cpu\":{\"mde_percent\":1.5},\"wall\":{\"mde_percent\":4}}}\n");
    assert_ok(capability_read(&c, path, "equal-sides", &e), &e);
    assert_int_equal(c.pairs, 3);
    assert_true(c.detectable_percent[PROBE_CPU] == 1.5 && c.detectable_percent[PROBE_WALL] == 4);
    assert_true(isnan(c.detectable_percent[PROBE_NET]) && c.slice_ns[PROBE_CPU] == 600);
    assert_true(c.load == 0.5 && c.cpus == 4 && c.aslr == 2);
    assert_string_equal(c.governor, "powersave");
    assert_string_equal(c.boost, "on");
    assert_false(capability_read(&c, path, "other", &e));
    assert_says(&e, "no benchmark other");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_the_expected_status_is_right),
        TEST(every_answer_is_expected_somewhere_and_none_everywhere),
        TEST(a_calm_machine_needs_no_advice),
        TEST(each_obstacle_has_its_advice),
        TEST(advice_is_one_line_that_says_what_to_do),
        TEST(the_machine_is_read_from_the_record),
    };
    return cmocka_run_group_tests_name("selftest", tests, NULL, NULL);
}
