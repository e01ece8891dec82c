#include "harness/probe/perf.h"

#include "tests/test.h"

#include <errno.h>
#include <math.h>
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

/* The words of a group's read: values of its four events, of which not all need to be open. */
static void set_group(struct fake *f, int group, uint64_t enabled, uint64_t running,
                      const uint64_t *values, int n)
{
    const uint64_t head[] = {(uint64_t)n, enabled, running};
    memcpy(f->words[group], head, sizeof head);
    memcpy(f->words[group] + 3, values, sizeof *values * (size_t)n);
    f->n[group] = 3 + n;
}

static void set_hardware(struct fake *f, uint64_t enabled, uint64_t running, uint64_t first)
{
    const uint64_t values[] = {first, first * 2, first / 10, first / 100};
    set_group(f, PERF_HARDWARE, enabled, running, values, 4);
}

static struct perf_source source_of(struct fake *f)
{
    return (struct perf_source){fake_open, fake_read, fake_close, f};
}

static int event(const char *name)
{
    for (int i = 0; i < PERF_EVENTS; i++)
        if (strcmp(perf_events[i].name, name) == 0)
            return i;
    fail_msg("no event %s", name);
    return -1;
}

static double value(const struct probe_totals *t, const char *name)
{
    const struct probe_total *row = probe_totals_find(t, name);
    if (!row || !row->available)
        fail_msg("%s: %s", name, row ? row->reason : "no such row");
    return row->value;
}

static const char *reason(const struct probe_totals *t, const char *name)
{
    const struct probe_total *row = probe_totals_find(t, name);
    if (!row || row->available)
        fail_msg("%s: expected a reason", name);
    return row->reason;
}

/* Every group led by the first of its events that opens, and small enough for a PMU. */
static void groups_fit_a_pmu(void **state)
{
    (void)state;
    struct fake f = {0};
    struct perf_source source = source_of(&f);
    struct perf p;
    int events[PERF_GROUPS] = {0}, leader[PERF_GROUPS];
    perf_open(&p, &source);
    for (int i = 0; i < PERF_EVENTS; i++) {
        int g = (int)perf_events[i].group;
        if (events[g]++ == 0)
            leader[g] = 100 + i;
        assert_int_equal(f.leaders[i], events[g] == 1 ? -1 : leader[g]);
    }
    for (int g = 0; g < PERF_GROUPS; g++)
        assert_in_range(events[g], 1, 4);
    for (int i = 0; i < PERF_RATES; i++)
        assert_int_equal(perf_events[event(perf_rates[i].over)].group,
                         perf_events[event(perf_rates[i].under)].group);
    perf_close(&p);
    assert_int_equal(f.closed, f.opened);
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
    set_hardware(&f, 1000, 1000, 5000);
    perf_read(&p, &begin);
    set_hardware(&f, 5000, 2000, 8000); /* enabled 4000, running 1000: a quarter of the time */
    perf_read(&p, &end);
    perf_totals(&p, &begin, &end, &t);
    assert_true(value(&t, "cycles") == 12000);
    assert_true(value(&t, "instructions") == 24000);
    assert_true(value(&t, "branches") == 1200);
    assert_true(value(&t, "branch_misses") == 120);
    assert_true(value(&t, "pmu_share") == 0.25);
    /* of what was counted: scaling is in neither */
    assert_true(value(&t, "ipc") == 2);
    assert_true(value(&t, "branch_miss_rate") == 0.1);
    /* the other groups' reads gave no words */
    assert_string_equal(reason(&t, "task_clock"), "the counter could not be read");
    assert_string_equal(reason(&t, "cache_miss_rate"),
                        "not supported here: cache_misses: the counter could not be read");
    perf_close(&p);
    assert_int_equal(f.closed, f.opened);
}

/* Each group by its own share of the time; the least is told. */
static void groups_are_scaled_apart(void **state)
{
    (void)state;
    static const uint64_t core[] = {1000, 1370, 200, 3}, cache[] = {40, 10, 500, 20};
    struct fake f = {0};
    struct perf_source source = source_of(&f);
    struct perf p;
    struct perf_reading zero =
                            {
                                .ok = {true, true, true, true}
    },
                        end;
    struct probe_totals t = {0};
    perf_open(&p, &source);
    set_group(&f, PERF_HARDWARE, 900, 300, core, 4);
    set_group(&f, PERF_CACHE, 900, 100, cache, 4);
    perf_read(&p, &end);
    perf_totals(&p, &zero, &end, &t);
    assert_true(value(&t, "cycles") == 3000 && value(&t, "instructions") == 4110);
    assert_true(fabs(value(&t, "cache_references") - 360) < 1e-9);
    assert_true(value(&t, "ipc") == 1.37);
    assert_true(value(&t, "branch_miss_rate") == 0.015);
    assert_true(value(&t, "cache_miss_rate") == 0.25);
    assert_true(value(&t, "l1d_miss_rate") == 0.04);
    assert_true(fabs(value(&t, "pmu_share") - 1.0 / 9) < 1e-12);
    assert_string_equal(probe_totals_find(&t, "ipc")->unit, "ratio");
    assert_string_equal(probe_totals_find(&t, "l1d_miss_rate")->unit, "share");
    perf_close(&p);
}

static void a_rate_of_nothing_has_a_reason(void **state)
{
    (void)state;
    static const uint64_t core[] = {1000, 500, 0, 0};
    struct fake f = {0};
    struct perf_source source = source_of(&f);
    struct perf p;
    struct perf_reading zero =
                            {
                                .ok = {true, true, true, true}
    },
                        end;
    struct probe_totals t = {0};
    perf_open(&p, &source);
    set_group(&f, PERF_HARDWARE, 10, 10, core, 4);
    perf_read(&p, &end);
    perf_totals(&p, &zero, &end, &t);
    assert_true(value(&t, "ipc") == 0.5);
    assert_string_equal(reason(&t, "branch_miss_rate"),
                        "not supported here: no branches were counted");
    perf_close(&p);
}

/* cycles refused: its group is led by the next, whose value must not be taken for another's. */
static void a_refused_event_does_not_shift_the_others(void **state)
{
    (void)state;
    static const uint64_t core[] = {111, 222}, software[] = {333};
    struct fake f = {0};
    f.refuse[event("cycles")] = ENOENT;
    f.refuse[event("branches")] = EOPNOTSUPP;
    f.refuse[event("l1d_loads")] = EINVAL;
    f.refuse[event("page_faults")] = EACCES;
    f.refuse[event("context_switches")] = ENOMEM;
    set_group(&f, PERF_HARDWARE, 10, 10, core, 2);
    set_group(&f, PERF_SOFTWARE, 10, 10, software, 1);
    struct perf_source source = source_of(&f);
    struct perf p;
    struct perf_reading zero =
                            {
                                .ok = {true, true, true, true}
    },
                        end;
    struct probe_totals t = {0};
    perf_open(&p, &source);
    assert_int_equal(f.leaders[event("branch_misses")], 100 + event("instructions"));
    perf_read(&p, &end);
    perf_totals(&p, &zero, &end, &t);
    assert_string_equal(reason(&t, "cycles"), "not supported by this machine");
    assert_string_equal(reason(&t, "branches"), "not supported by this machine");
    assert_string_equal(reason(&t, "l1d_loads"),
                        "cannot be counted beside the others of its group");
    assert_true(value(&t, "instructions") == 111);
    assert_true(value(&t, "branch_misses") == 222);
    assert_true(value(&t, "task_clock") == 333);
    assert_string_equal(reason(&t, "ipc"),
                        "not supported here: cycles: not supported by this machine");
    assert_string_equal(reason(&t, "branch_miss_rate"),
                        "not supported here: branches: not supported by this machine");
    assert_non_null(strstr(reason(&t, "page_faults"), "forbidden: perf_event_paranoid is "));
    assert_non_null(strstr(reason(&t, "context_switches"), "cannot be opened"));
    perf_close(&p);
    assert_int_equal(f.closed, PERF_EVENTS - 5);
}

/* As on a virtual machine: no PMU at all. */
static void without_a_pmu_every_row_says_so(void **state)
{
    (void)state;
    struct fake f = {0};
    struct perf_source source = source_of(&f);
    struct perf p;
    struct perf_reading r;
    struct probe_totals t = {0};
    for (int i = 0; i < PERF_EVENTS; i++)
        f.refuse[i] = ENOENT;
    perf_open(&p, &source);
    perf_read(&p, &r);
    perf_totals(&p, &r, &r, &t);
    assert_int_equal(t.n, PERF_EVENTS + 1 + PERF_RATES);
    for (int i = 0; i < t.n; i++)
        assert_non_null(strstr(reason(&t, t.rows[i].name), "not supported"));
    perf_close(&p);
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
    assert_string_equal(reason(&t, "cycles"), "the counter never got the hardware");
    assert_string_equal(reason(&t, "ipc"),
                        "not supported here: instructions: the counter never got the hardware");
    assert_true(value(&t, "pmu_share") == 0);
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
    char why[PROBE_REASON];
    perf_reason(EPERM, why, sizeof why);
    assert_non_null(strstr(why, "forbidden: by a container"));
    perf_reason(ENOSYS, why, sizeof why);
    assert_string_equal(why, "not supported by this kernel");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(groups_fit_a_pmu),
        TEST(a_counter_that_shared_the_hardware_is_scaled_up),
        TEST(groups_are_scaled_apart),
        TEST(a_rate_of_nothing_has_a_reason),
        TEST(without_a_pmu_every_row_says_so),
        TEST(a_refused_event_does_not_shift_the_others),
        TEST(a_counter_that_never_ran_has_no_value),
        TEST(a_short_or_failed_read_gives_no_value),
        TEST(forbidden_is_told_with_the_setting),
    };
    return cmocka_run_group_tests_name("perf", tests, NULL, NULL);
}
