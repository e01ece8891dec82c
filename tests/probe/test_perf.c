#include "harness/probe/perf.h"

#include "tests/test.h"

#include <errno.h>
#include <string.h>

/* A machine's counters by script: which events open, and what a group's read gives. */
struct fake {
    int refuse[PERF_EVENTS]; /* errno, 0 opens */
    int opened, closed;
    int leaders[PERF_EVENTS];
    uint64_t words[PERF_GROUPS][3 + PERF_EVENTS];
    int n[PERF_GROUPS];
};

static int fake_open(void *context, const struct perf_event_row *event, int leader)
{
    struct fake *f = context;
    int i = (int)(event - perf_events);
    f->leaders[i] = leader;
    if (f->refuse[i])
        return -f->refuse[i];
    f->opened++;
    return 100 + i;
}

static int fake_read(void *context, int leader, uint64_t *words, int max)
{
    struct fake *f = context;
    int g = (int)perf_events[leader - 100].group;
    assert_true(f->n[g] <= max);
    if (f->n[g] > 0)
        memcpy(words, f->words[g], sizeof *words * (size_t)f->n[g]);
    return f->n[g];
}

static void fake_close(void *context, int fd)
{
    (void)fd;
    ((struct fake *)context)->closed++;
}

static void set_hardware(struct fake *f, uint64_t enabled, uint64_t running, uint64_t first)
{
    const uint64_t words[] = {4, enabled, running, first, first * 2, first / 10, first / 100};
    memcpy(f->words[PERF_HARDWARE], words, sizeof words);
    f->n[PERF_HARDWARE] = 7;
}

static struct perf_source source_of(struct fake *f)
{
    return (struct perf_source){fake_open, fake_read, fake_close, f};
}

static void a_counter_that_shared_the_hardware_is_scaled_up(void **state)
{
    (void)state;
    struct fake f = {0};
    struct perf_source source = source_of(&f);
    struct perf p;
    struct perf_reading begin, end;
    struct probe_totals t = {0};
    perf_open(&p, &source);
    assert_int_equal(f.leaders[0], -1);
    assert_int_equal(f.leaders[1], 100);
    assert_int_equal(f.leaders[4], -1);
    assert_int_equal(f.leaders[5], 104);
    set_hardware(&f, 1000, 1000, 5000);
    perf_read(&p, &begin);
    set_hardware(&f, 5000, 2000, 8000); /* enabled 4000, running 1000: a quarter of the time */
    perf_read(&p, &end);
    perf_totals(&p, &begin, &end, &t);
    assert_true(probe_totals_find(&t, "cycles")->value == 12000);
    assert_true(probe_totals_find(&t, "instructions")->value == 24000);
    assert_true(probe_totals_find(&t, "branch_misses")->value == 1200);
    assert_true(probe_totals_find(&t, "cache_misses")->value == 120);
    /* the software group's read gave no words */
    assert_string_equal(probe_totals_find(&t, "task_clock")->reason,
                        "the counter could not be read");
    perf_close(&p);
    assert_int_equal(f.closed, f.opened);
}

static void a_refused_event_does_not_shift_the_others(void **state)
{
    (void)state;
    struct fake f = {
        .refuse = {ENOENT,  0, EOPNOTSUPP, 0, 0, EACCES, ENOMEM},
        .n = {5,      4     },
        .words = {{2, 10, 10, 111, 222}, {1, 10, 10, 333} },
    };
    struct perf_source source = source_of(&f);
    struct perf p;
    struct perf_reading zero =
                            {
                                .ok = {true, true}
    },
                        end;
    struct probe_totals t = {0};
    perf_open(&p, &source);
    assert_int_equal(f.leaders[3], 101); /* the leader is the first that opened */
    perf_read(&p, &end);
    perf_totals(&p, &zero, &end, &t);
    assert_string_equal(probe_totals_find(&t, "cycles")->reason, "not supported by this machine");
    assert_string_equal(probe_totals_find(&t, "branch_misses")->reason,
                        "not supported by this machine");
    assert_true(probe_totals_find(&t, "instructions")->value == 111);
    assert_true(probe_totals_find(&t, "cache_misses")->value == 222);
    assert_true(probe_totals_find(&t, "task_clock")->value == 333);
    assert_non_null(
        strstr(probe_totals_find(&t, "page_faults")->reason, "forbidden: perf_event_paranoid is "));
    assert_non_null(strstr(probe_totals_find(&t, "context_switches")->reason, "cannot be opened"));
    perf_close(&p);
    assert_int_equal(f.closed, 3);
}

static void a_counter_that_never_ran_has_no_value(void **state)
{
    (void)state;
    struct fake f = {0};
    struct perf_source source = source_of(&f);
    struct perf p;
    struct perf_reading begin, end;
    struct probe_totals t = {0};
    perf_open(&p, &source);
    set_hardware(&f, 1000, 500, 0);
    perf_read(&p, &begin);
    set_hardware(&f, 9000, 500, 0);
    perf_read(&p, &end);
    perf_totals(&p, &begin, &end, &t);
    assert_false(probe_totals_find(&t, "cycles")->available);
    assert_string_equal(probe_totals_find(&t, "cycles")->reason,
                        "the counter never got the hardware");
    perf_close(&p);
}

static void a_short_or_failed_read_gives_no_value(void **state)
{
    (void)state;
    static const int lengths[] = {-EIO, 0, 2, 6};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct fake f = {0};
        struct perf_source source = source_of(&f);
        struct perf p;
        struct perf_reading r;
        perf_open(&p, &source);
        set_hardware(&f, 10, 10, 10);
        f.n[PERF_HARDWARE] = lengths[i];
        perf_read(&p, &r);
        assert_false(r.ok[PERF_HARDWARE]);
        perf_close(&p);
    }
}

static void forbidden_is_told_with_the_setting(void **state)
{
    (void)state;
    char reason[PROBE_REASON];
    perf_reason(EPERM, reason, sizeof reason);
    assert_non_null(strstr(reason, "forbidden: by a container"));
    perf_reason(ENOSYS, reason, sizeof reason);
    assert_string_equal(reason, "not supported by this kernel");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_counter_that_shared_the_hardware_is_scaled_up),
        TEST(a_refused_event_does_not_shift_the_others),
        TEST(a_counter_that_never_ran_has_no_value),
        TEST(a_short_or_failed_read_gives_no_value),
        TEST(forbidden_is_told_with_the_setting),
    };
    return cmocka_run_group_tests_name("perf", tests, NULL, NULL);
}
