#include "harness/probe/totals.h"

#include "harness/base/io.h"
#include "harness/base/json.h"
#include "harness/base/mem.h"
#include "harness/probe/probe.h"
#include "harness/probe/procfs.h"

#include "tests/test.h"

#include <fcntl.h>
#include <string.h>

static double value_of(const struct probe_totals *t, const char *name)
{
    const struct probe_total *row = probe_totals_find(t, name);
    if (!row)
        fail_msg("no row %s", name);
    if (!row->available)
        fail_msg("%s: %s", name, row->reason);
    return row->value;
}

static void every_row_has_a_name_of_its_own_and_a_value_or_a_reason(void **state)
{
    (void)state;
    struct probe_meter *m = probe_meter_open();
    struct probe_totals t;
    probe_totals_begin(m);
    probe_totals_end(m, &t);
    assert_int_equal(t.n, 45);
    assert_true(t.n < PROBE_TOTALS_MAX);
    for (int i = 0; i < t.n; i++) {
        assert_ptr_equal(probe_totals_find(&t, t.rows[i].name), &t.rows[i]);
        assert_int_equal(t.rows[i].available, t.rows[i].reason[0] == '\0');
        assert_true(t.rows[i].unit[0] != '\0');
        if (t.rows[i].available)
            print_message("# %s = %.0f %s\n", t.rows[i].name, t.rows[i].value, t.rows[i].unit);
        else
            print_message("# %s: %s\n", t.rows[i].name, t.rows[i].reason);
    }
    probe_meter_close(m);
}

static void io_counts_the_work_and_not_the_probe(void **state)
{
    (void)state;
    char path[1200], bytes[1000];
    struct err e;
    struct probe_totals t;
    struct probe p;
    struct probe_reading begin;
    struct probe_slice slice;
    snprintf(path, sizeof path, "%s/file", test_folder("probe-io"));
    memset(bytes, 'x', sizeof bytes);
    struct probe_meter *m = probe_meter_open();
    probe_open(&p);
    probe_totals_begin(m);
    for (int i = 0; i < 10; i++) {
        probe_begin(&p, &begin);
        probe_end(&p, &begin, &slice);
    }
    probe_totals_end(m, &t);
    if (!probe_totals_find(&t, "io_rchar")->available) {
        print_message("# this kernel keeps no /proc/self/io\n");
        skip();
    }
    assert_true(value_of(&t, "io_rchar") == 0);
    assert_true(value_of(&t, "io_syscr") == 0);
    assert_true(value_of(&t, "io_wchar") == 0);

    probe_totals_begin(m);
    int fd = io_open(path, O_WRONLY | O_CREAT | O_TRUNC, &e);
    bool ok = fd >= 0 && io_write(fd, bytes, sizeof bytes, &e);
    io_close(fd);
    probe_totals_end(m, &t);
    assert_ok(ok, &e);
    assert_true(value_of(&t, "io_wchar") == 1000);
    assert_true(value_of(&t, "io_syscw") == 1);
    assert_true(value_of(&t, "io_rchar") == 0);
    probe_close(&p);
    probe_meter_close(m);
}

static void touched_memory_shows_as_faults_and_peak(void **state)
{
    (void)state;
    enum { BYTES = 32 << 20 };
    struct probe_meter *m = probe_meter_open();
    struct probe_totals t;
    probe_totals_begin(m);
    char *block = mem_alloc(MEM_BASE, BYTES);
    memset(block, 1, BYTES);
    mem_free(MEM_BASE, block);
    probe_totals_end(m, &t);
    assert_true(value_of(&t, "minor_faults") > 0);
    assert_true(value_of(&t, "resident_peak") >= BYTES);
    assert_true(value_of(&t, "resident_anon") > 0);
    const struct probe_total *allocated = probe_totals_find(&t, "thread_allocated");
#ifdef CUPEL_JEMALLOC
    assert_true(allocated->available);
    assert_true(allocated->value >= BYTES && allocated->value < BYTES * 1.3);
    assert_true(value_of(&t, "thread_deallocated") == allocated->value);
    assert_true(value_of(&t, "thread_peak") >= BYTES);
    assert_true(value_of(&t, "heap_resident") >= value_of(&t, "heap_allocated"));
#else
    assert_string_equal(allocated->reason, "this process does not use jemalloc");
#endif
    probe_meter_close(m);
}

static void components_tell_the_most_they_held_since_the_beginning(void **state)
{
    (void)state;
    enum { BYTES = 1 << 20 };
    struct probe_meter *m = probe_meter_open();
    struct probe_totals t;
    void *before = mem_alloc(MEM_HISTORY, BYTES);
    mem_free(MEM_HISTORY, before);
    probe_totals_begin(m);
    void *a = mem_alloc(MEM_ASSETS, BYTES), *b = mem_alloc(MEM_ASSETS, BYTES);
    b = mem_resize(MEM_ASSETS, b, 2 * BYTES);
    mem_free(MEM_ASSETS, a);
    mem_free(MEM_ASSETS, b);
    probe_totals_end(m, &t);
    assert_true(value_of(&t, "peak_asset_cache") >= 3 * BYTES);
    assert_true(value_of(&t, "peak_asset_cache") < 4 * BYTES);
    assert_true(value_of(&t, "peak_history_cache") == 0);
    assert_true(value_of(&t, "peak_base") > 0);
    probe_meter_close(m);
}

static void totals_survive_the_way_through_json(void **state)
{
    (void)state;
    struct probe_meter *m = probe_meter_open();
    static struct probe_totals t, back;
    probe_totals_begin(m);
    probe_totals_end(m, &t);
    struct err e;
    struct text text = {0};
    struct json *json = probe_totals_to_json(&t);
    json_print(json, &text);
    struct json *read = json_parse((struct str){text.p, text.n}, "pipe", &e);
    assert_ok(read, &e);
    assert_ok(probe_totals_from_json(read, &back, &e), &e);
    assert_int_equal(back.n, t.n);
    assert_memory_equal(back.rows, t.rows, sizeof *t.rows * (size_t)t.n);
    json_free(read);
    json_free(json);
    text_done(&text);
    probe_meter_close(m);
}

static void broken_totals_name_row_and_field(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{}",                                                "expected an array"               },
        {"[{\"name\":\"a\",\"unit\":\"b\"}]",                 "totals[0]: value: missing"       },
        {"[{\"name\":\"a\",\"unit\":\"b\",\"value\":null}]",  "totals[0]: reason: missing"      },
        {"[{\"name\":\"a\",\"unit\":\"b\",\"value\":1},{}]",  "totals[1]: name: missing"        },
        {"[{\"name\":\"a\",\"unit\":7,\"value\":1}]",         "totals[0]: unit: expected text"  },
        {"[{\"name\":\"a\",\"unit\":\"b\",\"value\":\"1\"}]", "totals[0]: value: expected a num"},
        {"[7]",                                               "totals[0]: name: missing"        },
    };
    static struct probe_totals t;
    struct err e;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json *json = json_parse(str_of(cases[i].text), "case", &e);
        assert_ok(json, &e);
        assert_false(probe_totals_from_json(json, &t, &e));
        assert_says(&e, cases[i].says);
        json_free(json);
    }
    assert_false(probe_totals_from_json(NULL, &t, &e));
}

static void a_field_is_found_only_at_the_start_of_a_line(void **state)
{
    (void)state;
    const char *text = "read_bytes: 5\ncancelled_write_bytes: 7\nwrite_bytes:\t12 kB\nodd: x\n";
    assert_int_equal(procfs_field(text, "write_bytes"), 12);
    assert_int_equal(procfs_field(text, "read_bytes"), 5);
    assert_int_equal(procfs_field(text, "odd"), -1);
    assert_int_equal(procfs_field(text, "bytes"), -1);
    assert_int_equal(procfs_field("", "bytes"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_row_has_a_name_of_its_own_and_a_value_or_a_reason),
        TEST(io_counts_the_work_and_not_the_probe),
        TEST(touched_memory_shows_as_faults_and_peak),
        TEST(components_tell_the_most_they_held_since_the_beginning),
        TEST(totals_survive_the_way_through_json),
        TEST(broken_totals_name_row_and_field),
        TEST(a_field_is_found_only_at_the_start_of_a_line),
    };
    return cmocka_run_group_tests_name("totals", tests, NULL, NULL);
}
