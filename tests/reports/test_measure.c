#include "reports/characteristics/measure.h"

#include "harness/base/json.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

static const char text[] =
    "{\"scale\": \"16\", \"base\": {\"metrics\": {\"wall\": {\"median\": 8e6}}, \"totals\": ["
    "{\"name\": \"peak\", \"unit\": \"bytes\", \"value\": 64},"
    "{\"name\": \"cycles\", \"unit\": \"cycles\", \"value\": null, \"reason\": \"no PMU\"}]},"
    "\"compare\": {\"wall\": {\"ratio\": 0.25, \"lower\": 0.2, \"upper\": 0.4},"
    "             \"cpu\": {\"ratio\": 1.5, \"lower\": null, \"upper\": null}}}";

struct fixture {
    struct json *record;
    struct arena arena;
};

static int set_up(void **state)
{
    static struct fixture f;
    struct err e;
    f = (struct fixture){.record = json_parse(str_of(text), "record", &e)};
    *state = &f;
    return f.record ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    json_free(f->record);
    arena_done(&f->arena);
    return 0;
}

static void test_paths(void **state)
{
    struct fixture *f = *state;
    assert_true(json_number(measure_at(f->record, "base.metrics.wall.median")) == 8e6);
    assert_true(json_number(measure_at(f->record, "base.totals[peak].value")) == 64);
    assert_string_equal(json_text(measure_at(f->record, "base.totals[1].name")), "cycles");
    assert_null(measure_at(f->record, "base.totals[none]"));
    assert_null(measure_at(f->record, "base.metrics.cpu.median"));
    assert_string_equal(measure_path(&f->arena, "compare.~.ratio", "net"), "compare.net.ratio");
}

/* A saving falls as the ratio grows: its bounds change places. */
static void test_bounds(void **state)
{
    struct fixture *f = *state;
    const struct measure saving = MEASURE_RATIO("saving", WORDS_SHARE);
    struct measured m = measure_take(f->record, &saving, "wall", &f->arena);
    assert_true(m.value == 75 && fabs(m.low - 60) < 1e-12 && fabs(m.high - 80) < 1e-12);
    assert_int_equal(measure_sense("saving", m.low, m.high), 1);
    assert_int_equal(measure_sense("change", m.low, m.high), -1);
    assert_int_equal(measure_sense("saving", -1, 1), 0);
    assert_int_equal(measure_sense("times", 0.5, 0.9), -1);
}

static void test_several_fields(void **state)
{
    struct fixture *f = *state;
    const struct measure each = MEASURE("quotient", WORDS_TIME, "base.metrics.~.median", "scale");
    struct measured m = measure_take(f->record, &each, "wall", &f->arena);
    assert_true(m.value == 5e5); /* the scale "16" is a number */
    assert_true(isnan(m.low) && isnan(m.high));
}

static void test_what_is_not_there(void **state)
{
    struct fixture *f = *state;
    const struct measure cycles = MEASURE("value", WORDS_COUNT, "base.totals[cycles]");
    struct measured m = measure_take(f->record, &cycles, "cpu", &f->arena);
    assert_true(isnan(m.value));
    assert_string_equal(m.reason, "no PMU");
    const struct measure bounds = MEASURE_BOUNDS("saving", WORDS_SHARE);
    m = measure_take(f->record, &bounds, "cpu", &f->arena);
    assert_true(m.value == -50 && isnan(m.low));
    assert_string_equal(m.field, "compare.cpu.lower");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_not_there, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
